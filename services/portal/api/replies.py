"""What recipients write and how they are answered; calls that are noted; and what belongs to no shipment."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from services.portal.api import register
from services.portal.api.asking import recipient
from services.portal.api.audit import noted
from services.portal.api.commands import OptionalKeyHeader, PreferHeader, send, settle
from services.portal.api.context import Portal, PortalDep
from services.portal.api.guard import CallerDep, PathId, stage_of
from services.portal.api.problems import not_found, responses, unavailable
from services.portal.api.scope import Id, Scope, ScopeDep, lists_of
from services.portal.core import contacts
from services.portal.core.access import Caller
from services.portal.core.ids import fresh_command_id
from services.portal.core.replies import answer_by, entry, stray_entry
from services.portal.schemas.common import from_ms
from services.portal.schemas.replies import (
    AttachBody,
    ContactBody,
    ContactReport,
    ExchangeList,
    ReplyBody,
    StrayList,
)
from services.portal.schemas.shipments import CommandAnswer
from services.portal.store.notices import Found
from services.portal.store.replies import Period, ReplyLists
from shared.adapters.postgres.strays import Strays
from shared.contracts import shipment_commands
from shared.contracts.common import Actor
from shared.contracts.remarks import About, Direction, Way
from shared.contracts.shipment_commands import Remark
from shared.contracts.shipment_parties import Note
from shared.contracts.topic import DAY_MS
from shared.domain.command_ids import command_id, hashed
from shared.domain.strays import Stray
from shared.ports.sms import Inbound

router = APIRouter(tags=["replies"])

STRAYS_MOST = 200
WAIT_S = 2.0
"""So long a decision is waited for, so that a refusal can be said where it was asked."""
_TAKEN: dict[int | str, dict[str, Any]] = {
    202: {"model": CommandAnswer, "description": "Written down; see `Location` for the outcome."}
}


def _lists(portal: Portal) -> ReplyLists:
    """Raises as `lists_of`."""
    return ReplyLists(lists_of(portal))


def _strays(portal: Portal) -> Strays:
    """Raises Problem: 503, there is no PostgreSQL."""
    if portal.office is None:
        raise unavailable("What people wrote can't be read just now. Ask again in a few seconds.")
    return Strays(portal.office.database)


@router.get(
    "/v1/shipments/{shipment}/replies",
    summary="What was said about a shipment",
    response_model=ExchangeList,
    response_model_exclude_none=True,
    responses=responses(401, 404, 422, 429, 503),
)
async def read_replies(portal: PortalDep, caller: CallerDep, shipment: PathId) -> ExchangeList:
    """What its recipient wrote, what he was answered, and the calls that were noted."""
    await stage_of(portal, caller, shipment)
    rows = await _lists(portal).of_shipment(shipment)
    return ExchangeList(exchanges=[entry(row) for row in rows], answer_by=answer_by(rows))


@router.post(
    "/v1/shipments/{shipment}/replies",
    summary="Answer the recipient",
    response_model=CommandAnswer,
    response_model_exclude_none=True,
    responses={**_TAKEN, **responses(401, 404, 409, 413, 422, 429, 503)},
)
async def answer(
    portal: PortalDep,
    request: Request,
    caller: CallerDep,
    shipment: PathId,
    body: ReplyBody,
    response: Response,
    key: OptionalKeyHeader = None,
    prefer: PreferHeader = None,
) -> dict[str, Any]:
    """By mail or SMS, as he wrote last; at any hour, also to who wants no other messages: he has asked.
    Refused with 409 `nobody_wrote` where there is nothing to answer."""
    stage = await stage_of(portal, caller, shipment)
    await portal.reply_limit.hit(request, shipment)
    id = _id(caller, shipment, key, body.text)
    command = await _said(portal, id, shipment, stage.tenant, caller.actor, "out", text=body.text)
    return settle(await send(portal, command, prefer, wait_anyway_s=WAIT_S), response)


@router.post(
    "/v1/shipments/{shipment}/contacts",
    summary="Note that somebody called or wrote",
    response_model=CommandAnswer,
    response_model_exclude_none=True,
    responses={**_TAKEN, **responses(401, 404, 409, 413, 422, 429, 503)},
)
async def note_contact(
    portal: PortalDep,
    caller: CallerDep,
    shipment: PathId,
    body: ContactBody,
    response: Response,
    key: OptionalKeyHeader = None,
    prefer: PreferHeader = None,
) -> dict[str, Any]:
    """So that it counts in the report of contacts. What a recipient writes to us counts by itself."""
    stage = await stage_of(portal, caller, shipment)
    id = _id(caller, shipment, key, body.model_dump_json())
    command = await _said(
        portal,
        id,
        shipment,
        stage.tenant,
        caller.actor,
        "in",
        text=body.text,
        way=body.way,
        about=body.about,
    )
    return settle(await send(portal, command, prefer, wait_anyway_s=WAIT_S), response)


def _id(caller: Caller, shipment: str, key: str | None, body: str) -> str:
    """Of the request and its body: a repeat is decided once, and words are never written over others."""
    if key is None:
        return fresh_command_id(caller.kind, caller.id)
    digest = hashlib.sha256(body.encode()).hexdigest()
    return command_id(caller.kind, caller.id, "remark", shipment, key, digest)


async def _said(
    portal: Portal,
    id: str,
    shipment: str,
    tenant: str,
    actor: Actor,
    direction: Direction,
    *,
    text: str | None = None,
    way: Way | None = None,
    about: About | None = None,
    attachments: int = 0,
    message_id: str | None = None,
) -> Remark:
    """The command, its words written first: it names their version."""
    if text is not None:
        note = Note(tenant=tenant, shipment=shipment, version=id, text=text, message_id=message_id)
        await portal.write_party(note)
    return Remark(
        id=id,
        tenant=tenant,
        shipment=shipment,
        at_ms=portal.now_ms(),
        actor=actor,
        direction=direction,
        way=way,
        about=about,
        note=id if text is not None else None,
        attachments=attachments,
    )


async def take_sms(portal: Portal, message: Inbound, found: list[Found]) -> None:
    """What somebody wrote to our number: to the newest shipment of his, or apart where there is none."""
    if not found:
        stray = Stray(
            stray=f"x-{hashed('sms', message.id)}",
            way="sms",
            why="unmatched",
            at_ms=portal.now_ms(),
            sender=message.sender,
            text=message.text,
        )
        await _strays(portal).put(stray)
        return
    newest = found[0]
    actor = recipient(newest.shipment)
    id = command_id(actor.kind, actor.id, "remark", newest.shipment, f"sms {message.id}")
    command = await _said(
        portal, id, newest.shipment, newest.tenant, actor, "in", text=message.text or None, way="sms"
    )
    await portal.log.append(shipment_commands.TOPIC, newest.shipment, command, id=id)
    portal.metrics.commands.labels("remark", "pending").inc()


# What belongs to no shipment


def _tenants(portal: Portal, scope: Scope) -> tuple[str | None, ...] | None:
    """Whose strays he may see: what says nothing of a carrier is his where he is the only one."""
    if scope.tenant is None:
        return None
    known = {shop.tenant for _, shop in portal.merchants.items()}
    return (scope.tenant, None) if known <= {scope.tenant} else (scope.tenant,)


@router.get(
    "/v1/strays",
    summary="What people wrote that belongs to no shipment for certain",
    response_model=StrayList,
    response_model_exclude_none=True,
    responses=responses(401, 403, 422, 429, 503),
)
async def read_strays(portal: PortalDep, scope: ScopeDep) -> StrayList:
    """The oldest first; kept for 90 days. Of several carriers each sees what seems to be his."""
    rows = await _strays(portal).of(_tenants(portal, scope), STRAYS_MOST + 1)
    return StrayList(strays=[stray_entry(row) for row in rows[:STRAYS_MOST]], more=len(rows) > STRAYS_MOST)


@router.post(
    "/v1/strays/{stray}/attach",
    summary="Say which shipment it belongs to",
    response_model=CommandAnswer,
    response_model_exclude_none=True,
    responses={**_TAKEN, **responses(401, 403, 404, 409, 413, 422, 429, 503)},
)
async def attach_stray(
    portal: PortalDep,
    scope: ScopeDep,
    request: Request,
    stray: PathId,
    body: AttachBody,
    response: Response,
) -> dict[str, Any]:
    """It is then what the recipient wrote, and is told to the shop like everything he writes."""
    found = await _stray(portal, scope, stray)
    stage = await stage_of(portal, scope.caller, body.shipment)
    noted(request, subject=body.shipment, detail=found.why, tenant=stage.tenant)
    actor = recipient(body.shipment)
    id = command_id(actor.kind, actor.id, "remark", body.shipment, stray)
    command = await _said(
        portal,
        id,
        body.shipment,
        stage.tenant,
        actor,
        "in",
        text=found.text or None,
        way="sms" if found.way == "sms" else "email",
        attachments=found.attachments,
        message_id=found.message_id,
    )
    taken = settle(await send(portal, command, None, wait_anyway_s=WAIT_S), response)
    await _strays(portal).settle(stray)  # what was refused stays here: there is no other copy of it
    return taken


@router.delete(
    "/v1/strays/{stray}",
    status_code=204,
    summary="Away with what belongs to nobody",
    responses=responses(401, 403, 404, 422, 429, 503),
)
async def drop_stray(portal: PortalDep, scope: ScopeDep, request: Request, stray: PathId) -> None:
    """Somebody has looked at it. It can't be brought back."""
    found = await _stray(portal, scope, stray)
    noted(request, detail=found.why, tenant=found.tenant or scope.tenant)
    await _strays(portal).settle(stray)


