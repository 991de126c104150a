"""`projector lists` over a real Kafka and PostgreSQL: the same rows in any order and however often, a person
deleted, PostgreSQL killed in the middle, tables emptied, records that nobody can read."""

from __future__ import annotations

import asyncio
import contextlib
import random
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from deploy.local.infra import Infra
from deploy.local.paths import state_dir
from deploy.local.ports import free_port
from deploy.local.postgres import PostgresServer
from services.portal.store import import_tables, tables
from services.projector.lists import store
from services.projector.lists.core import PLACED, Batch, courier_row, party_row, shipment_row
from shared.adapters.kafka.admin import KafkaAdmin
from shared.adapters.kafka.log import KafkaLog
from shared.adapters.postgres import lists
from shared.adapters.postgres.database import Database
from shared.config import CommonSettings
from shared.contracts import courier_positions, shipment_parties, shipment_state
from shared.contracts.courier_positions import position, sign_of_life
from shared.contracts.partition import partition_of
from shared.contracts.shipment_parties import party_key
from shared.contracts.shipment_state import StateRecord
from shared.contracts.topic import Topic
from tests.integration.desk_kit import recipient, state
from tests.integration.workers import Workers, settings_of

T = 1_795_168_800_000
HOUR = 3_600_000
PORTAL: MetaData = import_tables.imports.metadata
"""The whole of the portal's schema: its tables are declared in two modules."""


@dataclass(frozen=True)
class Said:
    """One record to be: a state, a recipient, a position, or None: a tombstone."""

    topic: Topic
    key: str
    value: Any
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def stream(self) -> tuple[str, str]:
        """Records of one stream keep their order; the log promises no more."""
        return self.topic.name, self.key


def a_day(seed: int, shipments: int = 12, couriers: int = 4) -> list[Said]:
    """States, people (some of whom are forgotten), fixes and signs of life, in an order that may be."""
    draw = random.Random(seed)
    streams: list[list[Said]] = []
    for n in range(shipments):
        name = f"s-{seed}-{n}"
        states = [
            state(name, seq=seq, parties=f"k-{draw.randint(1, 2)}") for seq in range(1, draw.randint(2, 5))
        ]
        streams.append([Said(shipment_state.TOPIC, name, StateRecord(offset=s.seq, state=s)) for s in states])
        for version in ("k-1", "k-2"):
            key = party_key(name, version)
            people: list[Said] = [
                Said(shipment_parties.TOPIC, key, recipient(name, version, name=f"Όνομα {n}"))
            ]
            if draw.random() < 0.3:
                people.append(Said(shipment_parties.TOPIC, key, None))
            streams.append(people)
    for n in range(couriers):
        fixes = []
        for i in range(draw.randint(1, 9)):
            fix = position(23 + i / 10, 38.0, T + draw.randint(0, HOUR) + i)
            said = fix if draw.random() < 0.7 else sign_of_life(T + i)
            headers = [("tenant", "athens"), ("received_ms", str(T + i * 1000 + n)), ("protocol", "native")]
            if draw.random() < 0.5:
                headers.append(("battery_pct", str(90 - i)))
            fixes.append(Said(courier_positions.TOPIC, f"c-{seed}-{n}", said, tuple(headers)))
        streams.append(fixes)
    return shuffled(streams, draw)


def shuffled(streams: list[list[Said]], draw: random.Random) -> list[Said]:
    """The streams dealt together, each in its own order."""
    dealt = [i for i, stream in enumerate(streams) for _ in stream]
    draw.shuffle(dealt)
    at = [iter(stream) for stream in streams]
    return [next(at[i]) for i in dealt]


def by_stream(records: list[Said]) -> list[list[Said]]:
    found: dict[tuple[str, str], list[Said]] = {}
    for record in records:
        found.setdefault(record.stream, []).append(record)
    return list(found.values())


