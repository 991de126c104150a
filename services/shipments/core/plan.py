"""Decides about one courier's plan: a command becomes the plan's next record; and tells each shipment."""

from __future__ import annotations

from typing import Any

import msgspec

from services.shipments.core.ids import derived
from services.shipments.core.shipment import MAX_AHEAD_MS, SYSTEM, Refusal
from shared.contracts import shipment_commands
from shared.contracts.courier_commands import (
    CloseRoute,
    Command,
    Duty,
    PlannedStop,
    PlanRoute,
    SetOut,
    TakeBack,
)
from shared.contracts.courier_routes import CourierPlan, DutyInterval, Route, RouteShipment, Stop
from shared.contracts.shipment_commands import Assign, Start, Withdraw
from shared.contracts.topic import HOUR_MS
from shared.domain.shipment import REMEMBERED_COMMANDS

MAX_STOPS = 500
DUTY_KEPT_MS = 36 * HOUR_MS

replace = msgspec.structs.replace


def decide(plan: CourierPlan | None, command: Command, now_ms: int, salt: str) -> CourierPlan | None:
    """The record that answers the command, or None when it has been decided before."""
    if plan is not None and command.id in plan.decided:
        return None
    after = replace(
        plan
        or CourierPlan(
            id="none",
            prev=None,
            version=0,
            tenant=command.tenant,
            courier=command.courier,
            command=command.id,
            recorded_ms=now_ms,
        ),
        id=derived("pln", plan.id if plan else None, command.id, salt, now_ms),
        prev=plan.id if plan else None,
        version=(plan.version if plan else 0) + 1,
        command=command.id,
        recorded_ms=now_ms,
        refused=None,
        decided=(*(plan.decided if plan else ())[-REMEMBERED_COMMANDS + 1 :], command.id),
    )
    try:
        if command.tenant != after.tenant:
            raise Refusal("unknown_courier", "There is no such courier.")
        if command.at_ms > now_ms + MAX_AHEAD_MS:
            raise Refusal("from_the_future", "The command's time lies ahead: set the clock.")
        return replace(after, **_accept(after, command, min(command.at_ms, now_ms)))
    except Refusal as refusal:
        return replace(after, refused=f"{refusal.reason}: {refusal.explanation}")


def _accept(plan: CourierPlan, command: Command, at_ms: int) -> dict[str, Any]:
    match command:
        case PlanRoute():
            return {"routes": _planned(plan, command)}
        case SetOut():
            return {
                "routes": tuple(
                    replace(r, set_out_ms=r.set_out_ms or at_ms) if r.route == command.route else r
                    for r in _with(plan, command.route)
                ),
                "duty": _on_duty(plan, at_ms),
            }
        case CloseRoute():
            _must_be_as(plan, command.expected)
            return {"routes": tuple(r for r in _with(plan, command.route) if r.route != command.route)}
        case Duty():
            return {"duty": _on_duty(plan, at_ms) if command.on else _off_duty(plan, at_ms)}
        case TakeBack():
            return {"routes": _without(plan, command.shipment, command.route_version)}


def _with(plan: CourierPlan, route: str) -> tuple[Route, ...]:
    if all(r.route != route for r in plan.routes):
        known = ", ".join(r.route for r in plan.routes) or "none is planned"
        raise Refusal("unknown_route", f"There is no route {route} ({known}).")
    return plan.routes


def _must_be_as(plan: CourierPlan, expected: int | None) -> None:
    if expected is not None and expected != plan.version - 1:
        raise Refusal("plan_changed", "The plan has changed meanwhile: read it again.")


def _planned(plan: CourierPlan, command: PlanRoute) -> tuple[Route, ...]:
    if not command.stops or len(command.stops) > MAX_STOPS:
        raise Refusal("bad_stops", f"A route has 1 to {MAX_STOPS} stops; close a route to end it.")
    _must_be_as(plan, command.expected)
    planned = [s.shipment for stop in command.stops for s in stop.shipments]
    if len(set(planned)) != len(planned):
        raise Refusal("shipment_twice", "A shipment stands at one stop of a route only.")
    if len({stop.stop for stop in command.stops}) != len(command.stops):
        raise Refusal("stop_twice", "Stop ids are unique within a route.")
    joined = joined_versions(plan)
    before = next((r for r in plan.routes if r.route == command.route), None)
    route = Route(
        route=command.route,
        stops=tuple(_stop(stop, joined, plan.version) for stop in command.stops),
        set_out_ms=before.set_out_ms if before else None,
        driver=command.driver or (before.driver if before else None),
    )
    taken = set(planned)
    others = (_strip(r, taken) for r in plan.routes if r.route != command.route)
    return (*(r for r in others if r.stops), route)


