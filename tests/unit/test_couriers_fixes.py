"""What a fix is worth: timelines of one courier's fixes and the verdict on each."""

from __future__ import annotations

import random
from math import dist

import pytest

from services.projector.couriers.core import Verdict, pipeline
from services.projector.couriers.core.quality import (
    accuracy,
    clock,
    duty,
    jump,
    order,
    repeat,
    standing,
)
from tests.unit.couriers_world import Metres, Round, stop, where

DAY_S = 86_400
HOME = stop("1", (5_000, 0))


def shown(r: Round) -> Metres:
    """Where the only recipient sees the courier."""
    line = r.line("s-1")
    assert line is not None
    at = where(line)
    assert at is not None
    return at


def test_the_steps_stand_in_the_order_in_which_a_fix_takes_them() -> None:
    assert (
        duty.on_duty,
        clock.plausible,
        repeat.new,
        order.newest,
        accuracy.sharp,
        jump.possible,
        standing.moves,
    ) == pipeline.STEPS


@pytest.mark.parametrize(
    ("timeline", "verdicts"),
    [
        pytest.param(
            # t, read at, x, radius
            [(0, 0, 0, 5), (5, 5, 40, 5), (10, 10, 80, 5)],
            "moved moved moved",
            id="drives",
        ),
        pytest.param([(0, 0, 0, 5), (0, 1, 0, 5)], "moved repeat", id="the same fix again"),
        pytest.param([(0, 0, 0, 5), (5, 5, 0, 5)], "moved held", id="the same place at a new time"),
        pytest.param([(10, 10, 0, 5), (5, 11, 40, 5), (15, 15, 40, 5)], "moved late moved", id="late one"),
        pytest.param([(10, 10, 0, 5), (10, 10, 40, 5)], "moved late", id="two places in the same second"),
        pytest.param([(121, 0, 0, 5), (5, 5, 9, 5)], "future moved", id="clock 2 min 1 s ahead"),
        pytest.param([(119, 0, 0, 5), (5, 5, 9, 5)], "moved late", id="clock 1 min 59 s ahead"),
        pytest.param([(0, DAY_S + 1, 0, 5)], "stale", id="of yesterday"),
        pytest.param([(0, DAY_S - 1, 0, 5)], "moved", id="nearly of yesterday"),
        pytest.param([(0, 0, 0, 101)], "coarse", id="a street away"),
        pytest.param([(0, 0, 0, 80)], "moved", id="poor, but nothing better known"),
        pytest.param([(0, 0, 0, 10), (5, 5, 40, 80)], "moved coarse", id="poor, a good one is fresh"),
        pytest.param([(0, 0, 0, 10), (60, 60, 400, 80)], "moved moved", id="poor, the good one is old"),
        pytest.param([(0, 0, 0, 5), (1, 1, 470, 5), (2, 2, 12, 5)], "moved jump held", id="out and back"),
        pytest.param(
            [(0, 0, 0, 5), (1, 1, 470, 5), (2, 2, 478, 5), (3, 3, 486, 5), (4, 4, 520, 5)],
            "moved jump jump moved moved",
            id="relocated: the third that agrees is believed",
        ),
        pytest.param(
            [(0, 0, 0, 5), (1, 1, 470, 5), (2, 2, -480, 5), (3, 3, 900, 5), (4, 4, 16, 5)],
            "moved jump jump jump moved",
            id="wild ones do not agree with each other",
        ),
        pytest.param([(0, 0, 0, 60), (1, 1, 90, 40)], "moved moved", id="the radii explain the jump"),
    ],
)
def test_verdicts(timeline: list[tuple[float, float, float, float]], verdicts: str) -> None:
    r = Round([HOME])
    got = [r.fix(t, (x, 0), now=now, accuracy=radius) for t, now, x, radius in timeline]
    assert [str(v) for v in got] == verdicts.split()


def test_off_duty_is_dropped_by_its_own_time() -> None:
    r = Round()
    r.plan([HOME], off_duty_from=100)
    assert r.fix(99, (0, 0), now=105) is Verdict.MOVED  # made on duty, sent afterwards
    assert r.fix(100, (40, 0), now=106) is Verdict.OFF_DUTY
    assert r.fix(101, None, now=106) is Verdict.OFF_DUTY