def wanted(records: list[Said]) -> dict[str, dict[Any, Any]]:
    """The oracle: of each stream what counts at its end, found by looking at all of it."""
    found: dict[str, dict[Any, Any]] = {"shipments": {}, "parties": {}, "couriers": {}}
    for stream in by_stream(records):
        first, last = stream[0], stream[-1]
        if first.topic is shipment_state.TOPIC:
            newest = max((r.value.state for r in stream), key=lambda s: s.seq)
            row = shipment_row(newest)
            assert row is not None
            found["shipments"][first.key] = (row["seq"], row["parties"], row["substatus"], row["own"])
        elif first.topic is shipment_parties.TOPIC:
            if last.value is not None:
                row = party_row(last.value)
                found["parties"][row["shipment"], row["version"]] = row["name"]
        else:
            rows = [courier_row(r.key, dict(r.headers), r.value) for r in stream]
            fixes = [r for r in rows if r["at_ms"] is not None]
            fix = max(fixes, key=lambda r: r["at_ms"]) if fixes else dict.fromkeys(PLACED)
            heard = sorted(rows, key=lambda r: r["seen_ms"])
            battery = [r["battery_pct"] for r in heard if r["battery_pct"] is not None]
            found["couriers"][first.key] = (
                heard[-1]["seen_ms"],
                fix["at_ms"],
                fix["lon"],
                battery[-1] if battery else None,
            )
    for shipment, (seq, version, status, own) in found["shipments"].items():
        his = (
            party_row(recipient(shipment, name=found["parties"][shipment, version]))["words"]
            if ((shipment, version) in found["parties"])
            else ""
        )
        found["shipments"][shipment] = (seq, version, status, sorted({*own.split(), *his.split()}))
    return found


async def rows(database: Database) -> dict[str, dict[Any, Any]]:
    s, p, c = lists.shipments.c, lists.parties.c, lists.couriers.c
    async with database.engine.connect() as connection:
        found = await connection.execute(select(s.shipment, s.seq, s.parties, s.substatus, s.words))
        people = await connection.execute(select(p.shipment, p.version, p.name))
        couriers = await connection.execute(select(c.courier, c.seen_ms, c.at_ms, c.lon, c.battery_pct))
        return {
            "shipments": {r[0]: (*r[1:4], sorted(r[4].split())) for r in found},
            "parties": {(r[0], r[1]): r[2] for r in people},
            "couriers": {r[0]: tuple(r[1:]) for r in couriers},
        }


async def emptied(url: str) -> Database:
    database = lists.database(url)
    await database.upgrade()
    async with database.engine.begin() as connection:
        await store.empty(connection)
    return database


@pytest.fixture
async def database(infra: Infra) -> AsyncIterator[Database]:
    found = await emptied(infra.postgres_url)
    yield found
    await found.close()


async def apply(connection: AsyncConnection, records: list[Said]) -> None:
    batch = Batch()
    for r in records:
        value = msgspec.json.encode(r.value) if r.value is not None else None
        if r.topic is shipment_state.TOPIC:
            batch.state(r.key, value)
        elif r.topic is shipment_parties.TOPIC:
            batch.party(r.key, value)
        else:
            batch.position(r.key, dict(r.headers), value)
    await store.shipments(connection, batch.shipments)
    await store.upsert_people(connection, batch.people)
    await store.find(connection, batch.touched)
    await store.upsert_couriers(connection, list(batch.couriers.values()))


@pytest.mark.parametrize("seed", range(12))
async def test_however_the_records_are_dealt_and_repeated_the_rows_are_the_same(
    database: Database, seed: int
) -> None:
    draw = random.Random(seed)
    records = a_day(seed)
    for _ in range(3):
        async with database.engine.begin() as connection:
            await store.empty(connection)
        order = shuffled(by_stream(records), draw)
        at = 0
        while at < len(order):
            size = draw.randint(1, 40)
            async with database.engine.begin() as connection:
                await apply(connection, order[at : at + size])
            # Now and then a worker dies before it has committed: some of it comes again.
            at = max(0, at + size - (draw.randint(0, size) if draw.random() < 0.3 else 0))
        assert await rows(database) == wanted(records)


