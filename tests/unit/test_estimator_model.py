"""What is estimated of a round: timelines of a courier's day in numbers of minutes."""

from __future__ import annotations

import random

import msgspec
import pytest

from services.estimator.core.learned import Learned, Visit, hours_after, learn
from services.estimator.core.model import Ahead, Estimate, Moment, estimate
from tests.unit.estimator_tables import ATHENS, at_ms

MINUTE = 60_000
STREET = [Ahead(60.0)] * 12


def visit(
    courier: str, left_ms: int, way_s: float, dwell_s: float, leg_s: float = 60.0, **more: object
) -> Visit:
    arrived_ms = left_ms + int(way_s * 1000)
    done_ms = arrived_ms + int(dwell_s * 1000)
    known: dict[str, object] = {"zone": ATHENS, **more}
    return Visit(courier, left_ms, arrived_ms, done_ms, leg_s, **known)  # type: ignore[arg-type]


def days(courier: str = "eleni", way_s: float = 120.0, dwell_s: float = 60.0, count: int = 6) -> Learned:
    """What is learned of so many days of 100 visits, all alike."""
    learned = Learned()
    for day in range(count):
        now = at_ms("09:00") - (count - day) * 86_400_000
        for _ in range(100):
            learn(learned, visit(courier, now, way_s, dwell_s))
            now += int((way_s + dwell_s) * 1000)
    return learned


def minutes(made: list[Estimate], since: str = "12:00") -> list[int]:
    return [round((e.eta_ms - at_ms(since)) / MINUTE) for e in made]


def noon(**more: object) -> Moment:
    return Moment(at_ms("12:00"), ATHENS, courier="eleni", **more)  # type: ignore[arg-type]


def test_it_learns_what_a_stop_takes() -> None:
    """A leg of a minute took two, a hand-over one: three minutes a stop, whatever was believed before."""
    made = estimate(days(), noon(), STREET)
    assert minutes(made)[0] == pytest.approx(3, abs=1)
    assert minutes(made)[11] == pytest.approx(36, abs=3)


def test_without_having_learned_anything_it_is_unsure() -> None:
    known = estimate(days(), noon(), STREET)[11]
    unknown = estimate(Learned(), noon(), STREET)[11]
    assert unknown.to_ms - unknown.from_ms > 1.5 * (known.to_ms - known.from_ms)


def test_a_slow_courier_is_known_as_slow_and_a_new_one_is_taken_as_the_average() -> None:
    learned = Learned()
    for day in range(6):
        for courier, way_s in (("eleni", 100.0), ("nikos", 160.0)):
            now = at_ms("09:00") - (6 - day) * 86_400_000
            for _ in range(60):
                learn(learned, visit(courier, now, way_s, 60.0))
                now += int((way_s + 60) * 1000)
    last = {
        name: estimate(learned, Moment(at_ms("12:00"), ATHENS, courier=name), STREET)[11].eta_ms
        for name in ("eleni", "nikos", "new")
    }
    assert last["eleni"] < last["new"] < last["nikos"]


def test_a_jam_of_this_hour_tells_for_this_hour_and_hardly_for_tomorrow() -> None:
    learned = days()
    before = minutes(estimate(learned, noon(), STREET))[11]
    now = at_ms("11:10")
    for _ in range(10):
        learn(learned, visit("eleni", now, 260.0, 60.0))
        now += 320_000
    jammed = minutes(estimate(learned, noon(), STREET))[11]
    tomorrow = Moment(at_ms("12:00") + 86_400_000, ATHENS, courier="eleni")
    after = (estimate(learned, tomorrow, STREET)[11].eta_ms - tomorrow.now_ms) / MINUTE
    assert jammed > before + 4
    assert after < before + (jammed - before) / 2


def test_standing_at_the_stop_the_drive_is_over_and_the_longer_he_stands_the_longer_he_may() -> None:
    learned = days()
    there = estimate(learned, noon(at_stop_s=10.0), STREET)
    long_there = estimate(learned, noon(at_stop_s=600.0), STREET)
    assert there[0].eta_ms < estimate(learned, noon(), STREET)[0].eta_ms
    assert long_there[0].late_s > there[0].late_s


def test_a_queue_is_no_pause_and_a_pause_moves_all_that_comes_after() -> None:
    learned = days()
    on = minutes(estimate(learned, noon(), STREET))
    queue = minutes(estimate(learned, noon(paused_s=60.0), STREET))
    pause = minutes(estimate(learned, noon(paused_s=600.0), STREET))
    assert queue[0] - on[0] <= 1
    assert min(p - o for p, o in zip(pause, on, strict=True)) >= 5


def test_silence_widens_and_moves_nothing_before_now() -> None:
    learned = days()
    heard = estimate(learned, noon(), STREET)
    silent = estimate(learned, noon(silent_s=900.0), STREET)
    assert all(s.to_ms - s.from_ms > h.to_ms - h.from_ms for s, h in zip(silent[4:], heard[4:], strict=True))
    assert all(e.from_ms >= at_ms("12:00") for e in silent)
    assert silent[11].eta_ms < heard[11].eta_ms, "he went on as far as anybody knows"


