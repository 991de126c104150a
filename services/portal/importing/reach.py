"""Which of many places no street leads to."""

from __future__ import annotations

from collections.abc import Sequence

from shared import logs
from shared.geo import Coord, distance_m
from shared.ports.router import NoRouteError, Router, RouterError

CHUNK = 100
HUBS = 3
"""So many places in the middle are tried to start from: one of them may be the one that is cut off."""

log = logs.get(__name__)


async def unreachable(router: Router, places: Sequence[Coord]) -> set[int]:
    """The indices of the places that can't be driven to from the middle of them. A router that is broken
    says nothing against a place."""
    lon = sorted(place[0] for place in places)[len(places) // 2]
    lat = sorted(place[1] for place in places)[len(places) // 2]
    hubs = sorted(range(len(places)), key=lambda i: distance_m(*places[i], lon, lat))[:HUBS]
    best = set(range(len(places)))
    try:
        for hub in hubs:
            bad: set[int] = set()
            for first in range(0, len(places), CHUNK):
                bad |= await _bad(router, places, hub, list(range(first, min(first + CHUNK, len(places)))))
            if len(bad) < len(best):
                best = bad
            if len(best) * 2 < len(places):
                break
    except RouterError as error:
        log.warning("import.reach_unknown", error=str(error))
        return set()
    return best


async def _bad(router: Router, places: Sequence[Coord], hub: int, among: list[int]) -> set[int]:
    """One place that is near no street spoils the whole question: it is found by halving."""
    try:
        (row,) = await router.matrix([places[hub]], [places[i] for i in among])
    except NoRouteError:
        if len(among) == 1:
            return set(among)
        half = len(among) // 2
        return await _bad(router, places, hub, among[:half]) | await _bad(router, places, hub, among[half:])
    return {i for i, cell in zip(among, row, strict=True) if cell is None}
