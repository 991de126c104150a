"""ingest on memory adapters, with devices enrolled and a clock that stands still."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import msgspec

from services.ingest.api import Ingest, create_app
from services.ingest.config import IngestSettings
from services.ingest.intake import Intake
from shared.adapters.memory.log import MemoryLog, MemoryTable
from shared.adapters.memory.views import MemoryViews
from shared.contracts import courier_positions, devices, merchants
from shared.contracts.courier_positions import Position
from shared.contracts.dead_letters import DeadLetter
from shared.contracts.devices import Device, DeviceSecret
from shared.contracts.merchants import ApiKey, Merchant
from shared.contracts.registry import TOPICS
from shared.domain.keyrings import sha256_hex

RECEIVED_MS = 1_795_168_830_000  # 2026-11-20T10:00:30Z
SECRET = "c0urier-S3cret_of-van12"
OTHER_SECRET = "an0ther-S3cret_of-bike2"
REVOKED_SECRET = "rev0ked-S3cret_of-old-1"
SCANNER_SECRET = "scann3r-S3cret_of-hub-1"
MERCHANT_SECRET = "m3rchant-S3cret_22-chars"
MERCHANT_KEY = f"mk_0a1b2c_{MERCHANT_SECRET}"
PARKED = TOPICS[courier_positions.TOPIC.name + ".dlq"]


def device(name: str, courier: str, *secrets: str, revoked: bool = False) -> Device:
    return Device(
        device=name,
        tenant="athens-couriers",
        courier=courier,
        secrets=tuple(DeviceSecret(sha256=sha256_hex(s)) for s in secrets),
        revoked=revoked,
    )


BOOKSHOP = Merchant(
    merchant="bookshop",
    tenant="athens-couriers",
    name="Pleiades",
    keys=(ApiKey(key="0a1b2c", sha256=sha256_hex(MERCHANT_SECRET)),),
)
DEVICES = (
    device("van-12", "eleni", SECRET),
    device("bike-2", "nikos", OTHER_SECRET),
    device("old-1", "eleni", REVOKED_SECRET, revoked=True),
    device("scanner-1", "hub:north", SCANNER_SECRET),
)


@dataclass
class World:
    """The application with what it stands on, and a client."""

    app: Ingest
    intake: Intake
    log: MemoryLog
    views: MemoryViews
    client: httpx.AsyncClient
    now_ms: int = RECEIVED_MS
    now_s: float = 1000.0
    kafka_answers: bool = True

    def positions(self) -> list[Position]:
        records = self.log.records(courier_positions.TOPIC)
        return [msgspec.json.decode(r.value or b"", type=Position) for r in records]

    def parked(self) -> list[DeadLetter]:
        return [msgspec.json.decode(r.value or b"", type=DeadLetter) for r in self.log.records(PARKED)]


def settings(**changes: object) -> IngestSettings:
    return IngestSettings.model_validate({"ingest_rate_per_s": 1e6, "ingest_rate_burst": 1_000_000} | changes)


@asynccontextmanager
async def world(*, started: bool = True, **changes: object) -> AsyncIterator[World]:
    """`changes` are settings by name; `started` False leaves the tables unread."""
    log, views = MemoryLog("/dromos/ingest"), MemoryViews()
    for one in DEVICES:
        await log.append(devices.TOPIC, one.device, one, id=one.device)
    await log.append(merchants.TOPIC, BOOKSHOP.merchant, BOOKSHOP, id="m-1")
    tables = (
        MemoryTable(log, devices.TOPIC, Device),
        MemoryTable(log, merchants.TOPIC, Merchant),
    )
    holder: list[World] = []
    intake = Intake(
        settings(**changes),
        log,
        *tables,
        views,
        now_ms=lambda: holder[0].now_ms,
        monotonic_s=lambda: holder[0].now_s,
    )
    if started:
        for table in tables:
            await table.start()

    async def reachable() -> bool:
        return holder[0].kafka_answers

    app = create_app(intake, reachable)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://ingest.test") as client:
        holder.append(World(app, intake, log, views, client))
        yield holder[0]


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}
