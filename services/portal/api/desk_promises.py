"""Keeping account of promises: how the windows shown held, and those of one shipment."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query

from services.portal.api import register
from services.portal.api.context import PortalDep
from services.portal.api.guard import PathId
from services.portal.api.problems import invalid, not_found, responses, unavailable
from services.portal.api.scope import Id, ScopeDep, desk_lists, lists_of
from services.portal.core import promises
from services.portal.schemas.common import ID_PATTERN, Time, to_ms
from services.portal.schemas.desk_promises import PromisesDocument, ShownWindows
from shared.adapters.postgres.promises import Wanted, windows
from shared.contracts.topic import DAY_MS, MINUTE_MS

router = APIRouter(tags=["desk"])

DAYS = 30


@router.get(
    "/v1/desk/promises",
    summary="How the windows shown held",
    response_model=PromisesDocument,
    response_model_exclude_none=True,
    responses=responses(401, 403, 422, 429, 503),
)
async def read_promises(
    portal: PortalDep,
    scope: ScopeDep,
    from_: Annotated[
        Time | None, Query(alias="from", description="Attempts that ended from then on; 30 days unless told.")
    ] = None,
    to: Annotated[Time | None, Query(description="And before then; now unless told.")] = None,
    merchant: Id = None,
    courier: Annotated[
        str | None, Query(pattern=ID_PATTERN, description="Who had the shipment in the end.")
    ] = None,
) -> PromisesDocument:
    """Looked at is the window on display 120, 60, 30 and 10 minutes before each attempt ended. What was not
    delivered then is a miss, and so is what was said to be unknown. At most the newest 50,000 attempts; an
    answer may be a minute old."""
    if portal.lists is None:
        raise unavailable("The ledger can't be read just now. Ask again in a few seconds.")
    now_ms = portal.now_ms()
    to_at_ms = to_ms(to) if to is not None else None
    until_ms = to_at_ms if to_at_ms is not None else now_ms
    since_ms = to_ms(from_) if from_ is not None else (until_ms - DAYS * DAY_MS) // MINUTE_MS * MINUTE_MS
    if since_ms >= until_ms:
        raise invalid("`from` is not before `to`.")
    wanted = Wanted(since_ms, to_at_ms, scope.tenant, merchant, courier)
    found = await portal.accounts.report(portal.lists.database, wanted)
    return promises.document(found, since_ms, until_ms, wanted.most, partial(register.courier_name, portal))


@router.get(
    "/v1/shipments/{shipment}/promises",
    summary="A shipment's windows as they were shown",
    response_model=ShownWindows,
    response_model_exclude_none=True,
    responses=responses(401, 403, 404, 422, 429, 503),
)
async def read_windows(portal: PortalDep, scope: ScopeDep, shipment: PathId) -> ShownWindows:
    """Each with why it was shown, and whether what happened lies in it."""
    if await desk_lists(portal).row(shipment, scope.tenant) is None:
        raise not_found("shipment")
    names = partial(register.courier_name, portal)
    rows = await windows(lists_of(portal).database, shipment, scope.tenant)
    return ShownWindows(windows=[promises.shown(row, how, at_ms, names) for row, how, at_ms in rows])
