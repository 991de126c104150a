"""The simulator's couriers against the published figures of real ones: speeds, visits, noise, intervals."""

import random
import statistics
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.simulator.core.distributions import (
    ACCURACY_M,
    DRIVING_MPS,
    INTERVAL_S,
    STANDING_OFF_M,
    STANDING_STEP_M,
    VISIT_S,
    Quantiles,
)
from services.simulator.core.gps import Fix, Receiver
from services.simulator.core.motion import Doing, Drive, Moment, drive, speeds
from services.simulator.core.rhythm import readings
from shared.geo import Coord, Line, destination, distance_m

CENTRE = (24.9441, 60.1712)
# GOAL's drive legs between visits: p10 38, p25 81, p50 168, p75 322, p90 583 m.
LEG_M = Quantiles({0.0: 20, 0.1: 38, 0.25: 81, 0.5: 168, 0.75: 322, 0.9: 583, 0.99: 1400})


def street(metres: float, rng: random.Random, start: Coord = CENTRE) -> list[Coord]:
    """A line of about that length with a corner at every other crossing."""
    coords, bearing, left = [start], rng.choice([0.0, 90.0]), metres
    while left > 0:
        block = min(left, rng.uniform(60, 160))
        coords.append(destination(*coords[-1], bearing, block))
        bearing += rng.choice([0, 0, 0, 90, -90, 8])
        left -= block
    return coords


def quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def round_of(seed: int, stops: int = 6) -> tuple[Drive, list[list[Coord]], list[Coord]]:
    rng = random.Random(seed)
    legs, at = [], CENTRE
    for _ in range(stops):
        legs.append(street(LEG_M.draw(rng), rng, at))
        at = legs[-1][-1]
    doors = [destination(*leg[-1], rng.uniform(0, 360), rng.uniform(0, 40)) for leg in legs]
    return drive(legs, doors, rng), legs, doors


def test_driving_speeds_agree_with_delivery_agents() -> None:
    """Mean speeds over 5 s, as GOAL's steps are. Its upper tail is the way to and from the depot by motorway,
    which rounds in a city do not have, so it is compared up to the third quartile."""
    rng = random.Random(5)
    steps: list[float] = []
    seconds: list[int] = []
    for _ in range(600):
        each = speeds(Line(street(LEG_M.draw(rng), rng)), rng, 27.0)
        seconds.append(len(each))
        steps += [statistics.fmean(each[i : i + 5]) for i in range(0, len(each) - 4, 5)]
    for share in (0.25, 0.5, 0.75):
        assert quantile(steps, share) == pytest.approx(DRIVING_MPS.at(share), rel=0.3), share
    slow = sum(step < 0.5 for step in steps) / len(steps)
    assert slow == pytest.approx(0.124, abs=0.04)  # GOAL: queues and lights
    assert quantile(seconds, 0.5) == pytest.approx(45, rel=0.35)  # GOAL: Driving runs


def test_the_limit_is_kept_and_the_whole_leg_is_driven() -> None:
    rng = random.Random(6)
    for metres in (1.0, 40.0, 900.0):
        line = Line(street(metres, rng))
        each = speeds(line, rng, 9.0)
        assert max(each) <= 9.0
        assert sum(each) == pytest.approx(line.length_m, abs=1.0)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_a_round_is_one_unbroken_way(seed: int) -> None:
    made, legs, doors = round_of(seed)
    for a, b in pairwise(made.moments):
        assert distance_m(a.lon, a.lat, b.lon, b.lat) < 20
    times = [t for visit in made.visits for t in (visit.arrives_s, visit.hands_over_s, visit.leaves_s)]
    assert times == sorted(times)
    assert len(made.visits) == len(doors)
    for visit, leg, door in zip(made.visits, legs, doors, strict=True):
        kerb = made.at(visit.arrives_s)
        assert distance_m(kerb.lon, kerb.lat, *leg[-1]) < 2
        hand_over = made.at(visit.hands_over_s)
        assert distance_m(hand_over.lon, hand_over.lat, *door) < 3
        assert visit.leaves_s - visit.arrives_s >= 8


def test_visits_last_as_long_as_real_ones() -> None:
    lengths: list[float] = []
    for seed in range(150):
        made, _, _ = round_of(seed)
        lengths += [visit.leaves_s - visit.arrives_s for visit in made.visits]
    for share in (0.25, 0.5, 0.75, 0.9):
        assert quantile(lengths, share) == pytest.approx(VISIT_S.at(share), rel=0.2), share


def test_the_same_seed_is_the_same_round() -> None:
    assert round_of(3)[0].moments == round_of(3)[0].moments
    assert round_of(3)[0].moments != round_of(4)[0].moments


def test_between_seconds_and_beyond_the_ends() -> None:
    made, _, _ = round_of(1)
    a, b = made.moments[10], made.moments[11]
    assert made.at(10.5).lon == pytest.approx((a.lon + b.lon) / 2)
    assert made.at(-1) == made.moments[0]
    assert made.at(1e9) == made.moments[-1]
    with pytest.raises(ValueError, match="empty"):
        Drive().at(0)
    with pytest.raises(ValueError, match="door"):
        drive([], [CENTRE], random.Random(1))


def test_a_door_far_from_the_street_is_walked_to_no_further_than_a_courier_would() -> None:
    leg = street(200, random.Random(1))
    door = destination(*leg[-1], 45, 500)
    made = drive([leg], [door], random.Random(2), visit_s=[60])
    at = made.at(made.visits[0].hands_over_s)
    assert distance_m(*leg[-1], at.lon, at.lat) == pytest.approx(60, abs=1)


