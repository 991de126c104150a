"""Orders of many places, and which stops are whose."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.portal.core.imports.splitting import AT_ONE_STOP, split, stops_of
from shared.adapters.memory.router import MemoryRouter
from shared.geo.tour import cost, length, open_tour
from shared.ports.router import NoRouteError


def town(count: int, seed: int) -> list[list[float]]:
    """Times in a town of one-way streets: not symmetric."""
    rng = random.Random(seed)
    at = [(rng.random(), rng.random()) for _ in range(count)]
    return [[1000 * (abs(a[0] - b[0]) + abs(a[1] - b[1]) + 0.2 * (a[0] > b[0])) for b in at] for a in at]


@given(st.integers(0, 12), st.integers(0, 99), st.booleans())
def test_each_place_once(count: int, seed: int, from_start: bool) -> None:
    times = town(count, seed)
    first = [float(i) for i in range(count)] if from_start else None
    assert sorted(open_tour(times, first)) == list(range(count))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("from_start", [True, False])
def test_near_the_best_that_there_is(seed: int, from_start: bool) -> None:
    times = town(7, seed)
    first = [100.0 * i for i in range(7)] if from_start else [0.0] * 7
    best = min(length(p, times, first) for p in itertools.permutations(range(7)))
    assert length(open_tour(times, first if from_start else None), times, first) <= 1.05 * best


def test_much_better_than_as_given_for_a_round_of_a_hundred() -> None:
    times = town(100, 3)
    first = [0.0] * 100
    assert length(open_tour(times), times, first) < 0.25 * length(range(100), times, first)


def test_windows_are_kept_where_they_can_be() -> None:
    times = town(30, 5)
    first = [0.0] * 30
    # Ten places want their visit in the first 83 minutes, ten after two hours.
    due = [(0.0, 5000.0) if i < 10 else (7200.0, 14400.0) if i < 20 else None for i in range(30)]
    tour = open_tour(times, first, due, 60.0)
    assert sorted(tour) == list(range(30))
    plain = open_tour(times, first)
    assert cost(tour, times, first, due, 60.0) < cost(plain, times, first, due, 60.0)
    now, before, late = 0.0, -1, 0
    for place in tour:
        now += times[before][place] if before >= 0 else 0.0
        window = due[place]
        if window is not None:
            now = max(now, window[0])
            late += now > window[1]
        now, before = now + 60.0, place
    assert late == 0


async def test_the_memory_router_orders_too() -> None:
    router = MemoryRouter()
    points = [(24.0 + i / 100, 60.0) for i in (3, 0, 2, 1)]
    tour = await router.order(points, start=(23.99, 60.0))
    assert tour.order == [1, 3, 2, 0]
    assert len(tour.legs) == 4
    assert len((await router.order(points)).legs) == 3
    assert (await router.order(points[:1])).order == [0]
    with pytest.raises(NoRouteError):
        await MemoryRouter(bbox=(0, 0, 1, 1)).order(points)
    with pytest.raises(ValueError, match="a point"):
        await router.order([])


PLACES = st.lists(st.tuples(st.floats(20, 30), st.floats(35, 65)), max_size=60)


@given(PLACES, st.integers(1, 12))
@settings(deadline=None)
def test_parts_are_even_and_whole(places: list[tuple[float, float]], among: int) -> None:
    parts = split(places, among)
    assert len(parts) == among
    assert sorted(i for part in parts for i in part) == list(range(len(places)))
    sizes = [len(part) for part in parts]
    assert max(sizes) - min(sizes) <= 1


def test_two_ends_of_a_town_are_two_couriers() -> None:
    west = [(24.0 + i / 1000, 60.0) for i in range(10)]
    east = [(25.0 + i / 1000, 60.0) for i in range(10)]
    mixed = [p for pair in zip(west, east, strict=True) for p in pair]
    for part in split(mixed, 2):
        assert len({mixed[i][0] < 24.5 for i in part}) == 1


def test_one_door_is_one_stop_and_another_window_another() -> None:
    door = (24.94, 60.17)
    stops = stops_of(
        [(2, door, None, None), (3, door, None, None), (4, door, 0, 1), (5, (24.9, 60.1), None, None)]
    )
    assert [stop.rows for stop in stops] == [[2, 3], [4], [5]]
    many = stops_of([(i, door, None, None) for i in range(AT_ONE_STOP + 1)])
    assert [len(stop.rows) for stop in many] == [AT_ONE_STOP, 1]
