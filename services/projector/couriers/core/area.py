"""The area: an H3 cell with enough addresses, taken on ticks of the clock, not when he crosses its edge."""

from __future__ import annotations

import zlib

import msgspec

from services.projector.couriers.core.rules import Rules
from services.projector.couriers.core.track import Fix
from shared.contracts.common import Policy
from shared.geo import boundary, feature, polygon


class Area:
    """One policy's area of one courier: the cell's Feature as JSON, and the fix time it is of."""

    __slots__ = ("_cell", "_phase_ms", "at_ms", "feature", "min_addresses", "next_ms", "of", "period_ms")

    def __init__(self, courier: str, policy: Policy, now_ms: int) -> None:
        self.min_addresses = policy.area_min_addresses
        self.period_ms = policy.area_tick_s * 1000
        self._phase_ms = zlib.crc32(courier.encode()) % self.period_ms  # not all couriers at once
        self._cell: str | None = None
        self.of: Fix | None = None
        self.at_ms = 0
        self.feature: bytes | None = None
        self.next_ms = self._after(now_ms)

    def _after(self, now_ms: int) -> int:
        return ((now_ms + self._phase_ms) // self.period_ms + 1) * self.period_ms - self._phase_ms

    def tick(self, shown: Fix | None, last: Fix | None, at_stop: bool, rules: Rules, now_ms: int) -> bool:
        """Take the area anew when its time has come; True if it changed.

        While he is at a stop the cell stays: walking about a door near a cell's edge would flip it."""
        if now_ms >= self.next_ms:
            self.next_ms = self._after(now_ms)
        elif self.feature is not None:
            return False
        if last is None or (self.feature is not None and last.at_ms <= self.at_ms):
            return False
        return self._take(shown, last, at_stop, rules)

    def first(self, shown: Fix | None, last: Fix | None, set_out_ms: int, rules: Rules) -> bool:
        """Without waiting for a tick, the first area since he set out; True if it was taken."""
        if last is None or shown is None or shown.at_ms < set_out_ms:
            return False
        if self.of is not None and self.of.at_ms >= set_out_ms:
            return False
        return self._take(shown, last, False, rules)

    def _take(self, shown: Fix | None, last: Fix, at_stop: bool, rules: Rules) -> bool:
        if shown is None:
            return False
        self.at_ms = last.at_ms
        if not (at_stop and self._cell is not None):
            self.of = shown
            self._cell = rules.area(shown.lon, shown.lat, self.min_addresses)
        assert self._cell is not None
        self.feature = cell_feature(self._cell, self.at_ms)
        return True


def cell_feature(cell: str, at_ms: int) -> bytes:
    """A cell as a GeoJSON Polygon Feature, `at_ms` and the cell's id in its properties."""
    return msgspec.json.encode(feature(polygon(boundary(cell)), {"at_ms": at_ms, "cell": cell}))
