"""When what is ordered now can come: a shop's service levels, and the slots they offer to checkouts."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, Query, Request
from pydantic import BeforeValidator

from services.portal.api import register
from services.portal.api.context import Portal, PortalDep
from services.portal.api.guard import CallerDep, OwnerDep, PathId
from services.portal.api.problems import Problem, invalid, responses, unavailable
from services.portal.core import booking
from services.portal.core.booking import NotOffered, Unserved
from services.portal.core.slots import FARTHEST_DAYS, Booked, Slot, in_words
from services.portal.schemas.common import ID_PATTERN, LanguageCode, Time, WindowBody, from_ms, to_ms
from services.portal.schemas.shipments import NewShipment
from services.portal.schemas.slots import (
    ServiceLevelBody,
    ServiceLevelsBody,
    ServiceLevelsDocument,
    SlotAnswer,
    SlotPage,
)
from shared.contracts.common import Window
from shared.contracts.merchants import Merchant
from shared.contracts.service_levels import ServiceLevel
from shared.contracts.topic import DAY_MS

router = APIRouter(tags=["slots"])

PAGE = 100
LONG_AGO_MS = DAY_MS
FAR_AHEAD_MS = 30 * DAY_MS
"""An order's time lies between these, before and after now."""

_CURSOR = re.compile(r"([0-9]{1,15})\.([0-9]{1,15})\.([A-Za-z0-9][A-Za-z0-9._:-]{0,63})")
_SENTENCES = {
    "slot_full": "That slot is full.",
    "slot_not_offered": "The shop's calendar does not offer that slot.",
    "no_slot": "The shop's calendar offers no slot at all as things stand.",
}

OrderedAt = Annotated[
    Time | None,
    # A `+` that nobody has encoded comes as a space.
    BeforeValidator(lambda value: value.replace(" ", "+") if isinstance(value, str) else value),
    Query(description="When it is ordered, ISO 8601 with its offset; now unless told."),
]


@router.get(
    "/v1/merchants/{merchant}/slots",
    summary="When it can come",
    response_model=SlotPage,
    response_model_exclude_none=True,
    responses=responses(401, 404, 422, 429, 503),
)
async def list_slots(
    request: Request,
    portal: PortalDep,
    caller: CallerDep,
    merchant: PathId,
    postcode: Annotated[str, Query(max_length=16, description="Where it goes.")] = "",
    ordered: OrderedAt = None,
    level: Annotated[str | None, Query(pattern=ID_PATTERN, description="This service level only.")] = None,
    language: Annotated[LanguageCode | None, Query(description="Of `text`; the shop's unless told.")] = None,
    after: Annotated[str, Query(max_length=100, description="A page's `next`.")] = "",
    limit: Annotated[int, Query(ge=1, le=PAGE)] = 20,
) -> SlotPage:
    """For a checkout: to this postcode, ordered now, in these windows. Ask from the shop's server: the key is
    for no browser. A place is taken by registering the shipment, not by asking."""
    await portal.slot_limit.hit(request, f"{caller.kind}:{caller.id}")
    shop = register.shop_of(portal, caller, merchant)
    now_ms = portal.now_ms()
    ordered_ms = to_ms(ordered) if ordered is not None else now_ms
    if not now_ms - LONG_AGO_MS <= ordered_ms <= now_ms + FAR_AHEAD_MS:
        raise invalid("Name a time of ordering from a day ago to 30 days ahead.")
    place = _CURSOR.fullmatch(after)
    if after and place is None:
        raise invalid("Take `after` from a page's `next`.")
    levels = _levels_of(shop, level, postcode)
    found = booking.offered(
        levels, postcode, ordered_ms, now_ms, ZoneInfo(shop.zone), await booked(portal, shop, levels)
    )
    if place is not None:
        ranks = {one.level: rank for rank, one in enumerate(shop.service_levels)}
        gone = (int(place[1]), int(place[2]), ranks.get(place[3], -1))
        found = [slot for slot in found if (*slot.window, ranks[slot.level]) > gone]
    return SlotPage(
        merchant=shop.merchant,
        zone=shop.zone,
        ordered_at=from_ms(ordered_ms),
        slots=[_answer(slot, shop, language) for slot in found[:limit]],
        next=_cursor(found[limit - 1]) if len(found) > limit else None,
    )


@router.get(
    "/v1/merchants/{merchant}/service-levels",
    summary="A merchant's service levels",
    response_model=ServiceLevelsDocument,
    response_model_exclude_none=True,
    responses=responses(401, 404, 422, 429, 503),
)
async def read_levels(portal: PortalDep, caller: CallerDep, merchant: PathId) -> ServiceLevelsDocument:
    """All of them, in their order. The shop may read its own."""
    return _document(register.shop_of(portal, caller, merchant))


