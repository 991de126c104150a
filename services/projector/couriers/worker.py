"""The edge of `projector couriers`: claim, read up, then batches of positions into live views."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from pathlib import Path

import msgspec
from aiokafka.structs import ConsumerRecord
from mode import Service

from services.projector.couriers.config import Settings
from services.projector.couriers.core import Courier, Gone, Rules, Verdict
from services.projector.couriers.counts import FixCounts
from services.projector.couriers.partition import Partition, finished
from shared import logs, trace
from shared.adapters.kafka.dead_letters import DeadLetters
from shared.adapters.kafka.log import KafkaLog
from shared.adapters.kafka.owner import Owner
from shared.adapters.kafka.reader import to_record
from shared.adapters.kafka.table import KafkaTable
from shared.adapters.redis.live import Fenced, LiveWriter
from shared.adapters.redis.views import RedisViews, RedisViewsWriter
from shared.adapters.watchdog import fatal
from shared.contracts import (
    courier_claims,
    courier_commands,
    courier_positions,
    courier_routes,
    courier_stops,
    shipment_commands,
)
from shared.contracts.common import Policy
from shared.contracts.courier_claims import Claim
from shared.contracts.courier_positions import Position
from shared.contracts.merchants import Merchant
from shared.contracts.topic import HOUR_MS, Topic
from shared.domain.plan import holds
from shared.ports.log import Record
from shared.ports.views import ViewsUnavailable

log = logs.get(__name__)

STOPS_BACK_MS = 36 * HOUR_MS
APPEND_WAIT_S = 20.0
TICK_S = 0.5
SAMPLED = frozenset(bytes((digit,)) for digit in b"13579bdf")
"""How a sampled traceparent ends (`trace.sampled`), told without decoding those that are not."""
_POSITION = msgspec.json.Decoder(Position)
_ENCODER = msgspec.json.Encoder()


def addresses_by_cell(file: Path) -> dict[str, int]:
    """Addresses by H3 cell from the map's file; empty, with a word in the log, where there is none."""
    if not file.exists():
        log.warning("areas.coarse", missing=str(file))
        return {}
    read = msgspec.json.decode(file.read_bytes())
    return {cell: int(count) for cell, count in read["cells"].items()}


