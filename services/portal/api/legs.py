"""The ways between a route's stops."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from shared import logs
from shared.geo import Coord
from shared.ports.router import Leg, NoRouteError, Router, RouterError

log = logs.get(__name__)


async def legs_to(router: Router | None, depot: Coord | None, stops: Sequence[Coord]) -> list[Leg | None]:
    """The way to each stop from the one before, the first from the depot; None where there is none to give.

    A stop that no street leads to costs only its own legs, not the whole route's."""
    places = [*([depot] if depot is not None else []), *stops]
    found: list[Leg | None] = []
    if router is not None and len(places) > 1:
        try:
            found = list(await router.route(places))
        except NoRouteError:
            found = [await _leg(router, a, b) for a, b in pairwise(places)]
        except RouterError as error:
            log.warning("legs.none", stops=len(stops), error=str(error))
    missing = len(stops) - len(found)
    # Without a depot the first stop has no way to it.
    return [*([None] * missing), *found]


async def _leg(router: Router, start: Coord, end: Coord) -> Leg | None:
    try:
        return (await router.route([start, end]))[0]
    except RouterError:
        return None
