"""Who asks: the merchant of an API key, one of a carrier's staff by his session, or the administrator."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Request
from fastapi.security import HTTPBearer

from services.portal.api import sessions
from services.portal.api.context import Portal, PortalDep
from services.portal.api.problems import Problem, not_found, unavailable
from services.portal.api.sessions import SAFE, SessionDep
from services.portal.core.access import Caller, Role, Staff, may_use_shipment, may_use_tenant
from services.portal.core.keys import same_secret
from services.portal.schemas.common import ID_PATTERN
from shared.contracts.merchants import Merchant
from shared.contracts.views.stage import StageView

bearer = HTTPBearer(
    auto_error=False,
    scheme_name="key",
    description="A merchant's API key (`mk_...`), or the administrator's token.",
)
BearerDep = Annotated[object, Depends(bearer)]

PathId = Annotated[str, Path(pattern=ID_PATTERN)]


def token_of(request: Request, scheme: str) -> str:
    """The credentials under this scheme (RFC 9110 §11.4), or nothing."""
    given, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if given.lower() == scheme else ""


async def caller_of(request: Request, portal: PortalDep, _: BearerDep, __: SessionDep) -> Caller:
    """Only what is refused counts for the limit: a good key costs one SHA-256 and is never locked out by the
    wrong ones of its address.

    Raises:
        Problem: 401 for a missing or wrong key, always the same, 429 for too many of them; 503 before the
            keys have been read.
    """
    if not portal.merchants.ready:
        raise unavailable("The portal is starting. Ask again in a few seconds.")
    token = token_of(request, "bearer")
    if (staff := await sessions.staff_of(portal, request)) is not None:
        _must_cover(portal, staff, Role.READER if request.method in SAFE else Role.STAFF)
        return Caller(staff=staff)
    merchant = portal.keys.find(token)
    admin = same_secret(token, portal.settings.admin_token.get_secret_value())
    if merchant is None and not admin:
        portal.metrics.refused.labels("key").inc()
        await portal.auth_limit.hit(request)
        raise Problem(
            401,
            "unauthorised",
            "Send `Authorization: Bearer` with a good API key; the administrator makes new ones.",
            headers={"WWW-Authenticate": 'Bearer realm="dromos"'},
        )
    return Caller() if admin else Caller(merchant)


CallerDep = Annotated[Caller, Depends(caller_of)]


def _must_cover(portal: Portal, staff: Staff, needed: Role) -> None:
    """Raises Problem: 403, this role may not."""
    if not staff.role.covers(needed):
        portal.metrics.refused.labels("role").inc()
        raise Problem(
            403,
            "role",
            f"Your role here is {staff.role}: this takes {needed}. An owner can change it under People.",
            more={"reason": "role"},
        )


async def carrier_of(portal: PortalDep, caller: CallerDep) -> Caller:
    """The carrier's own people, or the administrator; all of what is theirs is bound to `caller.tenant`.

    Raises:
        Problem: 403 for a merchant.
    """
    if not caller.carrier:
        portal.metrics.refused.labels("not_carrier").inc()
        raise Problem(403, "carrier_only", "This is for the carrier: log in at the desk.")
    return caller


CarrierDep = Annotated[Caller, Depends(carrier_of)]


async def owner_of(request: Request, portal: PortalDep, caller: CarrierDep) -> Caller:
    """As `carrier_of`; what changes something takes an owner.

    Raises:
        Problem: 403 for a merchant, and for staff who are not owners.
    """
    if caller.staff is not None and request.method not in SAFE:
        _must_cover(portal, caller.staff, Role.OWNER)
    return caller


OwnerDep = Annotated[Caller, Depends(owner_of)]


async def shop_of(request: Request, portal: PortalDep, caller: CallerDep) -> Caller:
    """Whoever decides for a shop: the shop itself, and of its carrier's people the owners, as `owner_of`.
    Whose shop it is `register.shop_of` says.

    Raises:
        Problem: 403 for staff who are not owners and would change something.
    """
    if caller.staff is not None and request.method not in SAFE:
        _must_cover(portal, caller.staff, Role.OWNER)
    return caller


ShopDep = Annotated[Caller, Depends(shop_of)]


async def only_owner_of(portal: PortalDep, caller: CarrierDep) -> Caller:
    """Owners and the administrator, for reading too.

    Raises:
        Problem: 403 for everybody else.
    """
    if caller.staff is not None:
        _must_cover(portal, caller.staff, Role.OWNER)
    return caller


OnlyOwnerDep = Annotated[Caller, Depends(only_owner_of)]


async def stage_of(portal: Portal, caller: Caller, shipment: str) -> StageView:
    """The shipment's stage, if it is the caller's.

    Raises:
        Problem: 404, the same whether it is not there or somebody else's.
    """
    stage = await portal.views.stage(shipment)
    if stage is None or not may_use_shipment(caller, stage):
        raise not_found("shipment")
    return stage


def merchant_of(portal: Portal, caller: Caller, named: str | None) -> Merchant:
    """The merchant to act for: the caller's own, or the one the administrator names.

    Raises:
        Problem: 422, the administrator named none; 404, there is none such; 403, a merchant named another.
    """
    if caller.merchant is not None:
        if named is not None and named != caller.merchant.merchant:
            raise Problem(
                403, "not_yours", "A merchant's key acts for that merchant: leave out Dromos-Merchant."
            )
        return caller.merchant
    if named is None:
        raise Problem(
            422, "merchant_missing", "Say for whom: send the header Dromos-Merchant with the merchant's id."
        )
    merchant = portal.merchants.get(named)
    if merchant is None or not may_use_tenant(caller, merchant.tenant):
        raise not_found("merchant")
    return merchant
