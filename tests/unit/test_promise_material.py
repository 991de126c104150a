"""When a window is worth telling: a table of what people know and when he is expected now (minutes)."""

from __future__ import annotations

import pytest

from shared.contracts.common import Window
from shared.contracts.promises import Arrival, PromiseLine, Told
from shared.domain.promise import material, told_after

T = 1_795_168_800_000


def between(first: int, last: int) -> Window:
    return Window(from_ms=T + first * 60_000, to_ms=T + last * 60_000)


def expected(minute: int, attempt: int = 1) -> PromiseLine:
    arrival = Arrival(at_ms=T, window=between(minute - 5, minute + 5), grain="minutes", why="later")
    return PromiseLine(
        seq=9, arrival=arrival, courier="e", joined=1, attempt=attempt, model="m", eta_ms=T + minute * 60_000
    )


@pytest.mark.parametrize(
    ("booked", "told", "attempt", "minute", "is_"),
    [
        (None, None, 1, 60, None),
        ((0, 60), None, 1, 70, None),
        ((0, 60), None, 1, 71, "late"),
        ((30, 60), None, 1, 19, "window_moved"),
        ((0, 60), (100, 120), 1, 125, None),
        ((0, 60), (100, 120), 1, 131, "late"),
        ((0, 60), (100, 120), 1, 89, "window_moved"),
        # He was there yesterday and nobody opened: today's window is not late for what was agreed on.
        ((0, 60), (40, 60), 2, 1500, None),
        ((0, 60), None, 2, 1500, None),
    ],
)
def test_what_is_worth_telling(
    booked: tuple[int, int] | None, told: tuple[int, int] | None, attempt: int, minute: int, is_: str | None
) -> None:
    known = Told(attempt=1, window=between(*told)) if told is not None else None
    assert material(known, expected(minute, attempt), between(*booked) if booked else None) == is_


def test_small_steps_are_told_as_one_and_an_attempt_begins_anew() -> None:
    told, said = None, []
    for minute in (100, 108, 116, 124, 132):
        promise = expected(minute)
        said.append(material(told, promise))
        told = told_after(told, promise)
    assert said == [None, None, "late", None, "late"]
    assert told_after(told, expected(1500, attempt=2)) == Told(attempt=2, window=between(1495, 1505))
