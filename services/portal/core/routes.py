"""A route's request as a command, and a courier's plan as a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.portal.core.access import Caller, mine
from services.portal.schemas.common import DriverBody, WindowBody, from_ms
from services.portal.schemas.routes import RouteBody, RouteDocument, StopAnswer, StopBody
from shared.contracts.common import Driver
from shared.contracts.courier_commands import PlannedShipment, PlannedStop, PlanRoute
from shared.contracts.courier_routes import CourierPlan, Route, Stop
from shared.contracts.topic import build
from shared.contracts.views.party import PartyView
from shared.contracts.views.stage import StageView
from shared.geo import Coord
from shared.geo.polyline import encode
from shared.ports.router import Leg


class PlanError(Exception):
    """The plan can't be made of this request; the message says what to change."""


def shipments_of(body: RouteBody) -> list[str]:
    """Every shipment the request names, in order.

    Raises:
        PlanError: one stands at two stops.
    """
    named = [shipment for stop in body.stops for shipment in stop.shipments]
    twice = sorted({s for s in named if named.count(s) > 1}) if len(set(named)) != len(named) else []
    if twice:
        raise PlanError(f"a shipment stands at one stop of a route only: {', '.join(twice[:5])}")
    return named


def places(body: RouteBody, parties: Mapping[str, PartyView]) -> list[Coord]:
    """Each stop's (lon, lat): its own, or the address of its first shipment.

    Raises:
        PlanError: a stop has neither.
    """
    return [_place(number, stop, parties) for number, stop in enumerate(body.stops, start=1)]


def _place(number: int, stop: StopBody, parties: Mapping[str, PartyView]) -> Coord:
    if stop.lon is not None and stop.lat is not None:
        return (stop.lon, stop.lat)
    party = parties.get(stop.shipments[0])
    if party is None:
        raise PlanError(f"stop {number} needs lon and lat: its shipment's address is not known here")
    return (party.lon, party.lat)


def plan_route(
    caller: Caller,
    *,
    command: str,
    tenant: str,
    courier: str,
    route: str,
    body: RouteBody,
    stages: Mapping[str, StageView],
    at: Sequence[Coord],
    legs: Sequence[Leg | None],
    now_ms: int,
) -> PlanRoute:
    """The command. `at` is each stop's place, `legs` the way to each stop (None: not known).

    Raises:
        PlanError: two stops have one id.
        msgspec.ValidationError: a value is out of the contract's bounds.
    """
    names = [stop.stop or stop.shipments[0] for stop in body.stops]
    if len(set(names)) != len(names):
        raise PlanError("stop ids are unique within a route")
    return build(
        PlanRoute,
        id=command,
        tenant=tenant,
        courier=courier,
        at_ms=now_ms,
        actor=caller.actor,
        route=route,
        stops=tuple(
            PlannedStop(
                stop=name,
                lon=lon,
                lat=lat,
                shipments=tuple(
                    PlannedShipment(shipment=s, merchant=stages[s].merchant, handover=stages[s].handover)
                    for s in stop.shipments
                ),
                window=stop.window.to_contract() if stop.window else None,
                leg=encode(leg.coords) if leg else None,
                leg_s=round(leg.duration_s, 1) if leg else None,
            )
            for name, stop, (lon, lat), leg in zip(names, body.stops, at, legs, strict=True)
        ),
        driver=Driver(first_name=body.driver.first_name, vehicle=body.driver.vehicle)
        if body.driver
        else None,
    )


def document(caller: Caller, plan: CourierPlan, route: Route) -> RouteDocument:
    """The route as this caller may read it: of others' stops only their place in the order."""
    stops = list(route.stops)
    return RouteDocument(
        courier=plan.courier,
        route=route.route,
        version=plan.version,
        set_out_at=from_ms(route.set_out_ms) if route.set_out_ms is not None else None,
        driver=(
            DriverBody.model_construct(first_name=route.driver.first_name, vehicle=route.driver.vehicle)
            if route.driver
            else None
        ),
        stops=[
            _stop(caller, number, stop, stops[number - 2] if number > 1 else None)
            for number, stop in enumerate(stops, start=1)
        ],
    )


def _stop(caller: Caller, number: int, stop: Stop, before: Stop | None) -> StopAnswer:
    if not mine(caller, stop):
        return StopAnswer(position=number, yours=False)
    # A leg begins at the stop before: its line would show that door.
    leg = stop.leg if before is None or mine(caller, before) else None
    return StopAnswer(
        position=number,
        yours=True,
        stop=stop.stop,
        lon=stop.lon,
        lat=stop.lat,
        shipments=[s.shipment for s in stop.shipments if caller.carrier or s.merchant == caller.id],
        window=WindowBody.of(stop.window),
        leg=leg,
        leg_s=stop.leg_s,
    )
