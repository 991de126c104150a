"""People at the desk: who works there, who is invited, who may do what."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.portal.api import sessions
from services.portal.api.audit import noted
from services.portal.api.context import Portal, PortalDep
from services.portal.api.desk_session import FromHereDep, check_password, document
from services.portal.api.guard import OnlyOwnerDep, PathId
from services.portal.api.problems import Problem, conflict, invalid, not_found, responses
from services.portal.api.sessions import office_of
from services.portal.core import office
from services.portal.core.access import Caller, Role
from services.portal.core.keys import new_secret
from services.portal.core.office import Account, Invitation, Refused
from services.portal.schemas.common import ID_PATTERN, from_ms
from services.portal.schemas.desk_people import (
    AcceptBody,
    InvitationDocument,
    InviteAnswer,
    InviteBody,
    PeopleList,
    PersonAnswer,
    PersonChange,
    SessionDocument,
)
from services.portal.store.office import EmailTaken
from shared.domain.keyrings import sha256_hex

router = APIRouter(tags=["people"])


def _tenant(caller: Caller, named: str | None) -> str:
    """Raises Problem: 422, the administrator named none; 403, an owner named another than his own."""
    tenant = caller.tenant or named
    if tenant is None:
        raise invalid("Say for which carrier: tenant.")
    if named not in (None, tenant):
        raise Problem(403, "not_yours", f"You work for {tenant}: leave the carrier out.")
    return tenant


def person(account: Account) -> PersonAnswer:
    return PersonAnswer(
        account=account.account,
        name=account.name,
        email=account.email,
        role=account.role,
        disabled=account.disabled,
        totp=account.totp is not None,
        last_login_at=from_ms(account.last_login_ms) if account.last_login_ms is not None else None,
    )


@router.get(
    "/v1/people",
    summary="Who works at the desk",
    response_model=PeopleList,
    response_model_exclude_none=True,
    responses=responses(401, 403, 422, 429, 503),
)
async def read_people(
    portal: PortalDep,
    caller: OnlyOwnerDep,
    tenant: Annotated[str | None, Query(pattern=ID_PATTERN, description="For the administrator.")] = None,
) -> PeopleList:
    """And the invitations that are open. For owners."""
    of = _tenant(caller, tenant)
    people = await office_of(portal).people(of)
    emails = {account.account: account.email for account in people}
    invitations = await office_of(portal).invitations(of, portal.now_ms())
    return PeopleList(
        people=[person(account) for account in people],
        invitations=[
            InvitationDocument(
                invitation=each.invitation,
                role=each.role,
                name=each.name,
                email=emails.get(each.account or ""),
                account=each.account,
                expires_at=from_ms(each.expires_ms),
                by=each.by,
            )
            for each in invitations
        ],
    )


@router.post(
    "/v1/people/invitations",
    status_code=201,
    summary="Invite somebody to the desk",
    response_model=InviteAnswer,
    responses=responses(401, 403, 409, 413, 422, 429, 503),
)
async def invite(portal: PortalDep, request: Request, caller: OnlyOwnerDep, body: InviteBody) -> InviteAnswer:
    """Send `url` to him: good once, for seven days, and shown this once. The administrator makes a carrier's
    first owner so."""
    tenant = _tenant(caller, body.tenant)
    made, answer = await _invited(portal, caller, tenant, body.role, name=body.name)
    noted(request, tenant=tenant, subject=made.invitation, detail=f"role {body.role}")
    return answer


@router.post(
    "/v1/people/{account}/password",
    status_code=201,
    summary="Let somebody choose a new password",
    response_model=InviteAnswer,
    responses=responses(401, 403, 404, 409, 422, 429, 503),
)
async def renew_password(
    portal: PortalDep, request: Request, caller: OnlyOwnerDep, account: PathId
) -> InviteAnswer:
    """For who has forgotten his, or has lost his second factor: an invitation for the account that is there.
    Until it is used nothing changes; then his sessions end and the second factor is off."""
    found = await office_of(portal).account(account)
    if found is None or caller.tenant not in (None, found.tenant):
        raise not_found("account")
    if found.disabled:
        raise conflict(Refused("this account is disabled: enable it first"))
    _, answer = await _invited(portal, caller, found.tenant, found.role, name=found.name, account=account)
    noted(request, tenant=found.tenant)
    return answer


async def _invited(
    portal: Portal,
    caller: Caller,
    tenant: str,
    role: Role,
    *,
    name: str | None,
    account: str | None = None,
) -> tuple[Invitation, InviteAnswer]:
    secret, now_ms = new_secret(), portal.now_ms()
    open_ones = await office_of(portal).invitations(tenant, now_ms)
    try:
        made = office.invite(
            secret_sha256=sha256_hex(secret),
            tenant=tenant,
            role=role,
            by=caller.id,
            open_ones=len(open_ones),
            now_ms=now_ms,
            name=name,
            account=account,
        )
    except Refused as error:
        raise conflict(error) from None
    await office_of(portal).invite(made)
    return made, InviteAnswer(
        invitation=made.invitation,
        url=f"{portal.settings.public_url}/desk/invitation#{secret}",
        expires_at=from_ms(made.expires_ms),
    )


@router.delete(
    "/v1/people/invitations/{invitation}",
    status_code=204,
    summary="Withdraw an invitation",
    responses=responses(401, 403, 404, 422, 429, 503),
)
async def withdraw(portal: PortalDep, request: Request, caller: OnlyOwnerDep, invitation: PathId) -> None:
    """Its link is good no more."""
    tenant = await office_of(portal).withdraw(caller.tenant, invitation)
    if tenant is None:
        raise not_found("invitation")
    noted(request, tenant=tenant)


@router.post(
    "/v1/desk/invitation",
    summary="Accept an invitation",
    response_model=SessionDocument,
    response_model_exclude_none=True,
    responses=responses(403, 404, 409, 413, 422, 429, 503),
)
async def accept(
    portal: PortalDep, request: Request, response: Response, body: AcceptBody, _: FromHereDep
) -> SessionDocument:
    """Makes the account, or gives the one it names a new password, and logs in. What is refused with 409 or
    422 does not use the invitation up."""
    await portal.link_limit.hit(request)
    sha256, now_ms = sha256_hex(body.secret), portal.now_ms()
    found = await office_of(portal).invitation(sha256, now_ms)
    if found is None:
        portal.metrics.refused.labels("invitation").inc()
        raise _gone()
    email = office.plain_email(body.email)
    try:
        office.check_email(email)
    except Refused as error:
        raise invalid(f"{error}.", [{"field": "body.email", "message": f"{error}."}]) from None
    check_password(body.password, email, body.name, "password")
    account = (
        await _join(portal, found, body, email)
        if found.account is None
        else await _renew(portal, found, body, email)
    )
    seat, csrf = await sessions.begin(portal, request, response, account)
    noted(request, subject=found.invitation, detail=f"invited by {found.by}")
    return document(portal, seat, csrf)


def _gone() -> Problem:
    return Problem(
        404, "invitation_gone", "This invitation has been used, withdrawn, or is too old: ask for a new one."
    )


async def _join(portal: Portal, invitation: Invitation, body: AcceptBody, email: str) -> Account:
    account = Account(
        account=office.new_account_id(),
        tenant=invitation.tenant,
        role=invitation.role,
        name=body.name,
        email=email,
        password=await portal.passwords.hash(body.password),
        created_ms=portal.now_ms(),
        language=body.language,
    )
    try:
        joined = await office_of(portal).join(invitation.sha256, account, portal.now_ms())
    except EmailTaken:
        raise Problem(
            409,
            "email_taken",
            "There is an account with this e-mail address: log in with it, or take another address.",
            more={"reason": "email_taken"},
        ) from None
    if not joined:
        raise _gone()
    return account


async def _renew(portal: Portal, invitation: Invitation, body: AcceptBody, email: str) -> Account:
    assert invitation.account is not None
    before = await office_of(portal).account(invitation.account)
    if before is None or before.disabled:
        raise _gone()
    if before.email != email:
        message = "Write the e-mail address with which you have logged in until now."
        raise invalid(message, [{"field": "body.email", "message": message}])
    hashed = await portal.passwords.hash(body.password)
    done = await office_of(portal).renew(invitation.sha256, before.account, hashed, portal.now_ms())
    after = await office_of(portal).account(before.account)
    if not done or after is None or after.disabled:
        raise _gone()
    portal.seats.forget_all_of(before.account)
    return after


@router.patch(
    "/v1/people/{account}",
    summary="Change somebody's role, or lock him out",
    response_model=PersonAnswer,
    response_model_exclude_none=True,
    responses=responses(401, 403, 404, 409, 413, 422, 429, 503),
)
async def change_person(
    portal: PortalDep, request: Request, caller: OnlyOwnerDep, account: PathId, body: PersonChange
) -> PersonAnswer:
    """Holds within seconds; one who is disabled is logged out everywhere. The last owner stays one."""
    try:
        found = await office_of(portal).change(
            caller.tenant,
            account,
            lambda before, others: office.change(
                before, role=body.role, disabled=body.disabled, other_owners=others
            ),
        )
    except Refused as error:
        raise conflict(error) from None
    if found is None:
        raise not_found("account")
    before, decided = found
    portal.seats.forget_all_of(account)
    noted(request, tenant=before.tenant, detail=decided.said)
    after = await office_of(portal).account(account)
    return person(after or before)
