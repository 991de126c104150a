"""`make bench-lists`: how quick the desk's queries are with 10,000 and with 200,000 shipments, and what
filling the tables costs. Prints p50 and p95 of each over warm caches, and with `--explain` the plans.

    python -m tests.bench.bench_lists [--rows 10000 200000] [--rounds 30] [--explain]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from deploy.local.paths import state_dir
from deploy.local.postgres import PostgresServer
from services.portal.core import fleet
from services.portal.store import desk, tables
from services.portal.store.cash import Cash
from services.portal.store.desk import DeskLists, Wanted
from services.portal.store.lists import Lists
from services.projector.lists import store
from services.projector.lists.core import courier_row, party_row, shipment_row
from shared.adapters.postgres import lists
from shared.adapters.postgres.database import Database
from shared.contracts.common import Money, Window
from shared.contracts.courier_positions import position
from shared.contracts.courier_routes import CourierPlan, DutyInterval
from shared.contracts.shipment_parties import Recipient
from shared.contracts.shipment_state import Carrier, HistoryEntry, ShipmentState
from shared.domain.search import terms

NOW = 1_795_168_800_000
HOUR = 3_600_000
TENANT = "athens"
COURIERS = 5_000
BATCH = 5_000
NAMES = ("Παπαδοπούλου", "Γεωργίου", "Νικολάου", "Δημητρίου", "Ιωάννου", "Αντωνίου", "Βασιλείου", "Οικονόμου")
FIRST = ("Μαρία", "Γιώργος", "Ελένη", "Νίκος", "Κώστας", "Άννα", "Δημήτρης", "Σοφία")
STREETS = ("Ερμού", "Πατησίων", "Σόλωνος", "Κηφισίας", "Συγγρού", "Αχαρνών", "Αθηνάς", "Πειραιώς")
STATUSES = ("InfoReceived_001", "InTransit_003", "OutForDelivery_001", "AttemptFail_002", "Delivered_004")


def one(n: int, rows: int, draw: random.Random) -> tuple[ShipmentState, Recipient]:
    """The n-th of so many: the newest tenth is of today, the rest have ended in the two years before."""
    open_ = n >= rows * 9 // 10
    at_ms = NOW - 20 * HOUR + n % 36_000 * 1000 if open_ else NOW - (rows - n) * 2 * 365 * 24 * HOUR // rows
    status = draw.choice(STATUSES) if open_ else "Delivered_004"
    courier = f"c-{draw.randrange(200)}" if status not in STATUSES[:2] else None
    cash = Money(amount=f"{draw.randint(1, 90)}.50", currency="EUR")
    paid = cash if status == "Delivered_004" and n % 3 == 0 else None
    start = NOW + draw.randint(-5, 5) * HOUR
    state = ShipmentState(
        shipment=f"s-{n:07}",
        tenant=TENANT,
        seq=3,
        merchant=f"shop-{n % 40}",
        order_number=f"GR-{n:07}",
        parties="k-1",
        substatus=status,
        status_ms=at_ms,
        cash=cash if n % 3 == 0 else None,
        window=Window(from_ms=start, to_ms=start + 2 * HOUR) if open_ else None,
        zone="Europe/Athens",
        carriers=(Carrier(courier=courier, joined=1, since_ms=at_ms - HOUR),) if courier else (),
        history=tuple(
            HistoryEntry(seq=i, substatus=s, at_ms=at_ms - (4 - i) * HOUR // 2, cash=paid if i == 3 else None)
            for i, s in ((1, "InfoReceived_001"), (2, "InTransit_002"), (3, status))
        ),
    )
    who = Recipient(
        tenant=TENANT,
        shipment=state.shipment,
        version="k-1",
        name=f"{draw.choice(FIRST)} {draw.choice(NAMES)}",
        line=f"{draw.choice(STREETS)} {draw.randint(1, 200)}",
        city="Αθήνα",
        postcode=f"1{draw.randint(0, 99):02}{draw.randint(10, 99)}",
        phone=f"+3069{draw.randint(10_000_000, 99_999_999)}",
        lon=23.7,
        lat=37.9,
    )
    return state, who


async def fill(database: Database, rows: int) -> float:
    """As the worker writes: batches of a transaction each. Rows of both tables a second."""
    draw = random.Random(7)
    begun, spent = 0.0, 0.0
    for start in range(0, rows, BATCH):
        made = [one(n, rows, draw) for n in range(start, min(rows, start + BATCH))]
        begun = time.perf_counter()
        states = [row for state, _ in made if (row := shipment_row(state)) is not None]
        people: Any = {(who.shipment, who.version): party_row(who) for _, who in made}
        async with database.engine.begin() as connection:
            await store.upsert_shipments(connection, states)
            await store.upsert_people(connection, people)
            await store.find(connection, {row["shipment"] for row in states})
        spent += time.perf_counter() - begun
    async with database.engine.begin() as connection:
        fixes = []
        for n in range(COURIERS):
            headers = {"tenant": TENANT, "received_ms": str(NOW - n), "battery_pct": "50"}
            fix = position(23 + n / 1e5, 38, NOW - n - 1, speed_mps=5.5, bearing_deg=10.0)
            fixes.append(courier_row(f"c-{n}", headers, fix))
        await store.upsert_couriers(connection, fixes)
    async with database.engine.connect() as connection:
        raw = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await raw.execute(text("VACUUM ANALYZE"))
    return 2 * rows / spent


def searches(rows: int) -> dict[str, Wanted]:
    number = rows - rows // 20
    return {
        "newest": Wanted(TENANT),
        "page 20": Wanted(TENANT, after=(NOW - 11 * HOUR, "s-0")),
        "order number": Wanted(TENANT, terms(f"GR-{number:07}")),
        "name, common": Wanted(TENANT, terms("παπαδοπουλου")),
        "two letters": Wanted(TENANT, terms("πα")),
        "name and street": Wanted(TENANT, terms("Μαρία Παπαδοπούλου Ερμού 15")),
        "phone, beginning": Wanted(TENANT, terms("69123")),
        "phone, last four": Wanted(TENANT, terms("4567")),
        "nothing found": Wanted(TENANT, terms("zzzz")),
        "tag": Wanted(TENANT, tag="AttemptFail"),
        "courier": Wanted(TENANT, courier="c-7"),
        "merchant": Wanted(TENANT, merchant="shop-3"),
        "day": Wanted(TENANT, day=date(2026, 11, 20)),
        "late": Wanted(TENANT, late=[f"s-{n:07}" for n in range(rows - 50, rows)]),
        "unassigned": Wanted(TENANT, unassigned=True),
    }


async def explained(connection: AsyncConnection, wanted: Wanted) -> str:
    statement = desk.search(wanted, NOW).compile(
        dialect=postgresql.dialect(),  # type: ignore[no-untyped-call]
        compile_kwargs={"literal_binds": True},
    )
    found = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS OFF, COSTS OFF) {statement}")
    return "\n".join(row[0] for row in found)


async def timed(name: str, rounds: int, ask: Callable[[], Awaitable[Any]]) -> None:
    spent = []
    await ask()
    own = time.process_time()
    for _ in range(rounds):
        begun = time.perf_counter()
        await ask()
        spent.append((time.perf_counter() - begun) * 1000)
    spent.sort()
    p95 = spent[min(len(spent) - 1, round(len(spent) * 0.95))]
    own = (time.process_time() - own) * 1000 / rounds
    said = f"p50 {statistics.median(spent):7.1f} ms   p95 {p95:7.1f} ms   our own CPU {own:6.1f} ms"
    print(f"  {name:<22} {said}", flush=True)


async def run(url: str, rows: int, rounds: int, explain: bool) -> None:
    database, office = lists.database(url), tables.database(url)
    await office.upgrade()
    await database.upgrade()
    async with database.engine.begin() as connection:
        await store.empty(connection)
    print(f"{rows:,} shipments: filled with {await fill(database, rows):,.0f} rows a second")
    asked, cash = DeskLists(Lists(database)), Cash(office)
    for name, wanted in searches(rows).items():
        await timed(name, rounds, lambda wanted=wanted: asked.search(wanted, NOW))  # type: ignore[misc]
        if explain:
            async with database.engine.connect() as connection:
                print(await explained(connection, wanted))
    recent = [f"s-{n:07}" for n in range(rows - 600, rows)]
    await timed("600 of plans", rounds, lambda: asked.parcels(recent, TENANT))
    await timed("how many unassigned", rounds, lambda: asked.unassigned(TENANT))
    await timed("one record's row", rounds, lambda: asked.row("s-0000005", TENANT))
    await timed("cash: page and sums", rounds, lambda: cash.rows(TENANT, None, None, None, None, 100))
    await timed("cash by courier", rounds, lambda: cash.held(TENANT, NOW - 7 * 24 * HOUR))
    duty = (DutyInterval(from_ms=NOW - 8 * HOUR),)
    plan = CourierPlan(
        id="p", prev=None, version=1, tenant=TENANT, courier="c", command="c", recorded_ms=0, duty=duty
    )

    async def the_map() -> int:
        heard = await asked.heard(TENANT)
        raw, _ = fleet.collection(heard.values(), lambda _: plan, lambda _: None, None, NOW)
        return len(raw)

    await timed(f"map of {COURIERS:,}", rounds, the_map)
    print(f"  {'its size':<22} {await the_map() / 1024:.0f} KiB")
    await database.close()
    await office.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 200_000])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--explain", action="store_true")
    asked = parser.parse_args()
    runs = state_dir() / "run"
    runs.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=runs) as folder:
        server = PostgresServer(Path(folder) / "postgres", Path(folder) / "log", "a-password-for-a-bench")
        server.start()
        try:
            for rows in asked.rows:
                asyncio.run(run(server.url, rows, asked.rounds, asked.explain))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
