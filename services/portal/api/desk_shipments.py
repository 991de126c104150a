"""The desk's search for shipments, and everything of one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query

from services.portal.api import register
from services.portal.api.cash import cash_of
from services.portal.api.context import Portal, PortalDep
from services.portal.api.desk_today import plans_of, shipments_on
from services.portal.api.guard import PathId
from services.portal.api.problems import not_found, responses
from services.portal.api.scope import After, Id, Scope, ScopeDep, desk_lists, place
from services.portal.core import cash, desk_shipments, moves
from services.portal.core.today import late_shipments
from services.portal.schemas.desk_shipments import RecordDocument, ShipmentPage
from services.portal.store.desk import Wanted
from shared.contracts.status import Tag
from shared.domain.search import terms

router = APIRouter(tags=["desk"])


async def _late(portal: Portal, scope: Scope, among: Collection[str] | None = None) -> set[str]:
    """Shipments on plans whose recipients will be waited for too long. With `among` only plans are looked at
    on which one of them stands: of others nothing is said then."""
    plans = [
        plan for plan in plans_of(portal, scope).values() if among is None or moves.routes_with(plan, among)
    ]
    parcels = await desk_lists(portal).parcels(shipments_on(*plans), scope.tenant)
    now_ms = portal.now_ms()
    return {s for plan in plans for s in late_shipments(plan, parcels, now_ms)}


@router.get(
    "/v1/shipments",
    summary="Find shipments",
    response_model=ShipmentPage,
    response_model_exclude_none=True,
    responses=responses(401, 403, 422, 429, 503),
)
async def find_shipments(
    portal: PortalDep,
    scope: ScopeDep,
    q: Annotated[
        str,
        Query(
            max_length=100,
            description="Beginnings of words: order number, name or street without accents, postcode, "
            "telephone by its beginning or its last four digits. Each has to be there.",
        ),
    ] = "",
    tag: Tag | None = None,
    courier: Id = None,
    merchant: Id = None,
    day: Annotated[date | None, Query(description="Due on this day, where it is delivered.")] = None,
    late: Annotated[
        bool, Query(description="The window is over or will be, and there is no outcome.")
    ] = False,
    unassigned: Annotated[bool, Query(description="Waits for a courier.")] = False,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ShipmentPage:
    """The newest first. The day is that of the window, or without one of the newest stage."""
    from_there = place(after)
    found = terms(q)
    nothing = bool(q.strip()) and not found
    # Nothing is found only where the lists can be read: while PostgreSQL is away nobody knows.
    will_be = await _late(portal, scope) if late or nothing else None
    if nothing:
        return ShipmentPage(shipments=[], total=0)
    wanted = Wanted(
        tenant=scope.tenant,
        terms=found,
        tag=str(tag) if tag is not None else None,
        courier=courier,
        merchant=merchant,
        day=day,
        late=will_be if late else None,
        unassigned=unassigned,
        after=from_there,
        limit=limit,
    )
    now_ms = portal.now_ms()
    rows, total = await desk_lists(portal).search(wanted, now_ms)
    page = rows[:limit]
    if will_be is None:
        will_be = await _late(portal, scope, {row.shipment for row in page})
    return ShipmentPage(
        shipments=[
            desk_shipments.shipment_row(
                row,
                partial(register.shop_name, portal),
                partial(register.courier_name, portal),
                will_be,
                now_ms,
            )
            for row in page
        ],
        next=desk_shipments.cursor(page[-1].registered_ms, page[-1].shipment) if len(rows) > limit else None,
        total=total,
    )


@router.get(
    "/v1/shipments/{shipment}/record",
    summary="Everything of one shipment",
    response_model=RecordDocument,
    response_model_exclude_none=True,
    responses=responses(401, 403, 404, 422, 429, 503),
)
async def read_record(portal: PortalDep, scope: ScopeDep, shipment: PathId) -> RecordDocument:
    """The recipient in full, every stage with what was said and proved, its links, and where its cash is."""
    lists = desk_lists(portal)
    row = await lists.row(shipment, scope.tenant)
    if row is None or portal.lists is None:
        raise not_found("shipment")
    notes = [(shipment, stage["note"]) for stage in row.history if stage.get("note")]
    people = await portal.lists.people([(shipment, row.parties), *notes])
    person = people.pop((shipment, row.parties), None)
    names = partial(register.courier_name, portal)
    known = portal.couriers.get(row.courier) if row.courier else None
    return desk_shipments.record(
        desk_shipments.shipment_row(
            row,
            partial(register.shop_name, portal),
            names,
            await _late(portal, scope, {shipment}),
            portal.now_ms(),
        ),
        row.history,
        person,
        {version: said for (_, version), said in people.items()},
        portal.links_of.of(shipment),
        cash.ledger(row, await cash_of(portal).of_shipment(shipment, row.tenant), names),
        names,
        known.phone if known is not None and known.tenant == row.tenant else None,
    )