def standing(seed: int, readings_: int) -> list[Fix]:
    receiver = Receiver(random.Random(seed))
    still = Moment(*CENTRE, 0.0, 0.0, Doing.STANDING)
    return [receiver.read(5.0 * i, still) for i in range(readings_)]


def test_a_standing_phone_scatters_and_steps_as_real_ones() -> None:
    """Quantiles of distance and step within a half; phantom metres a minute within a fifth."""
    off: list[float] = []
    step: list[float] = []
    minutes = 0.0
    for seed in range(500):
        fixes = standing(seed, random.Random(-seed).randint(12, 25))
        places = [(fix.lon or 0.0, fix.lat or 0.0) for fix in fixes]
        middle = statistics.median(p[0] for p in places), statistics.median(p[1] for p in places)
        off += [distance_m(*middle, *place) for place in places]
        step += [distance_m(*a, *b) for a, b in pairwise(places)]
        minutes += len(fixes) * 5 / 60
    for share in (0.5, 0.75, 0.9, 0.95):
        assert quantile(off, share) == pytest.approx(STANDING_OFF_M.at(share), rel=0.5), share
    for share in (0.5, 0.75, 0.9, 0.95):
        assert quantile(step, share) == pytest.approx(STANDING_STEP_M.at(share), rel=0.5), share
    assert sum(step) / minutes == pytest.approx(19.4, rel=0.2)
    assert sum(s == 0 for s in step) / len(step) == pytest.approx(0.048, abs=0.03)


def test_radii_agree_with_phones_and_tell_of_the_error() -> None:
    fixes = [fix for seed in range(400) for fix in standing(seed, 10)]
    radii = [fix.accuracy_m or 0.0 for fix in fixes]
    for share in (0.1, 0.5, 0.75, 0.9):
        assert quantile(radii, share) == pytest.approx(ACCURACY_M.at(share), rel=0.3), share
    good = [fix for fix in fixes if (fix.accuracy_m or 0) < 8]
    bad = [fix for fix in fixes if (fix.accuracy_m or 0) > 25]

    def error(some: list[Fix]) -> float:
        return statistics.median(distance_m(*CENTRE, fix.lon or 0.0, fix.lat or 0.0) for fix in some)

    assert error(bad) > 2 * error(good)


def test_readings_come_every_five_seconds_with_gaps() -> None:
    gaps: list[float] = []
    for seed in range(60):
        made, _, _ = round_of(seed, stops=10)
        rng = random.Random(seed)
        fixes = [f for f in readings(made, Receiver(rng), rng, 1000.0) if f.lon is not None]
        gaps += [b.at_s - a.at_s for a, b in pairwise(fixes)]
        assert all(1000 <= f.at_s <= 1000 + made.duration_s + 1 for f in fixes)
    assert quantile(gaps, 0.5) == pytest.approx(5.0, abs=0.05)
    assert sum(4.5 <= g <= 5.5 for g in gaps) / len(gaps) == pytest.approx(0.852, abs=0.03)
    assert statistics.fmean(gaps) == pytest.approx(INTERVAL_MEAN_S, rel=0.12)
    assert 1 / 600 < sum(g > 30 for g in gaps) / len(gaps) < 1 / 80  # GOAL: one in 212


INTERVAL_MEAN_S = 5.87  # GOAL; its longest gaps are cut here


def test_intervals_are_what_was_measured() -> None:
    rng = random.Random(1)
    drawn = [INTERVAL_S.draw(rng) for _ in range(40_000)]
    assert statistics.fmean(drawn) == pytest.approx(INTERVAL_MEAN_S, rel=0.05)
    assert sum(d > 60 for d in drawn) / len(drawn) == pytest.approx(105 / 57155, rel=0.4)


def test_a_phone_at_rest_says_that_it_is_alive_and_time_never_goes_back() -> None:
    made = drive([street(300, random.Random(1))], [CENTRE], random.Random(1), visit_s=[400])
    rng = random.Random(9)
    fixes = list(readings(made, Receiver(rng), rng, 0.0))
    alive = [fix for fix in fixes if fix.lon is None]
    assert 3 <= len(alive) <= 7
    assert all(b.at_s - a.at_s >= 55 for a, b in pairwise(alive))
    assert [f.at_s for f in fixes] == sorted(f.at_s for f in fixes)


def test_readings_from_the_middle_of_a_round() -> None:
    made, _, _ = round_of(2)
    rng = random.Random(1)
    first = next(readings(made, Receiver(rng), rng, 500.0, from_s=100.0))
    assert 600 <= first.at_s <= 605


def test_a_course_is_known_only_while_moving() -> None:
    receiver = Receiver(random.Random(1))
    fix = receiver.read(0.0, Moment(*CENTRE, 0.0, 90.0, Doing.STANDING))
    assert fix.bearing_deg is None
    moving = receiver.read(5.0, Moment(*CENTRE, 8.0, 90.0, Doing.DRIVING))
    assert moving.bearing_deg is not None
    assert abs(moving.bearing_deg - 90) < 25
    assert moving.speed_mps == pytest.approx(8, abs=2)


def test_quantiles() -> None:
    table = Quantiles({0.1: 10, 0.5: 20, 0.9: 40})
    assert [table.at(s) for s in (0, 0.1, 0.3, 0.5, 0.7, 1)] == [10, 10, 15, 20, 30, 40]
    assert table.of_normal(0) == 20
    for bad in ({0.5: 1.0}, {0.1: 5.0, 0.5: 1.0}):
        with pytest.raises(ValueError, match="rise"):
            Quantiles(bad)