def test_a_skipped_stop_brings_the_others_forward() -> None:
    learned = days()
    whole, skipped = estimate(learned, noon(), STREET), estimate(learned, noon(), STREET[1:])
    assert skipped[-1].eta_ms < whole[-1].eta_ms
    assert skipped[-1].stops == 10


def with_breaks(courier: str, learned: Learned, count: int = 8, *, rests: bool = True) -> None:
    """Days of 90 visits from nine; he rests for half an hour at a quarter past twelve, or never."""
    for day in range(count):
        now = at_ms("09:00") - (count - day) * 86_400_000
        for i in range(90):
            pause_s = 1800.0 if rests and i == 65 else 0.0
            learn(learned, visit(courier, now, 120.0 + pause_s, 60.0, paused_s=pause_s))
            now += int((180 + pause_s) * 1000)


def late_s(learned: Learned, courier: str, when: str) -> float:
    return estimate(learned, Moment(at_ms(when), ATHENS, courier=courier), STREET)[11].late_s


def test_his_own_break_is_expected_at_his_hour_and_not_again_after_it() -> None:
    learned = Learned()
    with_breaks("eleni", learned)
    early, due, past = (late_s(learned, "eleni", when) for when in ("10:00", "12:10", "16:00"))
    learn(learned, visit("eleni", at_ms("11:30"), 1920.0, 60.0, paused_s=1800.0))
    after = late_s(learned, "eleni", "12:10")
    assert due > 1.5 * early
    assert after < 0.7 * due
    assert past < 0.7 * due, "an hour at which he never rests"


def test_who_never_rests_is_not_expected_to_because_others_do_and_a_new_one_is() -> None:
    learned = Learned()
    with_breaks("eleni", learned)
    with_breaks("nikos", learned, rests=False)
    never, as_others = late_s(learned, "nikos", "12:10"), late_s(learned, "new", "12:10")
    assert never < 0.7 * late_s(learned, "eleni", "12:10")
    assert as_others > 1.3 * never


def test_a_short_pause_is_no_break() -> None:
    """After it the day's break is still to come; how long breaks are, it says nothing of."""
    learned = Learned()
    with_breaks("eleni", learned)
    due = late_s(learned, "eleni", "12:10")
    learn(learned, visit("eleni", at_ms("11:45"), 520.0, 60.0, paused_s=400.0))
    assert late_s(learned, "eleni", "12:10") == pytest.approx(due, rel=0.1)


@pytest.mark.parametrize(("at_h", "other_h", "after"), [(13, 12, 1), (0.5, 23.5, 1), (23, 1, -2), (6, 6, 0)])
def test_times_of_day_are_near_to_each_other_over_midnight(at_h: float, other_h: float, after: float) -> None:
    assert hours_after(at_h, other_h) == after


def test_what_a_leg_takes_stays_what_it_takes_however_long_it_is_learned() -> None:
    """The line and the level of all logarithms are two names of one thing: they do not grow apart."""
    rng = random.Random(3)
    learned, lines = Learned(), []
    for day in range(40):
        now = at_ms("09:00") - (40 - day) * 86_400_000
        for _ in range(60):
            leg_s = rng.uniform(20, 200)
            way_s = (60 + 1.3 * leg_s) * rng.lognormvariate(0, 0.4)
            learn(learned, visit("eleni", now, way_s, 60.0, leg_s=leg_s))
            now += int((way_s + 60) * 1000)
        lines.append(learned.way.line()[1])
    assert lines[-1] == pytest.approx(lines[9], rel=0.05)


def test_a_long_leg_is_surer_in_proportion_than_a_short_one() -> None:
    """What is unsure of a leg is parking and walking, however long the drive between is."""
    rng = random.Random(5)
    learned = Learned()
    for day in range(8):
        now = at_ms("09:00") - (8 - day) * 86_400_000
        for _ in range(80):
            leg_s = rng.choice((30.0, 300.0))
            way_s = 1.2 * leg_s + rng.uniform(20, 140)
            learn(learned, visit("eleni", now, way_s, 60.0, leg_s=leg_s))
            now += int((way_s + 60) * 1000)
    near, far = (estimate(learned, noon(), [Ahead(leg_s)])[0] for leg_s in (30.0, 300.0))
    longer = far.drive_s / near.drive_s
    assert longer > 3
    assert far.late_s < 0.7 * longer * near.late_s


def test_what_can_not_have_been_teaches_nothing() -> None:
    learned = days()
    before = msgspec.json.encode(learned)
    now = at_ms("11:00")
    learn(learned, Visit("eleni", now, None, now - 1000, 60.0))
    learn(learned, Visit("eleni", now, None, now + 86_400_000, 60.0))
    learn(learned, Visit("eleni", now, now + 1000, now + 60_000, float("nan")))
    assert msgspec.json.encode(learned) == before


def test_what_was_learned_survives_being_written_down() -> None:
    learned = days()
    again = msgspec.json.decode(msgspec.json.encode(learned), type=Learned)
    assert estimate(again, noon(), STREET) == estimate(learned, noon(), STREET)
