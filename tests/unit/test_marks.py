"""Up to when partitions are worked off, against what really was."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.kafka.marks import MOST, Marks


def test_a_log_that_grows_while_it_is_worked_off_is_marked_up_to_the_look_before() -> None:
    marks: Marks[int] = Marks()
    assert marks.look(0, 10, 1_000, 7) is None
    assert marks.look(0, 20, 1_400, 17) == 1_000
    assert marks.look(0, 30, 1_800, 27) == 1_400
    assert marks.look(0, 30, 2_200, 30) == 2_200


def test_an_empty_log_is_worked_off_and_one_that_nobody_has_told_of_is_not() -> None:
    marks: Marks[int] = Marks()
    assert marks.look(0, None, None, 0) is None
    assert marks.look(0, 0, 0, 0) is None
    assert marks.look(0, 0, 1_000, 0) == 1_000


def test_what_stands_still_keeps_its_mark_and_what_was_given_away_has_none() -> None:
    marks: Marks[int] = Marks()
    assert marks.look(0, 10, 1_000, 10) == 1_000
    assert marks.look(0, 20, 1_400, 10) == 1_000
    assert marks.look(0, 20, 9_000, 10) == 1_000
    marks.forget([0])
    assert marks.look(0, 20, 9_400, 10) is None


def test_another_log_by_the_same_name_is_not_waited_for_up_to_where_the_old_one_ended() -> None:
    marks: Marks[int] = Marks()
    assert marks.look(0, 1_000, 1_000, 0) is None
    assert marks.look(0, 5, 2_000, 5) == 2_000


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 60), st.integers(1, 900)), max_size=400))
def test_a_mark_never_claims_more_than_was_done(steps: list[tuple[int, int, int]]) -> None:
    """Whatever the log grows by, however far behind the worker is, and however often somebody looks."""
    marks: Marks[int] = Marks()
    ended: list[tuple[int, int]] = []
    end = done = now_ms = 0
    before = 0
    for grown, worked, passed_ms in steps:
        now_ms += passed_ms
        end += grown
        done = min(end, done + worked)
        ended.append((now_ms, end))
        mark = marks.look(0, end, now_ms, done)
        assert len(marks._noted[0].ends) <= MOST
        if mark is not None:
            assert mark >= before
            assert all(there <= done for at_ms, there in ended if at_ms <= mark)
            before = mark
        if done == end:
            assert mark == now_ms


@given(st.integers(1, 300), st.integers(1, 20))
def test_one_that_stays_behind_is_marked_all_the_same(behind: int, grown: int) -> None:
    """By so many looks: the mark is older than that by no more than as much again, and a look."""
    marks: Marks[int] = Marks()
    for k in range(1_200):
        mark = marks.look(0, k * grown, 400 * k + 1, (k - behind) * grown)
        if k > 3 * behind + MOST:
            assert mark is not None
            assert k - mark // 400 <= 2 * behind + 1
