"""Reports of the promise ledger, from rows written down by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.intervals import wilson
from shared.domain.promise_ledger import Attempt, Promise
from shared.domain.promise_report import HORIZONS_MIN, Account, Report

MINUTE = 60_000
NOON = int(datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp() * 1000)


def attempt(
    *windows: tuple[int, int | None, int | None],
    ended_ms: int = NOON,
    how: str = "delivered",
    **changes: Any,
) -> Attempt:
    """Windows as (shown, from, to), in minutes from the end; `how`: delivered, nobody (opened), or lost."""
    delivered_ms = ended_ms if how == "delivered" else None
    values = {"shipment": "s-1", "courier": "eleni", "area": "10563", "model": "1", "zone": "Europe/Athens"}
    rows = [
        Promise(
            shown_ms=ended_ms + shown * MINUTE,
            eta_ms=ended_ms,
            from_ms=ended_ms + first * MINUTE if first is not None else None,
            to_ms=ended_ms + last * MINUTE if last is not None else None,
            actual_ms=delivered_ms,
            ended_ms=ended_ms,
            **(values | changes),
        )
        for shown, first, last in windows
    ]
    came_ms = ended_ms if how != "lost" else None
    return Attempt("s-1", 1, ended_ms, delivered_ms, came_ms, len(rows), rows)


def report(*attempts: Attempt) -> Report:
    account = Account()
    account.put(attempts)
    return account.report()


def test_each_horizon_is_judged_by_the_window_on_display_then() -> None:
    found = report(attempt((-150, -30, 90), (-70, 5, 35), (-25, -5, 10), (-5, 20, 30)))
    lines = {line.key: line for line in found.by_horizon}
    assert {key: (line.n, line.hits) for key, line in lines.items()} == {
        "120": (1, 1),
        "60": (1, 0),  # from five minutes after he came
        "30": (1, 0),  # the same, still on display
        "10": (1, 1),
    }
    assert [lines[str(h)].width_p50_min for h in HORIZONS_MIN] == [120, 30, 30, 15]
    assert (found.overall.n, found.overall.hits, found.overall.attempts) == (4, 2, 1)
    assert (found.revisions.p50, found.revisions.most) == (3, 3)


def test_both_ends_of_a_window_are_in_it_and_a_minute_outside_is_not() -> None:
    edges = [attempt((-130, first, last)) for first, last in ((0, 10), (-10, 0), (1, 10), (-10, -1))]
    assert [report(each).overall.hits for each in edges] == [4, 4, 0, 0]


def test_a_horizon_at_which_nothing_had_been_shown_yet_is_not_looked_at() -> None:
    found = report(attempt((-45, -5, 5)))
    assert [line.n for line in found.by_horizon] == [0, 0, 1, 1]
    empty = found.by_horizon[0]
    assert (empty.coverage, empty.least, empty.most, empty.width_p50_min) == (0.0, 0.0, 1.0, None)
    late = report(attempt((-4, -5, 5)))
    assert (late.attempts, late.overall.n) == (1, 0)


def test_what_was_not_delivered_is_a_miss_though_he_came_in_the_window() -> None:
    found = report(attempt((-130, -20, 20), how="nobody"), attempt((-130, -20, 20), how="lost"))
    assert (found.attempts, found.delivered) == (2, 0)
    line = found.overall
    assert (line.n, line.hits, line.undelivered, line.came) == (8, 0, 8, 4)
    assert found.curve[-1] == (2.0, 0.0)


def test_what_was_said_to_be_unknown_is_a_miss_and_has_no_width() -> None:
    found = report(attempt((-130, -20, 20), (-40, None, None)))
    assert [(line.hits, line.unknown) for line in found.by_horizon] == [(1, 0), (1, 0), (0, 1), (0, 1)]
    assert found.by_horizon[2].width_p50_min is None
    assert found.overall.width_p90_min == 40


@pytest.mark.parametrize(
    ("utc", "hour"),
    [
        ("2026-10-24T22:30", "01"),
        ("2026-10-25T00:30", "03"),  # summer time, and an hour later
        ("2026-10-25T01:30", "03"),  # the same hour on the clock, in winter time
        ("2026-03-29T00:30", "02"),
        ("2026-03-29T01:30", "04"),  # three o'clock is left out
    ],
)
def test_hours_are_those_on_the_clock_at_the_door_when_clocks_change_too(utc: str, hour: str) -> None:
    at_ms = int(datetime.fromisoformat(utc).replace(tzinfo=UTC).timestamp() * 1000)
    found = report(attempt((-130, -10, 10), ended_ms=at_ms))
    assert [(line.key, line.n) for line in found.by_hour] == [(hour, 4)]


def test_the_curve_says_how_much_wider_windows_would_have_to_be() -> None:
    found = report(
        attempt((-130, -10, 10)),  # in the middle
        attempt((-130, -19, 1)),  # 9 of 10 minutes off it
        attempt((-130, 5, 25)),  # 15 of 10
        attempt((-130, None, None)),
    )
    shares = dict(found.curve)
    assert [shares[scale] for scale in (0.25, 0.75, 1.0, 1.25, 1.5)] == [0.25, 0.25, 0.5, 0.5, 0.75]


def test_lines_are_of_who_and_where_and_those_not_known_are_left_out() -> None:
    found = report(
        attempt((-130, -10, 10)),
        attempt((-130, 5, 10), courier="nikos", area="", model="2"),
    )
    assert [(line.key, line.hits, line.n) for line in found.by_courier] == [("eleni", 4, 4), ("nikos", 0, 4)]
    assert [line.key for line in found.by_area] == ["10563"]
    assert [line.key for line in found.by_model] == ["1", "2"]


def test_an_interval_counts_attempts_and_not_the_looks_at_one() -> None:
    """Wilson's for 9 of 10, as tables have it."""
    hits = [attempt((-130, -10, 10)) for _ in range(9)]
    line = report(*hits, attempt((-130, 5, 10))).overall
    assert (line.n, line.attempts) == (40, 10)
    assert (round(line.least, 3), round(line.most, 3)) == (0.596, 0.982)
    assert wilson(0.5, 0) == (0.0, 1.0)


WINDOW = st.tuples(st.integers(-200, 0), st.integers(-60, 60), st.integers(1, 90)).map(
    lambda w: (w[0], w[1], w[1] + w[2])
)
ATTEMPT = st.builds(
    lambda windows, how: attempt(*sorted(windows), how=how),
    st.lists(WINDOW, min_size=1, max_size=6, unique_by=lambda w: w[0]),
    st.sampled_from(["delivered", "nobody", "lost"]),
)


@given(st.lists(ATTEMPT, max_size=8), st.randoms(use_true_random=False))
def test_attempts_in_any_order_and_in_any_bites_give_the_same_report(
    attempts: Sequence[Attempt], random: Any
) -> None:
    mixed = list(attempts)
    random.shuffle(mixed)
    account = Account()
    for each in mixed:
        account.put([each])
    assert account.report() == report(*attempts)


@given(st.lists(ATTEMPT, min_size=1, max_size=8))
def test_shares_and_counts_agree(attempts: list[Attempt]) -> None:
    found = report(*attempts)
    for line in (found.overall, *found.by_horizon, *found.by_courier, *found.by_hour):
        assert 0 <= line.hits <= line.came <= line.n
        assert line.hits + line.undelivered + line.unknown <= line.n + line.undelivered
        assert line.least <= line.coverage <= line.most or line.n == 0
    assert sum(line.n for line in found.by_horizon) == found.overall.n
    assert dict(found.curve)[1.0] * found.overall.n == pytest.approx(found.overall.hits)
