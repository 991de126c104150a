"""The order of a courier's stops, over whatever router tells times: by our own heuristic, which knows open
ends and windows."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence

from shared.geo import Coord
from shared.geo.tour import Due, open_tour
from shared.ports.router import Leg, RouterError, Tour, Travel

OPTIMISED_MOST = 150
_NO_WAY_S = 1e6


class Ordering(ABC):
    """`Router.order` for routers that have the rest."""

    @abstractmethod
    async def route(self, points: Sequence[Coord]) -> list[Leg]: ...

    @abstractmethod
    async def matrix(
        self, sources: Sequence[Coord], targets: Sequence[Coord]
    ) -> list[list[Travel | None]]: ...

    @abstractmethod
    async def optimized(self, points: Sequence[Coord]) -> Tour: ...

    async def order(
        self,
        points: Sequence[Coord],
        *,
        start: Coord | None = None,
        due: Sequence[Due] | None = None,
        service_s: float = 0.0,
    ) -> Tour:
        """By our own heuristic over the router's matrix, since an optimised route has no open end and no
        windows; of few points without windows also by the router with these ends, and the better of the
        two."""
        if not points:
            raise ValueError("an order needs a point or more")
        start_at = [start] if start is not None else []
        if len(points) == 1:
            return Tour([0], await self.route([*start_at, *points]) if start_at else [])
        table = await self.matrix([*start_at, *points], points)
        times = [[cell.duration_s if cell is not None else _NO_WAY_S for cell in row] for row in table]
        first = times.pop(0) if start_at else None
        order = await asyncio.to_thread(open_tour, times, first, due, service_s)
        legs = await self.route([*start_at, *(points[i] for i in order)])
        found = Tour(order, legs)
        if len(points) > OPTIMISED_MOST or (due is not None and any(due)):
            return found
        begun = [*start_at, *(points[i] for i in order)]
        try:
            other = await self.optimized(begun)
        except RouterError:
            return found
        if sum(leg.duration_s for leg in other.legs) >= sum(leg.duration_s for leg in legs):
            return found
        shift = len(start_at)
        return Tour([order[i - shift] for i in other.order[shift:]], other.legs)
