"""The zones: displaced, the same each time, telling nothing without the key; and legs cut at their edge."""

from __future__ import annotations

import random
from math import cos, hypot, sin

import msgspec
import pytest

from services.projector.couriers.core import Rules
from services.projector.couriers.core.progress import rest_of_leg
from services.projector.couriers.core.zones import Zone, displacement_m
from shared.contracts.common import Policy
from shared.geo import Line, Plane
from tests.unit.couriers_world import SECRET, Round, place, stop

RNG = random.Random(3)
DOORS = [(RNG.uniform(24.0, 25.0), RNG.uniform(60.0, 61.0)) for _ in range(4_000)]


def test_the_door_is_always_inside_and_never_known_to_be_the_middle() -> None:
    far = [hypot(*displacement_m(SECRET, lon, lat, 50.0)) for lon, lat in DOORS]
    assert max(far) <= 50.0
    assert sum(d > 20 for d in far) / len(far) > 0.9


def test_along_any_street_the_displacement_is_spread_evenly() -> None:
    """No guess along a street is better than another: each tenth of the 100 m holds a tenth of the doors."""
    moved = [displacement_m(SECRET, lon, lat, 50.0) for lon, lat in DOORS]
    for angle in (0.0, 0.5, 1.2, 2.0):
        counts = [0] * 10
        for east, north in moved:
            counts[min(9, int((east * cos(angle) + north * sin(angle) + 50) / 10))] += 1
        assert max(counts) / min(counts) < 1.4


def test_the_same_place_has_the_same_zone_however_it_was_geocoded() -> None:
    assert displacement_m(SECRET, 24.94411, 60.17122, 50) == displacement_m(SECRET, 24.94412, 60.17121, 50)
    assert displacement_m(SECRET, 24.9441, 60.1712, 50) != displacement_m(SECRET, 24.9442, 60.1712, 50)


def test_another_secret_gives_another_zone() -> None:
    lon, lat = DOORS[0]
    assert displacement_m(SECRET, lon, lat, 50) != displacement_m(b"x" * 32, lon, lat, 50)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        Rules({}, {}, b"short")


def test_a_held_marker_inside_a_zone_is_not_shown_when_the_phone_scribbles_out_of_it() -> None:
    """He comes to rest just inside the edge; the next fix lies outside, but the marker would not move."""
    policy = Policy(mode="strict")
    r = Round([stop("1", (0, 0)), stop("2", (2000, 0))], {"shop": policy})
    zone = r.courier._itinerary.places[0].zone(policy, SECRET)
    plane = r.courier.track.plane
    assert plane is not None
    # Towards the side where the edge is farthest from the door, so that "at the stop" plays no part.
    away = hypot(zone.x, zone.y)
    ux, uy = zone.x / away, zone.y / away

    def out(extra_m: float) -> tuple[float, float]:
        return zone.x + ux * (100 + extra_m), zone.y + uy * (100 + extra_m)

    r.fix(0, out(200), speed=8)
    r.fix(5, out(160), speed=8)
    assert (line := r.line("s-2")) is not None
    assert line.show == "exact"
    r.fix(10, out(-4), speed=8)
    assert (line := r.line("s-2")) is not None
    assert line.why == "protected"
    r.fix(15, out(8), speed=0.5)
    assert (line := r.line("s-2")) is not None
    assert line.why == "protected"
    r.fix(20, out(60), speed=8)
    assert (line := r.line("s-2")) is not None
    assert line.show == "exact"


@pytest.mark.parametrize(
    ("leg", "zone", "first", "left"),
    [
        ([(-200, 0), (200, 0)], (0, 0), (100, 0), 2),
        ([(-200, 0), (200, 0)], (0, 150), (-200, 0), 2),  # passes it by
        ([(0, 0), (50, 0)], (0, 0), None, 0),  # never leaves it
        ([(0, 0), (300, 0), (300, 300), (0, 300), (0, 50)], (0, 0), None, 0),  # ends inside
        ([(0, 0), (300, 0), (0, 0), (0, 300)], (0, 0), (0, 100), 2),  # comes back and leaves again
    ],
)
def test_a_leg_begins_after_its_last_exit_from_the_zone(
    leg: list[tuple[float, float]],
    zone: tuple[float, float],
    first: tuple[float, float] | None,
    left: int,
) -> None:
    plane = Plane(24.94, 60.17)
    line = Line([place(*p) for p in leg])
    made = rest_of_leg(line, 0.0, plane, [Zone(*zone, 100.0)])
    if first is None:
        assert made is None
        return
    assert made is not None
    coordinates = msgspec.json.decode(made)["geometry"]["coordinates"]
    assert len(coordinates) == left
    assert plane.to_xy(*coordinates[0]) == pytest.approx(first, abs=0.5)
