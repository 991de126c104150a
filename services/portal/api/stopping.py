"""The one click that ends messages (RFC 8058), its page, and the way back."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Header, Path, Request
from starlette.responses import HTMLResponse

from services.portal.api.asking import About, about, ask, recipient
from services.portal.api.context import Portal, PortalDep
from services.portal.api.problems import Problem, responses
from services.portal.core.imports.words import language_of
from services.portal.core.plain_pages import POLICY, Ask, page
from services.portal.core.plain_texts import LATER, STOP, UNKNOWN, Language
from shared.adapters.postgres.database import DatabaseUnavailable
from shared.contracts.notice_commands import Prefer
from shared.contracts.notices import PersonalChannel
from shared.ports.log import LogUnavailable
from shared.ports.views import ViewsUnavailable
from shared.tickets import MAX_LENGTH, TicketRefused

router = APIRouter(tags=["notices"])

LanguageHeader = Annotated[str, Header(alias="Accept-Language", description="el, ru or en.")]
Token = Annotated[str, Path(max_length=MAX_LENGTH)]
_SHOWN: dict[int | str, Any] = {200: {"description": "A page for people.", "content": {"text/html": {}}}}
_RESPONSES: dict[int | str, Any] = {**_SHOWN, **responses(404, 422, 429, 503)}
_ONE_CLICK = (("List-Unsubscribe", "One-Click"),)


def html(text: str, status: int = 200) -> HTMLResponse:
    """A page without a script."""
    return HTMLResponse(text, status, {"Content-Security-Policy": POLICY})


def reader(accepted: str) -> Language:
    return cast(Language, language_of(accepted))


def reads_pages(request: Request) -> bool:
    """Whether a person looks at the answer, and not a program."""
    return "text/html" in request.headers.get("accept", "")


async def shown(request: Request, language: Language, work: Awaitable[HTMLResponse]) -> HTMLResponse:
    """The page that comes of it. "Not now" is one too for who reads pages; a program gets the problem."""
    try:
        return await work
    except (DatabaseUnavailable, LogUnavailable, ViewsUnavailable):
        if not reads_pages(request):
            raise
        status, headers = 503, {"Retry-After": "2"}
    except Problem as problem:
        if problem.status not in (429, 503) or not reads_pages(request):
            raise
        status, headers = problem.status, problem.headers
    answer = html(page(language, *LATER[language]), status)
    answer.headers.update(headers)
    return answer


@router.get(
    "/v1/notices/stop/{token}",
    summary="The page that ends messages",
    responses=_RESPONSES,
    response_class=HTMLResponse,
)
async def stop_page(
    portal: PortalDep, request: Request, token: Token, accept_language: LanguageHeader = "en"
) -> HTMLResponse:
    """Looking changes nothing: programs look into messages too."""
    language = reader(accept_language)
    return await shown(request, language, _ask(portal, request, token, language))


async def _ask(portal: Portal, request: Request, token: str, language: Language) -> HTMLResponse:
    await portal.link_limit.hit(request)
    found = await _of(portal, token)
    if found is None:
        return _unknown(request, language)
    said = STOP[language, found[1]]
    asked = Ask(f"/v1/notices/stop/{token}", said.stop, hidden=_ONE_CLICK)
    return html(page(language, said.title, said.ask, ask=asked, note=said.note))


@router.post(
    "/v1/notices/stop/{token}",
    summary="End messages with one click",
    responses=_RESPONSES,
    response_class=HTMLResponse,
)
async def stop(
    portal: PortalDep, request: Request, token: Token, accept_language: LanguageHeader = "en"
) -> HTMLResponse:
    """No login, no question: what a mail program posts by List-Unsubscribe-Post, and the page's button. The
    token says the recipient and the channel."""
    language = reader(accept_language)
    return await shown(request, language, _change(portal, request, token, language, "stop"))


@router.post(
    "/v1/notices/resume/{token}",
    summary="Take the stop back",
    responses=_RESPONSES,
    response_class=HTMLResponse,
)
async def resume(
    portal: PortalDep, request: Request, token: Token, accept_language: LanguageHeader = "en"
) -> HTMLResponse:
    """By the token that has ended them."""
    language = reader(accept_language)
    return await shown(request, language, _change(portal, request, token, language, "resume"))


async def _change(
    portal: Portal, request: Request, token: str, language: Language, what: Literal["stop", "resume"]
) -> HTMLResponse:
    await portal.link_limit.hit(request)
    found = await _of(portal, token)
    if found is None:
        return _unknown(request, language)
    of, channel = found
    said_of: dict[str, Any] = {what: (channel,)}
    await ask(portal, Prefer, of, recipient(of.shipment), once=None, **said_of)
    said = STOP[language, channel]
    if what == "stop":
        back = Ask(f"/v1/notices/resume/{token}", said.resume, quiet=True)
        return html(page(language, said.stopped, said.still, ask=back, note=said.note))
    again = Ask(f"/v1/notices/stop/{token}", said.stop, hidden=_ONE_CLICK, quiet=True)
    return html(page(language, said.resumed, ask=again, note=said.note))


def _unknown(request: Request, language: Language) -> HTMLResponse:
    """A page for who reads pages, else a problem."""
    if not reads_pages(request):
        raise Problem(404, "not_found", "There are no messages to stop at this address: take all of it.")
    return html(page(language, *UNKNOWN[language]), 404)


async def _of(portal: Portal, token: str) -> tuple[About, PersonalChannel] | None:
    """Whose messages, and on which channel; None: it is none of our tokens."""
    try:
        shipment, channel = portal.stops.read(token)
    except (TicketRefused, UnicodeDecodeError):
        portal.metrics.refused.labels("stop").inc()
        return None
    of = await about(portal, shipment)
    return (of, channel) if of is not None else None
