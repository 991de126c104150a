"""The desk's list of shipments, and all that is known of one."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from services.portal.schemas.common import Answer, MoneyBody, WindowBody
from services.portal.schemas.shipments import LinkAnswer
from shared.contracts.common import Handover


class ShipmentRow(Answer):
    """A shipment in the list. `courier` carries it, or has delivered it; name, address and telephone are
    absent once they have been deleted."""

    shipment: str
    order_number: str
    merchant: str
    shop: str
    tag: str
    status: str
    status_at: datetime
    registered_at: datetime
    attempt: int
    parcels: int
    handover: Handover
    name: str | None = None
    line: str | None = None
    city: str | None = None
    postcode: str | None = None
    phone: str | None = None
    window: WindowBody | None = None
    courier: str | None = None
    courier_name: str | None = None
    route: str | None = None
    late: bool
    ended: bool
    cash: MoneyBody | None = None
    cash_taken: MoneyBody | None = None
    zone: str


class ShipmentPage(Answer):
    """The newest first. `total` comes with the first page, and stops counting at 10,000."""

    shipments: list[ShipmentRow]
    next: str | None = Field(default=None, description="Ask again with `after` of this value for more.")
    total: int | None = None


class RecipientDocument(Answer):
    """Who gets it, in full."""

    version: str
    name: str | None = None
    line: str | None = None
    city: str | None = None
    postcode: str | None = None
    lon: float | None = None
    lat: float | None = None
    phone: str | None = None
    email: str | None = None
    floor: str | None = None
    bell: str | None = None
    note: str | None = None
    language: str | None = None


class RecordEntry(Answer):
    """One stage, at its own time, with what was said, taken and proved."""

    seq: int
    status: str
    tag: str
    meaning: str
    at: datetime
    attempt: int | None = None
    place: str | None = None
    courier: str | None = Field(default=None, description="Who carried it then.")
    courier_name: str | None = None
    note: str | None = None
    taken_by: str | None = None
    cash: MoneyBody | None = None
    proofs: list[str] = Field(default_factory=list)


class LedgerEntry(Answer):
    """Where its cash has gone: collected by the courier, handed in at the office, settled with the shop."""

    kind: str = Field(examples=["collected", "handed_in", "settled"])
    at: datetime
    amount: MoneyBody
    entry: str | None = Field(default=None, description="The hand-in or settlement it is part of.")
    by: str | None = Field(default=None, description="Who wrote it down, or who collected it.")
    undone_at: datetime | None = None


class RecordDocument(Answer):
    """Everything of one shipment."""

    shipment: ShipmentRow
    recipient: RecipientDocument | None = None
    history: list[RecordEntry]
    links: list[LinkAnswer]
    courier_phone: str | None = None
    ledger: list[LedgerEntry]
