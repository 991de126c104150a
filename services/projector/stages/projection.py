"""Carries effects out: Redis first, then stops and milestones, the state last."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from services.projector.stages import core
from services.projector.stages.board import Board
from shared import logs, trace
from shared.adapters.envelope import TYPE
from shared.adapters.kafka.dead_letters import DeadLetters
from shared.adapters.kafka.log import KafkaLog
from shared.adapters.metrics import WorkerMetrics
from shared.adapters.redis.views import RedisViewsWriter
from shared.adapters.watchdog import Watchdog
from shared.contracts import (
    courier_routes,
    courier_stops,
    links,
    merchants,
    shipment_events,
    shipment_milestones,
    shipment_parties,
)
from shared.contracts.courier_routes import CourierPlan
from shared.contracts.shipment_events import AnyEvent, Registered
from shared.contracts.shipment_state import ShipmentState
from shared.contracts.views.stage import StageView
from shared.domain.plan import holds
from shared.domain.shipment import fold, follows, stage_view
from shared.ports.log import Record
from shared.ports.views import ViewsUnavailable

log = logs.get(__name__)
APPEND_WAIT_S = 20.0
KNOWN_TYPES = frozenset(shipment_events.TOPIC.ce_type(m.example) for m in shipment_events.TOPIC.messages)


@dataclass
class Done:
    """One event with what it led to."""

    partition: int
    offset: int
    event: AnyEvent
    state: ShipmentState
    effects: core.Effects
    traceparent: str | None


class Projection:
    """What the agents call. With `producing` False (a rebuild) only views are written."""

    def __init__(
        self,
        kafka: KafkaLog,
        writer: RedisViewsWriter,
        board: Board,
        watchdog: Watchdog,
        metrics: WorkerMetrics,
        *,
        producing: bool,
    ) -> None:
        self._kafka, self._writer, self._board, self._watchdog = kafka, writer, board, watchdog
        self._metrics, self._producing = metrics, producing
        self._letters = DeadLetters(kafka, "projector.stages")
        self._plans: dict[str, CourierPlan] = {}

    async def _redis(self, write: Callable[[], Awaitable[Any]]) -> None:
        """Write, and while Redis is away try again: the events wait in Kafka, the page says "paused"."""
        pause_s = 0.05
        while True:
            try:
                await write()
                return
            except ViewsUnavailable as error:
                log.warning("views.unavailable", error=str(error))
                self._watchdog.progress()
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, 1.0)

    async def poison(self, record: Record, error: Exception) -> None:
        self._metrics.handled.add(record.topic, "unreadable")
        if self._producing:
            self._metrics.dead_letters.add(record.topic, "unreadable")
            await self._letters.put(record, "unreadable", str(error))

    async def events(self, records: Sequence[Record]) -> None:
        """A batch of shipment.events; when this returns all of it is written and acknowledged.

        Of what the state holds already only the view is written again: whoever folded it may have written
        another generation's."""
        done: list[Done] = []
        views: dict[str, StageView | None] = {}
        registered: set[str] = set()
        for record in records:
            await self._board.partition(record.partition)
            event = await self._read(record)
            if event is None:
                continue
            before = self._board.get(record.partition, event.shipment, event.tenant)
            if follows(before, event):
                done.append(self._fold(record, before, event))
                views[event.shipment] = done[-1].effects.view
                result = "folded"
            elif event.seq <= before.seq:
                views[event.shipment] = stage_view(before)
                result = "repeated"
            else:
                result = "stray"
            self._metrics.handled.add(str(event.__struct_config__.tag), result)
            if isinstance(event, Registered):
                registered.add(event.shipment)
        for view in filter(None, views.values()):
            await self._redis(lambda view=view: self._writer.put_stage(view))  # type: ignore[misc]
            if view.shipment in registered:
                party = (view.shipment, view.parties)
                await self._redis(lambda party=party: self._writer.adopt_party(*party))  # type: ignore[misc]
        if not self._producing:
            return
        await self._produce(done, list({d.state.shipment: d for d in done}.values()))
        for d in done:
            outcome = d.effects.outcome
            await self._redis(lambda outcome=outcome: self._writer.put_outcome(outcome))  # type: ignore[misc]
        await self._board.write_again()

    async def _read(self, record: Record) -> AnyEvent | None:
        if record.headers.get(TYPE, "") not in KNOWN_TYPES:
            log.info("event.skipped", type=record.headers.get(TYPE), at=record.offset)
            self._metrics.handled.add("unknown", "skipped")
            return None
        try:
            return shipment_events.DECODER.decode(record.value or b"")
        except msgspec.MsgspecError as error:
            await self.poison(record, error)
            return None

    def _fold(self, record: Record, before: ShipmentState, event: AnyEvent) -> Done:
        after = fold(before, event)
        self._board.put(record.partition, after, record.offset)
        return Done(
            partition=record.partition,
            offset=record.offset,
            event=event,
            state=after,
            effects=core.effects(before, event, after),
            traceparent=record.headers.get(trace.HEADER),
        )

    async def _produce(self, done: Sequence[Done], newest: Sequence[Done]) -> None:
        futures = []
        for d in done:
            trace.take_up(d.traceparent)
            if trace.sampled():
                log.info("projected", shipment=d.state.shipment, seq=d.state.seq)
            if (stop := d.effects.stop) is not None:
                id = f"{stop.shipment}:{stop.seq}"
                futures.append(await self._kafka.begin(courier_stops.TOPIC, stop.courier, stop, id=id))
            for milestone in d.effects.milestones:
                futures.append(
                    await self._kafka.begin(
                        shipment_milestones.TOPIC, milestone.shipment, milestone, id=milestone.id
                    )
                )
        async with asyncio.timeout(APPEND_WAIT_S):
            await asyncio.gather(*futures)
            states = [await self._board.record(d.partition, d.state, d.offset) for d in newest]
            await asyncio.gather(*states)

    async def party(self, record: Record) -> None:
        """A version of the recipient; shown once an event names it, gone once it is deleted."""
        if record.value is None:
            shipment, _, version = (record.key or "").rpartition("/")
            await self._redis(lambda: self._writer.forget_party(shipment, version))
            return
        party = shipment_parties.DECODER.decode(record.value)
        if not isinstance(party, shipment_parties.Recipient):
            return
        await self._redis(lambda: self._writer.put_party_version(core.masked(party)))
        state = self._board.shipment(party.shipment)
        if state is not None and state.parties == party.version:
            await self._redis(lambda: self._writer.adopt_party(party.shipment, party.version))

    async def link(self, record: Record) -> None:
        link = None if record.value is None else links.DECODER.decode(record.value)
        await self._redis(lambda: self._writer.put_link(record.key or "", link, record.offset))

    async def merchant(self, record: Record) -> None:
        merchant = None if record.value is None else merchants.DECODER.decode(record.value)
        view = None if merchant is None else core.merchant_view(merchant)
        await self._redis(lambda: self._writer.put_merchant(record.key or "", view, record.offset))

    async def plan(self, record: Record) -> None:
        """Only the outcome of its command: the plan itself is followed by the couriers worker. Of the plan
        before no more is kept than shows whether the next one follows."""
        if record.value is None:
            self._plans.pop(record.key or "", None)
            return
        plan = courier_routes.DECODER.decode(record.value)
        if not self._producing or not holds(self._plans.get(plan.courier), plan, record.headers):
            return
        self._plans[plan.courier] = msgspec.structs.replace(plan, routes=(), duty=(), decided=())
        await self._redis(lambda: self._writer.put_outcome(core.plan_outcome(plan)))
