"""The estimator over a real Kafka, Valkey and PostgreSQL, with those who decide, project and keep account: a
round driven from setting out to the last door, every window logged before it is shown, kept and closed;
started anew in the middle, PostgreSQL away at the start."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from deploy.local.infra import Infra
from deploy.local.ports import free_port
from shared.adapters.kafka.log import KafkaLog
from shared.adapters.redis.views import RedisViews
from shared.config import CommonSettings
from shared.contracts import courier_commands, courier_positions, shipment_commands
from shared.contracts.common import Actor
from shared.contracts.courier_commands import PlannedShipment, PlannedStop, PlanRoute, SetOut
from shared.contracts.courier_positions import position
from shared.contracts.shipment_commands import Register, Report
from shared.contracts.views.stage import StageView
from tests.integration.workers import MODULES, Workers, running, settings_of
from tests.unit.couriers_world import place, stop

SHIPMENTS = tuple(f"s-{n}" for n in range(5))
SHOP = Actor(kind="merchant", id="shop")
ELENI = Actor(kind="courier", id="eleni")
EVERY_M, LEG_S = 400.0, 80.0


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class Street:
    """Five doors in a street, a courier, and what is asked of the log."""

    def __init__(self, settings: CommonSettings, log: KafkaLog, views: RedisViews, url: str) -> None:
        self.settings, self.log, self.views, self.url = settings, log, views, url
        self.version = 0

    async def command(self, value: Any, key: str) -> None:
        topic = courier_commands.TOPIC if hasattr(value, "route") else shipment_commands.TOPIC
        await self.log.append(topic, key, value, id=value.id, timeout_s=20)

    async def registered(self) -> None:
        for name in SHIPMENTS:
            await self.command(
                Register(
                    id=f"k-{name}",
                    tenant="t",
                    shipment=name,
                    at_ms=now_ms(),
                    actor=SHOP,
                    merchant="shop",
                    order_number=name,
                    fingerprint="",
                    parties=f"k-{name}",
                    zone="Europe/Athens",
                ),
                name,
            )

    async def plan(self, order: tuple[int, ...] = (0, 1, 2, 3, 4)) -> None:
        self.version += 1
        stops = []
        for i, n in enumerate(order):
            at, before = (EVERY_M * (i + 1), 0.0), (EVERY_M * i, 0.0)
            made = stop(f"stop-{n}", at, leg=(before, at), leg_s=LEG_S)
            stops.append(
                PlannedStop(
                    stop=made.stop,
                    lon=made.lon,
                    lat=made.lat,
                    shipments=(
                        PlannedShipment(
                            shipment=SHIPMENTS[n], merchant="shop", handover="locker" if n > 2 else "door"
                        ),
                    ),
                    leg=made.leg,
                    leg_s=LEG_S,
                )
            )
        await self.command(
            PlanRoute(
                id=f"c-plan-{self.version}",
                tenant="t",
                courier="eleni",
                at_ms=now_ms(),
                actor=SHOP,
                route="r-1",
                stops=tuple(stops),
            ),
            "eleni",
        )

    async def set_out(self) -> None:
        out = SetOut(id="c-out", tenant="t", courier="eleni", at_ms=now_ms(), actor=SHOP, route="r-1")
        await self.command(out, "eleni")

    async def fix(self, x_m: float) -> None:
        value = position(*place(x_m, 0), now_ms(), speed_mps=5.0)
        await self.log.append(
            courier_positions.TOPIC,
            "eleni",
            value,
            id=uuid.uuid4().hex,
            timeout_s=20,
            headers={"tenant": "t"},
        )

    async def delivered(self, n: int) -> None:
        name = SHIPMENTS[n]
        done = Report(
            id=f"k-done-{n}",
            tenant="t",
            shipment=name,
            at_ms=now_ms(),
            actor=ELENI,
            substatus="Delivered_001",
        )
        await self.command(done, name)

    async def stages(self) -> dict[str, StageView]:
        return {v.shipment: v for v in await self.views.stages(SHIPMENTS) if v is not None}

    async def until(self, what: str, seen: Callable[[dict[str, StageView]], bool]) -> dict[str, StageView]:
        end = time.monotonic() + 60
        while not seen(found := await self.stages()):
            assert time.monotonic() < end, f"{what}: {found}"
            await asyncio.sleep(0.1)
        return found

    async def rows(self, query: str) -> list[dict[str, Any]]:
        connection = await asyncpg.connect(self.url.replace("+asyncpg", ""))
        try:
            return [dict(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()

    async def until_rows(self, query: str, count: int) -> list[dict[str, Any]]:
        end = time.monotonic() + 60
        while True:
            try:
                found = await self.rows(query)
            except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
                found = []
            if len(found) >= count:
                return found
            assert time.monotonic() < end, f"{len(found)} of {count}: {query}"
            await asyncio.sleep(0.2)


@pytest.fixture
async def database(infra: Infra, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """A database of the test's own; its address."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    admin = await asyncpg.connect(infra.postgres_url.replace("+asyncpg", ""))
    await admin.execute(f"CREATE DATABASE {name}")
    url = infra.postgres_url.rpartition("/")[0] + f"/{name}"
    monkeypatch.setenv("DROMOS_POSTGRES_URL", url)
    yield url
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


