"""Live batches are numbered within their owner's epoch: what is old is dropped, a gap is seen."""

from __future__ import annotations

from typing import Literal

from shared.contracts.views.live import LiveBatch

Place = Literal["next", "gap", "old"]


class Numbering:
    """The last batch seen of each partition since the subscription was confirmed."""

    def __init__(self) -> None:
        self._last: dict[int, tuple[int, int]] = {}

    def forget(self) -> None:
        """The subscription is new: whatever comes first is next, a snapshot is taken anyway."""
        self._last.clear()

    def place(self, batch: LiveBatch) -> Place:
        """Where the batch stands, and remember it unless it is old.

        A new epoch counts as a gap: the end of the one before may be lost. A lower epoch is old, unless it
        starts at number 1: then the log itself began anew, since no owner ever starts again."""
        last = self._last.get(batch.partition)
        if last is None:
            place: Place = "next"
        else:
            epoch, number = last
            if batch.epoch == epoch:
                if batch.number <= number:
                    return "old"
                place = "next" if batch.number == number + 1 else "gap"
            elif batch.epoch < epoch and batch.number != 1:
                return "old"
            else:
                place = "gap"
        self._last[batch.partition] = (batch.epoch, batch.number)
        return place
