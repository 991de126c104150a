"""A shipment's notices: what became of them, the link once more, and what a person decides about those that
may have gone."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request

from services.portal.api import register
from services.portal.api.asking import About, ask
from services.portal.api.audit import noted
from services.portal.api.context import Portal, PortalDep
from services.portal.api.guard import CallerDep, CarrierDep, OwnerDep, PathId, ShopDep, stage_of
from services.portal.api.problems import conflict, not_found, responses
from services.portal.api.scope import After, ScopeDep, lists_of, place
from services.portal.core import notices
from services.portal.core.access import Caller
from services.portal.core.desk_shipments import cursor
from services.portal.schemas.admin import NoticesBody
from services.portal.schemas.common import ID_PATTERN
from services.portal.schemas.notices import (
    Asked,
    DeliveryPage,
    HeldList,
    NoticeHistory,
    NoticesDocument,
)
from services.portal.store.notices import NoticeLists
from shared.contracts.notice_commands import Decide, Redeliver, SendLink

router = APIRouter(tags=["notices"])

HELD_MOST = 200
PAGE = 100


def _lists(portal: Portal) -> NoticeLists:
    """Raises as `lists_of`."""
    return NoticeLists(lists_of(portal))


async def _about(portal: Portal, caller: Caller, shipment: str) -> About:
    stage = await stage_of(portal, caller, shipment)
    return About(shipment, stage.tenant, stage.merchant)


@router.get(
    "/v1/shipments/{shipment}/notices",
    summary="What became of a shipment's notices",
    response_model=NoticeHistory,
    response_model_exclude_none=True,
    responses=responses(401, 404, 422, 429, 503),
)
async def read_notices(portal: PortalDep, caller: CallerDep, shipment: PathId) -> NoticeHistory:
    """Each decision with its reason, the newest first: what was sent, put off, told by a newer one, or not
    told at all, and why. No address and no text."""
    await stage_of(portal, caller, shipment)
    return NoticeHistory(notices=notices.history(await _lists(portal).of_shipment(shipment)))


@router.post(
    "/v1/shipments/{shipment}/notices/link",
    status_code=202,
    summary="Send the link again",
    response_model=Asked,
    responses=responses(401, 404, 422, 429, 503),
)
async def send_link(portal: PortalDep, request: Request, caller: CallerDep, shipment: PathId) -> Asked:
    """To the contact on file, at any hour, also to who wants no other messages: he has asked for it. At most
    six times an hour."""
    of = await _about(portal, caller, shipment)
    await portal.resend_limit.hit(request, of.shipment)
    return Asked(command=await ask(portal, SendLink, of, caller.actor))


@router.post(
    "/v1/shipments/{shipment}/notices/{notice}/release",
    status_code=202,
    summary="Send a held notice again",
    response_model=Asked,
    responses=responses(401, 403, 404, 409, 422, 429, 503),
)
async def release_notice(
    portal: PortalDep, request: Request, caller: CarrierDep, shipment: PathId, notice: PathId
) -> Asked:
    """It may have gone: whoever got it gets it twice."""
    return await _decide(portal, request, caller, shipment, notice, release=True)


@router.post(
    "/v1/shipments/{shipment}/notices/{notice}/discard",
    status_code=202,
    summary="Leave a held notice as it is",
    response_model=Asked,
    responses=responses(401, 403, 404, 409, 422, 429, 503),
)
async def discard_notice(
    portal: PortalDep, request: Request, caller: CarrierDep, shipment: PathId, notice: PathId
) -> Asked:
    """It may not have gone: the recipient then hears nothing of this."""
    return await _decide(portal, request, caller, shipment, notice, release=False)


async def _decide(
    portal: Portal, request: Request, caller: Caller, shipment: str, notice: str, *, release: bool
) -> Asked:
    of = await _about(portal, caller, shipment)
    found = await _newest(portal, shipment, notice)
    if found.state != "held":
        raise conflict("this notice is not held any more: somebody has decided, or the gateway has said more")
    noted(request, detail=found.kind, tenant=of.tenant)
    once = f"{found.outcome} {'release' if release else 'discard'}"
    return Asked(
        command=await ask(portal, Decide, of, caller.actor, once=once, notice=notice, release=release)
    )


async def _newest(portal: Portal, shipment: str, notice: str) -> Any:
    """How the notice stands.

    Raises:
        Problem: 404, there is none such.
    """
    rows = await _lists(portal).of_shipment(shipment)
    found = next((row for row in rows if row.notice == notice), None)
    if found is None:
        raise not_found("notice")
    return found


@router.post(
    "/v1/shipments/{shipment}/notices/{notice}/redeliver",
    status_code=202,
    summary="Send a webhook again",
    response_model=Asked,
    responses=responses(401, 404, 409, 422, 429, 503),
)
async def redeliver(
    portal: PortalDep, request: Request, caller: CallerDep, shipment: PathId, notice: PathId
) -> Asked:
    """The same message with the same `webhook-id`, signed anew; from the first of its tries on."""
    of = await _about(portal, caller, shipment)
    found = await _newest(portal, shipment, notice)
    if found.channel != "webhook":
        raise conflict("only webhooks are sent again: a message to a person would come twice")
    if found.state == "deferred":
        raise conflict("it waits for its next try")
    await portal.resend_limit.hit(request, notice)
    return Asked(command=await ask(portal, Redeliver, of, caller.actor, notice=notice))


@router.get(
    "/v1/notices/held",
    summary="Notices that may have gone",
    response_model=HeldList,
    response_model_exclude_none=True,
    responses=responses(401, 403, 422, 429, 503),
)
async def held_notices(portal: PortalDep, scope: ScopeDep) -> HeldList:
    """Handed to the gateway without an answer: sent again they might come twice, so a person decides."""
    rows = await _lists(portal).held(scope.tenant, HELD_MOST + 1)
    return HeldList(
        notices=[
            notices.held(row, register.shop_name(portal, row.merchant) or row.merchant)
            for row in rows[:HELD_MOST]
        ],
        more=len(rows) > HELD_MOST,
    )


@router.get(
    "/v1/merchants/{merchant}/deliveries",
    summary="What became of a shop's webhooks",
    response_model=DeliveryPage,
    response_model_exclude_none=True,
    responses=responses(401, 403, 404, 422, 429, 503),
)
async def webhook_deliveries(
    portal: PortalDep,
    caller: ShopDep,
    merchant: PathId,
    before: After = None,
    webhook: Annotated[str | None, Query(pattern=ID_PATTERN, description="Of this one only.")] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE)] = 50,
) -> DeliveryPage:
    """Each try, the newest first."""
    shop = register.shop_of(portal, caller, merchant)
    from_there = place(before, "before")
    rows = await _lists(portal).webhooks_of(shop.tenant, shop.merchant, from_there, limit + 1, webhook)
    page = rows[:limit]
    return DeliveryPage(
        deliveries=[notices.delivery(row) for row in page],
        next=cursor(page[-1].at_ms, page[-1].outcome) if len(rows) > limit else None,
    )


@router.get(
    "/v1/merchants/{merchant}/notices",
    summary="What a shop's recipients are told",
    response_model=NoticesDocument,
    responses=responses(401, 403, 404, 422, 429, 503),
)
async def read_policy(portal: PortalDep, caller: ShopDep, merchant: PathId) -> NoticesDocument:
    """Channels, kinds, quiet hours, how many a day, and when it is asked."""
    shop = register.shop_of(portal, caller, merchant)
    return NoticesDocument(merchant=shop.merchant, notices=NoticesBody.of(shop.notices))


@router.put(
    "/v1/merchants/{merchant}/notices",
    summary="Say what a shop's recipients are told",
    response_model=NoticesDocument,
    responses=responses(401, 403, 404, 413, 422, 429, 503),
)
async def put_policy(
    portal: PortalDep, caller: OwnerDep, merchant: PathId, body: NoticesBody
) -> NoticesDocument:
    """For what becomes due from now on."""
    async with portal.editing:
        before = register.merchant_of(portal, caller, merchant)
        record = msgspec.structs.replace(before, notices=body.to_contract(), updated_ms=portal.now_ms())
        await register.put_merchant(portal, caller, record)
    return NoticesDocument(merchant=merchant, notices=NoticesBody.of(record.notices))
