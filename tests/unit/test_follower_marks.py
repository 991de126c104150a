"""How far a follower is, told while the group gives its partitions to others."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from faust.types import TP

from shared.adapters.kafka.follower import Follower
from shared.adapters.kafka.marks import Marks

KEPT, LOST = TP("t", 0), TP("t", 1)
NOW_MS = 1_790_000_000_000


class Consumer:
    """Two partitions of ten records, all worked off; `LOST` is given away at the step that is named."""

    def __init__(self, step: str) -> None:
        self.step, self.assigned = step, {KEPT, LOST}
        self._committed_offset = {KEPT: 10, LOST: 10}
        self._thread = SimpleNamespace(_consumer=self)

    def _at(self, step: str) -> None:
        if step == self.step:
            self.assigned.discard(LOST)

    def assignment(self) -> set[TP]:
        return set(self.assigned)

    async def earliest_offsets(self, *asked: TP) -> dict[TP, int]:
        self._at("earliest")
        return dict.fromkeys(asked, 0)

    @property
    def _subscription(self) -> Any:
        """As aiokafka has it."""
        return SimpleNamespace(
            subscription=SimpleNamespace(assignment=SimpleNamespace(state_value=self._state))
        )

    def _state(self, tp: TP) -> Any:
        self._at("heard")
        if tp not in self.assigned:
            return None
        return SimpleNamespace(has_valid_position=True, position=10, highwater=10, timestamp=NOW_MS)


def follower(step: str) -> Follower:
    made: Any = Follower.__new__(Follower)
    made.app = SimpleNamespace(consumer=Consumer(step))
    made.caught_up, made._done, made._base, made.ends, made._heard_ms = False, {}, {}, {}, 0
    made._marks = Marks()
    found: Follower = made
    return found


async def test_all_is_told_of_partitions_that_stay() -> None:
    it = follower("never")
    assert await it.marks() == ({KEPT: NOW_MS, LOST: NOW_MS}, True)
    assert it.caught_up
    assert it.ends == {KEPT: 10, LOST: 10}


async def test_one_that_grows_all_the_while_is_worked_off_up_to_when_it_had_ended_there() -> None:
    it = follower("never")
    consumer: Any = it.app.consumer
    told = SimpleNamespace(has_valid_position=True, position=10, highwater=10, timestamp=NOW_MS)
    consumer._state = lambda _: told
    for k in range(100):  # something is always under way
        told.timestamp, told.highwater, told.position = NOW_MS + 400 * k, 10 + 40 * k, 10 + 40 * k
        it._done = dict.fromkeys((KEPT, LOST), told.highwater - 20)
        marks, caught_up = await it.marks()
        if k > 0:
            assert marks == dict.fromkeys((KEPT, LOST), told.timestamp - 400)
            assert caught_up
    told.timestamp, told.highwater = told.timestamp + 4_000, told.highwater + 1  # and now it lags
    assert (await it.marks())[1] is False


async def test_one_that_is_given_away_meanwhile_is_left_out_and_ends_nothing() -> None:
    for step in ("earliest", "heard"):
        it = follower(step)
        marks, caught_up = await it.marks()
        assert (marks, caught_up, it.caught_up) == ({KEPT: NOW_MS}, False, False), step


async def test_where_a_partition_begins_is_not_kept_when_it_was_given_away_while_that_was_asked() -> None:
    it = follower("earliest")
    await it.marks()
    assert it.worked_off_to() == {KEPT: 0}


async def test_one_whose_reading_has_not_begun_is_not_worked_off() -> None:
    it = follower("never")
    state = SimpleNamespace(has_valid_position=False, highwater=None, timestamp=None)
    consumer: Any = it.app.consumer
    consumer._state = lambda tp: state if tp == LOST else Consumer("never")._state(tp)
    assert await it.marks() == ({KEPT: NOW_MS}, False)
    assert it.unheard(NOW_MS)
