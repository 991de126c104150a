"""What the recipient wishes to be told, on his page."""

from __future__ import annotations

from typing import cast

from fastapi import APIRouter, Request

from services.portal.api.asking import About, ask, recipient
from services.portal.api.context import Portal, PortalDep
from services.portal.api.link_page import TicketDep, link_of_ticket
from services.portal.api.problems import invalid, responses, unavailable
from services.portal.core import notices
from services.portal.schemas.common import LanguageCode
from services.portal.schemas.notices import Asked, WishesAnswer, WishesBody
from services.portal.store.notices import NoticeLists, Wish
from shared.contracts.links import Link
from shared.contracts.merchants import Merchant
from shared.contracts.notice_commands import Prefer
from shared.contracts.notices import PersonalChannel

router = APIRouter(tags=["link page"])


@router.get(
    "/v1/link/notices",
    summary="What the recipient is told, and where",
    response_model=WishesAnswer,
    response_model_exclude_none=True,
    responses=responses(401, 404, 429, 503),
)
async def read_wishes(portal: PortalDep, request: Request, _: TicketDep) -> WishesAnswer:
    """With the page's ticket. Addresses are masked: a link is sometimes passed on."""
    _link, answer = await _wishes(portal, request)
    return answer


@router.put(
    "/v1/link/notices",
    status_code=202,
    summary="Change what the recipient is told",
    response_model=Asked,
    responses=responses(401, 404, 413, 422, 429, 503),
)
async def change_wishes(portal: PortalDep, request: Request, body: WishesBody, _: TicketDep) -> Asked:
    """It holds for his address and telephone with this carrier, from the next message on."""
    link, known = await _wishes(portal, request)
    has = {each.channel for each in known.channels}
    if not {*body.stop, *body.resume, *([body.first] if body.first else [])} <= has:
        raise invalid("Name channels that are among `channels`.")
    if set(body.stop) & set(body.resume):
        raise invalid("A channel is stopped or resumed, not both.")
    of = About(link.shipment, link.tenant, link.merchant)
    command = await ask(
        portal,
        Prefer,
        of,
        recipient(of.shipment),
        channel=body.first,
        language=body.language,
        stop=tuple(body.stop),
        resume=tuple(body.resume),
    )
    return Asked(command=command)


async def _wishes(portal: Portal, request: Request) -> tuple[Link, WishesAnswer]:
    link = await link_of_ticket(portal, request)
    stage = await portal.views.stage(link.shipment)
    if stage is None or portal.lists is None:
        raise unavailable("The shipment is being read up. Ask again in a few seconds.")
    person = (await portal.lists.people([(stage.shipment, stage.parties)])).get(
        (stage.shipment, stage.parties)
    )
    shop = portal.merchants.get(link.merchant) or Merchant(
        merchant=link.merchant, tenant=link.tenant, name=link.merchant
    )
    addresses: dict[PersonalChannel, str] = (
        notices.reached(person.email, person.phone) if person is not None else {}
    )
    marks = {channel: portal.marks.of(link.tenant, address) for channel, address in addresses.items()}
    known = await NoticeLists(portal.lists).wishes(list(marks.values()))
    stopped = [c for c, mark in marks.items() if c in known.get(mark, Wish()).stopped]
    newest = max(known.values(), key=lambda wish: wish.at_ms, default=Wish())
    channels = notices.channels(addresses, stopped, shop.notices)
    language = newest.language or (person.language if person else None) or stage.language or shop.language
    return link, WishesAnswer(
        channels=channels,
        first=notices.first_of(channels, newest.channel),
        language=cast(LanguageCode, language),
    )
