"""The desk over a real PostgreSQL: a portal on memory adapters whose lists and cash are real, with rows as
`projector lists` writes them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import text

from deploy.local.infra import Infra
from services.portal.store.lists import Lists
from services.portal.store.office import Office
from services.projector.lists import store
from services.projector.lists.core import party_row, shipment_row
from services.projector.lists.ledger import rating_rows
from shared.contracts.common import Money, Window
from shared.contracts.shipment_parties import Note, Party, Recipient
from shared.contracts.shipment_state import Carrier, HistoryEntry, ShipmentState
from tests.integration import office_kit
from tests.unit import portal_kit
from tests.unit.portal_kit import NOW, Kit

HOUR = 3_600_000


def recipient(shipment: str, version: str = "k-1", **changes: Any) -> Recipient:
    values: dict[str, Any] = {
        "tenant": "athens",
        "shipment": shipment,
        "version": version,
        "name": "Μαρία Παπαδοπούλου",
        "line": "Ερμού 15",
        "city": "Αθήνα",
        "postcode": "10563",
        "phone": "+306912345678",
        "lon": 23.7275,
        "lat": 37.9838,
    }
    return Recipient(**(values | changes))


def state(shipment: str, status: str = "InTransit_002", **changes: Any) -> ShipmentState:
    """A shipment of the bookshop's, announced five hours ago; `cash_taken` and `courier` say who took it."""
    courier, taken = changes.pop("courier", None), changes.pop("taken", None)
    at_ms = changes.pop("status_ms", NOW - HOUR)
    carriers = (Carrier(courier=courier, joined=1, since_ms=NOW - 4 * HOUR),) if courier else ()
    values: dict[str, Any] = {
        "shipment": shipment,
        "tenant": "athens",
        "seq": 2,
        "merchant": "books",
        "order_number": shipment.upper(),
        "parties": "k-1",
        "substatus": status,
        "status_ms": at_ms,
        "zone": "Europe/Athens",
        "attempt": 1 if courier else 0,
        "route": "r-1" if courier else None,
        "carriers": carriers,
        "history": (
            HistoryEntry(seq=1, substatus="InfoReceived_001", at_ms=NOW - 5 * HOUR),
            HistoryEntry(seq=2, substatus=status, at_ms=at_ms, cash=taken),
        ),
    }
    return ShipmentState(**(values | changes))


def euros(amount: str) -> Money:
    return Money(amount=amount, currency="EUR")


def window(from_h: float, to_h: float) -> Window:
    """From and to, in hours from now."""
    return Window(from_ms=round(NOW + from_h * HOUR), to_ms=round(NOW + to_h * HOUR))


class Desk(Kit):
    """A kit with rows in PostgreSQL."""

    async def get(self, path: str, who: str = "reader", status: int = 200) -> Any:
        """The JSON of an answer of that status."""
        answer = await self.ask(who, "GET", path)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def write(self, *what: ShipmentState | Party, couriers: Iterable[dict[str, Any]] = ()) -> None:
        assert self.portal.lists is not None
        rows = [row for s in what if isinstance(s, ShipmentState) and (row := shipment_row(s))]
        people = {(p.shipment, p.version): party_row(p) for p in what if isinstance(p, Recipient | Note)}
        async with self.portal.lists.database.engine.begin() as connection:
            await store.upsert_shipments(connection, rows)
            await store.upsert_people(connection, people)
            await store.find(connection, {s for s, _ in people} | {row["shipment"] for row in rows})
            await store.upsert_couriers(connection, list(couriers))
            said = [row for s in what if isinstance(s, ShipmentState) for row in rating_rows(s)]
            await store.put_ratings(connection, said)


@asynccontextmanager
async def running(infra: Infra) -> AsyncIterator[Desk]:
    """Emptied tables, and a portal over them."""
    async with office_kit.databases(infra.postgres_url) as found:
        async with found.lists.engine.begin() as connection:
            emptied = "shipments, parties, couriers, notices, ratings, remarks, openings, offsets"
            await connection.execute(text(f"TRUNCATE {emptied}"))
            await connection.execute(
                text("TRUNCATE portal.cash_items, portal.cash_entries, portal.case_closings")
            )
            await connection.execute(text("TRUNCATE notices.wishes, notices.strays"))
        async with portal_kit.running() as kit:
            kit.portal.office, kit.portal.lists = Office(found.portal), Lists(found.lists)
            yield Desk(**{name: getattr(kit, name) for name in Kit.__dataclass_fields__})
