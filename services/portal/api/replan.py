"""Changing a courier's route as it stands: the same for his phone and for the desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from services.portal.api.context import Portal
from services.portal.api.legs import legs_to
from services.portal.api.problems import Problem
from services.portal.core import courier
from shared.contracts.courier_commands import PlannedShipment, PlannedStop, PlanRoute
from shared.contracts.courier_routes import CourierPlan, Route, Stop
from shared.contracts.topic import build
from shared.contracts.views.stage import StageView
from shared.geo.polyline import encode


def plan_changed(detail: str = "The plan has changed meanwhile: look at it again.") -> Problem:
    return Problem(409, "plan_changed", detail, more={"reason": "plan_changed"})


async def stages_of(portal: Portal, plan: CourierPlan | None) -> dict[str, StageView]:
    """The stages of the plan's shipments, as far as they are known and of its carrier."""
    if plan is None:
        return {}
    named = [s.shipment for route in plan.routes for stop in route.stops for s in stop.shipments]
    read = zip(named, await portal.views.stages(named), strict=True) if named else ()
    return {shipment: stage for shipment, stage in read if stage is not None and stage.tenant == plan.tenant}


async def planned(portal: Portal, before: Route | None, stops: Sequence[Stop]) -> tuple[PlannedStop, ...]:
    """The stops as planned anew, with the ways between them in their new order. The way to the first stays
    what it was where that stop was the first before: where it began is not known here."""
    legs = await legs_to(portal.router, None, [(s.lon, s.lat) for s in stops])
    made = [
        PlannedStop(
            stop=stop.stop,
            lon=stop.lon,
            lat=stop.lat,
            shipments=tuple(
                PlannedShipment(shipment=s.shipment, merchant=s.merchant, handover=s.handover)
                for s in stop.shipments
            ),
            window=stop.window,
            leg=encode(leg.coords) if leg else None,
            leg_s=round(leg.duration_s, 1) if leg else None,
        )
        for stop, leg in zip(stops, legs, strict=True)
    ]
    if made and before is not None and before.stops and before.stops[0].stop == made[0].stop:
        first = before.stops[0]
        made[0] = msgspec.structs.replace(made[0], leg=first.leg, leg_s=first.leg_s)
    return tuple(made)


async def reordered(
    portal: Portal, plan: CourierPlan, route: Route, wanted: list[str], expected: int, head: dict[str, Any]
) -> PlanRoute:
    """The command that puts the stops that are left into the order wanted. `head` is what every command has,
    `expected` the plan's version that the order was made from.

    Raises:
        Problem: 409, those are not the stops that are left.
    """
    finished = courier.finished(route, await stages_of(portal, plan))
    stops = courier.reordered(route, wanted, finished)
    if stops is None or expected != plan.version:
        raise plan_changed("The stops on this route have changed meanwhile: look at it again.")
    return build(
        PlanRoute,
        **head,
        route=route.route,
        stops=await planned(portal, route, stops),
        driver=route.driver,
        expected=expected,
    )
