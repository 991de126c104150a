"""Which parts are behind their log, by partition, and for how long that answer holds."""

from __future__ import annotations

from shared.contracts.views.work import Role
from shared.domain import page


class Marks:
    """The worked-off marks as last read, and this gateway's own: whether it has read lately (`stale`)."""

    def __init__(self, partitions: int) -> None:
        self._partitions = partitions
        self._marks: page.WorkedOff = {}
        self._from_ms, self._until_ms = 0, 0
        self.stale = True
        self.by_shipment: frozenset[int] = frozenset()
        """Partitions whose shipments' decider or stages writer is behind."""
        self.by_courier: frozenset[int] = frozenset()

    def put(self, marks: page.WorkedOff) -> None:
        self._marks = marks
        self._until_ms = 0

    def up(self, role: Role, partition: int, now_ms: int) -> bool:
        """Whether `role` is up with its log there, as far as this gateway knows anything."""
        return not self.stale and page.caught_up(self._marks, role, partition, now_ms)

    def look(self, now_ms: int, *, stale: bool) -> bool:
        """Find out who is behind, if that can have changed since: by new marks, or when one runs out.
        Whether it has changed."""
        if stale == self.stale and self._from_ms <= now_ms < self._until_ms:
            return False
        before = (self.by_shipment, self.by_courier, self.stale)
        self.stale = stale
        late = {role: self._late(role, now_ms) for role in ("shipments", "stages", "couriers")}
        self.by_shipment, self.by_courier = late["shipments"] | late["stages"], late["couriers"]
        holding = [mark for mark in self._marks.values() if now_ms - mark <= page.LATE_MS]
        self._from_ms = now_ms
        self._until_ms = min(holding, default=2**62) + page.LATE_MS + 1
        return before != (self.by_shipment, self.by_courier, stale)

    def _late(self, role: Role, now_ms: int) -> frozenset[int]:
        every = range(self._partitions)
        return frozenset(p for p in every if not page.caught_up(self._marks, role, p, now_ms))