def _differs(connection: Connection, meta: MetaData) -> list[Any]:
    found: list[Any] = compare_metadata(MigrationContext.configure(connection), meta)
    return [each for each in found if "alembic_version" not in str(each)]


@pytest.mark.parametrize(
    ("found", "meta"),
    [(lists.database, lists.META), (tables.database, PORTAL)],
    ids=["lists", "portal"],
)
async def test_the_migrations_lead_to_the_tables(infra: Infra, found: Any, meta: MetaData) -> None:
    database: Database = found(infra.postgres_url)
    await database.upgrade()
    try:
        async with database.engine.connect() as connection:
            assert await connection.run_sync(_differs, meta) == []
    finally:
        await database.close()


async def test_what_is_kept_no_longer_is_swept(database: Database) -> None:
    old = courier_row("old", {"tenant": "athens", "received_ms": str(T - 25 * HOUR)}, sign_of_life(T))
    alive = courier_row("alive", {"tenant": "athens", "received_ms": str(T)}, position(1, 2, T - 25 * HOUR))
    fresh = courier_row("fresh", {"tenant": "athens", "received_ms": str(T)}, position(1, 2, T - HOUR))
    ended = shipment_row(
        state("s-old", "Delivered_001", status_ms=T - 800 * 24 * HOUR, substatus="Delivered_001")
    )
    open_ = shipment_row(state("s-open", status_ms=T - 800 * 24 * HOUR))
    assert ended is not None
    assert open_ is not None
    async with database.engine.begin() as connection:
        await store.upsert_couriers(connection, [old, alive, fresh])
        await store.upsert_shipments(connection, [ended, open_])
        assert await store.sweep(connection, T) == 2
    found = await rows(database)
    assert found["couriers"] == {
        "alive": (T, None, None, None),
        "fresh": (T, T - HOUR, 1.0, None),
    }
    assert list(found["shipments"]) == ["s-open"]


# The worker itself, as a process


@dataclass
class Running:
    settings: CommonSettings
    workers: Workers
    database: Database
    port: int
    log: KafkaLog

    async def say(self, records: list[Said]) -> None:
        """Append them, a few at a time."""
        for at in range(0, len(records), 50):
            await asyncio.gather(*(self._append(r) for r in records[at : at + 50]))

    async def _append(self, r: Said) -> None:
        await self.log.append(r.topic, r.key, r.value, id=f"x-{id(r)}", headers=dict(r.headers), timeout_s=20)

    async def until(self, wanted: dict[str, dict[Any, Any]], within_s: float = 60) -> None:
        found: Any = None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while True:
                    with contextlib.suppress(Exception):
                        found = await rows(self.database)
                        if found == wanted:
                            return
                    await asyncio.sleep(0.1)
        assert found == wanted, self.workers.log("lists")

    def unreadable(self) -> float:
        said = httpx.get(f"http://127.0.0.1:{self.port}/metrics", trust_env=False).text
        return sum(
            float(line.split()[-1])
            for line in said.splitlines()
            if "unreadable" in line and not line.startswith("#")
        )

    async def again(self) -> None:
        """What a supervisor does: wait for the end, and start it anew."""
        code = await asyncio.to_thread(self.workers.wait_for_end, "lists", 30)
        assert code != 0
        await asyncio.to_thread(self.workers.start, "lists")


@pytest.fixture
def postgres() -> Iterator[PostgresServer]:
    """A server of the test's own: it is killed. Not in pytest's folder, which is root's alone again whenever
    another run begins."""
    runs = state_dir() / "run"
    runs.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="lists-", dir=runs) as folder:
        server = PostgresServer(Path(folder) / "postgres", Path(folder) / "log", "a-password-for-tests")
        server.start()
        yield server
        server.stop()