def _stop(stop: PlannedStop, joined: dict[str, int], version: int) -> Stop:
    return Stop(
        stop=stop.stop,
        lon=stop.lon,
        lat=stop.lat,
        shipments=tuple(
            RouteShipment(
                shipment=s.shipment,
                merchant=s.merchant,
                joined=joined.get(s.shipment, version),
                handover=s.handover,
            )
            for s in stop.shipments
        ),
        window=stop.window,
        leg=stop.leg,
        leg_s=stop.leg_s,
    )


def _strip(route: Route, shipments: set[str]) -> Route:
    """The route without these shipments, and without the stops that are empty then."""
    stops = (
        replace(stop, shipments=tuple(s for s in stop.shipments if s.shipment not in shipments))
        for stop in route.stops
    )
    return replace(route, stops=tuple(s for s in stops if s.shipments))


def _without(plan: CourierPlan, shipment: str, joined: int) -> tuple[Route, ...]:
    if joined_versions(plan).get(shipment) != joined:
        raise Refusal("not_on_this_route", "The shipment does not stand on the plan by that version.")
    return tuple(r for r in (_strip(route, {shipment}) for route in plan.routes) if r.stops)


def _on_duty(plan: CourierPlan, at_ms: int) -> tuple[DutyInterval, ...]:
    if plan.duty and plan.duty[-1].to_ms is None:
        return plan.duty
    start = max(at_ms, plan.duty[-1].to_ms or 0) if plan.duty else at_ms
    kept = (d for d in plan.duty if (d.to_ms or at_ms) > at_ms - DUTY_KEPT_MS)
    return (*kept, DutyInterval(from_ms=start))


def _off_duty(plan: CourierPlan, at_ms: int) -> tuple[DutyInterval, ...]:
    if not plan.duty or plan.duty[-1].to_ms is not None:
        return plan.duty
    last = plan.duty[-1]
    return (*plan.duty[:-1], DutyInterval(from_ms=last.from_ms, to_ms=max(at_ms, last.from_ms)))


def joined_versions(plan: CourierPlan | None) -> dict[str, int]:
    """For each shipment on the plan, the version at which it joined."""
    if plan is None:
        return {}
    return {s.shipment: s.joined for r in plan.routes for stop in r.stops for s in stop.shipments}


def _places(plan: CourierPlan | None) -> dict[str, tuple[Route, int]]:
    if plan is None:
        return {}
    return {s.shipment: (r, s.joined) for r in plan.routes for stop in r.stops for s in stop.shipments}


def told_on(
    before: CourierPlan | None, after: CourierPlan, command: Command
) -> list[shipment_commands.Command]:
    """What each shipment must hear of the plan's new version: carried now, carried no more, set out. Ids
    follow from the version, so that telling again is telling once."""
    if after.refused is not None:
        return []
    was, now = _places(before), _places(after)
    told: list[shipment_commands.Command] = []

    def head(kind: str, shipment: str) -> dict[str, Any]:
        return {
            "id": derived("cmd", kind, after.courier, shipment, after.version),
            "tenant": after.tenant,
            "shipment": shipment,
            "at_ms": min(command.at_ms, after.recorded_ms),
            "actor": SYSTEM,
            "courier": after.courier,
            "route_version": after.version,
        }

    for shipment, (route, joined) in now.items():
        out = route.set_out_ms is not None
        if shipment not in was:
            told.append(
                Assign(**head("assign", shipment) | {"route_version": joined}, route=route.route, out=out)
            )
        elif out and was[shipment][0].set_out_ms is None:
            told.append(Start(**head("start", shipment) | {"at_ms": route.set_out_ms}, route=route.route))
    if not isinstance(command, TakeBack):
        told += [
            Withdraw(**head("withdraw", shipment), route=route.route)
            for shipment, (route, _) in was.items()
            if shipment not in now
        ]
    return told
