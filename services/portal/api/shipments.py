"""Shipments: register, report, read, forget the recipient."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from services.portal.api import proofs, slots
from services.portal.api.commands import KeyHeader, MerchantHeader, PreferHeader, send, settle
from services.portal.api.context import PortalDep
from services.portal.api.guard import CallerDep, PathId, merchant_of, stage_of
from services.portal.api.problems import invalid, not_found, responses
from services.portal.core import shipments
from services.portal.core.access import may_use_shipment
from services.portal.core.ids import fresh_command_id, shipment_id
from services.portal.schemas.shipments import (
    CommandAnswer,
    ForgottenAnswer,
    NewShipment,
    ShipmentAnswer,
    ShipmentDocument,
)
from services.portal.store.cases import Cases
from shared.adapters.postgres.strays import Strays
from shared.contracts import shipment_parties
from shared.domain import report
from shared.domain.report import ReportBody, Unreportable

router = APIRouter(tags=["shipments"])

REPEAT_WAIT_S = 2.0
"""A key that has been used before is always waited for: its answer is 422 or the shipment, not 202."""

FORGET_TIMEOUT_S = 30.0
"""All that is kept of people in the shipment's partition is read past."""


@router.post(
    "/v1/shipments",
    status_code=201,
    summary="Register a shipment",
    response_model=ShipmentAnswer,
    response_model_exclude_none=True,
    responses={
        200: {"model": ShipmentAnswer, "description": "Registered before by the same request."},
        202: {"model": ShipmentAnswer, "description": "Written down; see `Location` for the outcome."},
        **responses(401, 403, 404, 409, 413, 422, 429, 503),
    },
)
async def register_shipment(
    portal: PortalDep,
    caller: CallerDep,
    body: NewShipment,
    response: Response,
    key: KeyHeader,
    prefer: PreferHeader = None,
    merchant: MerchantHeader = None,
) -> dict[str, Any]:
    """Announce a parcel. The shipment's id follows from the merchant and the Idempotency-Key: sent again it
    is the same shipment, with another body it is refused with 422. A slot that can't be had any more is
    refused with 409, and `slots` are possible instead."""
    shop = merchant_of(portal, caller, merchant)
    shipment = shipment_id(shop.merchant, key)
    location = f"/v1/shipments/{shipment}"
    known = await portal.views.stage(shipment)
    if known is not None and not may_use_shipment(caller, known):
        raise not_found("shipment")
    window = await slots.window_for(portal, shop, shipment, body) if known is None else known.window
    command, recipient = shipments.register(caller, shop, key, body, window, portal.now_ms())
    if known is not None and known.parties == command.id:
        response.status_code = 200
        response.headers["Location"] = location
        return {
            "shipment": shipment,
            "window": slots.told(body, window),
            "command": command.id,
            "status": "accepted",
            "subject": shipment,
        }
    if known is None:
        # The personal data first: the command names its version. Where the shipment exists the command will
        # be refused, and its personal data is not even written down.
        await portal.write_party(recipient)
    sent = await send(portal, command, prefer, wait_anyway_s=REPEAT_WAIT_S if known is not None else 0.0)
    if sent.outcome is not None and not sent.outcome.accepted:
        portal.holds.drop(shop.merchant, shipment)
    settled = settle(sent, response, done=201, location=location)
    return {"shipment": shipment, "window": slots.told(body, window), **settled}


@router.get(
    "/v1/shipments/{shipment}",
    summary="Read a shipment",
    response_model=ShipmentDocument,
    response_model_exclude_none=True,
    responses=responses(401, 404, 422, 429, 503),
)
async def read_shipment(portal: PortalDep, caller: CallerDep, shipment: PathId) -> ShipmentDocument:
    """Its stage, history and links, without personal data."""
    stage = await stage_of(portal, caller, shipment)
    return shipments.document(stage, portal.links_of.of(shipment))


@router.post(
    "/v1/shipments/{shipment}/events",
    summary="Report what happened to a shipment",
    response_model=CommandAnswer,
    response_model_exclude_none=True,
    responses={
        202: {"model": CommandAnswer, "description": "Written down; see `Location` for the outcome."},
        **responses(401, 404, 409, 413, 422, 429, 503),
    },
)
async def report_event(
    portal: PortalDep,
    caller: CallerDep,
    shipment: PathId,
    body: ReportBody,
    response: Response,
    prefer: PreferHeader = None,
) -> dict[str, Any]:
    """By its own time: a late report is placed where it belongs. The same `event_id` changes nothing."""
    stage = await stage_of(portal, caller, shipment)
    try:
        command, note = report.commands(shipment, stage.tenant, caller.actor, body, portal.now_ms())
    except Unreportable as error:
        raise invalid(str(error)) from None
    if note is not None:
        await portal.write_party(note)
    return settle(await send(portal, command, prefer), response)


@router.delete(
    "/v1/shipments/{shipment}/recipient",
    summary="Delete the recipient's personal data",
    response_model=ForgottenAnswer,
    responses=responses(401, 404, 422, 429, 503),
)
async def forget_recipient(portal: PortalDep, caller: CallerDep, shipment: PathId) -> ForgottenAnswer:
    """Names, address, telephone, the remarks of reports and answers, what was written about it, in every
    version, and all pictures; what happened to the shipment stays. A tombstone hides each at once, and the
    log is rid of it within a day; pictures are gone at once. The administrator may do so also when the
    shipment itself is shown no more."""
    if not caller.admin:
        await stage_of(portal, caller, shipment)
    kept = await portal.history.keys(shipment_parties.TOPIC, shipment, timeout_s=FORGET_TIMEOUT_S)
    for key in kept:
        await portal.log.append(
            shipment_parties.TOPIC, key, None, id=fresh_command_id(caller.kind, caller.id)
        )
    if portal.office is not None:
        await Cases(portal.office.database).forget(shipment)
        await Strays(portal.office.database).forget(shipment)
    pictures = await proofs.forget(portal, shipment)
    return ForgottenAnswer(shipment=shipment, deleted=len(kept), pictures=pictures)
