"""Ways through streets: what is driven between places, how long it takes, which order is best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.geo import Coord
from shared.geo.tour import Due


class RouterError(Exception):
    """The router could not answer."""


class NoRouteError(RouterError):
    """There is no way between two of the places, or one of them is not near any street that is known."""


@dataclass(frozen=True, slots=True)
class Leg:
    """The way from one place to the next: coords are (lon, lat) along streets, from kerb to kerb.

    At least two coords, also where both places are the same (distance_m 0 then).
    """

    coords: list[Coord]
    distance_m: float
    duration_s: float


@dataclass(frozen=True, slots=True)
class Travel:
    """One cell of a matrix."""

    distance_m: float
    duration_s: float


@dataclass(frozen=True, slots=True)
class Tour:
    """Places in their best order: order[i] is the index of the i-th to visit, legs lead between them."""

    order: list[int]
    legs: list[Leg]


class Router(Protocol):
    """Routes over (lon, lat) places in degrees. Every call raises NoRouteError or RouterError, or ValueError
    for fewer places than the call needs."""

    async def route(self, points: Sequence[Coord]) -> list[Leg]:
        """The ways through the points in the order given, one leg fewer than points; two or more points."""
        ...

    async def matrix(self, sources: Sequence[Coord], targets: Sequence[Coord]) -> list[list[Travel | None]]:
        """A row a source and in it a cell a target; None where there is no way. One or more of each."""
        ...

    async def optimized(self, points: Sequence[Coord]) -> Tour:
        """The points in the order that takes the least time; the first stays first, the last last."""
        ...

    async def order(
        self,
        points: Sequence[Coord],
        *,
        start: Coord | None = None,
        due: Sequence[Due] | None = None,
        service_s: float = 0.0,
    ) -> Tour:
        """The points in an order that takes little time, from `start` or from any of them, to any. Windows
        (`due`, seconds after setting out) are kept where they can be, `service_s` passing at each point. A
        leg to each point, but none to the first without a start."""
        ...

    async def close(self) -> None:
        """Give back threads and memory; no call may follow."""
        ...
