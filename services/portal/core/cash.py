"""Cash on delivery: rows and sums, what may be undone, and a settlement as a spreadsheet. Pure."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from services.portal.schemas.common import MoneyBody, from_ms
from services.portal.schemas.desk_cash import CashEntry, CashRow, CashState, CashSum
from services.portal.schemas.desk_shipments import LedgerEntry

UNDO_MS = 60_000
"""For so long an entry can be taken back."""

Kind = Literal["hand_in", "settlement"]
Names = Callable[[str], str | None]
_STATE: Mapping[str, CashState] = {"hand_in": "handed_in", "settlement": "settled"}


@dataclass(frozen=True, slots=True)
class Item:
    """The cash of one shipment in an entry."""

    shipment: str
    order_number: str
    merchant: str
    courier: str | None
    amount: Decimal
    currency: str
    taken_ms: int


@dataclass(frozen=True, slots=True)
class Written:
    """An entry as it is kept."""

    entry: str
    tenant: str
    kind: Kind
    party: str
    at_ms: int
    by: str
    by_name: str
    undone_ms: int | None
    items: tuple[Item, ...]


class CashRefused(Exception):
    """It can't be written down so: a stable code, the shipments that stand against it, and what to do."""

    def __init__(self, reason: str, detail: str, shipments: Sequence[str] = ()) -> None:
        super().__init__(reason)
        self.reason, self.detail, self.shipments = reason, detail, tuple(shipments)


def to_money(amount: Decimal, currency: str) -> MoneyBody:
    return MoneyBody.model_construct(amount=f"{amount:.2f}", currency=currency)


def sums(items: Iterable[Item]) -> list[MoneyBody]:
    """What they come to, by currency."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for item in items:
        found[item.currency] += item.amount
    return [to_money(amount, currency) for currency, amount in sorted(found.items())]


def state_of(handed_in_ms: int | None, settled_ms: int | None) -> CashState:
    if settled_ms is not None:
        return "settled"
    return "handed_in" if handed_in_ms is not None else "collected"


def row(found: Any, shops: Names, couriers: Names) -> CashRow:
    """A row of the list: the amount is what was written down when it was handed in, else what was taken."""
    due = found.cash is not None and (found.cash, found.due_currency) != (found.amount, found.currency)
    return CashRow(
        shipment=found.shipment,
        order_number=found.order_number,
        merchant=found.merchant,
        shop=shops(found.merchant) or found.merchant,
        courier=found.courier,
        courier_name=couriers(found.courier) if found.courier else None,
        amount=to_money(found.amount, found.currency),
        due=to_money(found.cash, found.due_currency) if due else None,
        taken_at=from_ms(found.taken_ms),
        state=state_of(found.handed_in_ms, found.settled_ms),
        handed_in_at=from_ms(found.handed_in_ms) if found.handed_in_ms is not None else None,
        settled_at=from_ms(found.settled_ms) if found.settled_ms is not None else None,
    )


def grouped(found: Iterable[Any], by: Literal["courier", "merchant"], names: Names) -> list[CashSum]:
    """Sums of (courier, merchant, state, currency) as sums of one of the two, the largest first."""
    totals: dict[tuple[str, CashState, str], tuple[Decimal, int]] = {}
    for each in found:
        key = (getattr(each, by) or "", each.state, each.currency)
        amount, shipments = totals.get(key, (Decimal(0), 0))
        totals[key] = (amount + each.amount, shipments + each.shipments)
    ordered = sorted(totals.items(), key=lambda kv: (-kv[1][0], kv[0]))
    return [
        CashSum(
            key=key,
            name=names(key) or key,
            state=state,
            amount=to_money(amount, currency),
            shipments=shipments,
        )
        for (key, state, currency), (amount, shipments) in ordered
    ]


def may_undo(entry: Written, now_ms: int) -> bool:
    return entry.undone_ms is None and now_ms < entry.at_ms + UNDO_MS


def document(entry: Written, now_ms: int) -> CashEntry:
    return CashEntry(
        entry=entry.entry,
        kind=entry.kind,
        party=entry.party,
        at=from_ms(entry.at_ms),
        by=entry.by,
        by_name=entry.by_name,
        sums=sums(entry.items),
        shipments=[item.shipment for item in entry.items],
        undo_until=from_ms(entry.at_ms + UNDO_MS) if may_undo(entry, now_ms) else None,
        undone_at=from_ms(entry.undone_ms) if entry.undone_ms is not None else None,
    )


def ledger(shipment: Any, entries: Iterable[Written], couriers: Names) -> list[LedgerEntry]:
    """The way of one shipment's cash, from the door on."""
    found: list[LedgerEntry] = []
    if shipment.cash_taken is not None:
        by = shipment.taken_by
        found.append(
            LedgerEntry(
                kind="collected",
                at=from_ms(shipment.taken_ms),
                amount=to_money(shipment.cash_taken, shipment.taken_currency),
                by=(couriers(by) or by) if by else None,
            )
        )
    for entry in sorted(entries, key=lambda e: (e.at_ms, list(_STATE).index(e.kind))):
        item = next(i for i in entry.items if i.shipment == shipment.shipment)
        found.append(
            LedgerEntry(
                kind=_STATE[entry.kind],
                at=from_ms(entry.at_ms),
                amount=to_money(item.amount, item.currency),
                entry=entry.entry,
                by=entry.by_name,
                undone_at=from_ms(entry.undone_ms) if entry.undone_ms is not None else None,
            )
        )
    return found


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: one that begins like one gets an apostrophe."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠") else text


def settlement_csv(entry: Written, zone: str) -> str:
    """A settlement for the merchant (RFC 4180, with a byte order mark so that spreadsheets read Greek): no
    names and no addresses, times by the shop's clock."""
    where = ZoneInfo(zone)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["order_number", "shipment", "collected_at", "amount", "currency"])
    for item in sorted(entry.items, key=lambda i: (i.taken_ms, i.shipment)):
        taken = datetime.fromtimestamp(item.taken_ms / 1000, tz=UTC).astimezone(where)
        writer.writerow(
            [
                harmless(item.order_number),
                harmless(item.shipment),
                taken.strftime("%Y-%m-%d %H:%M"),
                f"{item.amount:.2f}",
                item.currency,
            ]
        )
    for total in sums(entry.items):
        writer.writerow(["total", "", "", total.amount, total.currency])
    return "\ufeff" + out.getvalue()
