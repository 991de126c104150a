"""Login and logout at the desk, the second factor, the password."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from services.portal.api import sessions
from services.portal.api.context import Portal, PortalDep
from services.portal.api.problems import Problem, conflict, invalid, responses
from services.portal.api.sessions import SeatDep, office_of
from services.portal.core import office, totp
from services.portal.core.access import Staff
from services.portal.core.office import Account, Refused, Seat, csrf_of
from services.portal.schemas.desk_people import (
    LoginBody,
    PasswordChange,
    PasswordOnly,
    RecoveryCodes,
    SessionDocument,
    TotpCode,
    TotpStart,
)
from shared import logs
from shared.adapters.postgres.database import DatabaseUnavailable
from shared.domain.keyrings import sha256_hex

router = APIRouter(tags=["desk"])
log = logs.get(__name__)

_BAD_LOGIN = "The e-mail address, the password or the code is wrong. After some tries it takes a few minutes."


def document(portal: Portal, seat: Seat, csrf: str) -> SessionDocument:
    zones = Counter(m.zone for _, m in portal.merchants.items() if m.tenant == seat.staff.tenant)
    return SessionDocument.model_validate(
        {
            "account": seat.staff.account,
            "name": seat.staff.name,
            "email": seat.email,
            "role": seat.staff.role,
            "tenant": seat.staff.tenant,
            "csrf": csrf,
            "totp": seat.totp,
            "recovery_left": seat.recovery_left,
            "language": seat.language,
            "zone": zones.most_common(1)[0][0] if zones else None,
        }
    )


def _refused(code: str, detail: str) -> Problem:
    return Problem(401, code, detail, more={"code": code, "reason": code})


async def _from_here(request: Request, portal: PortalDep) -> None:
    sessions.must_be_from_here(portal, request)


FromHereDep = Annotated[None, Depends(_from_here)]


class Attempts:
    """Guesses at one account's password or code: only failures count, by address and by account. A browser
    that has logged in to the account before has a count of its own, so that strangers can't lock its owner
    out; elsewhere he waits until the window is over."""

    def __init__(self, portal: Portal, request: Request, email: str, account: Account | None) -> None:
        known = account is not None and sessions.is_known(portal, request, account.account)
        self._portal, self._request, self._account = portal, request, account
        self._who = f"{'known' if known else 'any'} {sha256_hex(email)}"

    async def may(self) -> None:
        """Raises Problem: 429, too many have failed."""
        try:
            await self._portal.login_limit.may(self._request)
            await self._portal.account_limit.may(self._request, self._who)
        except Problem:
            self._portal.metrics.refused.labels("login_rate").inc()
            raise

    async def failed(self) -> None:
        """Count it. That it is written down is not waited for: an account that is there would be told by the
        time that takes."""
        portal = self._portal
        portal.metrics.refused.labels("login").inc()
        for limit, who in ((portal.login_limit, None), (portal.account_limit, self._who)):
            try:
                await limit.hit(self._request, who)
            except Problem:
                continue  # the next one is told
        if self._account is not None:
            portal.in_background(_note_failure(portal, self._account))


async def _note_failure(portal: Portal, account: Account) -> None:
    try:
        await office_of(portal).note_failure(account, portal.now_ms())
    except DatabaseUnavailable as error:
        log.warning("audit.lost", action="desk.login_failed", error=str(error))


@router.post(
    "/v1/desk/login",
    summary="Log in",
    response_model=SessionDocument,
    response_model_exclude_none=True,
    responses=responses(401, 403, 413, 422, 429, 503),
)
async def login(
    portal: PortalDep, request: Request, response: Response, body: LoginBody, _: FromHereDep
) -> SessionDocument:
    """Sets the session's cookie. 401 `bad_login`, the same whether there is such an account; `totp_needed`
    when the password is right and a code is asked for, or the one sent is not good."""
    email = office.plain_email(body.email)
    found = await office_of(portal).by_email(email)
    attempts = Attempts(portal, request, email, found)
    await attempts.may()
    right = await portal.passwords.good(body.password, found.password if found is not None else None)
    await attempts.may()  # those that came at the same time have been counted meanwhile
    if found is None or not right or found.disabled:
        await attempts.failed()
        raise _refused("bad_login", _BAD_LOGIN)
    if found.totp is not None:
        found = await _second_factor(portal, found, body.code, attempts)
    if portal.passwords.old(found.password):
        await office_of(portal).rehash(
            found.account, found.password, await portal.passwords.hash(body.password)
        )
    seat, csrf = await sessions.begin(portal, request, response, found)
    return document(portal, seat, csrf)


async def _second_factor(portal: Portal, account: Account, code: str | None, attempts: Attempts) -> Account:
    """The account as it is after the code has been used up.

    Raises:
        Problem: 401 `totp_needed`, there is no code, or it is wrong or was used.
    """
    if code is None:
        raise _refused("totp_needed", "Enter the code of your authenticator, or a recovery code.")
    plain = totp.plain_code(code)
    assert account.totp is not None
    left = account.recovery
    if totp.is_recovery(plain):
        digest = sha256_hex(plain)
        good = await office_of(portal).use_recovery(account.account, digest)
        left = tuple(each for each in left if each != digest)
    else:
        step = totp.step_of(account.totp, plain, portal.now_ms(), account.totp_step)
        good = step is not None and await office_of(portal).use_step(account.account, step)
    if not good:
        await attempts.failed()
        raise _refused(
            "totp_needed",
            "This code is not right or was used: wait for the next one, or use a recovery code.",
        )
    return replace(account, recovery=left)


@router.post("/v1/desk/logout", status_code=204, summary="Log out", responses=responses(401, 403, 429, 503))
async def logout(portal: PortalDep, seat: SeatDep, response: Response) -> None:
    """The session is over, on this browser alone."""
    await sessions.end(portal, seat, response)


@router.get(
    "/v1/desk/session",
    summary="Who is logged in",
    response_model=SessionDocument,
    response_model_exclude_none=True,
    responses=responses(401, 403, 429, 503),
)
async def read_session(portal: PortalDep, request: Request, seat: SeatDep) -> SessionDocument:
    """With the `csrf` that changes need. 401: nobody."""
    return document(portal, seat, csrf_of(sessions.token_in(portal, request)))


@router.post(
    "/v1/desk/totp",
    summary="Begin with a second factor",
    response_model=TotpStart,
    responses=responses(401, 403, 409, 429, 503),
)
async def start_totp(portal: PortalDep, seat: SeatDep) -> TotpStart:
    """A new secret for an authenticator, never shown again. Nothing holds before it is confirmed."""
    account = await _account(portal, seat.staff)
    if account.totp is not None:
        raise conflict("the second factor is on: turn it off first")
    secret = totp.new_totp()
    await office_of(portal).start_totp(account.account, secret)
    return TotpStart(secret=secret, uri=totp.uri(secret, account.email, account.tenant))


@router.post(
    "/v1/desk/totp/confirm",
    summary="Turn the second factor on",
    response_model=RecoveryCodes,
    responses=responses(401, 403, 409, 413, 422, 429, 503),
)
async def confirm_totp(portal: PortalDep, seat: SeatDep, body: TotpCode) -> RecoveryCodes:
    """With a code of it; answers the recovery codes, this once."""
    account = await _account(portal, seat.staff)
    if account.totp is not None or account.totp_pending is None:
        raise conflict("begin anew with POST /v1/desk/totp")
    step = totp.step_of(account.totp_pending, totp.plain_code(body.code), portal.now_ms(), 0)
    if step is None:
        raise _wrong("code", "This is not the code that is shown now: look at the phone's clock, or wait.")
    shown, kept = totp.new_recovery()
    await office_of(portal).set_totp(account.account, account.totp_pending, step, kept)
    portal.seats.forget_all_of(account.account)
    return RecoveryCodes(recovery=shown)


@router.delete(
    "/v1/desk/totp",
    status_code=204,
    summary="Turn the second factor off",
    responses=responses(401, 403, 413, 422, 429, 503),
)
async def stop_totp(portal: PortalDep, request: Request, seat: SeatDep, body: PasswordOnly) -> None:
    """With the password; recovery codes are good no more."""
    account = await _account(portal, seat.staff)
    await _must_know(portal, request, account, body.password, "password")
    await office_of(portal).set_totp(account.account, None, account.totp_step, ())
    portal.seats.forget_all_of(account.account)


@router.post(
    "/v1/desk/password",
    status_code=204,
    summary="Change one's password",
    responses=responses(401, 403, 413, 422, 429, 503),
)
async def change_password(portal: PortalDep, request: Request, seat: SeatDep, body: PasswordChange) -> None:
    """All other sessions of the account end."""
    account = await _account(portal, seat.staff)
    await _must_know(portal, request, account, body.old, "old")
    check_password(body.new, account.email, account.name, "new")
    hashed = await portal.passwords.hash(body.new)
    await office_of(portal).set_password(account.account, hashed, keep=seat.session)
    portal.seats.forget_all_of(account.account)


def check_password(password: str, email: str, name: str, field: str) -> None:
    """Raises Problem: 422, too short or too easily guessed."""
    try:
        office.check_password(password, email, name)
    except Refused as error:
        raise _wrong(field, f"{error}.") from None


async def _account(portal: Portal, staff: Staff) -> Account:
    found = await office_of(portal).account(staff.account)
    if found is None or found.disabled:
        raise Problem(401, "not_logged_in", "Nobody is logged in here: POST /v1/desk/login.")
    return found


async def _must_know(portal: Portal, request: Request, account: Account, password: str, field: str) -> None:
    """Raises Problem: 422, it is not his password; 429, too many tries."""
    attempts = Attempts(portal, request, account.email, account)
    await attempts.may()
    right = await portal.passwords.good(password, account.password)
    await attempts.may()
    if not right:
        await attempts.failed()
        raise _wrong(field, "This is not your password.")


def _wrong(field: str, message: str) -> Problem:
    return invalid(message, [{"field": f"body.{field}", "message": message}])