@router.put(
    "/v1/merchants/{merchant}/service-levels",
    summary="Change a merchant's service levels",
    response_model=ServiceLevelsDocument,
    response_model_exclude_none=True,
    responses=responses(401, 403, 404, 413, 422, 429, 503),
)
async def put_levels(
    portal: PortalDep, caller: OwnerDep, merchant: PathId, body: ServiceLevelsBody
) -> ServiceLevelsDocument:
    """All of them are replaced. What is registered keeps its window."""
    async with portal.editing:
        before = register.merchant_of(portal, caller, merchant)
        record = msgspec.structs.replace(
            before,
            service_levels=tuple(level.to_contract() for level in body.levels),
            updated_ms=portal.now_ms(),
        )
        await register.put_merchant(portal, caller, record)
    return _document(record)


async def booked(
    portal: Portal, shop: Merchant, levels: Collection[ServiceLevel], shipment: str | None = None
) -> Booked:
    """What has to be counted for these levels, but for the shipment itself.

    Raises:
        Problem, DatabaseUnavailable: 503, it can't be counted now.
    """
    if not booking.limited(tuple(levels)):
        return {}
    if portal.lists is None:
        raise unavailable("What is booked can't be counted just now. Ask again in a few seconds.")
    now_ms, itself = portal.now_ms(), {shipment} if shipment is not None else set()
    counted = await portal.lists.booked(
        shop.tenant,
        shop.merchant,
        now_ms - DAY_MS,
        now_ms + FAR_AHEAD_MS + FARTHEST_DAYS * DAY_MS,
        without={*portal.holds.of(shop.merchant, now_ms), *itself},
    )
    return portal.holds.added(counted, shop.merchant, now_ms, without=itself)


async def window_for(portal: Portal, shop: Merchant, shipment: str, body: NewShipment) -> Window | None:
    """The window to register the shipment with, held here until the lists have it. Counting and holding are
    one step in this process; of two processes each may give out the last place.

    Raises:
        Problem: 422, no level delivers this; 409, the slot can't be had, and those that can.
        DatabaseUnavailable: it can't be counted now.
    """
    wanted = body.slot.to_contract() if body.slot is not None else None
    if wanted is None and body.service_level is None:
        return body.window.to_contract() if body.window is not None else None
    postcode, now_ms = body.address.postcode or "", portal.now_ms()
    held = portal.holds.of(shop.merchant, now_ms).get(shipment)
    if held is not None and wanted in (None, held):
        return held  # the same request again: its first answer was lost
    levels = _levels_of(shop, body.service_level, postcode)
    counted = await booked(portal, shop, levels, shipment)
    try:
        slot = booking.choose(levels, wanted, postcode, now_ms, ZoneInfo(shop.zone), counted)
    except NotOffered as error:
        raise _refusal(error, shop) from None
    window = Window(from_ms=slot.from_ms, to_ms=slot.to_ms)
    if booking.limited(levels):
        portal.holds.put(shop.merchant, shipment, window, now_ms)
    return window


def told(body: NewShipment, window: Window | None) -> WindowBody | None:
    """The window as an answer names it: where a slot was asked for."""
    return WindowBody.of(window) if body.slot is not None or body.service_level is not None else None


def _levels_of(shop: Merchant, level: str | None, postcode: str) -> list[ServiceLevel]:
    try:
        return booking.levels_of(shop, level, postcode)
    except Unserved as error:
        raise Problem(422, error.code, str(error), more={"reason": error.code}) from None


def _refusal(error: NotOffered, shop: Merchant) -> Problem:
    instead = [_answer(slot, shop, "en") for slot in error.instead]
    named = "; ".join(slot.text for slot in instead)
    detail = f"{_SENTENCES[error.code]} Possible: {named}." if named else _SENTENCES[error.code]
    slots = [slot.model_dump(mode="json", by_alias=True, exclude_none=True) for slot in instead]
    return Problem(409, error.code, detail, more={"reason": error.code, "slots": slots})


def _answer(slot: Slot, shop: Merchant, language: str | None) -> SlotAnswer:
    zone = ZoneInfo(shop.zone)
    a, b = (datetime.fromtimestamp(ms / 1000, UTC).astimezone(zone) for ms in slot.window)
    return SlotAnswer(
        level=slot.level,
        day=slot.day,
        weekday=slot.day.isoweekday(),
        from_=a,
        to=b,
        left=slot.left,
        text=in_words(slot, zone, language or shop.language),
    )


def _cursor(slot: Slot) -> str:
    return f"{slot.from_ms}.{slot.to_ms}.{slot.level}"


def _document(shop: Merchant) -> ServiceLevelsDocument:
    return ServiceLevelsDocument(
        merchant=shop.merchant,
        zone=shop.zone,
        levels=[ServiceLevelBody.of(level) for level in shop.service_levels],
    )
