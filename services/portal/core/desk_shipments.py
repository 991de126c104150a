"""Rows of the lists as the desk's documents. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Protocol

from services.portal.core.shipments import link_answer
from services.portal.core.today import is_late, money
from services.portal.schemas.common import MoneyBody, WindowBody, from_ms
from services.portal.schemas.desk_shipments import (
    LedgerEntry,
    RecipientDocument,
    RecordDocument,
    RecordEntry,
    ShipmentRow,
)
from shared.contracts.common import Window
from shared.contracts.links import Link
from shared.contracts.status import SUBSTATUSES, tag_of
from shared.domain.shipment import OUTCOMES

_OUTCOMES = frozenset(str(tag) for tag in OUTCOMES)
_CURSOR = re.compile(r"([0-9]{1,15})\.([A-Za-z0-9][A-Za-z0-9._:-]{0,63})")
Names = Callable[[str], str | None]


class Said(Protocol):
    """A recipient, or what was said with a report."""

    @property
    def note(self) -> str | None: ...
    @property
    def taken_by(self) -> str | None: ...


def cursor(registered_ms: int, shipment: str) -> str:
    return f"{registered_ms}.{shipment}"


def after(text: str) -> tuple[int, str] | None:
    """The place in the list that `cursor` has named; None: it has not."""
    found = _CURSOR.fullmatch(text)
    return (int(found[1]), found[2]) if found is not None else None


def shipment_row(row: Any, shops: Names, couriers: Names, late: Collection[str], now_ms: int) -> ShipmentRow:
    """A row as the list shows it; `shops` and `couriers` know names."""
    window = (
        Window(from_ms=row.window_from_ms, to_ms=row.window_to_ms) if row.window_to_ms is not None else None
    )
    done = row.ended or row.tag in _OUTCOMES
    return ShipmentRow(
        shipment=row.shipment,
        order_number=row.order_number,
        merchant=row.merchant,
        shop=shops(row.merchant) or row.merchant,
        tag=row.tag,
        status=row.substatus,
        status_at=from_ms(row.status_ms),
        registered_at=from_ms(row.registered_ms),
        attempt=row.attempt,
        parcels=row.parcels,
        handover=row.handover,
        name=row.name,
        line=row.line,
        city=row.city,
        postcode=row.postcode,
        phone=row.phone,
        window=WindowBody.of(window),
        courier=row.courier,
        courier_name=couriers(row.courier) if row.courier else None,
        route=row.route,
        late=is_late(window, done, None, now_ms) or (not done and row.shipment in late),
        ended=row.ended,
        cash=money(row.cash, row.currency),
        cash_taken=money(row.cash_taken, row.taken_currency),
        zone=row.zone,
    )


def record(
    shown: ShipmentRow,
    history: Iterable[Mapping[str, Any]],
    person: Any | None,
    said: Mapping[str, Said],
    links: Iterable[Link],
    ledger: Iterable[LedgerEntry],
    couriers: Names,
    courier_phone: str | None,
) -> RecordDocument:
    """Everything of one shipment; `said` are notes by version."""
    return RecordDocument(
        shipment=shown,
        recipient=RecipientDocument(
            **{name: getattr(person, name) for name in RecipientDocument.model_fields}
        )
        if person is not None
        else None,
        history=[_entry(stage, said, couriers) for stage in history],
        links=[link_answer(link) for link in links],
        courier_phone=courier_phone,
        ledger=list(ledger),
    )


def _entry(stage: Mapping[str, Any], said: Mapping[str, Said], couriers: Names) -> RecordEntry:
    note = said.get(stage.get("note") or "")
    courier, cash = stage.get("courier"), stage.get("cash")
    return RecordEntry(
        seq=stage["seq"],
        status=stage["substatus"],
        tag=tag_of(stage["substatus"]),
        meaning=SUBSTATUSES[stage["substatus"]],
        at=from_ms(stage["at_ms"]),
        attempt=stage.get("attempt") or None,
        place=stage.get("place"),
        courier=courier,
        courier_name=couriers(courier) if courier else None,
        note=note.note if note is not None else None,
        taken_by=note.taken_by if note is not None else None,
        cash=MoneyBody(**cash) if cash else None,
        proofs=list(stage.get("proofs") or ()),
    )
