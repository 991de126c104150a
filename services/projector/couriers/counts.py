"""What became of fixes, counted once a batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from services.projector.couriers.core import Verdict
from services.projector.couriers.core.track import PLACED
from shared.adapters.metrics import WorkerMetrics
from shared.contracts import courier_positions

TAKEN = PLACED | {Verdict.ALIVE}


class FixCounts:
    """A fix is taken or rejected by the rules, of another tenant, or unreadable."""

    def __init__(self, metrics: WorkerMetrics) -> None:
        self._handled, self._letters = metrics.handled, metrics.dead_letters
        self._rejected = metrics.tally("rejected", "Fixes that the rules put aside, by verdict.", "verdict")

    def batch(self, verdicts: Iterable[Verdict], foreign: int, unreadable: int) -> None:
        """Count a batch. Members are counted by identity: their own hash is Python's, not C's."""
        found = Counter(map(id, verdicts))
        for verdict in Verdict:
            if not (count := found.get(id(verdict), 0)):
                continue
            kind = "alive" if verdict is Verdict.ALIVE else "fix"
            self._handled.add(kind, "taken" if verdict in TAKEN else "rejected", count=count)
            if verdict not in TAKEN:
                self._rejected.add(verdict.value, count=count)
        if foreign:
            self._handled.add("fix", "foreign", count=foreign)
        if unreadable:
            self._handled.add("unknown", "unreadable", count=unreadable)
            self._letters.add(courier_positions.TOPIC.name, "unreadable", count=unreadable)
