"""What the recipient's page asks for: a ticket for the link's secret, and the view."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import APIKeyHeader

from services.portal.api.context import Portal, PortalDep
from services.portal.api.guard import token_of
from services.portal.api.problems import Problem, link_gone, responses, unavailable
from services.portal.core.ids import fresh_command_id
from services.portal.schemas.common import from_ms
from services.portal.schemas.links import SecretBody, TicketAnswer
from shared import logs
from shared.contracts import link_openings
from shared.contracts.link_openings import Opening
from shared.contracts.links import Link
from shared.contracts.views.stage import StageView
from shared.domain import page
from shared.domain.keyrings import sha256_hex
from shared.ports.log import LogUnavailable
from shared.ports.views import ViewsUnavailable
from shared.tickets import TicketRefused

router = APIRouter(tags=["link page"])
log = logs.get(__name__)

_ticket_scheme = APIKeyHeader(
    name="Authorization", scheme_name="ticket", auto_error=False, description="`Ticket <ticket>`"
)
TicketDep = Annotated[str | None, Depends(_ticket_scheme)]


async def good_link(portal: Portal, link_id: str, shipment: str | None = None) -> Link:
    """The link, if it may be used now. For an unknown one the same is looked up as for a known one.

    Raises:
        Problem: 404 `link_gone`, the same for unknown, expired, revoked and long delivered.
    """
    if not portal.links.ready:
        raise unavailable("The portal is starting. Ask again in a few seconds.")
    found = portal.links.get(link_id)
    link = found or portal.decoy
    stage: StageView | None
    try:
        stage = await portal.views.stage(link.shipment)
    except ViewsUnavailable:
        stage = None  # the link is known from the log; the view will say what can't be shown
    now_ms = portal.now_ms()
    over = stage is not None and page.link_over(stage, now_ms)
    if found is None or not link.good(now_ms) or over or shipment not in (None, link.shipment):
        raise link_gone()
    return link


async def link_of_ticket(portal: Portal, request: Request) -> Link:
    """The link of the ticket that the request shows, if both are still good; counts for the rate.

    Raises:
        Problem: 401 without a good ticket, 404 `link_gone`, 429.
    """
    await portal.link_limit.hit(request)
    try:
        given = portal.tickets.verify(token_of(request, "ticket"), now_ms=portal.now_ms())
    except TicketRefused:
        portal.metrics.refused.labels("ticket").inc()
        raise Problem(
            401,
            "ticket_refused",
            "Exchange the link's secret for a new ticket at /v1/link/ticket.",
            headers={"WWW-Authenticate": 'Ticket realm="dromos"'},
        ) from None
    return await good_link(portal, given.link, given.shipment)


async def _record_opening(portal: Portal, link: Link, now_ms: int) -> None:
    opening = Opening(
        link=link.link, tenant=link.tenant, merchant=link.merchant, shipment=link.shipment, at_ms=now_ms
    )
    try:
        await portal.log.append(
            link_openings.TOPIC, link.shipment, opening, id=fresh_command_id("admin", "portal")
        )
    except LogUnavailable:
        log.warning("opening.lost", shipment=link.shipment)


@router.post(
    "/v1/link/ticket",
    summary="Exchange a link's secret for a ticket",
    response_model=TicketAnswer,
    responses=responses(404, 413, 422, 429, 503),
)
async def ticket(portal: PortalDep, request: Request, body: SecretBody) -> TicketAnswer:
    """The ticket is the socket's first message and the credentials of the view; it is good for a minute, and
    only as long as the link is."""
    await portal.link_limit.hit(request)
    link_id = sha256_hex(body.secret)
    try:
        link = await good_link(portal, link_id)
    except Problem:
        portal.metrics.tickets.labels("gone").inc()
        raise
    now_ms = portal.now_ms()
    text, expires_ms = portal.tickets.sign(link.link, link.shipment, now_ms=now_ms)
    portal.metrics.tickets.labels("given").inc()
    if portal.openings.first(link.link, now_ms):
        portal.in_background(_record_opening(portal, link, now_ms))
    return TicketAnswer(ticket=text, socket=portal.settings.gateway_url, expires_at=from_ms(expires_ms))


@router.get(
    "/v1/link/view",
    summary="What the page shows now",
    responses={
        200: {
            "description": "The same snapshot as the socket's first frame.",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/page.Snapshot"}}},
        },
        **responses(401, 404, 429, 503),
    },
    response_class=Response,
)
async def view(portal: PortalDep, request: Request, _: TicketDep) -> Response:
    """For a page whose socket can't be opened, and for the first look."""
    link = await link_of_ticket(portal, request)
    stage = await portal.views.stage(link.shipment)
    merchant = await portal.views.merchant(link.merchant)
    if stage is None or merchant is None:
        raise unavailable("The shipment is being read up. Ask again in a few seconds.")
    live = await portal.views.live(stage.courier) if stage.courier is not None else None
    snapshot = page.snapshot(
        stage,
        await portal.views.party(stage.shipment),
        merchant,
        live,
        await portal.views.worked_off(),
        partitions=portal.settings.partitions,
        now_ms=portal.now_ms(),
    )
    return Response(msgspec.json.encode(snapshot), media_type="application/json")
