"""The desk's day: every courier and where he stands, the map of them, one courier's plan, its order."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response

from services.portal.api import register
from services.portal.api.cash import cash_of
from services.portal.api.commands import OptionalKeyHeader, PreferHeader, id_of_body, send, settle
from services.portal.api.context import Portal, PortalDep
from services.portal.api.guard import PathId
from services.portal.api.problems import not_found, responses
from services.portal.api.replan import reordered
from services.portal.api.scope import Scope, ScopeDep, desk_lists
from services.portal.core import access, fleet, today
from services.portal.schemas.common import from_ms
from services.portal.schemas.desk_today import DeskOrderBody, PlanDocument, TodayDocument
from services.portal.schemas.routes import RouteAnswer
from shared.contracts.courier_routes import CourierPlan
from shared.contracts.topic import DAY_MS

router = APIRouter(tags=["desk"])

CASH_MS = 7 * DAY_MS
"""Today shows what was taken in so many days; whoever hands in more seldom is told the whole under Cash."""

_ANSWERS: dict[int | str, dict[str, Any]] = {
    202: {"model": RouteAnswer, "description": "Written down; see `Location` for the outcome."},
    **responses(401, 403, 404, 409, 413, 422, 429, 503),
}


def plans_of(portal: Portal, scope: Scope) -> dict[str, CourierPlan]:
    """The carrier's plans by courier."""
    return {courier: plan for courier, plan in portal.plans.items() if scope.has(plan.tenant)}


def shipments_on(*plans: CourierPlan) -> list[str]:
    return [s.shipment for p in plans for r in p.routes for stop in r.stops for s in stop.shipments]


def plan_of(portal: Portal, scope: Scope, courier: str) -> CourierPlan | None:
    """The courier's plan; None: he has none yet.

    Raises:
        Problem: 404, no such courier of the carrier's.
    """
    plan = portal.plans.get(courier)
    if plan is not None and scope.has(plan.tenant):
        return plan
    tenants = register.tenants_of(portal, courier)
    if not tenants or (scope.tenant is not None and scope.tenant not in tenants):
        raise not_found("courier")
    return None


@router.get(
    "/v1/desk/today",
    summary="Every courier, and where he stands",
    response_model=TodayDocument,
    response_model_exclude_none=True,
    responses=responses(401, 403, 422, 429, 503),
)
async def read_today(portal: PortalDep, scope: ScopeDep) -> TodayDocument:
    """Those who drive for the carrier, and who has a plan. Where one is is told while he is on duty."""
    lists, now_ms = desk_lists(portal), portal.now_ms()
    plans = plans_of(portal, scope)
    known = {c for c, k in portal.couriers.items() if scope.has(k.tenant) and k.active}
    busy = {c for c, plan in plans.items() if plan.routes or today.on_duty(plan)}
    heard = await lists.heard(scope.tenant)
    parcels = await lists.parcels(shipments_on(*plans.values()), scope.tenant)
    cash = await cash_of(portal).held(scope.tenant, now_ms - CASH_MS)
    return TodayDocument(
        now=from_ms(now_ms),
        couriers=[
            today.courier_today(
                courier,
                portal.couriers.get(courier),
                plans.get(courier),
                heard.get(courier),
                parcels,
                cash.get(courier, ()),
                now_ms,
            )
            for courier in sorted(known | busy)
        ],
        unassigned=await lists.unassigned(scope.tenant),
    )


@router.get(
    "/v1/desk/fleet",
    summary="Couriers on duty as points of a map (GeoJSON)",
    responses={
        200: {
            "description": "A FeatureCollection (RFC 7946) of the couriers on duty; `as_of_ms` to ask again "
            "with.",
            "content": {"application/geo+json": {"schema": {"$ref": "#/components/schemas/Track"}}},
        },
        304: {"description": "As `If-None-Match` has it."},
        **responses(401, 403, 422, 429, 503),
    },
    response_class=Response,
)
async def read_fleet(
    portal: PortalDep,
    scope: ScopeDep,
    since: Annotated[
        int | None, Query(ge=0, lt=4_102_444_800_000, description="Only what has changed since `as_of_ms`.")
    ] = None,
    if_none_match: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """With `since` the couriers who have gone off duty meanwhile are in `gone`."""
    now_ms = portal.now_ms()
    heard = await desk_lists(portal).heard(scope.tenant)
    raw, tag = fleet.collection(heard.values(), portal.plans.get, portal.couriers.get, since, now_ms)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if if_none_match == tag:
        return Response(status_code=304, headers=headers)
    return Response(raw, headers=headers, media_type="application/geo+json")


@router.get(
    "/v1/desk/couriers/{courier}/plan",
    summary="A courier's plan",
    response_model=PlanDocument,
    response_model_exclude_none=True,
    responses=responses(401, 403, 404, 422, 429, 503),
)
async def read_plan(portal: PortalDep, scope: ScopeDep, courier: PathId) -> PlanDocument:
    """His unfinished routes, their stops in driving order."""
    plan = plan_of(portal, scope, courier)
    named = shipments_on(plan) if plan is not None else []
    parcels = await desk_lists(portal).parcels(named, plan.tenant if plan is not None else scope.tenant)
    shops = {m: shop.name for m, shop in portal.merchants.items() if scope.has(shop.tenant)}
    return today.plan_document(courier, plan, parcels, shops, portal.now_ms())


@router.put(
    "/v1/desk/couriers/{courier}/routes/{route}/order",
    summary="Put a route's remaining stops into another order",
    response_model=RouteAnswer,
    response_model_exclude_none=True,
    responses=_ANSWERS,
)
async def order(
    portal: PortalDep,
    scope: ScopeDep,
    courier: PathId,
    route: PathId,
    body: DeskOrderBody,
    response: Response,
    key: OptionalKeyHeader = None,
    prefer: PreferHeader = None,
) -> dict[str, Any]:
    """Names every stop that is left, and the version of the plan it was made from. When that has changed
    meanwhile nothing is changed, and the answer is 409 `plan_changed`."""
    plan = plan_of(portal, scope, courier)
    found = access.find_route(plan, route)
    if plan is None or found is None:
        raise not_found("route")
    caller = scope.caller
    head = {
        "id": id_of_body(caller, "order", f"{courier}/{route}", key, body, plan),
        "tenant": plan.tenant,
        "courier": courier,
        "at_ms": portal.now_ms(),
        "actor": caller.actor,
    }
    command = await reordered(portal, plan, found, body.stops, body.version, head)
    return {"courier": courier, **settle(await send(portal, command, prefer, wait_anyway_s=2.0), response)}
