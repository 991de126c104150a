"""Sessions of the desk: who a request's cookie says it is, and whether it comes from our own pages."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.security import APIKeyCookie

from services.portal.api.context import Portal, PortalDep
from services.portal.api.problems import Problem, unavailable
from services.portal.core.access import Staff
from services.portal.core.office import (
    ABSOLUTE_MS,
    KNOWN_MS,
    TOUCH_MS,
    Account,
    Seat,
    csrf_of,
    from_here,
    is_known_browser,
    known_browser,
    new_token,
    same_csrf,
)
from services.portal.store.office import Office
from shared import logs
from shared.adapters.postgres.database import DatabaseUnavailable
from shared.domain.keyrings import sha256_hex
from shared.tickets import split_keys

SAFE = frozenset({"GET", "HEAD"})
CSRF_HEADER = "x-csrf-token"

log = logs.get(__name__)

scheme = APIKeyCookie(
    name="__Host-dromos",
    scheme_name="session",
    auto_error=False,
    description="The desk's session (`dromos` where the portal is not reached by https). What changes "
    "something needs the session's `X-CSRF-Token` beside it. Not looked at when there is an `Authorization`.",
)
SessionDep = Annotated[object, Depends(scheme)]


def cookie_name(portal: Portal, what: str = "dromos") -> str:
    return f"__Host-{what}" if portal.settings.secure else what


def token_in(portal: Portal, request: Request) -> str:
    """The session's token; empty: none, or the request says by `Authorization` who it is."""
    if "authorization" in request.headers:
        return ""
    return request.cookies.get(cookie_name(portal), "")


def office_of(portal: Portal) -> Office:
    """Raises Problem: 503, this portal has no database."""
    if portal.office is None:
        raise unavailable("The desk's accounts can't be read just now. Ask again in a few seconds.")
    return portal.office


async def staff_of(portal: Portal, request: Request) -> Staff | None:
    """Who is logged in; None: nobody.

    Raises:
        Problem: 403, it would change something and does not come from our own pages.
        DatabaseUnavailable: PostgreSQL is away.
    """
    seat = await seat_of(portal, request)
    return seat.staff if seat is not None else None


async def seat_of(portal: Portal, request: Request) -> Seat | None:
    """As `staff_of`, with the session."""
    token, now_ms = token_in(portal, request), portal.now_ms()
    if not token:
        return None
    session = sha256_hex(token)
    seat = portal.seats.get(session, now_ms)
    if seat is None:
        seat = await office_of(portal).seat(session)
        if seat is not None:
            portal.seats.put(seat, now_ms)
    if seat is None or not seat.lives(now_ms):
        portal.metrics.refused.labels("session").inc()
        return None
    if request.method not in SAFE:
        must_be_from_here(portal, request)
        if not same_csrf(request.headers.get(CSRF_HEADER, ""), token):
            portal.metrics.refused.labels("csrf").inc()
            raise Problem(
                403,
                "csrf",
                "Send X-CSRF-Token as GET /v1/desk/session tells it; a page that is open since before the "
                "login has to be loaded again.",
                more={"reason": "csrf"},
            )
    if now_ms - seat.seen_ms >= TOUCH_MS:
        portal.seats.forget(session)
        portal.in_background(_touch(portal, session, now_ms))
    request.state.staff = seat.staff
    return seat


async def _touch(portal: Portal, session: str, now_ms: int) -> None:
    try:
        await office_of(portal).touch(session, now_ms)
    except DatabaseUnavailable as error:
        log.warning("session.not_touched", error=str(error))


def must_be_from_here(portal: Portal, request: Request) -> None:
    """Raises Problem: 403, another site's page sends it."""
    headers = request.headers
    if not from_here(portal.settings.public_url, headers.get("origin"), headers.get("sec-fetch-site")):
        portal.metrics.refused.labels("origin").inc()
        raise Problem(
            403,
            "origin",
            f"This comes from another site's page. Open the desk at {portal.settings.public_url}/desk.",
            more={"reason": "origin"},
        )


async def begin(portal: Portal, request: Request, response: Response, account: Account) -> tuple[Seat, str]:
    """A new session for the browser, never one that it brought; and the session's CSRF token."""
    token, now_ms = new_token(), portal.now_ms()
    before = request.cookies.get(cookie_name(portal), "")
    ended = sha256_hex(before) if before else None
    session = sha256_hex(token)
    await office_of(portal).open_session(session, account.account, now_ms, ended)
    if ended is not None:
        portal.seats.forget(ended)
    seat = Seat(
        session=session,
        staff=account.staff,
        email=account.email,
        language=account.language,
        totp=account.totp is not None,
        recovery_left=len(account.recovery),
        created_ms=now_ms,
        seen_ms=now_ms,
    )
    portal.seats.put(seat, now_ms)
    _set(portal, response, "dromos", token, ABSOLUTE_MS)
    until_ms = now_ms + KNOWN_MS
    _set(
        portal, response, "dromos-known", known_browser(_keys(portal)[0], account.account, until_ms), KNOWN_MS
    )
    request.state.staff = seat.staff
    return seat, csrf_of(token)


def is_known(portal: Portal, request: Request, account: str) -> bool:
    """Whether this browser has logged in to this account before."""
    given = request.cookies.get(cookie_name(portal, "dromos-known"), "")
    return any(is_known_browser(key, account, given, portal.now_ms()) for key in _keys(portal))


def _keys(portal: Portal) -> list[str]:
    """The first signs; while they are rotated the others are good too."""
    return split_keys(portal.settings.ticket_key.get_secret_value(), "ticket", "DROMOS_TICKET_KEY")


async def end(portal: Portal, seat: Seat, response: Response) -> None:
    await office_of(portal).end_session(seat.session)
    portal.seats.forget(seat.session)
    _set(portal, response, "dromos", "", 0)


def _set(portal: Portal, response: Response, what: str, value: str, lasts_ms: int) -> None:
    response.set_cookie(
        cookie_name(portal, what),
        value,
        max_age=lasts_ms // 1000,
        path="/",
        secure=portal.settings.secure,
        httponly=True,
        samesite="strict",
    )


async def sitting(request: Request, portal: PortalDep, _: SessionDep) -> Seat:
    """Raises Problem: 401, nobody is logged in; 403 as `staff_of`."""
    seat = await seat_of(portal, request)
    if seat is None:
        raise Problem(401, "not_logged_in", "Nobody is logged in here: POST /v1/desk/login.")
    return seat


SeatDep = Annotated[Seat, Depends(sitting)]
