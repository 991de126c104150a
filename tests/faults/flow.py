"""A small firm's afternoon sent straight into the topics, and an oracle of what must come of it.

The oracle imports nothing of the services: it knows only what was sent and acknowledged."""

from __future__ import annotations

import asyncio
import json
import random
import time
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

SHOP = {"kind": "merchant", "id": "bookshop"}
FINAL = "Delivered_001"


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass
class Firm:
    """Couriers with shipments; `sent` is what Kafka acknowledged, in order, by shipment."""

    bootstrap: str
    prefix: str
    couriers: int = 4
    each: int = 6
    seed: int = 7
    sent: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    last_fix: dict[str, int] = field(default_factory=dict)
    _producer: AIOKafkaProducer | None = None

    async def __aenter__(self) -> Firm:
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self.bootstrap, enable_idempotence=True, acks="all"
        )
        await self._producer.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        assert self._producer is not None
        await self._producer.stop()

    @property
    def names(self) -> list[str]:
        return [f"courier-{n}" for n in range(self.couriers)]

    def shipments(self, courier: str) -> list[str]:
        return [f"s-{courier}-{n}" for n in range(self.each)]

    async def put(self, topic: str, key: str, value: dict[str, Any], id: str) -> None:
        """Append with the headers of a CloudEvent; returns when Kafka has acknowledged."""
        assert self._producer is not None
        tag = value.get("type", "")
        headers = {
            "ce_id": id,
            "ce_source": "/test",
            "ce_specversion": "1.0",
            "ce_type": f"dromos.{topic}" + (f".{tag}" if topic != "courier.positions" and tag else ""),
        }
        await self._producer.send_and_wait(
            self.prefix + topic,
            json.dumps(value).encode(),
            key=key.encode(),
            headers=[(k, v.encode()) for k, v in headers.items()],
        )

    async def command(self, topic: str, key: str, type_: str, id: str, **more: Any) -> None:
        subject = "shipment" if topic.startswith("shipment") else "courier"
        value = {"type": type_, "id": id, "tenant": "athens", subject: key, "at_ms": now_ms(), "actor": SHOP}
        await self.put(topic, key, value | more, id)

    async def open(self) -> None:
        """Register everything, plan each courier's route and set out."""
        for courier in self.names:
            for shipment in self.shipments(courier):
                await self.command(
                    "shipment.commands",
                    shipment,
                    "register",
                    f"reg-{shipment}",
                    merchant="bookshop",
                    order_number=shipment,
                    fingerprint="f",
                    parties=f"reg-{shipment}",
                )
                self.sent[shipment] = []
            stops = [
                {
                    "stop": f"stop-{n}",
                    "lon": 24.94 + 0.002 * n,
                    "lat": 60.17,
                    "shipments": [{"shipment": s, "merchant": "bookshop"}],
                }
                for n, s in enumerate(self.shipments(courier))
            ]
            await self.command(
                "courier.commands", courier, "plan_route", f"plan-{courier}", route="r", stops=stops
            )
            await self.command("courier.commands", courier, "set_out", f"out-{courier}", route="r")

    async def fix(self, courier: str, step: int) -> None:
        at_ms = now_ms()
        value = {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [24.93 + 0.0001 * step, 60.1705]},
            "properties": {"at_ms": at_ms, "speed_mps": 6.0, "accuracy_m": 5.0},
        }
        await self.put("courier.positions", courier, value, f"{courier}-{at_ms}")
        self.last_fix[courier] = at_ms

    async def report(self, courier: str, shipment: str, substatus: str) -> None:
        """A report, sometimes repeated under its id, as phones do."""
        at_ms = now_ms()
        id = f"rep-{shipment}-{len(self.sent[shipment])}"
        value = {
            "type": "report",
            "id": id,
            "tenant": "athens",
            "shipment": shipment,
            "at_ms": at_ms,
            "actor": {"kind": "courier", "id": courier},
            "substatus": substatus,
        }
        await self.put("shipment.commands", shipment, value, id)
        self.sent[shipment].append((at_ms, substatus))
        if random.Random(id).random() < 0.3:
            await self.put("shipment.commands", shipment, value, id)

    async def drive(self, seconds: float) -> None:
        """Fixes all the time, and a report now and then: mostly contacted, now and then delivered."""
        dice = random.Random(self.seed)
        end, step = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            step += 1
            for courier in self.names:
                await self.fix(courier, step)
            courier = dice.choice(self.names)
            open_ = [s for s in self.shipments(courier) if not any(what == FINAL for _, what in self.sent[s])]
            if open_:
                what = FINAL if dice.random() < 0.35 else "OutForDelivery_003"
                await self.report(courier, open_[0], what)
            await asyncio.sleep(0.12)

    def expected(self, shipment: str) -> list[str]:
        """The substatuses that its history must hold, in order, of what was reported."""
        return [what for _, what in sorted(self.sent[shipment], key=lambda r: r[0])]


async def read_all(bootstrap: str, topic: str, quiet_s: float = 1.5) -> list[Any]:
    """Every record of a topic from its beginning, until nothing comes any more."""
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    found: list[Any] = []
    try:
        while batch := await consumer.getmany(timeout_ms=int(quiet_s * 1000)):
            found += [record for records in batch.values() for record in records]
    finally:
        await consumer.stop()
    return found
