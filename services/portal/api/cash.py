"""Cash on delivery at the desk: what couriers hold, what they hand in, what shops are paid."""

from __future__ import annotations

import secrets
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.portal.api import register
from services.portal.api.audit import noted
from services.portal.api.context import Portal, PortalDep
from services.portal.api.guard import PathId
from services.portal.api.problems import Problem, not_found, responses, unavailable
from services.portal.api.scope import After, Id, ScopeDep, place
from services.portal.core import cash, desk_shipments
from services.portal.core.cash import CashRefused
from services.portal.schemas.common import ID_PATTERN
from services.portal.schemas.desk_cash import (
    CashDocument,
    CashEntries,
    CashEntry,
    CashState,
    HandInBody,
    SettleBody,
)
from services.portal.store.cash import Cash

router = APIRouter(tags=["cash"])


def cash_of(portal: Portal) -> Cash:
    """Raises Problem: 503, there is no PostgreSQL."""
    if portal.office is None:
        raise unavailable("The cash can't be read just now. Ask again in a few seconds.")
    return Cash(portal.office.database)


def _refused(error: CashRefused) -> Problem:
    some = ", ".join(error.shipments[:5]) + (" and more" if len(error.shipments) > 5 else "")
    return Problem(
        409,
        error.reason,
        f"{error.detail} {some}".strip(),
        more={"reason": error.reason, "shipments": list(error.shipments)[:1000]},
    )


@router.get(
    "/v1/cash",
    summary="Cash by shipment, and the sums",
    response_model=CashDocument,
    response_model_exclude_none=True,
    responses=responses(401, 403, 422, 429, 503),
)
async def read_cash(
    portal: PortalDep,
    scope: ScopeDep,
    courier: Id = None,
    merchant: Id = None,
    state: Annotated[CashState | None, Query(description="Without it: all that is not settled yet.")] = None,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> CashDocument:
    """Taken at doors, the newest first; sums (on the first page) by courier and by shop, per currency."""
    rows, sums = await cash_of(portal).rows(scope.tenant, courier, merchant, state, place(after), limit)
    couriers, shops = partial(register.courier_name, portal), partial(register.shop_name, portal)
    page = rows[:limit]
    return CashDocument(
        rows=[cash.row(r, shops, couriers) for r in page],
        couriers=cash.grouped(sums, "courier", couriers),
        merchants=cash.grouped(sums, "merchant", shops),
        next=desk_shipments.cursor(page[-1].taken_ms, page[-1].shipment) if len(rows) > limit else None,
    )


@router.post(
    "/v1/cash/hand-in",
    status_code=201,
    summary="A courier has handed in what he took",
    response_model=CashEntry,
    response_model_exclude_none=True,
    responses=responses(401, 403, 404, 409, 413, 422, 429, 503),
)
async def hand_in(portal: PortalDep, scope: ScopeDep, request: Request, body: HandInBody) -> CashEntry:
    """All of it or nothing. A shipment's cash is handed in once: again is 409, naming which. Can be undone
    for a minute."""
    known = register.tenants_of(portal, body.courier_id)
    tenant = scope.tenant if scope.tenant in known else None
    if scope.tenant is None and len(known) == 1:
        (tenant,) = known
    if tenant is None:
        raise not_found("courier")
    try:
        made = await cash_of(portal).hand_in(
            _new("h"), tenant, body.courier_id, _once(body.shipments), scope.by, portal.now_ms()
        )
    except CashRefused as error:
        raise _refused(error) from None
    noted(request, subject=made.entry, detail=f"{made.party}: {_words(made)}", tenant=tenant)
    return cash.document(made, portal.now_ms())


@router.post(
    "/v1/cash/settle",
    status_code=201,
    summary="A shop was paid what was collected for it",
    response_model=CashEntry,
    response_model_exclude_none=True,
    responses=responses(401, 403, 404, 409, 413, 422, 429, 503),
)
async def settle(portal: PortalDep, scope: ScopeDep, request: Request, body: SettleBody) -> CashEntry:
    """Of what has been handed in, all of it or nothing, and once. Can be undone for a minute."""
    shop = portal.merchants.get(body.merchant)
    if shop is None or not scope.has(shop.tenant):
        raise not_found("merchant")
    try:
        made = await cash_of(portal).settle(
            _new("p"), shop.tenant, body.merchant, _once(body.shipments), scope.by, portal.now_ms()
        )
    except CashRefused as error:
        raise _refused(error) from None
    noted(request, subject=made.entry, detail=f"{made.party}: {_words(made)}", tenant=shop.tenant)
    return cash.document(made, portal.now_ms())


@router.get(
    "/v1/cash/entries",
    summary="Hand-ins and settlements",
    response_model=CashEntries,
    response_model_exclude_none=True,
    responses=responses(401, 403, 422, 429, 503),
)
async def read_entries(
    portal: PortalDep,
    scope: ScopeDep,
    party: Annotated[str | None, Query(pattern=ID_PATTERN, description="A courier, or a merchant.")] = None,
    kind: cash.Kind | None = None,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> CashEntries:
    """The newest first, those that were undone too."""
    found = await cash_of(portal).entries(scope.tenant, party, kind, place(after), limit)
    page = found[:limit]
    return CashEntries(
        entries=[cash.document(entry, portal.now_ms()) for entry in page],
        next=desk_shipments.cursor(page[-1].at_ms, page[-1].entry) if len(found) > limit else None,
    )


@router.get(
    "/v1/cash/entries/{entry}/csv",
    summary="A settlement as a spreadsheet for the shop",
    responses={
        200: {"description": "CSV (RFC 4180), UTF-8.", "content": {"text/csv": {}}},
        **responses(401, 403, 404, 422, 429, 503),
    },
    response_class=Response,
)
async def read_csv(portal: PortalDep, scope: ScopeDep, entry: PathId) -> Response:
    """Order numbers and amounts, no names. Cells that a spreadsheet would take for a formula are quoted."""
    found = await cash_of(portal).entry(entry, scope.tenant)
    if found is None:
        raise not_found("entry")
    shop = portal.merchants.get(found.party)
    text = cash.settlement_csv(found, shop.zone if shop is not None else "UTC")
    return Response(
        text.encode(),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{found.kind}-{found.entry}.csv"',
            "Cache-Control": "no-store",
        },
    )


@router.delete(
    "/v1/cash/entries/{entry}",
    summary="Undo a hand-in or a settlement",
    response_model=CashEntry,
    response_model_exclude_none=True,
    responses=responses(401, 403, 404, 409, 422, 429, 503),
)
async def undo(portal: PortalDep, scope: ScopeDep, entry: PathId, request: Request) -> CashEntry:
    """Within a minute; it stays written as undone. A hand-in of which something is settled stays."""
    try:
        found = await cash_of(portal).undo(entry, scope.tenant, scope.by[0], portal.now_ms())
    except CashRefused as error:
        raise _refused(error) from None
    if found is None:
        raise not_found("entry")
    noted(request, detail=f"{found.party}: {_words(found)}", tenant=found.tenant)
    return cash.document(found, portal.now_ms())


def _new(kind: str) -> str:
    return f"{kind}-{secrets.token_hex(10)}"


def _once(shipments: list[str]) -> list[str]:
    return list(dict.fromkeys(shipments))


def _words(entry: cash.Written) -> str:
    sums = " + ".join(f"{m.amount} {m.currency}" for m in cash.sums(entry.items))
    count = len(entry.items)
    return f"{sums}, {count} shipment{'' if count == 1 else 's'}"
