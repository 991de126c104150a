"""Shipments that the desk gives to another courier, or takes off a route: the stops as they are then."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from services.portal.core.courier import done, finished
from shared.contracts.courier_routes import CourierPlan, Route, RouteShipment, Stop
from shared.contracts.views.stage import StageView
from shared.geo import Coord

replace = msgspec.structs.replace


class MoveRefused(Exception):
    """It can't be done as things stand: a stable code, and what is possible."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


def must_move(stages: Iterable[StageView], to: str | None) -> None:
    """Raises MoveRefused: one has ended, or this courier has tried it already."""
    for stage in stages:
        if stage.ended:
            raise MoveRefused("already_ended", f"{stage.order_number} has ended: it stays where it is.")
        if to is not None and stage.courier == to and done(stage):
            raise MoveRefused(
                "already_tried",
                f"He has tried {stage.order_number} on this route: take it off first, then give it to him "
                "again.",
            )


def must_be_as_seen(plans: Mapping[str, CourierPlan | None], seen: Mapping[str, int]) -> None:
    """Raises MoveRefused: a plan is not what whoever moves has looked at."""
    for courier, version in seen.items():
        plan = plans.get(courier)
        if (plan.version if plan is not None else 0) != version:
            raise MoveRefused(
                "plan_changed", f"The plan of {courier} has changed meanwhile: look at it again."
            )


def where(plan: CourierPlan | None, shipment: str) -> tuple[Route, Stop] | None:
    """Where a shipment stands on a plan."""
    if plan is None:
        return None
    found = (
        (route, stop)
        for route in plan.routes
        for stop in route.stops
        if any(s.shipment == shipment for s in stop.shipments)
    )
    return next(found, None)


def without(route: Route, shipments: Collection[str]) -> list[Stop]:
    """The route's stops without these shipments, and without those that are empty then."""
    kept = (
        replace(stop, shipments=tuple(s for s in stop.shipments if s.shipment not in shipments))
        for stop in route.stops
    )
    return [stop for stop in kept if stop.shipments]


def routes_with(plan: CourierPlan, shipments: Collection[str]) -> list[Route]:
    """The plan's routes on which one of them stands."""
    return [
        route
        for route in plan.routes
        if any(s.shipment in shipments for stop in route.stops for s in stop.shipments)
    ]


def target(plan: CourierPlan | None, stages: Mapping[str, StageView], named: str | None) -> Route | None:
    """The route they go to: the one named, or that he is driving, or the first with stops left, or any; None:
    a new one."""
    routes = plan.routes if plan is not None else ()
    if named is not None:
        return next((r for r in routes if r.route == named), None)
    left = [r for r in routes if len(finished(r, stages)) < len(r.stops)]
    out = [r for r in left if r.set_out_ms is not None]
    return next(iter([*out, *left, *routes]), None)


def new_route(now_ms: int, zone: str) -> str:
    """The name of a route for today."""
    today = datetime.fromtimestamp(now_ms / 1000, tz=UTC).astimezone(ZoneInfo(zone)).date()
    return f"r-{today.isoformat()}"


def stops_of(
    stages: Sequence[StageView], plans: Mapping[str, CourierPlan | None], places: Mapping[str, Coord]
) -> list[Stop]:
    """The stops that they are: those which stand at one stop now stay together, the others (`places`) each
    have their own.

    Raises:
        MoveRefused: nobody knows where one goes to.
    """
    made: dict[tuple[str, str], Stop] = {}
    for stage in stages:
        there = where(plans.get(stage.courier or ""), stage.shipment)
        parcel = RouteShipment(
            shipment=stage.shipment, merchant=stage.merchant, joined=0, handover=stage.handover
        )
        if there is not None:
            key, stop = (stage.courier or "", there[1].stop), there[1]
        elif (place := places.get(stage.shipment)) is not None:
            key = ("", stage.shipment)
            stop = Stop(stop=stage.shipment, lon=place[0], lat=place[1], shipments=())
        else:
            raise MoveRefused(
                "no_address", f"The address of {stage.order_number} is not known here: it can't be planned."
            )
        before = made.get(key)
        parcels = (*(before.shipments if before is not None else ()), parcel)
        made[key] = replace(stop, shipments=parcels, leg=None, leg_s=None)
    return list(made.values())


def placed(
    route: Route | None, done_stops: Collection[str], moved: Sequence[Stop], before: str | None
) -> list[Stop]:
    """The route's stops with the moved ones before the stop named, or at the end.

    Raises:
        MoveRefused: there is no such stop left to drive to.
    """
    shipments = {s.shipment for stop in moved for s in stop.shipments}
    stops = without(route, shipments) if route is not None else []
    names = [stop.stop for stop in stops]
    if before is not None and (before not in names or before in done_stops):
        raise MoveRefused("plan_changed", "The stop they go before is not left on the route: look again.")
    at = names.index(before) if before is not None else len(stops)
    taken = set(names)
    new: list[Stop] = []
    for stop in moved:
        name = _free(stop, taken)
        taken.add(name)
        new.append(replace(stop, stop=name))
    return [*stops[:at], *new, *stops[at:]]


def _free(stop: Stop, taken: Collection[str]) -> str:
    """The stop's id, or another where the route has one of that name."""
    names = (stop.stop, stop.shipments[0].shipment, *(f"stop-{n}" for n in range(1, 1000)))
    return next(name for name in names if name not in taken)


def broken_legs(before: Route, now: Route) -> bool:
    """Whether a stop of the route is reached by a way that begins at a stop which is not before it any
    more."""
    was = dict(zip([s.stop for s in before.stops], [None, *(s.stop for s in before.stops)], strict=False))
    last: str | None = None
    for stop in now.stops:
        if stop.leg is not None and was.get(stop.stop, last) != last:
            return True
        last = stop.stop
    return False
