"""`/demo/desk`: whoever sits at the machine of a demonstration is at the desk with one click."""

from __future__ import annotations

import ipaddress
import json
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from services.portal.api import sessions
from services.portal.api.context import Portal, PortalDep
from services.portal.api.pages import own_name
from services.portal.api.problems import unavailable
from services.portal.api.sessions import office_of

router = APIRouter(include_in_schema=False)


@router.get("/demo/desk")
async def demo_desk(request: Request, portal: PortalDep) -> Response:
    """A session of the demonstration's owner, and on to the desk. Only there where DROMOS_DEMO is set, for
    this machine, at its own address: anybody else needs the password that `make demo` prints.

    Raises:
        HTTPException: 404, it is no demonstration, or somebody asks from elsewhere.
        Problem: 503, the owner is not made yet.
    """
    if portal.settings.demo and (there := own_name(request, portal.settings.public_url)) is not None:
        return there
    if not portal.settings.demo or not _from_this_machine(portal, request):
        raise HTTPException(404)
    answer = RedirectResponse("/desk", 303, {"Cache-Control": "no-store"})
    if await sessions.seat_of(portal, request) is not None:
        return answer
    email = _owner(portal)
    account = await office_of(portal).by_email(email) if email is not None else None
    if account is None or account.disabled or account.totp is not None:
        raise unavailable("The demonstration's owner is not there yet. Try again in a few seconds.")
    await sessions.begin(portal, request, answer, account)
    return answer


def _loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _from_this_machine(portal: Portal, request: Request) -> bool:
    """By the address of who asks and by the name he asks for, with no proxy between, and not led here by
    another site's page."""
    headers = request.headers
    public = urlsplit(portal.settings.public_url)
    return (
        _loopback(request.client.host if request.client else None)
        and _loopback(public.hostname)
        and headers.get("host", "").lower() == public.netloc.lower()
        and not any(name in headers for name in ("x-forwarded-for", "forwarded", "via"))
        and headers.get("sec-fetch-site") in (None, "none", "same-origin")
    )


def _owner(portal: Portal) -> str | None:
    """The address that the simulator has written down."""
    try:
        kept = json.loads((portal.settings.state_dir / "run" / "desk.json").read_text(encoding="utf-8"))
        return str(kept["email"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
