"""A lost link: whoever names an order and the contact on file is sent it there. What is answered, and how
soon, says nothing about what was found."""

from __future__ import annotations

from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from services.portal.api.asking import About, ask, recipient
from services.portal.api.context import Portal, PortalDep
from services.portal.api.problems import Problem, invalid, responses
from services.portal.api.stopping import LanguageHeader, html, reader, reads_pages, shown
from services.portal.core.notices import same_contact
from services.portal.core.plain_pages import Ask, Field, page
from services.portal.core.plain_texts import LOST, Language
from services.portal.store.notices import Found, NoticeLists
from shared import logs
from shared.adapters.postgres.database import DatabaseUnavailable
from shared.contracts.notice_commands import SendLink
from shared.domain.page import link_over
from shared.ports.log import LogUnavailable
from shared.ports.views import ViewsUnavailable

router = APIRouter(tags=["notices"])
page_router = APIRouter(include_in_schema=False)
log = logs.get(__name__)

LONGEST_ORDER = 64
LONGEST_CONTACT = 254


@page_router.api_route("/lost", methods=["GET", "HEAD"])
async def lost_page(accept_language: LanguageHeader = "en") -> HTMLResponse:
    """The form, without a script."""
    return _form(reader(accept_language))


@router.post(
    "/v1/link/lost",
    summary="Send a lost link to the contact on file",
    responses={
        200: {"description": "The same page, whatever was found.", "content": {"text/html": {}}},
        **responses(413, 422, 429, 503),
    },
    response_class=HTMLResponse,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/x-www-form-urlencoded": {
                    "schema": {
                        "type": "object",
                        "required": ["order", "contact"],
                        "properties": {
                            "order": {"type": "string", "maxLength": LONGEST_ORDER},
                            "contact": {"type": "string", "maxLength": LONGEST_CONTACT},
                        },
                    }
                }
            },
        }
    },
)
async def lost(portal: PortalDep, request: Request, accept_language: LanguageHeader = "en") -> HTMLResponse:
    """`order`, and `contact`: an e-mail address or a telephone. Looked up after the answer."""
    language = reader(accept_language)
    return await shown(request, language, _lost(portal, request, language))


async def _lost(portal: Portal, request: Request, language: Language) -> HTMLResponse:
    await portal.lost_limit.hit(request)
    body = (await request.body()).decode("utf-8", "replace")
    form = dict(parse_qsl(body, keep_blank_values=True))
    order, contact = form.get("order", "").strip(), form.get("contact", "").strip()
    if not (0 < len(order) <= LONGEST_ORDER and 0 < len(contact) <= LONGEST_CONTACT):
        if reads_pages(request):
            return _form(language, 422)
        raise invalid("Send a form with `order` and `contact`, neither of them empty.")
    portal.in_background(_look_up(portal, request, order, contact))
    said = LOST[language]
    return html(page(language, said.sent, said.sent_detail))


def _form(language: Language, status: int = 200) -> HTMLResponse:
    said = LOST[language]
    fields = (
        Field("order", said.order, said.order_hint, "off", LONGEST_ORDER),
        Field("contact", said.contact, said.contact_hint, "email", LONGEST_CONTACT),
    )
    return html(page(language, said.title, said.ask, ask=Ask("/v1/link/lost", said.send, fields)), status)


async def _look_up(portal: Portal, request: Request, order: str, contact: str) -> None:
    """Ask for the link of the newest of his shipments of this order."""
    try:
        found = await _match(portal, order, contact)
        if found is None:
            return
        # By the contact on file: whoever writes it in another way has no further tries.
        mark = portal.marks.of(found.tenant, found.email or found.phone or "")
        await portal.resend_limit.hit(request, mark)
        of = About(found.shipment, found.tenant, found.merchant)
        await ask(portal, SendLink, of, recipient(of.shipment))
    except Problem:
        portal.metrics.refused.labels("lost_link").inc()
    except (DatabaseUnavailable, LogUnavailable, ViewsUnavailable) as error:
        log.warning("lost_link.not_sent", error=type(error).__name__)


async def _match(portal: Portal, order: str, contact: str) -> Found | None:
    if portal.lists is None:
        return None
    for found in await NoticeLists(portal.lists).by_order(order):
        if not same_contact(contact, found.phone, found.email, found.zone):
            continue
        stage = await portal.views.stage(found.shipment)
        if stage is not None and not link_over(stage, portal.now_ms()):
            return found
    return None