@pytest.fixture
async def running(
    infra: Infra, postgres: PostgresServer, topic_prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Running]:
    port = free_port()
    monkeypatch.setenv("DROMOS_POSTGRES_URL", postgres.url)
    monkeypatch.setenv("DROMOS_LISTS_PORT", str(port))
    settings = settings_of(infra, topic_prefix, partitions=2)
    with KafkaAdmin(settings, timeout_s=30) as admin:
        await asyncio.to_thread(admin.ensure)
    workers = Workers(settings, tmp_path)
    database = lists.database(postgres.url)
    try:
        await asyncio.to_thread(workers.start, "lists")
        async with KafkaLog(settings, source="/test") as log:
            yield Running(settings, workers, database, port, log)
    finally:
        await database.close()
        await asyncio.to_thread(workers.stop_all)


async def test_a_day_with_postgresql_killed_in_the_middle(running: Running, postgres: PostgresServer) -> None:
    day = a_day(3, shipments=150, couriers=10)
    half = len(day) // 2
    await running.say(day[:half])
    await running.until(wanted(day[:half]))
    assert postgres.pid is not None
    await asyncio.to_thread(subprocess.run, ["kill", "-9", str(postgres.pid)], check=True)
    await running.say(day[half:])
    await asyncio.sleep(3)
    await asyncio.to_thread(postgres.stop)
    await asyncio.to_thread(postgres.start)
    assert running.workers.processes["lists"].poll() is None, "it waits; it need not end"
    await running.until(wanted(day))


async def test_unreadable_records_are_counted_and_the_rest_is_written(running: Running) -> None:
    day = a_day(5, shipments=3, couriers=1)
    await running.say(day[:4])
    for topic, key in (
        (shipment_state.TOPIC, "s-broken"),
        (shipment_parties.TOPIC, "s-broken/k-1"),
        (courier_positions.TOPIC, "c-broken"),
    ):
        await running.log.append(topic, key, None, id="broken", encoded=b'{"secret":"canary"')
    await running.say(day[4:])
    await running.until(wanted(day))
    assert running.unreadable() == 3
    assert "canary" not in running.workers.log("lists")


async def test_a_person_forgotten_is_gone_and_emptied_tables_fill_again(running: Running) -> None:
    day = a_day(7)
    await running.say(day)
    await running.until(wanted(day))
    name = next(r.key for r in day if r.topic is shipment_parties.TOPIC)
    forgotten = [*day, Said(shipment_parties.TOPIC, name, None)]
    await running.say(forgotten[-1:])
    await running.until(wanted(forgotten))

    env = running.workers.environment("rebuild")
    filling = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.projector.lists.rebuild", "--json", "--timeout", "90", env=env,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    await running.again()
    out, _ = await filling.communicate()
    assert filling.returncode == 0
    there = wanted(forgotten)
    result = msgspec.json.decode(out)
    assert {name: result[name] for name in there} == {name: len(kept) for name, kept in there.items()}
    await running.until(there)

    # A row that somebody has spoilt comes right, too.
    async with running.database.engine.begin() as connection:
        await connection.execute(text("DELETE FROM shipments"))
        await connection.execute(text("UPDATE offsets SET next = 0"))
    running.workers.kill("lists")
    await asyncio.to_thread(running.workers.start, "lists")
    await running.until(there)
    partitions = {partition_of(key, 2) for key in there["shipments"]}
    async with running.database.engine.connect() as connection:
        kept = await connection.execute(
            select(func.count()).select_from(lists.offsets).where(lists.offsets.c.next > 0)
        )
        assert kept.scalar_one() >= len(partitions)


async def test_a_log_that_begins_anew_is_read_anew(running: Running) -> None:
    """The tables say that they are made up to where this log does not reach: it is another log."""
    day = a_day(11, shipments=4, couriers=2)
    running.workers.kill("lists")
    async with running.database.engine.begin() as connection:
        for topic in (shipment_state.TOPIC, shipment_parties.TOPIC, courier_positions.TOPIC):
            for partition in range(2):
                await connection.execute(
                    lists.offsets.insert().values(topic=topic.name, partition=partition, next=10_000)
                )
    await running.say(day)
    await asyncio.to_thread(running.workers.start, "lists")
    await running.until(wanted(day))
