"""Shipments from one courier to another, or off any route.

Giving them to a courier is one command to his plan: the shipments themselves then leave whoever had them, so
nothing is ever on no plan, and of two who move the same shipment at once one has it in the end."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from fastapi import APIRouter, Request, Response

from services.portal.api import register
from services.portal.api.audit import noted
from services.portal.api.commands import (
    OptionalKeyHeader,
    PreferHeader,
    Sent,
    id_of_body,
    refusal,
    send,
    settle,
)
from services.portal.api.context import Portal, PortalDep
from services.portal.api.problems import Problem, invalid, not_found, responses
from services.portal.api.replan import planned, stages_of
from services.portal.api.scope import Scope, ScopeDep
from services.portal.core import access, moves
from services.portal.core.courier import finished
from services.portal.core.ids import fresh_command_id
from services.portal.core.moves import MoveRefused
from services.portal.schemas.desk_today import MoveAnswer, MoveBody
from shared import logs
from shared.contracts.common import Actor, Driver
from shared.contracts.courier_commands import CloseRoute, PlanRoute
from shared.contracts.courier_routes import CourierPlan, Route
from shared.contracts.topic import build
from shared.contracts.views.stage import StageView
from shared.geo import Coord
from shared.ports.log import LogUnavailable
from shared.ports.views import ViewsUnavailable

router = APIRouter(tags=["desk"])
log = logs.get(__name__)

WAIT_S = 2.0
GONE_S = 2.0
TRIES = 3


@router.post(
    "/v1/desk/move",
    summary="Move shipments to another courier, or off their routes",
    response_model=MoveAnswer,
    response_model_exclude_none=True,
    responses={
        202: {"model": MoveAnswer, "description": "Written down; see `Location` for the outcome."},
        **responses(401, 403, 404, 409, 413, 422, 429, 503),
    },
)
async def move(
    portal: PortalDep,
    scope: ScopeDep,
    body: MoveBody,
    request: Request,
    response: Response,
    key: OptionalKeyHeader = None,
    prefer: PreferHeader = None,
) -> dict[str, Any]:
    """All of them or none. When a plan has changed meanwhile nothing is changed, and the answer is 409
    `plan_changed`: read the plans again. Recipients' pages follow by themselves."""
    stages = await _stages(portal, scope, list(dict.fromkeys(body.shipments)))
    tenant = stages[0].tenant
    holders = {stage.courier for stage in stages if stage.courier is not None}
    plans: dict[str, CourierPlan | None] = {
        courier: _his(portal.plans.get(courier), tenant)
        for courier in holders | body.versions.keys() | ({body.to} - {None})
        if courier is not None
    }
    try:
        moves.must_be_as_seen(plans, body.versions)
        if body.to is None:
            answer = await _take_off(portal, scope, body, stages, plans, key, prefer, response)
        else:
            answer = await _give(portal, scope, body, stages, plans, key, prefer, response)
    except MoveRefused as error:
        raise Problem(409, error.reason, error.detail, more={"reason": error.reason}) from None
    subject = ",".join(stage.shipment for stage in stages)
    noted(request, subject=subject, detail=f"to {body.to or 'nobody'}", tenant=tenant)
    return answer


def _his(plan: CourierPlan | None, tenant: str) -> CourierPlan | None:
    return plan if plan is not None and plan.tenant == tenant else None


async def _stages(portal: Portal, scope: Scope, named: list[str]) -> list[StageView]:
    """Raises Problem: 404 when one is not there or not of the carrier; 422 when they are of several."""
    found = await portal.views.stages(named)
    good = [
        stage
        for stage in found
        if stage is not None and scope.has(stage.tenant) and access.may_use_shipment(scope.caller, stage)
    ]
    if len(good) < len(named):
        raise not_found("shipment")
    if len({stage.tenant for stage in good}) > 1:
        raise invalid("The shipments belong to different carriers.")
    return good


def _must_drive(portal: Portal, courier: str, tenant: str) -> None:
    """Raises Problem: 404, he does not drive for this carrier, or no longer."""
    if not register.drives_for(portal, courier, tenant):
        raise not_found("courier")


async def _give(
    portal: Portal,
    scope: Scope,
    body: MoveBody,
    stages: list[StageView],
    plans: dict[str, CourierPlan | None],
    key: str | None,
    prefer: str | None,
    response: Response,
) -> dict[str, Any]:
    assert body.to is not None
    to, tenant, plan = body.to, stages[0].tenant, plans[body.to]
    _must_drive(portal, to, tenant)
    moves.must_move(stages, to)
    his = await stages_of(portal, plan)
    route = moves.target(plan, his, body.route)
    name = route.route if route is not None else body.route or _free_route(portal, plan, stages[0].zone)
    moved = moves.stops_of(stages, plans, await _places(portal, stages))
    stops = moves.placed(route, finished(route, his) if route is not None else (), moved, body.before_stop)
    known = portal.couriers.get(to)
    driver = route.driver if route is not None else None
    if driver is None and known is not None:
        driver = Driver(first_name=known.first_name, vehicle=known.vehicle)
    command = build(
        PlanRoute,
        id=id_of_body(scope.caller, "move", to, key, body, plan),
        tenant=tenant,
        courier=to,
        at_ms=portal.now_ms(),
        actor=scope.caller.actor,
        route=name,
        stops=await planned(portal, route, stops),
        driver=driver,
        expected=plan.version if plan is not None else 0,
    )
    sent = await send(portal, command, prefer, wait_anyway_s=WAIT_S)
    answer = {"courier": to, "route": name, **settle(sent, response)}
    if sent.outcome is not None:
        answer["version"] = sent.outcome.seq
        left = [(c, p) for c, p in plans.items() if c != to and p is not None]
        await _left_behind(portal, {stage.shipment for stage in stages}, left)
    return answer


