"""Places become routes, proposed first and made once the import is applied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from services.portal.api.context import Portal
from services.portal.core.imports import splitting
from services.portal.core.imports.faults import Fault, Faulty
from services.portal.core.imports.splitting import Stop
from services.portal.core.imports.state import (
    MOST_STOPS,
    Import,
    Line,
    Plan,
    PlannedRoute,
    PlannedStop,
    State,
)
from services.portal.importing.reach import unreachable
from services.portal.importing.work import Work
from shared import logs
from shared.adapters.memory.router import MemoryRouter
from shared.geo import Coord
from shared.geo.polyline import encode
from shared.ports.router import Router, RouterError, Tour

SERVICE_S = 120.0
"""What a stop is taken to last."""
EARLY_MS = 30 * 60_000
"""A courier sets out so long before his first window opens."""

log = logs.get(__name__)


async def plan(work: Work) -> dict[str, Any]:
    """Rows that no street leads to are faulty; for the good ones routes are proposed."""
    lines = await work.lines()
    placed = [line for line in lines if not line.faults and line.lon is not None]
    if work.portal.router is not None and placed:
        bad = await unreachable(work.portal.router, [_place(line) for line in placed])
        fault = Fault("unreachable", "line")
        cut_off = [replace(placed[i], faults=(*placed[i].faults, fault)) for i in sorted(bad)]
        if cut_off:
            await work.save({}, cut_off)
            lines = await work.lines()
    all_good = all(line.good for line in lines)
    state = State.APPLYING if work.found.apply_when_good and all_good and lines else State.READY
    try:
        proposed = await routes(work.portal, work.found, [line for line in lines if line.good])
    except Faulty as error:
        return {"state": State.READY, "plan": Plan(), "fault": error.fault}
    return {"state": state, "plan": proposed, "done": 0, "total": 0}


async def routes(portal: Portal, found: Import, lines: Sequence[Line]) -> Plan:
    """A route for each courier, as many stops for each.

    Raises:
        Faulty: there are too many stops for so few couriers.
    """
    couriers = couriers_of(portal, found)
    stops = splitting.stops_of([(x.row, _place(x), x.order.from_ms, x.order.to_ms) for x in lines])
    if not couriers or not stops:
        return Plan()
    if len(stops) > MOST_STOPS * len(couriers):
        raise Faulty("too_few_couriers", stops=len(stops), couriers=len(couriers), limit=MOST_STOPS)
    parts = splitting.split([stop.place for stop in stops], len(couriers))
    made = []
    for number, (courier, part) in enumerate(zip(couriers, parts, strict=True), start=1):
        if part:
            route = f"{found.import_id}-{number}"
            made.append(await _route(portal, found, courier, route, [stops[i] for i in part]))
    return Plan(tuple(made))


def couriers_of(portal: Portal, found: Import) -> list[str]:
    """Those that were asked for, or else all active ones of the carrier."""
    if found.wish.couriers is not None:
        return list(dict.fromkeys(found.wish.couriers))
    active = (c.courier for _, c in portal.couriers.items() if c.active and c.tenant == found.tenant)
    return sorted(active)


async def _route(
    portal: Portal, found: Import, courier: str, route: str, stops: Sequence[Stop]
) -> PlannedRoute:
    begins = [stop.from_ms for stop in stops if stop.from_ms is not None]
    out_ms = max(portal.now_ms(), min(begins) - EARLY_MS) if begins else portal.now_ms()
    due = [
        ((stop.from_ms - out_ms) / 1000, (stop.to_ms - out_ms) / 1000)
        if stop.from_ms is not None and stop.to_ms is not None
        else None
        for stop in stops
    ]
    tour, by_street = await _ordered(portal.router, [s.place for s in stops], found.wish.depot, due)
    # Without a depot there is no way to the first stop.
    legs = [*([None] * (len(stops) - len(tour.legs))), *tour.legs]
    return PlannedRoute(
        courier=courier,
        route=route,
        stops=tuple(
            PlannedStop(
                lon=stops[i].lon,
                lat=stops[i].lat,
                rows=tuple(stops[i].rows),
                from_ms=stops[i].from_ms,
                to_ms=stops[i].to_ms,
                leg=encode(leg.coords) if leg is not None and by_street else None,
                leg_s=round(leg.duration_s, 1) if leg is not None and by_street else None,
            )
            for i, leg in zip(tour.order, legs, strict=True)
        ),
        duration_s=round(sum(leg.duration_s for leg in tour.legs) + SERVICE_S * len(stops)),
        distance_m=round(sum(leg.distance_m for leg in tour.legs)),
    )


async def _ordered(
    router: Router | None, places: Sequence[Coord], depot: Coord | None, due: Sequence[Any]
) -> tuple[Tour, bool]:
    """The order, and whether its legs are along streets."""
    if router is not None:
        try:
            return await router.order(places, start=depot, due=due, service_s=SERVICE_S), True
        except RouterError as error:
            log.warning("import.order_without_streets", stops=len(places), error=str(error))
    return await MemoryRouter().order(places, start=depot, due=due, service_s=SERVICE_S), False


def _place(line: Line) -> Coord:
    assert line.lon is not None
    assert line.lat is not None
    return (line.lon, line.lat)