@pytest.fixture
async def street(
    infra: Infra, topic_prefix: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Street]:
    monkeypatch.setitem(MODULES, "estimator", "services.estimator.main")
    settings = settings_of(infra, topic_prefix, partitions=2)
    log, views = KafkaLog(settings, "/test"), RedisViews(settings)
    await log.start()
    yield Street(settings, log, views, database)
    await log.stop()
    await views.close()


async def out(street: Street) -> dict[str, StageView]:
    await street.registered()
    await street.plan()
    await street.set_out()
    await street.until("out", lambda s: len(s) == 5 and all(v.out for v in s.values()))
    return await street.until("told", lambda s: all(v.arrival is not None for v in s.values()))


async def test_a_round_is_told_kept_and_closed(street: Street, tmp_path: Path) -> None:
    with running(street.settings, tmp_path, "shipments", "stages", "lists", "estimator") as workers:
        told = await out(street)
        windows = [told[name].arrival.window for name in SHIPMENTS]  # type: ignore[union-attr]
        assert all(w is not None and w.to_ms > now_ms() for w in windows)
        assert [w.from_ms for w in windows if w] == sorted(w.from_ms for w in windows if w)

        await driven_and_started_anew(street, workers, told)
        await closed(street)


async def driven_and_started_anew(street: Street, workers: Workers, told: dict[str, StageView]) -> None:
    """He is quick: the first door at once. The estimator dies meanwhile; the next one goes on."""
    for x in (100, 200, 300, 395):
        await street.fix(x)
    workers.kill("estimator")
    await street.delivered(0)
    await street.until("delivered", lambda s: s[SHIPMENTS[0]].ended)
    before = await street.stages()
    workers.start("estimator")
    await street.fix(420)
    moved = await street.until("moved", lambda s: s[SHIPMENTS[1]].arrival != told[SHIPMENTS[1]].arrival)
    last = moved[SHIPMENTS[1]]
    assert last.arrival is not None
    assert last.arrival.why in ("nearer", "sooner")
    assert told[SHIPMENTS[1]].arrival in last.was
    await asyncio.sleep(3)
    for name, view in (await street.stages()).items():
        said = [a.window for a in (*view.was, view.arrival) if a is not None]
        assert len(said) == len(set(said)), "nobody was told twice what he knew"
        assert view.seq <= before[name].seq + 2


async def closed(street: Street) -> None:
    for n in range(1, 5):
        await street.delivered(n)
        await street.until(f"{n} delivered", lambda s, n=n: s[SHIPMENTS[n]].ended)  # type: ignore[misc]
    await street.until_rows("SELECT * FROM lists.closings", 5)
    ledger = await street.rows("SELECT * FROM lists.promises ORDER BY shipment, seq")
    stages = await street.stages()
    assert all(view.arrival is None for view in stages.values()), "what has ended promises nothing"
    for name in SHIPMENTS:
        rows = [row for row in ledger if row["shipment"] == name]
        shown = stages[name].was
        assert [(r["from_ms"], r["to_ms"], r["why"]) for r in rows] == [
            (a.window.from_ms, a.window.to_ms, a.why) for a in shown if a.window is not None
        ]
        assert all(row["model"] and json.loads(row["inputs"])["late_s"] > 0 for row in rows)
    visits = await street.until_rows("SELECT * FROM estimator.visits", 3)
    assert all(row["leg_s"] == LEG_S for row in visits)
    await street.until_rows("SELECT * FROM estimator.visits WHERE kind = 'locker'", 1)


async def test_without_postgresql_windows_are_told_all_the_same(
    street: Street, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DROMOS_POSTGRES_URL", f"postgresql+asyncpg://dromos@127.0.0.1:{free_port()}/dromos")
    with running(street.settings, tmp_path, "shipments", "stages", "estimator"):
        told = await out(street)
        assert {view.arrival.why for view in told.values() if view.arrival} == {"first"}
        await street.plan((4, 3, 2, 1, 0))
        moved = await street.until(
            "replanned", lambda s: s[SHIPMENTS[4]].arrival != told[SHIPMENTS[4]].arrival
        )
        arrival = moved[SHIPMENTS[4]].arrival
        assert arrival is not None
        assert arrival.why == "replanned"
