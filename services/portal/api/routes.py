"""Routes and couriers: plan, read, set out, close, duty, today's track."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Annotated, Any

import geojson
from fastapi import APIRouter, Query, Response

from services.portal.api import register
from services.portal.api.commands import (
    MerchantHeader,
    OptionalKeyHeader,
    PreferHeader,
    id_of,
    id_of_body,
    send,
    settle,
)
from services.portal.api.context import Portal, PortalDep
from services.portal.api.guard import CallerDep, CarrierDep, PathId
from services.portal.api.legs import legs_to
from services.portal.api.problems import Problem, invalid, not_found, responses
from services.portal.core import access, routes, track
from services.portal.core.access import Caller
from services.portal.schemas.common import Zone
from services.portal.schemas.routes import DutyBody, RouteAnswer, RouteBody, RouteDocument
from shared.contracts import courier_positions
from shared.contracts.courier_commands import CloseRoute, Duty, SetOut
from shared.contracts.courier_routes import CourierPlan, Route
from shared.contracts.topic import build
from shared.contracts.views.party import PartyView
from shared.contracts.views.stage import StageView
from shared.geo import Coord

router = APIRouter(tags=["routes"])

_ANSWERS: dict[int | str, dict[str, Any]] = {
    202: {"model": RouteAnswer, "description": "Written down; see `Location` for the outcome."},
    **responses(401, 404, 409, 413, 422, 429, 503),
}


def _tenant(portal: Portal, caller: Caller, courier: str, named: Set[str] = frozenset()) -> str:
    """The carrier the courier drives for, if the caller may send him anywhere.

    `named` are the tenants of what he is to carry; they decide for a courier nobody has heard of, whom only
    the administrator may plan for.

    Raises:
        Problem: 404, no such courier of the caller's carrier; 422, the carriers don't agree.
    """
    known = register.tenants_of(portal, courier)
    if caller.tenant is not None:
        if caller.tenant not in known:
            raise not_found("courier")
        known = {caller.tenant}
    tenants = known | set(named)
    if len(tenants) == 1:
        return tenants.pop()
    if not tenants:
        raise not_found("courier")
    raise invalid("The courier and the shipments belong to different carriers.")


def _route_of(portal: Portal, caller: Caller, courier: str, route: str) -> tuple[CourierPlan, Route]:
    plan = portal.plans.get(courier)
    found = access.find_route(plan, route)
    if plan is None or found is None or not access.may_see_route(caller, plan, found):
        raise not_found("route")
    return plan, found


def _must_be_only_his(caller: Caller, *touched: Route) -> None:
    if not access.only_his(caller, touched):
        raise Problem(
            409,
            "shared_route",
            "Other merchants' shipments stand on this courier's route: the carrier plans it "
            "(the administrator's token).",
            more={"reason": "shared_route"},
        )


def _must_be_open(plan: CourierPlan | None, stages: Mapping[str, StageView]) -> None:
    """What has ended may stay where it stands, and comes onto no route any more.

    Raises:
        Problem: 422 naming those that have ended.
    """
    stand = {s.shipment for r in (plan.routes if plan else ()) for stop in r.stops for s in stop.shipments}
    ended = [shipment for shipment, stage in stages.items() if stage.ended and shipment not in stand]
    if ended:
        more = " and more" if len(ended) > 5 else ""
        raise invalid(f"These shipments have ended, leave them out: {', '.join(ended[:5])}{more}.")


async def _stages(portal: Portal, caller: Caller, named: list[str]) -> dict[str, StageView]:
    """Raises Problem: 422 naming those that are not there or not the caller's."""
    found = dict(zip(named, await portal.views.stages(named), strict=True))
    good = {s: v for s, v in found.items() if v is not None and access.may_use_shipment(caller, v)}
    unknown = [s for s in named if s not in good]
    if unknown:
        raise invalid(
            "There are no such shipments, or they are not yours (a new one takes a moment): "
            f"{', '.join(unknown[:5])}{' and more' if len(unknown) > 5 else ''}."
        )
    return good


async def _places(portal: Portal, body: RouteBody) -> list[Coord]:
    wanted = [stop.shipments[0] for stop in body.stops if stop.lon is None]
    parties: dict[str, PartyView] = {}
    if wanted:
        read = zip(wanted, await portal.views.parties(wanted), strict=True)
        parties = {shipment: party for shipment, party in read if party is not None}
    return routes.places(body, parties)


@router.put(
    "/v1/routes/{courier}/{route}",
    summary="Plan a route",
    response_model=RouteAnswer,
    response_model_exclude_none=True,
    responses=_ANSWERS,
)
async def plan_route(
    portal: PortalDep,
    caller: CallerDep,
    courier: PathId,
    route: PathId,
    body: RouteBody,
    response: Response,
    key: OptionalKeyHeader = None,
    prefer: PreferHeader = None,
) -> dict[str, Any]:
    """The ordered stops replace what was planned under this id; a shipment that stood on another route of
    the courier's moves here."""
    named = routes.shipments_of(body)
    stages = await _stages(portal, caller, named)
    tenant = _tenant(portal, caller, courier, {stage.tenant for stage in stages.values()})
    plan = portal.plans.get(courier)
    _must_be_only_his(caller, *(plan.routes if plan is not None else ()))
    _must_be_open(plan, stages)
    command_id = id_of_body(caller, "plan_route", f"{courier}/{route}", key, body, plan)
    at = await _places(portal, body)
    depot = (body.depot.lon, body.depot.lat) if body.depot is not None else None
    command = routes.plan_route(
        caller,
        command=command_id,
        tenant=tenant,
        courier=courier,
        route=route,
        body=body,
        stages=stages,
        at=at,
        legs=await legs_to(portal.router, depot, at),
        now_ms=portal.now_ms(),
    )
    sent = await send(portal, command, prefer)
    return {"courier": courier, **settle(sent, response, location=f"/v1/routes/{courier}/{route}")}