def test_without_a_plan_nothing_is_kept() -> None:
    r = Round()
    assert r.fix(0, (0, 0)) is Verdict.OFF_DUTY
    assert r.courier.track.shown is None


def test_a_heartbeat_is_a_sign_of_life_and_no_place() -> None:
    r = Round([HOME])
    r.fix(0, (0, 0))
    assert r.fix(60, None) is Verdict.ALIVE
    assert r.courier.track.heard_ms - r.courier.track.newest_ms == 60_000
    assert shown(r) == pytest.approx((0, 0), abs=0.2)


@pytest.mark.parametrize("dropped", ["off duty", "future", "stale"])
def test_what_is_dropped_is_no_sign_of_life(dropped: str) -> None:
    r = Round()
    r.plan([HOME], off_duty_from=3_600)
    r.fix(0, (0, 0))
    before = r.courier.track.heard_ms
    t, now = {"off duty": (3_700, 3_700), "future": (500, 100), "stale": (5, DAY_S + 10)}[dropped]
    r.fix(t, (40, 0), now=now)
    assert r.courier.track.heard_ms == before


# Standing still


def scribble(
    rng: random.Random, at: Metres, seconds: float, every_s: float = 5.0
) -> list[tuple[float, Metres]]:
    """A phone at rest as delivery drivers' phones are: scatter p50 about 2 m, p95 about 11 m, drifting."""
    x = y = t = 0.0
    out = []
    while t < seconds:
        x += -x * every_s / 40 + rng.gauss(0, 1.5)
        y += -y * every_s / 40 + rng.gauss(0, 1.5)
        out.append((t, (at[0] + x, at[1] + y)))
        t += every_s
    return out


@pytest.mark.parametrize("every_s", [1.0, 5.0, 15.0])
@pytest.mark.parametrize("tells_speed", [False, True])
def test_a_phone_at_rest_draws_hardly_any_way(every_s: float, tells_speed: bool) -> None:
    rng = random.Random(8)
    raw_m = drawn_m = 0.0
    for _ in range(20):
        r = Round([HOME])
        last_raw = last_shown = None
        for t, at in scribble(rng, (0, 0), 300, every_s):
            r.fix(t, at, speed=abs(rng.gauss(0, 0.3)) if tells_speed else None)
            drawn_m += dist(shown(r), last_shown) if last_shown else 0.0
            raw_m += dist(at, last_raw) if last_raw else 0.0
            last_raw, last_shown = at, shown(r)
    minutes = 20 * 5
    assert raw_m / minutes > 6  # there is something to hold back
    assert drawn_m / minutes < 2


@pytest.mark.parametrize("speed_mps", [0.1, 0.3, 0.5, 1.0, 2.0, 3.0])
def test_a_creeping_queue_is_followed(speed_mps: float) -> None:
    r = Round([HOME])
    for k in range(120):
        at = (5 * k * speed_mps, 0.0)
        r.fix(5 * k, at)
        assert dist(shown(r), at) <= 36


def test_a_short_visit_is_seen_as_standing() -> None:
    r = Round([HOME])
    t = r.drive(0, (0, 0), (400, 0))
    verdicts = [
        r.fix(t + s, (400 + dx, dy)) for s, dx, dy in [(5, 2, 1), (10, -3, 4), (15, 6, -5), (20, 0, 2)]
    ]
    assert verdicts == [Verdict.HELD] * 4
    assert r.fix(t + 25, (440, 0), speed=8) is Verdict.MOVED


def test_driving_on_is_shown_with_the_first_fix() -> None:
    r = Round([HOME])
    r.fix(0, (0, 0))
    r.fix(60, (3, 2))
    assert r.fix(65, (28, 0)) is Verdict.MOVED


def test_he_is_still_here_is_said_every_quarter_minute() -> None:
    r = Round([HOME])
    for k in range(13):
        r.fix(5 * k, (k % 2, 0), speed=0)
    line = r.line("s-1")
    assert line is not None
    assert [t for t, _ in r.written] == pytest.approx([0, 0, 15, 30, 45, 60], abs=0.1)
    assert shown(r) == pytest.approx((0, 0), abs=0.2)