class CouriersOwner(Owner):
    """Every fix goes through the rules; of a batch only the newest view of a courier is published."""

    role = "couriers"
    owned = (courier_positions.TOPIC,)
    max_batch = 5000

    def __init__(
        self,
        settings: Settings,
        kafka: KafkaLog,
        writer: RedisViewsWriter,
        live: LiveWriter,
        views: RedisViews,
        shops: KafkaTable[Merchant],
    ) -> None:
        super().__init__(settings, "couriers", settings.couriers_port, kafka, writer)
        self._counts = FixCounts(self.metrics)
        self._live, self._views, self._shops = live, views, shops
        self._policies: dict[str, Policy] = {}
        self._rules = Rules(self._policies, addresses_by_cell(settings.h3_file), settings.zone_key.encode())
        self._partitions: dict[int, Partition] = {}
        self._letters = DeadLetters(kafka, "projector.couriers")
        self._wake = asyncio.Event()

    def followed_topics(self) -> tuple[Topic, ...]:
        return (courier_routes.TOPIC, courier_stops.TOPIC)

    async def on_start(self) -> None:
        self._shops.on_change(self._on_shop)
        await self._shops.start()
        await super().on_start()

    async def on_stop(self) -> None:
        await super().on_stop()
        await self._shops.stop()
        await self._live.close()
        await self._views.close()

    # Taking over

    async def take_over(self, partition: int) -> None:
        """Claim: the record's offset is our epoch, Redis refuses whoever has a lower one. Then plans from
        their beginning, outcomes from 36 h back, the live views that the owner before left."""
        claim = Claim(worker=self.settings.part, at_ms=_now_ms())
        id = f"{self.settings.part}:{partition}:{claim.at_ms}"
        epoch = (
            await self.kafka.append(
                courier_claims.TOPIC, None, claim, id=id, partition=partition, timeout_s=APPEND_WAIT_S
            )
        ).offset
        known = self._partitions[partition] = Partition(epoch)
        try:
            await self._live.claim(partition, epoch)
        except Fenced as error:
            fatal("fenced", detail=str(error))
        await self.reader.read_up(courier_routes.TOPIC, partition)
        back = await self.reader.offset_at(courier_stops.TOPIC, partition, _now_ms() - STOPS_BACK_MS)
        await self.reader.read_up(courier_stops.TOPIC, partition, back)
        names = list(known.couriers)
        for i in range(0, len(names), 1000):
            for view in await self._views.lives(names[i : i + 1000]):
                if view is not None:
                    known.couriers[view.courier].restore(view)
        known.restoring = False
        known.touched.update(known.couriers)
        self._wake.set()

    def let_go(self, partition: int) -> None:
        self._partitions.pop(partition, None)
        for topic in self.followed_topics():
            self.reader.drop(topic, partition)

    # Following plans, outcomes and policies

    def followed(self, topic: str, partition: int, records: list[Record]) -> None:
        known = self._partitions.get(partition)
        if known is None:
            return
        self.watchdog.progress()
        now_ms = _now_ms()
        for record in records:
            if record.value is None:
                continue
            try:
                if topic == courier_routes.TOPIC.name:
                    plan = courier_routes.DECODER.decode(record.value)
                    courier = self._courier(known, plan.courier)
                    if not holds(courier.plan, plan, record.headers):
                        continue
                    courier.on_plan(plan, now_ms)
                else:
                    outcome = courier_stops.DECODER.decode(record.value)
                    courier = self._courier(known, outcome.courier)
                    courier.on_outcome(outcome, now_ms)
            except msgspec.MsgspecError as error:
                log.error("followed.unreadable", topic=topic, offset=record.offset, error=str(error))
                continue
            known.touched.add(courier.courier)
        if not known.restoring:
            self._wake.set()

    def _on_shop(self, id: str, shop: Merchant | None) -> None:
        policy = shop.policy if shop is not None else Policy()
        if self._policies.get(id) == policy:
            return
        self._policies[id] = policy
        now_ms = _now_ms()
        for known in self._partitions.values():
            for courier in known.couriers.values():
                courier.on_rules(now_ms)
                known.touched.add(courier.courier)
        self._wake.set()

    def _courier(self, known: Partition, id: str) -> Courier:
        courier = known.couriers.get(id)
        if courier is None:
            courier = known.couriers[id] = Courier(id, self._rules)
        return courier

    # Working

    async def work(self, partition: int, records: dict[str, list[ConsumerRecord]]) -> None:
        known = self._partitions[partition]
        now_ms = _now_ms()
        trace.take_up(None)
        verdicts: list[Verdict] = []
        foreign = unreadable = 0
        for raw in records[courier_positions.TOPIC.name]:
            try:
                position = _POSITION.decode(raw.value)
                courier = self._courier(known, raw.key.decode())
            except (msgspec.MsgspecError, AttributeError, TypeError, ValueError) as error:
                record = to_record(raw, self.settings.topic_prefix)
                await self._letters.put(record, "unreadable", str(error))
                unreadable += 1
                continue
            tenant, traceparent = _headers(raw)
            if _foreign(courier, tenant):
                foreign += 1
                continue
            verdict = courier.on_fix(position, raw.value, raw.offset, now_ms)
            verdicts.append(verdict)
            if traceparent[-1:] in SAMPLED:
                mark = known.traces[courier.courier] = trace.id_of(traceparent.decode())
                log.info("position.judged", courier=courier.courier, verdict=str(verdict), trace=mark)
            known.touched.add(courier.courier)
        self._counts.batch(verdicts, foreign, unreadable)
        await self._publish(partition)

    @Service.task
    async def _between_batches(self) -> None:
        await self._or_exit(self._follow_up)

    async def _follow_up(self) -> None:
        """Publishes what changes without a fix: plans, outcomes, policies, and what time alone changes."""
        while not self.should_stop:
            try:
                await asyncio.wait_for(self._wake.wait(), TICK_S)
            except TimeoutError:
                await self._check_fences()
                now_ms = _now_ms()
                for known in self._partitions.values():
                    known.touched.update(c.courier for c in known.couriers.values() if c.due_ms <= now_ms)
                    over = [courier for courier, due_ms in known.closing.items() if due_ms <= now_ms]
                    for courier in over:
                        del known.closing[courier]
                    known.touched.update(over)
            self._wake.clear()
            for partition in list(self.mine):
                async with self._batch:  # a rebalance waits for what is being written
                    if partition in self.mine and self._partitions[partition].touched:
                        await self._publish(partition)

    async def _check_fences(self) -> None:
        """A quiet worker writes nothing and would not notice that Redis has lost its views, or that another
        owner has come."""
        epochs = {p: self._partitions[p].epoch for p in self.mine}
        try:
            found = await self.writer.fences(list(epochs))
        except ViewsUnavailable as error:
            log.warning("views.unavailable", error=str(error))
            return
        for partition, epoch in epochs.items():
            known = self._partitions.get(partition)
            if known is None or known.epoch != epoch or partition not in self.mine:
                continue  # taken away, or taken anew, meanwhile
            if (now := found.get(partition, -1)) != epoch:
                fatal("redis lost our views" if now < 0 else "fenced", partition=partition, found=now)

    async def _publish(self, partition: int) -> None:
        """Send what was noticed of the couriers that were touched, then write their views: a worker that dies
        in between notices it again, for the view left behind does not show it yet."""
        known = self._partitions[partition]
        now_ms = _now_ms()
        touched, known.touched = known.touched, set()
        views: list[tuple[str, bytes]] = []
        gone: list[str] = []
        for id in touched:
            courier = known.couriers[id]
            view = courier.publish(now_ms)
            if isinstance(view, Gone):
                gone.append(id)
            elif view is not None:
                mark = known.traces.pop(id, None) if known.traces else None
                if mark is not None:
                    view = msgspec.structs.replace(view, trace=mark)
                    shown = [line.show for line in view.lines]
                    log.info("position.shown", courier=id, lines=shown, trace=mark)
                views.append((id, _ENCODER.encode(view)))
        await self._send_on(known, (known.couriers[id] for id in touched), now_ms)
        if views or gone:
            await self._write(partition, known.epoch, views, gone)

    async def _write(
        self, partition: int, epoch: int, views: list[tuple[str, bytes]], gone: list[str]
    ) -> None:
        pause_s = 0.05
        while True:
            try:
                self.fence.check()
                await self._live.write(partition, epoch, views, gone)
                return
            except Fenced as error:
                fatal("redis lost our views" if error.lost else "fenced", detail=str(error))
            except ViewsUnavailable as error:
                log.warning("views.unavailable", error=str(error))
                self.watchdog.progress()
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, 1.0)

    async def _send_on(self, known: Partition, couriers: Iterable[Courier], now_ms: int) -> None:
        """What was noticed goes to who decides; ids follow from what it is, so that again is once."""
        futures = []
        for courier in couriers:
            for seen in courier.observations(now_ms):
                futures.append(
                    await self.kafka.begin(shipment_commands.TOPIC, seen.shipment, seen, id=seen.id)
                )
            for close in finished(known, courier, now_ms):
                futures.append(
                    await self.kafka.begin(courier_commands.TOPIC, courier.courier, close, id=close.id)
                )
        if futures:
            async with asyncio.timeout(APPEND_WAIT_S):
                await asyncio.gather(*futures)


def _headers(raw: ConsumerRecord) -> tuple[bytes | None, bytes]:
    """Tenant and traceparent of a fix, in one pass; None and empty: not said."""
    tenant, traceparent = None, b""
    for name, value in raw.headers:
        if name == "tenant":
            tenant = value
        elif name == trace.HEADER:
            traceparent = value
    return tenant, traceparent


def _foreign(courier: Courier, tenant: bytes | None) -> bool:
    """Whether the fix comes from another tenant's device than the courier's plan."""
    return tenant is not None and courier.plan is not None and tenant != courier.plan.tenant.encode()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