def _free_route(portal: Portal, plan: CourierPlan | None, zone: str) -> str:
    name = moves.new_route(portal.now_ms(), zone)
    there = {r.route for r in plan.routes} if plan is not None else set()
    return next(n for n in (name, *(f"{name}-{i}" for i in range(2, 1000))) if n not in there)


async def _places(portal: Portal, stages: list[StageView]) -> dict[str, Coord]:
    named = [stage.shipment for stage in stages]
    read = zip(named, await portal.views.parties(named), strict=True)
    return {shipment: (party.lon, party.lat) for shipment, party in read if party is not None}


async def _take_off(
    portal: Portal,
    scope: Scope,
    body: MoveBody,
    stages: list[StageView],
    plans: dict[str, CourierPlan | None],
    key: str | None,
    prefer: str | None,
    response: Response,
) -> dict[str, Any]:
    """One command for each route that they stand on; each names the version it was made from, and the first
    that is refused ends it."""
    moves.must_move(stages, None)
    shipments = {stage.shipment for stage in stages}
    touched = [
        (courier, plan, route)
        for courier, plan in sorted(plans.items())
        if plan is not None and any(stage.courier == courier for stage in stages)
        for route in moves.routes_with(plan, shipments)
    ]
    if not touched:
        raise MoveRefused("not_on_a_route", "They stand on no courier's route.")
    versions = {courier: plan.version for courier, plan, _ in touched}
    sent: Sent | None = None
    courier = touched[0][0]
    for number, (courier, plan, route) in enumerate(touched):
        command = await _shorter(
            portal,
            plan.tenant,
            courier,
            route,
            shipments,
            versions[courier],
            id_of_body(
                scope.caller, f"take_off/{number}", f"{courier}/{route.route}", key, body, plans[courier]
            ),
            scope.caller.actor,
        )
        sent = await send(portal, command, prefer, wait_anyway_s=WAIT_S)
        if sent.outcome is None:
            break
        if not sent.outcome.accepted:
            raise refusal(sent.outcome)
        versions[courier] = sent.outcome.seq
    assert sent is not None
    answer = {"courier": courier, **settle(sent, response)}
    if sent.outcome is not None:
        answer["version"] = sent.outcome.seq
    return answer


async def _shorter(
    portal: Portal,
    tenant: str,
    courier: str,
    route: Route,
    shipments: set[str],
    expected: int,
    id: str,
    actor: Actor,
) -> PlanRoute | CloseRoute:
    """The route without them; one on which nothing is left is closed."""
    head = {
        "id": id,
        "tenant": tenant,
        "courier": courier,
        "at_ms": portal.now_ms(),
        "actor": actor,
        "route": route.route,
        "expected": expected,
    }
    stops = moves.without(route, shipments)
    if not stops:
        return build(CloseRoute, **head)
    return build(PlanRoute, **head, stops=await planned(portal, route, stops), driver=route.driver)


async def _left_behind(portal: Portal, shipments: set[str], before: list[tuple[str, CourierPlan]]) -> None:
    """Wait a little until who had them has them no more, so that the next reading finds it so; then give the
    stops that followed theirs ways of their own, beside the answer."""
    async with asyncio.TaskGroup() as group:
        for courier, plan in before:
            group.create_task(_until_gone(portal, courier, shipments))
            for route in moves.routes_with(plan, shipments):
                portal.in_background(_mended(portal, courier, route))


async def _until_gone(portal: Portal, courier: str, shipments: set[str]) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(GONE_S):
            while (plan := portal.plans.get(courier)) is not None and moves.routes_with(plan, shipments):
                await portal.plan_shows(courier, plan.version + 1)


async def _mended(portal: Portal, courier: str, before: Route) -> None:
    """The route's legs anew, of what stands on it by now; somebody else's change meanwhile comes first."""
    actor = Actor(kind="system", id="portal")
    try:
        for _ in range(TRIES):
            await asyncio.sleep(0.5)
            plan = portal.plans.get(courier)
            route = access.find_route(plan, before.route)
            if plan is None or route is None or not moves.broken_legs(before, route):
                return
            command = build(
                PlanRoute,
                id=fresh_command_id("admin", "portal"),
                tenant=plan.tenant,
                courier=courier,
                at_ms=portal.now_ms(),
                actor=actor,
                route=route.route,
                stops=await planned(portal, before, route.stops),
                driver=route.driver,
                expected=plan.version,
            )
            sent = await send(portal, command, None, wait_anyway_s=WAIT_S)
            if sent.outcome is not None and sent.outcome.accepted:
                return
    except (LogUnavailable, ViewsUnavailable) as error:
        log.warning("legs.stale", courier=courier, error=type(error).__name__)
