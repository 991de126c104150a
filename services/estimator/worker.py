"""The edge of `estimator`: plans, outcomes and fixes in, commands out. No fix costs a routing call, and no
router is waited for while a batch is worked on."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import batched

import msgspec
from aiokafka.structs import ConsumerRecord
from mode import Service

from services.estimator.asking import Asking
from services.estimator.config import Settings
from services.estimator.core.heard import newest
from services.estimator.core.showing import Shown
from services.estimator.core.watch import Member, Watch
from services.estimator.learning import Learning
from services.estimator.store import Measured
from shared import logs
from shared.adapters.kafka.log import KafkaLog
from shared.adapters.kafka.owner import Owner
from shared.adapters.redis.views import RedisViews, RedisViewsWriter
from shared.contracts import courier_positions, courier_routes, courier_stops, shipment_commands
from shared.contracts.courier_positions import Position
from shared.contracts.shipment_commands import Promise
from shared.contracts.topic import HOUR_MS, Topic
from shared.contracts.views.stage import StageView
from shared.domain.plan import holds
from shared.ports.log import Record
from shared.ports.router import Router
from shared.ports.views import ViewsUnavailable

log = logs.get(__name__)

STOPS_BACK_MS = 36 * HOUR_MS
APPEND_WAIT_S = 20.0
TICK_S = 0.5
DOUBT_S = 60.0
LOOKED_AT_ONCE = 20
"""After so many couriers the loop and a rebalance have their turn."""
_POSITION = msgspec.json.Decoder(Position)


class EstimatorOwner(Owner):
    """Watches couriers who are out; of a batch of fixes only the newest a courier counts."""

    role = "estimator"
    owned = (courier_positions.TOPIC,)
    max_batch = 5000

    def __init__(
        self,
        settings: Settings,
        kafka: KafkaLog,
        writer: RedisViewsWriter,
        views: RedisViews,
        measured: Measured,
        router: Router | None,
    ) -> None:
        super().__init__(settings, "estimator", settings.estimator_port, kafka, writer)
        self._views = views
        self.learning = Learning(measured, self.metrics)
        self._watches: dict[int, dict[str, Watch]] = {}
        self._reading_up: set[int] = set()
        self._promises = self.metrics.tally("promises", "Windows asked to be told, by why.", "why")
        asked = self.metrics.tally("routes", "Ways asked of the router, by result.", "result")
        self._asking = Asking(router, asked)
        self._failed = self.metrics.tally("looks_failed", "Looks at couriers that failed, by error.", "error")

    def followed_topics(self) -> tuple[Topic, ...]:
        return (courier_routes.TOPIC, courier_stops.TOPIC)

    async def on_start(self) -> None:
        await self.learning.start()
        await super().on_start()

    async def on_stop(self) -> None:
        await super().on_stop()
        await self.learning.stop()
        await self._views.close()
        await self._asking.close()

    async def take_over(self, partition: int) -> None:
        """Plans from their beginning, outcomes from 36 h back or from when a route that nobody has closed has
        set out: what those took is kept. Where couriers are, and that they were heard of, is in their live
        views."""
        self._watches[partition] = {}
        self._reading_up.add(partition)
        await self.reader.read_up(courier_routes.TOPIC, partition)
        begun_ms = [watch.round.begun_ms for watch in self._watches.get(partition, {}).values()]
        since_ms = min([_now_ms() - STOPS_BACK_MS, *(at_ms for at_ms in begun_ms if at_ms is not None)])
        back = await self.reader.offset_at(courier_stops.TOPIC, partition, since_ms)
        await self.reader.read_up(courier_stops.TOPIC, partition, back)
        await self._resume(partition)
        self._reading_up.discard(partition)

    async def _resume(self, partition: int) -> None:
        watches = self._watches.get(partition, {})
        for bite in batched(list(watches), 1000):
            try:
                views = await self._views.lives(bite)
            except ViewsUnavailable as error:
                log.warning("views.unavailable", error=str(error))
                views = [None] * len(bite)
            for courier, view in zip(bite, views, strict=True):
                if (watch := watches.get(courier)) is not None:
                    watch.resume(view, _now_ms())

    def let_go(self, partition: int) -> None:
        self._watches.pop(partition, None)
        self._reading_up.discard(partition)
        for topic in self.followed_topics():
            self.reader.drop(topic, partition)

    def followed(self, topic: str, partition: int, records: list[Record]) -> None:
        watches = self._watches.get(partition)
        if watches is None:
            return
        self.watchdog.progress()
        now_ms = _now_ms()
        for record in records:
            if record.value is None:
                watches.pop(record.key or "", None)
                continue
            try:
                if topic == courier_routes.TOPIC.name:
                    plan = courier_routes.DECODER.decode(record.value)
                    watch = self._watch(partition, plan.courier)
                    if holds(watch.round.plan, plan, record.headers):
                        watch.on_plan(plan, now_ms)
                else:
                    outcome = courier_stops.DECODER.decode(record.value)
                    watch = self._watch(partition, outcome.courier)
                    visit = watch.on_outcome(outcome, now_ms)
                    if visit is not None and partition not in self._reading_up:
                        self.learning.noticed(visit)
            except msgspec.MsgspecError as error:
                log.error("followed.unreadable", topic=topic, offset=record.offset, error=str(error))

    def _watch(self, partition: int, courier: str) -> Watch:
        watches = self._watches[partition]
        return watches.get(courier) or watches.setdefault(courier, Watch(courier))

    async def work(self, partition: int, records: dict[str, list[ConsumerRecord]]) -> None:
        for courier, heard in newest(_positions(records[courier_positions.TOPIC.name])).items():
            watch = self._watch(partition, courier)
            watch.round.on_sign(heard.at_ms, heard.received_ms)
            if heard.fix is not None:
                place, at_ms, received_ms = heard.fix
                watch.round.on_fix(*place, at_ms, received_ms)

    @Service.task
    async def _look(self) -> None:
        await self._or_exit(self._look_round)

    async def _look_round(self) -> None:
        doubted = time.monotonic()
        while not self.should_stop:
            await asyncio.sleep(TICK_S)
            if time.monotonic() - doubted > DOUBT_S:
                doubted = time.monotonic()
                for watches in self._watches.values():
                    for watch in watches.values():
                        watch.doubt(_now_ms())
            now_ms = _now_ms()
            mine = [
                (partition, watch)
                for partition in self.mine
                for watch in self._watches[partition].values()
                if watch.due_ms <= now_ms
            ]
            due = [watch for _, watch in mine]
            try:
                await self._look_up(due)
            except ViewsUnavailable as error:
                log.warning("views.unavailable", error=str(error))
                continue
            gaps = dict.fromkeys(w for watch in due for w in watch.round.gaps(self._asking.ways))
            await self._asking.ask(list(gaps), self.watchdog.progress)
            for bite in batched(mine, LOOKED_AT_ONCE):
                async with self._batch:  # a rebalance waits for what is being sent
                    await self._tell([watch for partition, watch in bite if self._is_mine(partition, watch)])
                self.watchdog.progress()
                await asyncio.sleep(0)

    def _is_mine(self, partition: int, watch: Watch) -> bool:
        """Whether the partition has not been taken away meanwhile, nor taken over anew."""
        return partition in self.mine and self._watches[partition].get(watch.round.courier) is watch

    async def _look_up(self, due: Sequence[Watch]) -> None:
        """What recipients are told, of those of whom it is not known."""
        asked: dict[str, list[Watch]] = defaultdict(list)
        for watch in due:
            for shipment in watch.unknown():
                asked[shipment].append(watch)
        names = list(asked)
        for i in range(0, len(names), 1000):
            # Bite by bite: what one brings is kept though the next one fails.
            found: defaultdict[Watch, dict[str, StageView]] = defaultdict(dict)
            for view in await self._views.stages(names[i : i + 1000]):
                if view is not None:
                    for watch in asked[view.shipment]:
                        found[watch][view.shipment] = view
            for watch, stages in found.items():
                watch.on_stages(stages)

    async def _tell(self, due: Sequence[Watch]) -> None:
        now_ms = _now_ms()
        sent = []
        for watch in due:
            for command, member, now in self._asked_by(watch, now_ms):
                self._promises.add(command.why)
                future = await self.kafka.begin(
                    shipment_commands.TOPIC, command.shipment, command, id=command.id
                )
                sent.append((future, watch, member, now))
        async with asyncio.timeout(APPEND_WAIT_S):
            for future, watch, member, now in sent:
                await future
                watch.accepted(member, now)

    def _asked_by(self, watch: Watch, now_ms: int) -> list[tuple[Promise, Member, Shown]]:
        """A plan that no estimate can be made of costs its courier's windows, not everybody's."""
        try:
            return watch.look(self.learning.learned, self.learning.calibration, self._asking.ways, now_ms)
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            log.exception("watch.failed", courier=watch.round.courier)
            self._failed.add(type(error).__name__)
            watch.put_off(now_ms)
            return []


def _positions(records: Sequence[ConsumerRecord]) -> Iterator[tuple[str, Position, int]]:
    for raw in records:
        try:
            yield raw.key.decode(), _POSITION.decode(raw.value), raw.timestamp
        except (msgspec.MsgspecError, AttributeError, TypeError, ValueError):
            continue  # the couriers worker parks it


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
