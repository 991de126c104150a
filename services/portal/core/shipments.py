"""A shipment's request as records, and its view as a document."""

from __future__ import annotations

from collections.abc import Iterable

from services.portal.core import ids
from services.portal.core.access import Caller
from services.portal.schemas.common import MoneyBody, WindowBody, from_ms, to_ms
from services.portal.schemas.shipments import (
    LinkAnswer,
    NewShipment,
    ReportBody,
    ShipmentDocument,
    StageAnswer,
)
from shared.contracts.links import Link
from shared.contracts.merchants import Merchant
from shared.contracts.shipment_commands import Register, Report
from shared.contracts.shipment_parties import Note, Recipient
from shared.contracts.status import SUBSTATUSES, tag_of
from shared.contracts.topic import build
from shared.contracts.views.stage import StageView


def register(
    caller: Caller, merchant: Merchant, idempotency_key: str, body: NewShipment, now_ms: int
) -> tuple[Register, Recipient]:
    """The command, and the personal data whose version it names.

    The command's id follows from merchant, key and body: the same request is the same command, another body
    under the key is another command for the same shipment, which the decider refuses.

    Raises:
        msgspec.ValidationError: a value is out of the contract's bounds.
    """
    shipment = ids.shipment_id(merchant.merchant, idempotency_key)
    body_print = ids.fingerprint(idempotency_key, body.model_dump_json().encode())
    command = ids.command_id("merchant", merchant.merchant, "register", idempotency_key, body_print)
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
            cash=body.cash.to_contract() if body.cash else None,
            window=body.window.to_contract() if body.window else None,
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


def report(caller: Caller, stage: StageView, body: ReportBody, now_ms: int) -> tuple[Report, Note | None]:
    """The command, and the remark whose version it names. The version holds a hash of the words, so that the
    same event repeated with other words does not replace what was said first.

    Raises:
        msgspec.ValidationError: a value is out of the contract's bounds.
    """
    command = ids.command_id(caller.kind, caller.id, "report", stage.shipment, body.event_id)
    remarked = body.note is not None or body.taken_by is not None
    words = ids.fingerprint(command, f"{body.note or ''}\0{body.taken_by or ''}".encode())[:8]
    version = f"{command}.{words}"
    return (
        build(
            Report,
            id=command,
            tenant=stage.tenant,
            shipment=stage.shipment,
            at_ms=to_ms(body.at) if body.at is not None else now_ms,
            actor=caller.actor,
            substatus=body.substatus,
            attempt=body.attempt,
            note=version if remarked else None,
            place=body.place,
        ),
        build(
            Note,
            tenant=stage.tenant,
            shipment=stage.shipment,
            version=version,
            text=body.note,
            taken_by=body.taken_by,
        )
        if remarked
        else None,
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
        cash=MoneyBody(amount=stage.cash.amount, currency=stage.cash.currency) if stage.cash else None,
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
