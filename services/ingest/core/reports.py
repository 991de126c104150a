"""Status reports: what a courier, a hub or a merchant says of a shipment, as a command."""

from __future__ import annotations

from hashlib import blake2b

import msgspec

from services.ingest.core.times import MAX_AHEAD_MS, span
from shared.contracts.common import Actor
from shared.contracts.devices import Device
from shared.contracts.merchants import Merchant
from shared.contracts.shipment_commands import Report
from shared.contracts.shipment_parties import Note
from shared.contracts.status import SUBSTATUSES, Tag
from shared.contracts.topic import build

TYPES: dict[str, str] = {
    "picked_up": "InTransit_002",
    "arrived_at_hub": "InTransit_003",
    "left_hub": "InTransit_007",
    "redirected": "InTransit_009",
    "in_transit": "InTransit_001",
    "out_for_delivery": "OutForDelivery_001",
    "recipient_contacted": "OutForDelivery_003",
    "at_stop": "OutForDelivery_004",
    "attempt_failed": "AttemptFail_001",
    "nobody_available": "AttemptFail_002",
    "closed": "AttemptFail_003",
    "delivered": "Delivered_001",
    "picked_up_by_recipient": "Delivered_002",
    "signed": "Delivered_003",
    "cash_collected": "Delivered_004",
    "left_with_neighbour": "Delivered_005",
    "ready_for_pickup": "AvailableForPickup_001",
    "exception": "Exception_001",
    "recipient_moved": "Exception_002",
    "refused": "Exception_003",
    "held": "Exception_004",
    "out_of_stock": "Exception_005",
    "wrong_address": "Exception_007",
    "returning": "Exception_010",
    "returned": "Exception_011",
    "damaged": "Exception_012",
    "lost": "Exception_013",
    "delayed_by_weather": "Exception_017",
}
"""Plain words for substatus codes, for reporters that would rather not know the codes."""

HUB_PREFIX = "hub:"
"""A device enrolled for `hub:<name>` is that hub's scanner: it reports as the hub and posts no positions."""

EARLIEST_MS = 946_684_800_000  # 2000-01-01: before it, somebody sent seconds


class Unreportable(ValueError):
    """The report says something that cannot be; the text tells what is possible."""


class ReportFields(msgspec.Struct, frozen=True):
    """A report as it was sent, types checked. `at_ms` None: it happened now."""

    event_id: str
    type: str | None = None
    substatus: str | None = None
    at_ms: int | None = None
    attempt: int | None = None
    note: str | None = None
    taken_by: str | None = None
    place: str | None = None


def actor_of(reporter: Device | Merchant) -> Actor:
    """Who reports: a merchant, a hub, or the courier for whom the device speaks."""
    if isinstance(reporter, Merchant):
        return Actor(kind="merchant", id=reporter.merchant)
    if reporter.courier.startswith(HUB_PREFIX):
        return Actor(kind="hub", id=reporter.courier.removeprefix(HUB_PREFIX))
    return Actor(kind="courier", id=reporter.courier)


def command_id(shipment: str, actor: Actor, event_id: str) -> str:
    """The same for the same event of the same reporter, so that a repeat is decided once. Who reports is part
    of it: nobody can use up another's event ids."""
    hashed = blake2b(digest_size=16)
    for part in (shipment, actor.kind, actor.id, event_id):
        encoded = part.encode()
        hashed.update(len(encoded).to_bytes(4, "big") + encoded)
    return f"k-{hashed.hexdigest()}"


def commands(
    shipment: str, reporter: Device | Merchant, fields: ReportFields, now_ms: int
) -> tuple[Report, Note | None]:
    """The command, and the note to be acknowledged before it. `shipment` matches `Id`.

    Raises:
        Unreportable: no such type or substatus, or a time that cannot be.
    """
    actor = actor_of(reporter)
    substatus = _substatus(fields)
    at_ms = now_ms if fields.at_ms is None else fields.at_ms
    if at_ms > now_ms + MAX_AHEAD_MS:
        raise Unreportable(f"at is {span(at_ms - now_ms)} ahead: set the reporter's clock")
    if at_ms < EARLIEST_MS:
        raise Unreportable("at lies before the year 2000: give milliseconds, or ISO 8601")
    id = command_id(shipment, actor, fields.event_id)
    note = _note(shipment, reporter.tenant, id, fields)
    report = build(
        Report,
        id=id,
        tenant=reporter.tenant,
        shipment=shipment,
        at_ms=at_ms,
        actor=actor,
        substatus=substatus,
        attempt=fields.attempt,
        note=note.version if note else None,
        place=fields.place or None,
    )
    return report, note


def _substatus(fields: ReportFields) -> str:
    if (fields.type is None) == (fields.substatus is None):
        raise Unreportable("give either type or substatus")
    if fields.substatus is not None:
        if fields.substatus not in SUBSTATUSES:
            raise Unreportable(f"unknown substatus; one of {', '.join(SUBSTATUSES)}")
        return fields.substatus
    assert fields.type is not None
    if fields.type in TYPES:
        return TYPES[fields.type]
    if fields.type in Tag and f"{fields.type}_001" in SUBSTATUSES:
        return f"{fields.type}_001"
    raise Unreportable(f"unknown type; one of {', '.join(TYPES)}")


def _note(shipment: str, tenant: str, command: str, fields: ReportFields) -> Note | None:
    """The version is the command's id and a hash of the words: a repeat of the event with other words does
    not replace what was said first."""
    text, taken_by = fields.note or None, fields.taken_by or None
    if text is None and taken_by is None:
        return None
    said = blake2b(f"{text or ''}\0{taken_by or ''}".encode(), digest_size=4).hexdigest()
    return build(
        Note, tenant=tenant, shipment=shipment, version=f"{command}.{said}", text=text, taken_by=taken_by
    )
