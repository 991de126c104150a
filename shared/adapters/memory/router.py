"""A router without streets: straight lines at one speed, inside a box."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import pairwise

from shared.geo import Coord, distance_m
from shared.geo.tour import Due, open_tour
from shared.ports.router import Leg, NoRouteError, Tour, Travel

_WORLD = (-180.0, -90.0, 180.0, 90.0)


class MemoryRouter:
    """Straight lines at speed_mps; a place outside bbox (west, south, east, north) has no route."""

    def __init__(self, *, speed_mps: float = 6.0, bbox: tuple[float, float, float, float] = _WORLD) -> None:
        self._speed_mps = speed_mps
        self._bbox = bbox

    async def route(self, points: Sequence[Coord]) -> list[Leg]:
        if len(points) < 2:
            raise ValueError("a route needs two points or more")
        self._check(points)
        return [self._leg(a, b) for a, b in pairwise(points)]

    async def matrix(self, sources: Sequence[Coord], targets: Sequence[Coord]) -> list[list[Travel | None]]:
        if not sources or not targets:
            raise ValueError("a matrix needs a source and a target or more")
        self._check(sources)
        self._check(targets)
        rows: list[list[Travel | None]] = []
        for source in sources:
            metres = [distance_m(*source, *target) for target in targets]
            rows.append([Travel(m, m / self._speed_mps) for m in metres])
        return rows

    async def optimized(self, points: Sequence[Coord]) -> Tour:
        """The nearest next point each time, then 2-opt: stretches are turned while that shortens the way."""
        if len(points) < 2:
            raise ValueError("a tour needs two points or more")
        self._check(points)
        order, left = [0], set(range(1, len(points) - 1))
        while left:
            here = points[order[-1]]
            order.append(min(left, key=lambda i: distance_m(*here, *points[i])))
            left.remove(order[-1])
        order.append(len(points) - 1)
        order = _untangle(order, points)
        return Tour(order, [self._leg(points[a], points[b]) for a, b in pairwise(order)])

    async def order(
        self,
        points: Sequence[Coord],
        *,
        start: Coord | None = None,
        due: Sequence[Due] | None = None,
        service_s: float = 0.0,
    ) -> Tour:
        if not points:
            raise ValueError("an order needs a point or more")
        self._check([*points, *([start] if start else [])])
        times = [[distance_m(*a, *b) / self._speed_mps for b in points] for a in points]
        first = [distance_m(*start, *b) / self._speed_mps for b in points] if start else None
        order = await asyncio.to_thread(open_tour, times, first, due, service_s)
        way = [*([start] if start else []), *(points[i] for i in order)]
        return Tour(order, [self._leg(a, b) for a, b in pairwise(way)])

    async def close(self) -> None:
        return None

    def _leg(self, a: Coord, b: Coord) -> Leg:
        metres = distance_m(*a, *b)
        return Leg([a, b], metres, metres / self._speed_mps)

    def _check(self, points: Sequence[Coord]) -> None:
        west, south, east, north = self._bbox
        for lon, lat in points:
            if not (west <= lon <= east and south <= lat <= north):
                raise NoRouteError("a place lies outside the area")


def _untangle(order: list[int], points: Sequence[Coord]) -> list[int]:
    def metres(a: int, b: int) -> float:
        return distance_m(*points[a], *points[b])

    improved = True
    while improved:
        improved = False
        for i in range(1, len(order) - 2):
            for j in range(i + 1, len(order) - 1):
                before = metres(order[i - 1], order[i]) + metres(order[j], order[j + 1])
                after = metres(order[i - 1], order[j]) + metres(order[i], order[j + 1])
                if after < before - 1e-6:
                    order[i : j + 1] = reversed(order[i : j + 1])
                    improved = True
    return order
