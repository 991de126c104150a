"""A shipment's request as records, and its view as a document."""

from __future__ import annotations

from collections.abc import Iterable

from services.portal.core import ids
from services.portal.core.access import Caller
from services.portal.schemas.common import MoneyBody, WindowBody, from_ms
from services.portal.schemas.shipments import (
    LinkAnswer,
    NewShipment,
    ShipmentDocument,
    StageAnswer,
)
from shared.contracts.common import Window
from shared.contracts.links import Link
from shared.contracts.merchants import Merchant
from shared.contracts.shipment_commands import Register
from shared.contracts.shipment_parties import Recipient
from shared.contracts.status import SUBSTATUSES, tag_of
from shared.contracts.topic import build
from shared.contracts.views.stage import StageView
from shared.domain.command_ids import command_id


def register(
    caller: Caller,
    merchant: Merchant,
    idempotency_key: str,
    body: NewShipment,
    window: Window | None,
    now_ms: int,
) -> tuple[Register, Recipient]:
    """The command with this window, and the personal data whose version it names.

    The command's id follows from merchant, key and body: the same request is the same command, another body
    under the key is another command for the same shipment, which the decider refuses.

    Raises:
        msgspec.ValidationError: a value is out of the contract's bounds.
    """
    shipment = ids.shipment_id(merchant.merchant, idempotency_key)
    body_print = ids.fingerprint(idempotency_key, body.as_sent())
    command = command_id("merchant", merchant.merchant, "register", idempotency_key, body_print)
    language = body.language or merchant.language
    who, where = body.recipient, body.address
    return (
        build(
            Register,
            id=command,
            tenant=merchant.tenant,
            shipment=shipment,
            at_ms=now_ms,
            actor=caller.actor,
            merchant=merchant.merchant,
            order_number=body.order_number,
            fingerprint=body_print,
            parties=command,
            parcels=body.parcels,
            handover=body.handover,
            cash=body.cash.to_contract() if body.cash else None,
            window=window,
            language=language,
            zone=body.zone or merchant.zone,
        ),
        build(
            Recipient,
            tenant=merchant.tenant,
            shipment=shipment,
            version=command,
            name=who.name,
            line=where.line,
            city=where.city,
            lon=where.lon,
            lat=where.lat,
            postcode=where.postcode,
            phone=who.phone,
            email=who.email,
            floor=who.floor,
            bell=who.bell,
            note=who.note,
            language=language,
        ),
    )


def link_answer(link: Link) -> LinkAnswer:
    return LinkAnswer(
        link_id=link.link,
        expires_at=from_ms(link.expires_ms),
        created_at=from_ms(link.created_ms) if link.created_ms else None,
        revoked=link.revoked,
    )


def document(stage: StageView, links: Iterable[Link]) -> ShipmentDocument:
    """A shipment as its merchant reads it."""
    return ShipmentDocument(
        shipment=stage.shipment,
        merchant=stage.merchant,
        order_number=stage.order_number,
        seq=stage.seq,
        status=stage.substatus,
        tag=tag_of(stage.substatus),
        meaning=SUBSTATUSES[stage.substatus],
        status_at=from_ms(stage.status_ms),
        parcels=stage.parcels,
        handover=stage.handover,
        cash=MoneyBody.of(stage.cash),
        window=WindowBody.of(stage.window),
        language=stage.language,
        zone=stage.zone,
        attempt=stage.attempt,
        courier=stage.courier,
        out_for_delivery=stage.out,
        ended=stage.ended,
        history=[
            StageAnswer(
                status=entry.substatus,
                tag=tag_of(entry.substatus),
                meaning=SUBSTATUSES[entry.substatus],
                at=from_ms(entry.at_ms),
                attempt=entry.attempt or None,
                place=entry.place,
            )
            for entry in stage.history
        ],
        links=[link_answer(link) for link in links],
    )
