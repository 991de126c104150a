"""The courier's phone: enrolment by a one-time code, his day, duty, setting out, and the order of his stops.

Positions and reports go to ingest, with the same secret."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response

from services.portal.api.commands import OptionalKeyHeader, PreferHeader, send, settle
from services.portal.api.context import Portal, PortalDep
from services.portal.api.guard import BearerDep, PathId, token_of
from services.portal.api.problems import Problem, invalid, not_found, responses, unavailable
from services.portal.api.replan import reordered, stages_of
from services.portal.core import access, courier
from services.portal.core.courier import CodeRefused
from services.portal.core.ids import fresh_command_id
from services.portal.schemas.common import to_ms
from services.portal.schemas.courier import (
    AtBody,
    CourierDutyBody,
    DayDocument,
    EnrolmentAnswer,
    EnrolmentBody,
    OrderBody,
)
from services.portal.schemas.routes import RouteAnswer
from shared.contracts import devices
from shared.contracts.common import Actor
from shared.contracts.courier_commands import (
    CourierCommand,
    Duty,
    PlanRoute,
    SetOut,
)
from shared.contracts.courier_routes import CourierPlan, Route
from shared.contracts.devices import Device
from shared.contracts.topic import DAY_MS, build
from shared.contracts.views.stage import StageView
from shared.domain.command_ids import command_id
from shared.domain.keyrings import sha256_hex
from shared.domain.report import MAX_AHEAD_MS

router = APIRouter(tags=["courier"])

_ANSWERS: dict[int | str, dict[str, Any]] = {
    202: {"model": RouteAnswer, "description": "Written down; not decided yet."},
    **responses(401, 403, 404, 409, 413, 422, 429, 503),
}


async def device_of(request: Request, portal: PortalDep, _: BearerDep) -> Device:
    """The phone that asks.

    Raises:
        Problem: 401 without a good secret, 403 for a hub's scanner, 503 before devices have been read.
    """
    if not portal.devices.ready:
        raise unavailable("The portal is starting. Ask again in a few seconds.")
    device = portal.device_keys.find(token_of(request, "bearer"), portal.now_ms())
    if device is None:
        portal.metrics.refused.labels("device").inc()
        await portal.auth_limit.hit(request)
        raise Problem(
            401,
            "unauthorised",
            "This phone is not enrolled, or no longer: scan a new code.",
            headers={"WWW-Authenticate": 'Bearer realm="dromos"'},
        )
    if device.hub is not None:
        raise Problem(403, "scanner", "This device is a hub's scanner and has no day.")
    return device


DeviceDep = Annotated[Device, Depends(device_of)]


@router.post(
    "/v1/courier/enrolment",
    status_code=201,
    summary="Exchange a scanned code for the phone's secret",
    response_model=EnrolmentAnswer,
    response_model_exclude_none=True,
    responses=responses(404, 413, 422, 429, 503),
)
async def enrol(
    portal: PortalDep,
    request: Request,
    body: EnrolmentBody,
    user_agent: Annotated[str | None, Header(max_length=400)] = None,
) -> EnrolmentAnswer:
    """Once: a second phone with the same code is refused. Secrets that the device had before end."""
    await portal.link_limit.hit(request)
    if not portal.devices.ready:
        raise unavailable("The portal is starting. Ask again in a few seconds.")
    async with portal.editing:
        try:
            before = portal.devices_of.invited(sha256_hex(body.code))
            record, secret = courier.redeem(
                before, body.code, (user_agent or "")[:200] or None, portal.now_ms()
            )
        except CodeRefused:
            portal.metrics.refused.labels("code").inc()
            raise Problem(
                404, "code_gone", "This code has been used, or is too old: ask for a new one at the office."
            ) from None
        await portal.write(
            devices.TOPIC,
            portal.devices,
            record.device,
            record,
            id=fresh_command_id("courier", record.courier),
        )
    known = portal.couriers.get(record.courier)
    return EnrolmentAnswer(
        device_id=record.device,
        courier_id=record.courier,
        name=known.name if known is not None else None,
        secret=secret,
        ingest_url=portal.settings.ingest_url,
    )


@router.get(
    "/v1/courier/day",
    summary="What the courier has to do",
    response_model=DayDocument,
    response_model_exclude_none=True,
    responses={304: {"description": "As `If-None-Match` has it."}, **responses(401, 403, 422, 429, 503)},
)
async def read_day(
    portal: PortalDep,
    device: DeviceDep,
    if_none_match: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """Routes that are not finished, their stops in driving order, each with what is needed at the door."""
    plan = portal.plans.get(device.courier)
    stages = await stages_of(portal, plan)
    document = courier.day(
        device.courier,
        plan,
        portal.couriers.get(device.courier),
        stages,
        await _people(portal, stages),
        {m: shop for m in {s.merchant for s in stages.values()} if (shop := portal.merchants.get(m))},
    )
    raw = document.model_dump_json(exclude_none=True, by_alias=True).encode()
    tag = f'"{hashlib.sha256(raw).hexdigest()[:24]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if if_none_match == tag:
        return Response(status_code=304, headers=headers)
    return Response(raw, headers=headers, media_type="application/json")


@router.post(
    "/v1/courier/duty",
    summary="On duty or off, by the courier himself",
    response_model=RouteAnswer,
    response_model_exclude_none=True,
    responses=_ANSWERS,
)
async def duty(
    portal: PortalDep,
    device: DeviceDep,
    body: CourierDutyBody,
    response: Response,
    key: OptionalKeyHeader = None,
    prefer: PreferHeader = None,
) -> dict[str, Any]:
    """Off duty no position of his is kept or shown, from `at` on."""
    command = build(Duty, **_head(portal, device, "duty", key, body), on=body.on)
    return await _send(portal, device, command, prefer, response)


@router.post(
    "/v1/courier/routes/{route}/set-out",
    summary="The courier sets out",
    response_model=RouteAnswer,
    response_model_exclude_none=True,
    responses=_ANSWERS,
)
async def set_out(
    portal: PortalDep,
    device: DeviceDep,
    route: PathId,
    body: AtBody,
    response: Response,
    key: OptionalKeyHeader = None,
    prefer: PreferHeader = None,
) -> dict[str, Any]:
    """He is on duty then, and the recipients on his route may see him."""
    _route_of(portal, device, route)
    command = build(SetOut, **_head(portal, device, f"set_out/{route}", key, body), route=route)
    return await _send(portal, device, command, prefer, response)


@router.put(
    "/v1/courier/routes/{route}/order",
    summary="Drive the remaining stops in another order",
    response_model=RouteAnswer,
    response_model_exclude_none=True,
    responses=_ANSWERS,
)
async def order(
    portal: PortalDep,
    device: DeviceDep,
    route: PathId,
    body: OrderBody,
    response: Response,
    key: OptionalKeyHeader = None,
    prefer: PreferHeader = None,
) -> dict[str, Any]:
    """Names every stop that remains. If the office has changed the route meanwhile, nothing is changed and
    the answer is 409 `plan_changed`: read the day again."""
    plan, found = _route_of(portal, device, route)
    head = _head(portal, device, f"order/{route}", key, body)
    command = await reordered(portal, plan, found, body.stops, plan.version, head)
    return await _send(portal, device, command, prefer, response)


def _head(portal: Portal, device: Device, kind: str, key: str | None, body: AtBody) -> dict[str, Any]:
    """What every command of a courier has.

    Raises:
        Problem: 422, its time lies ahead or more than a day back.
    """
    now_ms = portal.now_ms()
    at_ms = to_ms(body.at) if body.at is not None else now_ms
    if at_ms > now_ms + MAX_AHEAD_MS:
        raise invalid("at lies more than 2 minutes ahead: set the phone's clock.")
    if at_ms < now_ms - DAY_MS:
        raise invalid("at lies more than a day back: that day is over.")
    owner = device.courier
    made = command_id("courier", owner, kind, key) if key else fresh_command_id("courier", owner)
    return {
        "id": made,
        "tenant": device.tenant,
        "courier": owner,
        "at_ms": min(at_ms, now_ms),
        "actor": Actor(kind="courier", id=owner),
    }


async def _send(
    portal: Portal, device: Device, command: CourierCommand, prefer: str | None, response: Response
) -> dict[str, Any]:
    assert isinstance(command, Duty | SetOut | PlanRoute)
    return {"courier": device.courier, **settle(await send(portal, command, prefer), response)}


def _route_of(portal: Portal, device: Device, route: str) -> tuple[CourierPlan, Route]:
    plan = portal.plans.get(device.courier)
    found = access.find_route(plan, route)
    if plan is None or found is None or plan.tenant != device.tenant:
        raise not_found("route")
    return plan, found


async def _people(portal: Portal, stages: dict[str, StageView]) -> dict[str, Any]:
    if not stages:
        return {}
    if portal.lists is None:
        raise unavailable("Addresses can't be read just now. Ask again in a few seconds.")
    found = await portal.lists.people([(s.shipment, s.parties) for s in stages.values()])
    return {shipment: person for (shipment, _), person in found.items()}