async def _stray(portal: Portal, scope: Scope, stray: str) -> Stray:
    """Raises Problem: 404, there is none such, or it is not his."""
    found = await _strays(portal).find(stray)
    his = _tenants(portal, scope)
    if found is None or (his is not None and found.tenant not in his):
        raise not_found("message")
    return found


# Counting


@router.get(
    "/v1/contacts/report",
    summary="Contacts per 100 shipments",
    response_model=ContactReport,
    response_model_exclude_none=True,
    responses=responses(401, 403, 422, 429, 503),
)
async def read_contacts(
    portal: PortalDep,
    scope: ScopeDep,
    merchant: Id = None,
    days: Annotated[int, Query(ge=1, le=730, description="So many days back from now.")] = 90,
    by: Annotated[Period, Query(description="How long a period is.")] = "week",
) -> ContactReport:
    """Of shipments registered in this time: by shop and period, by whether the link was opened, and those
    of the hold-out group against the others."""
    until_ms = portal.now_ms()
    since_ms = until_ms - days * DAY_MS
    store = _lists(portal)
    return contacts.report(
        await store.cells(scope.tenant, merchant, since_ms, until_ms, by),
        await store.counted("about", scope.tenant, merchant, since_ms, until_ms),
        await store.counted("way", scope.tenant, merchant, since_ms, until_ms),
        from_ms(since_ms),
        from_ms(until_ms),
        partial(register.shop_name, portal),
    )
