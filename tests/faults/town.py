"""A day of hundreds of shipments, sent straight into the topics as fast as Kafka takes it.

What is sent is told to the oracle (`lives`) in the same order; the caller waits between the parts, where what
follows depends on what has been decided."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import time
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import murmur2

from tests.faults.lives import HOUR_MS, MINUTE_MS, OUT, SHOPS, Life, Said

SHOP = {"kind": "merchant", "id": "bookshop"}
SYSTEM = {"kind": "system", "id": "shipments"}
POISON = (b"", b"\xff\x00", b"null", b"[1, 2", b'{"type": "teleported"}', "{'κ': 1}".encode())


class Town:
    """Couriers that set out, some that take over from others at noon, and spare ones called for at noon."""

    def __init__(self, bootstrap: str, prefix: str, partitions: int, shipments: int, seed: int = 11) -> None:
        self.bootstrap, self.prefix, self.partitions = bootstrap, prefix, partitions
        self.dice = random.Random(seed)
        self.day_ms = (time.time_ns() // 1_000_000) - 16 * HOUR_MS
        self.noon_ms = self.day_ms + 8 * HOUR_MS
        self.givers = [f"giver-{n}" for n in range(4)]
        self.takers = [f"taker-{n}" for n in range(4)]
        self.spares = ["spare-0", "spare-1"]
        out = [*self.givers, *self.takers]
        self.lives = {
            s: Life(s, SHOPS[n % 2], out[n % len(out)], self.day_ms, random.Random(f"{seed}-{n}"))
            for n, s in enumerate(f"s-{n:04d}" for n in range(shipments))
        }
        self.letters: dict[str, int] = {}
        self._sent: list[asyncio.Future[Any]] = []
        self._repeats: list[tuple[str, dict[str, Any]]] = []
        self._producer: AIOKafkaProducer | None = None

    async def __aenter__(self) -> Town:
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self.bootstrap, enable_idempotence=True, acks="all", linger_ms=2
        )
        await self._producer.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        assert self._producer is not None
        await self._producer.stop()

    # Sending

    async def raw(
        self, topic: str, key: str, value: bytes | None, id: str, tag: str = "", by: str | None = None
    ) -> None:
        """Hand over one record, in the partition of `by` or of its key; `all_sent` waits for Kafka."""
        assert self._producer is not None
        headers = {
            "ce_id": id,
            "ce_source": "/test",
            "ce_specversion": "1.0",
            "ce_type": f"dromos.{topic}" + (f".{tag}" if tag else ""),
        }
        small = topic in ("links", "merchants")
        partition = 0 if small else (murmur2((by or key).encode()) & 0x7FFFFFFF) % self.partitions
        self._sent.append(
            await self._producer.send(
                self.prefix + topic,
                value,
                key=key.encode(),
                partition=partition,
                headers=[(name, text.encode()) for name, text in headers.items()],
            )
        )

    async def put(self, topic: str, key: str, value: dict[str, Any], id: str, by: str | None = None) -> None:
        await self.raw(topic, key, json.dumps(value).encode(), id, value.get("type", ""), by)

    async def all_sent(self) -> None:
        await asyncio.gather(*self._sent)
        self._sent.clear()

    async def command(self, topic: str, key: str, type_: str, id: str, at_ms: int, **more: Any) -> None:
        subject = "shipment" if topic.startswith("shipment") else "courier"
        value = {"type": type_, "id": id, "tenant": "athens", subject: key, "at_ms": at_ms, "actor": SHOP}
        await self.put(topic, key, value | more, id)

    async def tell(self, life: Life, said: Sequence[Said]) -> None:
        """Report; sometimes twice under the same id, sometimes once more at the end of the day."""
        for each in said:
            value = each.command(life.shipment)
            await self.put("shipment.commands", life.shipment, value, each.id)
            life.hear(each)
            if self.dice.random() < 0.1:
                await self.put("shipment.commands", life.shipment, value, each.id)
            elif self.dice.random() < 0.1:
                self._repeats.append((life.shipment, value))

    async def poison(self, topic: str) -> None:
        """Records that nobody can read: one dead letter each."""
        for n, value in enumerate(POISON):
            await self.raw(topic, f"poison-{n}", value, f"poison-{topic}-{n}", "registered")
        self.letters[topic] = len(POISON)

    async def wrong_keys(self) -> None:
        """Commands under another's key: nobody decides them."""
        for life in list(self.lives.values())[:5]:
            value = Said("wrong-key", self.noon_ms, "Delivered_001", life.courier, 1).command(life.shipment)
            await self.put("shipment.commands", "another", value, f"wrong-key-{life.shipment}")
        self.letters["shipment.commands"] += 5

    # The day

    async def opens(self) -> None:
        """Shops, links (some revoked, some deleted) and recipients' versions."""
        for shop in SHOPS:
            for n, mode in enumerate(("strict", "live")):
                named = {"merchant": shop, "tenant": "athens", "name": f"{shop} {n}"}
                await self.put("merchants", shop, named | {"policy": {"mode": mode}}, f"m-{shop}-{n}")
        for n, life in enumerate(self.lives.values()):
            link = hashlib.sha256(life.shipment.encode()).hexdigest()
            value: dict[str, Any] = {
                "link": link,
                "tenant": "athens",
                "merchant": life.merchant,
                "shipment": life.shipment,
                "expires_ms": self.day_ms + 200 * HOUR_MS,
            }
            await self.put("links", link, value, f"l-{n}")
            if n % 7 == 0:
                await self.put("links", link, value | {"revoked": True}, f"l-{n}-revoked")
            if n % 11 == 0:
                await self.raw("links", link, None, f"l-{n}-gone")
            for version in (f"reg-{life.shipment}", f"other-{life.shipment}"):
                await self.party(life, version)

    async def party(self, life: Life, version: str) -> None:
        value = {
            "type": "recipient",
            "tenant": "athens",
            "shipment": life.shipment,
            "version": version,
            "name": f"Maria {version}",
            "line": "Aleksanterinkatu 15",
            "city": "Helsinki",
            "lon": 24.94,
            "lat": 60.17,
        }
        await self.put("shipment.parties", f"{life.shipment}/{version}", value, version, by=life.shipment)

    async def registers(self) -> None:
        """Everything registered, and scanned at hubs."""
        for life in self.lives.values():
            await self.command(
                "shipment.commands",
                life.shipment,
                "register",
                f"reg-{life.shipment}",
                self.day_ms,
                merchant=life.merchant,
                order_number=life.shipment,
                fingerprint="f",
                parties=f"reg-{life.shipment}",
                actor={"kind": "merchant", "id": life.merchant},
            )
            life.enter(self.day_ms, "InfoReceived_001", 0)
            await self.tell(life, life.scans())

    async def sets_out(self) -> None:
        """Everything planned; every courier but the spare ones sets out."""
        await self.all_sent()
        at_ms = self.day_ms + 2 * HOUR_MS
        for courier in (*self.givers, *self.takers):
            mine = [life for life in self.lives.values() if life.courier == courier]
            await self._plan(courier, mine, at_ms - HOUR_MS)
            await self.command("courier.commands", courier, "set_out", f"out-{courier}", at_ms, route="r")
            for life in mine:
                life.decided += 1
                life.enter(at_ms, OUT, 1)
                life.clock_ms = at_ms

    async def _plan(self, courier: str, lives: Sequence[Life], at_ms: int) -> None:
        stops = [
            {
                "stop": f"stop-{n}",
                "lon": 24.94,
                "lat": 60.17,
                "shipments": [{"shipment": life.shipment, "merchant": life.merchant}],
            }
            for n, life in enumerate(lives)
        ]
        id = f"plan-{courier}-{at_ms}"
        await self.command("courier.commands", courier, "plan_route", id, at_ms, route="r", stops=stops)

    async def tries(self) -> None:
        """The morning: attempts that fail, some more than once."""
        for life in self.lives.values():
            await self.tell(life, life.attempts(self.dice.choice((0, 1, 1, 2))))

    async def reassigns(self) -> None:
        """At noon half of what the givers have goes to takers, who are out, and to spare couriers, who then
        set out. Nobody tells the givers: their plans are taken back."""
        given = [life for life in self.lives.values() if life.courier in self.givers]
        for life in given[::2]:
            life.courier = self.dice.choice((*self.takers, *self.spares))
        start_ms = self.noon_ms + 5 * MINUTE_MS
        for courier in (*self.takers, *self.spares):
            mine = [life for life in self.lives.values() if life.courier == courier]
            await self._plan(courier, mine, self.noon_ms)
            spare = courier in self.spares
            if spare:
                await self.command(
                    "courier.commands", courier, "set_out", f"out-{courier}", start_ms, route="r"
                )
            for life in mine:
                if spare or life in given:
                    life.decided += spare
                    life.enter(start_ms if spare else self.noon_ms, OUT, life.next_attempt)
        for life in self.lives.values():
            life.clock_ms = start_ms

    async def ends(self) -> None:
        """The afternoon: how each ends, what is told late, what nobody may say; then repeats of all that."""
        for life in self.lives.values():
            late, life.late = life.late, []
            said = (
                [*life.last_attempt(), *late] if self.dice.random() < 0.5 else [*late, *life.last_attempt()]
            )
            await self.tell(life, said)
            await self.tell(life, life.refusals("stranger-1"))
        self.dice.shuffle(self._repeats)
        for shipment, value in self._repeats:
            await self.put("shipment.commands", shipment, value, value["id"])

    # What others write into the record

    async def strays(self, records: Sequence[Any], many: int) -> None:
        """Records of a frozen decider that woke: the same ones again, and others that follow what has been
        followed already."""
        for record in self.dice.sample(list(records), many):
            event = json.loads(record.value)
            await self.put("shipment.events", event["shipment"], event, event["id"])
            wild = {
                name: event[name]
                for name in ("prev", "seq", "tenant", "shipment", "command")
                if name in event
            } | {"type": "reported", "id": f"stray-{event['id']}", "actor": SYSTEM, "current": True}
            wild |= {"recorded_ms": event["recorded_ms"], "at_ms": event["at_ms"], "attempt": 1}
            wild |= {"substatus": "Exception_013"}
            await self.put("shipment.events", event["shipment"], wild, wild["id"])

    async def decides(self, life: Life, last: dict[str, tuple[str, int]], substatus: str | None) -> None:
        """One more event in the record, as the decider would append it; without a substatus a refusal."""
        prev, seq = last[life.shipment]
        life.clock_ms += MINUTE_MS
        event: dict[str, Any] = {
            "type": "reported" if substatus else "refused",
            "id": f"evt-{life.shipment}-{seq + 1}",
            "prev": prev,
            "seq": seq + 1,
            "tenant": "athens",
            "shipment": life.shipment,
            "command": f"more-{life.shipment}-{seq + 1}",
            "at_ms": life.clock_ms,
            "recorded_ms": life.clock_ms,
            "actor": {"kind": "courier", "id": life.courier},
        }
        if substatus:
            event |= {"substatus": substatus, "attempt": life.attempt, "current": True}
            life.enter(life.clock_ms, substatus, life.attempt)
        else:
            event |= {"reason": "already_ended", "explanation": "Nothing follows."}
            life.decided += 1
        last[life.shipment] = event["id"], seq + 1
        await self.put("shipment.events", life.shipment, event, event["id"])