@router.get(
    "/v1/routes/{courier}/{route}",
    summary="Read a route",
    response_model=RouteDocument,
    response_model_exclude_none=True,
    responses=responses(401, 404, 422, 429, 503),
)
async def read_route(portal: PortalDep, caller: CallerDep, courier: PathId, route: PathId) -> RouteDocument:
    """As it stands. Of others' stops a merchant sees only their places in the order."""
    return routes.document(caller, *_route_of(portal, caller, courier, route))


@router.post(
    "/v1/routes/{courier}/{route}/set-out",
    summary="The courier sets out",
    response_model=RouteAnswer,
    response_model_exclude_none=True,
    responses=_ANSWERS,
)
async def set_out(
    portal: PortalDep,
    caller: CallerDep,
    courier: PathId,
    route: PathId,
    response: Response,
    key: OptionalKeyHeader = None,
    prefer: PreferHeader = None,
) -> dict[str, Any]:
    """He is on duty then, the route's shipments are out for delivery, and their recipients may see him."""
    plan, found = _route_of(portal, caller, courier, route)
    _must_be_only_his(caller, found)
    command = build(
        SetOut,
        id=id_of(caller, "set_out", f"{courier}/{route}", key),
        tenant=plan.tenant,
        courier=courier,
        at_ms=portal.now_ms(),
        actor=caller.actor,
        route=route,
    )
    return {"courier": courier, **settle(await send(portal, command, prefer), response)}


@router.post(
    "/v1/routes/{courier}/{route}/close",
    summary="Close a route",
    response_model=RouteAnswer,
    response_model_exclude_none=True,
    responses=_ANSWERS,
)
async def close_route(
    portal: PortalDep,
    caller: CallerDep,
    courier: PathId,
    route: PathId,
    response: Response,
    key: OptionalKeyHeader = None,
    prefer: PreferHeader = None,
) -> dict[str, Any]:
    """What has no outcome yet is taken off it."""
    plan, found = _route_of(portal, caller, courier, route)
    _must_be_only_his(caller, found)
    command = build(
        CloseRoute,
        id=id_of(caller, "close_route", f"{courier}/{route}", key),
        tenant=plan.tenant,
        courier=courier,
        at_ms=portal.now_ms(),
        actor=caller.actor,
        route=route,
    )
    return {"courier": courier, **settle(await send(portal, command, prefer), response)}


@router.post(
    "/v1/couriers/{courier}/duty",
    summary="On duty or off",
    response_model=RouteAnswer,
    response_model_exclude_none=True,
    responses=_ANSWERS,
)
async def duty(
    portal: PortalDep,
    caller: CallerDep,
    courier: PathId,
    body: DutyBody,
    response: Response,
    key: OptionalKeyHeader = None,
    prefer: PreferHeader = None,
    merchant: MerchantHeader = None,
) -> dict[str, Any]:
    """Off duty no position of the courier's is kept or shown."""
    named = set[str]()
    if caller.admin and merchant is not None:
        shop = portal.merchants.get(merchant)
        if shop is None:
            raise not_found("merchant")
        named = {shop.tenant}
    tenant = _tenant(portal, caller, courier, named)
    plan = portal.plans.get(courier)
    _must_be_only_his(caller, *(plan.routes if plan is not None else ()))
    command = build(
        Duty,
        id=id_of_body(caller, "duty", courier, key, body, plan),
        tenant=tenant,
        courier=courier,
        at_ms=portal.now_ms(),
        actor=caller.actor,
        on=body.on,
    )
    return {"courier": courier, **settle(await send(portal, command, prefer), response)}


@router.get(
    "/v1/couriers/{courier}/track",
    tags=["administration"],
    summary="A courier's track of today, as GeoJSON",
    responses={
        200: {
            "description": "A FeatureCollection (RFC 7946): the line driven, then each fix.",
            "content": {"application/geo+json": {"schema": {"$ref": "#/components/schemas/Track"}}},
        },
        **responses(401, 403, 404, 422, 429, 503),
    },
    response_class=Response,
)
async def read_track(
    portal: PortalDep,
    caller: CarrierDep,
    courier: PathId,
    zone: Annotated[Zone, Query(description="Whose midnight begins the day.")] = "UTC",
) -> Response:
    """From today's midnight in `zone`, as far as positions are kept (24 h)."""
    known = register.tenants_of(portal, courier)
    since_ms = track.midnight_ms(portal.now_ms(), zone)
    # A phone that was without a network posts later than it measured, never earlier (but for its clock).
    records = await portal.history.read(
        courier_positions.TOPIC,
        courier,
        since_ms=since_ms - 120_000,
        timeout_s=portal.settings.track_timeout_s,
    )
    if caller.tenant is not None and caller.tenant not in known:
        raise not_found("courier")
    if not known and not records:
        raise not_found("courier")
    found = track.collection(courier, track.fixes(records, since_ms))
    return Response(geojson.dumps(found, separators=(",", ":")), media_type="application/geo+json")
