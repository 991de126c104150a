"""A report of what happened to a shipment: the body in which it is sent, and the command that it becomes.

Ingest and the portal both take reports; the same report of the same reporter is one command at either."""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from shared.contracts.common import PROOF_PATTERN, Actor, Money
from shared.contracts.shipment_commands import Report
from shared.contracts.shipment_parties import Note
from shared.contracts.status import SUBSTATUSES, Tag
from shared.contracts.topic import build
from shared.domain.command_ids import command_id
from shared.domain.texts import visible

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
    "operator_error": "Exception_101",
    "packer_error": "Exception_102",
    "courier_error": "Exception_103",
}
"""Plain words for substatus codes, for reporters that would rather not know the codes."""

EARLIEST_MS = 946_684_800_000  # 2000-01-01: before it, somebody sent seconds
MAX_AHEAD_MS = 2 * 60_000

_STRIPPED, _VISIBLE = StringConstraints(strip_whitespace=True), AfterValidator(visible)


class Unreportable(ValueError):
    """The report says something that cannot be; the text tells what is possible."""


class CashBody(BaseModel):
    """An amount in a currency (ISO 4217)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    amount: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}(\.[0-9]{1,2})?$")]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class ReportBody(BaseModel):
    """What happened, by its own time. Give `type` or `substatus`; a repeat of the same `event_id` changes
    nothing."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "event_id": "scan-7f3a",
                    "type": "left_with_neighbour",
                    "at": "2026-11-20T10:00:00Z",
                    "attempt": 1,
                    "taken_by": "N. Ioannou, 2nd floor",
                }
            ]
        },
    )

    event_id: str = Field(min_length=1, max_length=128, description="Chosen by the reporter.")
    type: str | None = Field(
        default=None,
        max_length=40,
        json_schema_extra={"enum": [*TYPES, *Tag, None]},
        description="What happened, in a word; a tag stands for its first substatus.",
    )
    substatus: str | None = Field(
        default=None, max_length=40, json_schema_extra={"enum": [*SUBSTATUSES, None]}
    )
    at: int | AwareDatetime | None = Field(
        default=None,
        description="When it happened: ISO 8601 with its offset, or epoch milliseconds. Absent: now. A late "
        "report is placed in the history by this time.",
    )
    attempt: int | None = Field(
        default=None, strict=True, ge=1, le=99, description="Which delivery attempt it was of."
    )
    note: Annotated[str, _STRIPPED, _VISIBLE] | None = Field(
        default=None, max_length=1000, description="For people; kept with the personal data."
    )
    taken_by: Annotated[str, _STRIPPED, _VISIBLE] | None = Field(
        default=None, max_length=120, description="Who took the parcel; kept with the personal data."
    )
    place: Annotated[str, _STRIPPED, _VISIBLE] | None = Field(
        default=None,
        min_length=1,
        max_length=80,
        description="A hub or a town, shown to the recipient: no address, no names.",
    )
    cash: CashBody | None = Field(default=None, description="What the recipient paid at the door.")
    proofs: list[Annotated[str, StringConstraints(pattern=PROOF_PATTERN)]] = Field(
        default_factory=list,
        max_length=5,
        description="Pictures or a signature, as `POST /v1/courier/proofs` has named them.",
    )


def report_id(shipment: str, actor: Actor, event_id: str) -> str:
    """The same for the same event of the same reporter, so that a repeat is decided once. Who reports is part
    of it: nobody can use up another's event ids."""
    return command_id(actor.kind, actor.id, "report", shipment, event_id)


def commands(
    shipment: str, tenant: str, actor: Actor, body: ReportBody, now_ms: int
) -> tuple[Report, Note | None]:
    """The command, and the note to be acknowledged before it. `shipment` matches `Id`.

    Raises:
        Unreportable: no such type or substatus, or a time that cannot be.
    """
    command = report_id(shipment, actor, body.event_id)
    note = _note(shipment, tenant, command, body)
    report = build(
        Report,
        id=command,
        tenant=tenant,
        shipment=shipment,
        at_ms=_at_ms(body, now_ms),
        actor=actor,
        substatus=_substatus(body),
        attempt=body.attempt,
        note=note.version if note else None,
        place=body.place,
        cash=Money(amount=body.cash.amount, currency=body.cash.currency) if body.cash else None,
        proofs=tuple(body.proofs),
    )
    return report, note


def _at_ms(body: ReportBody, now_ms: int) -> int:
    if body.at is None:
        return now_ms
    try:
        at_ms = round(body.at.timestamp() * 1000) if isinstance(body.at, datetime) else body.at
    except OverflowError:
        raise Unreportable("at is no time that can be") from None
    if at_ms > now_ms + MAX_AHEAD_MS:
        raise Unreportable("at lies more than 2 minutes ahead: set the reporter's clock")
    if at_ms < EARLIEST_MS:
        raise Unreportable("at lies before the year 2000: give milliseconds, or ISO 8601")
    return at_ms


def _substatus(body: ReportBody) -> str:
    if (body.type is None) == (body.substatus is None):
        raise Unreportable("give either type or substatus")
    if body.substatus is not None:
        if body.substatus not in SUBSTATUSES:
            raise Unreportable(f"unknown substatus; one of {', '.join(SUBSTATUSES)}")
        return body.substatus
    assert body.type is not None
    if body.type in TYPES:
        return TYPES[body.type]
    if body.type in Tag and f"{body.type}_001" in SUBSTATUSES:
        return f"{body.type}_001"
    raise Unreportable(f"unknown type; one of {', '.join(TYPES)}")


def _note(shipment: str, tenant: str, command: str, body: ReportBody) -> Note | None:
    """The version is the command's id and a hash of the words: a repeat of the event with other words does
    not replace what was said first."""
    text, taken_by = body.note or None, body.taken_by or None
    if text is None and taken_by is None:
        return None
    said = hmac.digest(command.encode(), f"{text or ''}\0{taken_by or ''}".encode(), "sha256").hex()[:8]
    return build(
        Note, tenant=tenant, shipment=shipment, version=f"{command}.{said}", text=text, taken_by=taken_by
    )
