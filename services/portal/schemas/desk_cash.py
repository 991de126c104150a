"""Cash on delivery: collected by couriers, handed in at the office, settled with shops."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from services.portal.schemas.common import Answer, IdStr, MoneyBody, Strict

CashState = Literal["collected", "handed_in", "settled"]


class CashRow(Answer):
    """The cash of one shipment and where it is now."""

    shipment: str
    order_number: str
    merchant: str
    shop: str
    courier: str | None = Field(default=None, description="Who took it at the door.")
    courier_name: str | None = None
    amount: MoneyBody
    due: MoneyBody | None = Field(default=None, description="What was to be taken, where it differs.")
    taken_at: datetime
    state: CashState
    handed_in_at: datetime | None = None
    settled_at: datetime | None = None


class CashSum(Answer):
    """A sum of one currency, of one courier and one merchant where grouped so."""

    key: str
    name: str
    state: CashState
    amount: MoneyBody
    shipments: int


class CashDocument(Answer):
    """Rows of a page, the newest first; the sums are of all that was asked for."""

    rows: list[CashRow]
    couriers: list[CashSum]
    merchants: list[CashSum]
    next: str | None = Field(default=None, description="Ask again with `after` of this value for more.")


class HandInBody(Strict):
    """What a courier has handed over at the office."""

    courier_id: IdStr
    shipments: list[IdStr] = Field(min_length=1, max_length=1000)


class SettleBody(Strict):
    """What the office has paid out to a shop; each was handed in before."""

    merchant: IdStr
    shipments: list[IdStr] = Field(min_length=1, max_length=1000)


class CashEntry(Answer):
    """A hand-in or a settlement: who, when, how much."""

    entry: str
    kind: Literal["hand_in", "settlement"]
    party: str = Field(description="The courier, or the merchant.")
    at: datetime
    by: str
    by_name: str
    sums: list[MoneyBody]
    shipments: list[str]
    undo_until: datetime | None = Field(default=None, description="DELETE the entry before then.")
    undone_at: datetime | None = None


class CashEntries(Answer):
    """Entries, the newest first."""

    entries: list[CashEntry]
    next: str | None = None
