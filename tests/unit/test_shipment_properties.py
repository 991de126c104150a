"""Properties of lives: late and repeated reports, two deciders, and an oracle that knows nothing of ours.

Each names the mutant that it catches (`make mutants`)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from services.shipments.core.shipment import decide
from shared.contracts.shipment_events import AnyEvent
from shared.domain.shipment import empty, fold, follows
from tests.unit.shipment_life import Life, at, clock

HUB = ["InTransit_001", "InTransit_003", "InTransit_007"]
DOOR = ["AttemptFail_002", "AttemptFail_003", "Exception_003", "Exception_012"]
END = ["Delivered_001", "Delivered_003", "Delivered_005"]
AFTER_START = 11 * 60 + 1


@st.composite
def reports(draw: st.DrawFn) -> list[tuple[int, str]]:
    """Reports after setting out, in time, minutes apart: a life that mostly ends with a delivery, after which
    some hub may say something still."""
    failed = draw(st.lists(st.sampled_from(DOOR), max_size=2))
    said: list[str] = []
    for door in failed:
        said += [door, *draw(st.lists(st.sampled_from(HUB), max_size=2)), "OutForDelivery_001"]
    said += draw(st.sampled_from([[e] for e in END] * 3 + [["Exception_013"], [], ["AttemptFail_002"]]))
    said += draw(st.lists(st.sampled_from([*HUB, "Exception_004"]), max_size=1))  # by a hub, after the end
    minute, timed = AFTER_START, []
    for what in said:
        minute += draw(st.integers(1, 30))
        timed.append((minute, what))
    return timed


def told(order: list[tuple[int, str]], attempts: dict[int, int], repeats: bool = False) -> Life:
    """A life that hears of the reports in this order, all by the evening."""
    life = Life()
    life.tell_all("""
        08:00 shop registers
        10:00 system assigns eleni 5
        11:00 system starts eleni 6
    """)
    for minute, what in order:
        line = f"23:00 ({minute // 60:02d}:{minute % 60:02d}) eleni {what} id=m{minute}"
        line += f" attempt={attempts[minute]}"
        life.tell(line)
        if repeats:
            assert life.tell(line) == "again"
    return life


def numbered(timed: list[tuple[int, str]]) -> dict[int, int]:
    """The attempt of each report, as the courier's device counts: a new one each time he goes out again."""
    attempt, found = 1, {}
    for minute, what in timed:
        attempt += what == "OutForDelivery_001"
        found[minute] = attempt
    return found


def oracle(order: list[tuple[int, str]], attempts: dict[int, int]) -> dict[str, Any]:
    """What the page must say. Only of what happened after the end does it matter when it was told: nothing
    follows an end that is known."""
    rows = [(8 * 60, "InfoReceived_001", 0), (11 * 60, "OutForDelivery_001", 1)]
    end: int | None = None
    for minute, what in order:
        if end is None or minute < end:
            rows.append((minute, what, attempts[minute]))
        if what.startswith("Delivered") or what == "Exception_013":
            end = minute
    rows.sort()
    status, attempt = next((s, a) for m, s, a in reversed(rows) if end in (None, m))
    ended = end is not None
    return {
        "history": [f"{m // 60:02d}:{m % 60:02d} {s}" for m, s, _ in rows],
        "status": status,
        "attempt": attempt,
        "out": status.startswith("OutForDelivery"),
        "ended": ended,
    }


def shown(life: Life) -> dict[str, Any]:
    return {
        "history": life.history(),
        "status": life.state.substatus,
        "attempt": life.state.attempt,
        "out": life.state.out,
        "ended": life.state.ended,
    }


@settings(max_examples=120, deadline=None)
@given(reports(), st.randoms(use_true_random=False))
def test_late_reports_give_the_view_they_would_have_given_in_time(timed: Any, random: Any) -> None:
    """Catches `late_scan_becomes_current`, `history_by_arrival`, `late_end_is_history`,
    `happened_when_it_was_told`."""
    attempts = numbered(timed)
    order = list(timed)
    random.shuffle(order)
    expected = oracle(timed, attempts)
    event("delivered" if expected["status"].startswith("Delivered") else "not delivered")
    assert shown(told(timed, attempts)) == expected
    assert shown(told(order, attempts, repeats=True)) == oracle(order, attempts)


def test_most_generated_lives_are_delivered() -> None:
    """At least 30 % of the generated lives reach Delivered, or the property above would say little."""
    ends: list[bool] = []

    @settings(max_examples=200, deadline=None, database=None)
    @given(reports())
    def live(timed: Any) -> None:
        ends.append(told(timed, numbered(timed)).state.substatus in END)

    live()
    assert sum(ends) >= 0.3 * len(ends), f"{sum(ends)} of {len(ends)}"


@settings(max_examples=80, deadline=None)
@given(reports(), st.data())
def test_of_two_deciders_the_first_in_the_log_wins(timed: Any, data: st.DataObject) -> None:
    """A frozen decider wakes and answers from an old state, more than once: whoever folds the log drops its
    events, so that all readers agree. Catches `fold_without_follows`, `follows_by_number_alone`."""
    life = Life()
    life.tell_all("08:00 shop registers\n10:00 system assigns eleni 5\n11:00 system starts eleni 6")
    frozen = life.state
    attempts = numbered(timed)
    for minute, what in timed:
        life.tell(f"23:00 ({clock(at('00:00') + minute * 60_000)}) eleni {what} attempt={attempts[minute]}")
    log = list(life.events)
    strays: list[AnyEvent] = []
    for what in ("AttemptFail_003", "OutForDelivery_003"):
        stray = decide(frozen, life._command("eleni", what, [], "11:05"), at("23:01"), "frozen")
        assert stray is not None
        frozen = fold(frozen, stray)
        strays.append(stray)
    place = data.draw(st.integers(4 if len(log) > 3 else len(log), len(log))) if len(log) > 3 else None
    if place is None:
        return
    log[place:place] = strays
    state = empty("s-1", "athens")
    for each in log:
        if follows(state, each):
            state = fold(state, each)
    assert state == life.state


def test_fold_refuses_what_does_not_follow() -> None:
    life = Life()
    life.tell_all("08:00 shop registers")
    with pytest.raises(ValueError, match="does not follow"):
        fold(life.state, life.events[0])
