"""Up to when partitions are worked off.

Under a steady flow something is always under way: whoever looks now and then hardly ever finds a partition
with nothing left of it. So each look notes where the log ended, and when its broker said so; once that much
of it has been worked off, all of it up to then has been."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

MOST = 32
"""Of what is noted about a partition that is far behind every other is forgotten when there is more: the mark
is then older than it need be, by a part of how far behind it is."""


@dataclass
class _Noted:
    ends: list[tuple[int, int]] = field(default_factory=list)
    """(offset, epoch ms), the oldest first: where the log ended then, and it is not worked off yet."""
    mark_ms: int | None = None


class Marks[P]:
    """Marks of partitions, by whatever names a partition."""

    def __init__(self) -> None:
        self._noted: dict[P, _Noted] = {}

    def look(self, partition: P, end: int | None, asked_ms: int | None, done: int) -> int | None:
        """Up to when (epoch ms) a partition is worked off; None: that is not known yet. `end`: where its log
        ends, as its broker said at `asked_ms` or later; None: it has not said so yet. `done`: the offset up
        to which it is worked off."""
        noted = self._noted.setdefault(partition, _Noted())
        ends = noted.ends
        if end is not None and asked_ms:
            if ends and end < ends[-1][0]:  # another log by the same name
                ends.clear()
            if ends and end == ends[-1][0]:
                ends[-1] = (end, asked_ms)
            else:
                ends.append((end, asked_ms))
            if len(ends) > MOST:
                del ends[1:-1:2]
        while ends and ends[0][0] <= done:
            noted.mark_ms = ends.pop(0)[1]
        return noted.mark_ms

    def forget(self, partitions: Iterable[P]) -> None:
        """They have been given away, or are read anew: what was worked off says nothing of them any more."""
        for partition in partitions:
            self._noted.pop(partition, None)
