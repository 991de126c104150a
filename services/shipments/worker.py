"""The edge of `shipments`: commands in, decisions appended, read back, told on, committed."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiokafka.structs import ConsumerRecord

from services.shipments.config import Settings
from services.shipments.core import plan as plans
from services.shipments.core import shipment as shipments
from shared import logs, trace
from shared.adapters.kafka.dead_letters import DeadLetters
from shared.adapters.kafka.log import KafkaLog
from shared.adapters.kafka.owner import Owner
from shared.adapters.kafka.reader import to_record
from shared.adapters.redis.views import RedisViewsWriter
from shared.adapters.watchdog import fatal
from shared.contracts import (
    courier_commands,
    courier_routes,
    shipment_commands,
    shipment_events,
    shipment_state,
)
from shared.contracts.courier_routes import CourierPlan
from shared.contracts.shipment_events import AnyEvent, Refused
from shared.contracts.shipment_state import ShipmentState
from shared.contracts.topic import Topic
from shared.domain.plan import AGAIN, holds
from shared.domain.shipment import empty, fold, follows
from shared.ports.log import Record

log = logs.get(__name__)

ROUNDS = 20
APPEND_WAIT_S = 20.0
READ_BACK_WAIT_S = 20.0
REMEMBERED_PLANS = 20_000

Command = shipment_commands.Command | courier_commands.Command


@dataclass
class Partition:
    """What the owner knows of a partition, folded from what it reads."""

    states: dict[str, ShipmentState] = field(default_factory=dict)
    events_from: int = 0
    plans: dict[str, CourierPlan] = field(default_factory=dict)
    versions: OrderedDict[str, tuple[CourierPlan | None, CourierPlan]] = field(default_factory=OrderedDict)
    """By command: the plan before and after it, for telling shipments on."""


class ShipmentsOwner(Owner):
    """Decides. Only produces: views, states and milestones are made by `projector stages` from the log."""

    role = "shipments"
    owned = (shipment_commands.TOPIC, courier_commands.TOPIC)

    def __init__(self, settings: Settings, kafka: KafkaLog, writer: RedisViewsWriter) -> None:
        super().__init__(settings, "shipments", settings.shipments_port, kafka, writer)
        self._refused = self.metrics.tally("refused", "Commands refused, by reason.", "reason")
        self._salt = uuid.uuid4().hex[:12]
        self._partitions: dict[int, Partition] = {}
        self._letters = DeadLetters(kafka, "shipments")
        self._strays: dict[tuple[int, str], CourierPlan] = {}

    def followed_topics(self) -> tuple[Topic, ...]:
        return (shipment_events.TOPIC, courier_routes.TOPIC)

    # Following the log

    async def take_over(self, partition: int) -> None:
        """States first, then the events after them; plans from their beginning."""
        self._partitions[partition] = Partition()
        await self.reader.read_up(shipment_state.TOPIC, partition)
        self.reader.drop(shipment_state.TOPIC, partition)
        await self.reader.read_up(courier_routes.TOPIC, partition)
        await self.reader.read_up(shipment_events.TOPIC, partition, self._partitions[partition].events_from)

    def let_go(self, partition: int) -> None:
        self._partitions.pop(partition, None)
        for topic in (shipment_state.TOPIC, courier_routes.TOPIC, shipment_events.TOPIC):
            self.reader.drop(topic, partition)

    def followed(self, topic: str, partition: int, records: list[Record]) -> None:
        known = self._partitions.get(partition)
        if known is None:
            return
        self.watchdog.progress()
        for record in records:
            if record.value is None:
                self._removed(known, topic, record)
            elif topic == shipment_events.TOPIC.name:
                self._event(known, record)
            elif topic == courier_routes.TOPIC.name:
                self._plan(known, record)
            else:
                state = shipment_state.DECODER.decode(record.value)
                known.states[state.state.shipment] = state.state
                known.events_from = max(known.events_from, state.offset + 1)

    @staticmethod
    def _removed(known: Partition, topic: str, record: Record) -> None:
        if topic == courier_routes.TOPIC.name:
            known.plans.pop(record.key or "", None)
        elif topic == shipment_state.TOPIC.name:
            known.states.pop(record.key or "", None)

    def _event(self, known: Partition, record: Record) -> None:
        """A decider that does not understand its own record must not go on deciding: it stops."""
        try:
            event = shipment_events.DECODER.decode(record.value or b"")
        except msgspec.MsgspecError as error:
            fatal("unreadable event", partition=record.partition, offset=record.offset, error=str(error))
            return
        state = known.states.get(event.shipment) or empty(event.shipment, event.tenant)
        if follows(state, event):
            known.states[event.shipment] = fold(state, event)

    def _plan(self, known: Partition, record: Record) -> None:
        plan = courier_routes.DECODER.decode(record.value or b"")
        before = known.plans.get(plan.courier)
        if holds(before, plan, record.headers):
            known.plans[plan.courier] = plan
            known.versions[plan.command] = (before, plan)
            while len(known.versions) > REMEMBERED_PLANS:
                known.versions.popitem(last=False)
        elif before is not None and plan.id != before.id:
            self._strays[record.partition, plan.courier] = before

    # Deciding

    async def work(self, partition: int, records: dict[str, list[ConsumerRecord]]) -> None:
        todo = await self._commands(records)
        known = self._partitions[partition]
        now_ms = time.time_ns() // 1_000_000
        for _ in range(ROUNDS):
            answers = await self._decide(partition, known, todo, now_ms)
            self._count([(c, a) for (c, _), a in zip(todo, answers, strict=True) if self._decided(known, c)])
            left = [(c, t) for c, t in todo if not self._decided(known, c)]
            if not left:
                break
            todo_again = left
            log.info("decision.lost", partition=partition, again=len(todo_again))
            await self._tell(known, [(c, t) for c, t in todo if self._decided(known, c)], now_ms)
            todo = todo_again
        else:
            fatal("decisions are always overtaken", partition=partition)
        await self._tell(known, todo, now_ms)
        await self._write_again(partition)

    async def _commands(self, records: dict[str, list[ConsumerRecord]]) -> list[tuple[Command, str | None]]:
        """The readable commands with their traceparents; the others become dead letters."""
        found: list[tuple[Command, str | None]] = []
        decoders: dict[str, msgspec.json.Decoder[Any]] = {
            shipment_commands.TOPIC.name: shipment_commands.DECODER,
            courier_commands.TOPIC.name: courier_commands.DECODER,
        }
        for topic, raws in records.items():
            for raw in raws:
                record = to_record(raw, self.settings.topic_prefix)
                try:
                    command = decoders[topic].decode(record.value or b"")
                except msgspec.MsgspecError as error:
                    await self._put_aside(record, "unreadable", str(error))
                    continue
                subject = command.courier if topic == courier_commands.TOPIC.name else command.shipment
                if record.key != subject:
                    await self._put_aside(record, "wrong_key", f"the key is not {subject}")
                    continue
                found.append((command, record.headers.get(trace.HEADER)))
        return found

    async def _put_aside(self, record: Record, reason: str, detail: str) -> None:
        self.metrics.handled.add("unknown", reason)
        self.metrics.dead_letters.add(record.topic, reason)
        await self._letters.put(record, reason, detail)

    def _count(self, answered: list[tuple[Command, AnyEvent | CourierPlan | None]]) -> None:
        for command, answer in answered:
            refused = answer.reason if isinstance(answer, Refused) else None
            if isinstance(answer, CourierPlan) and answer.refused is not None:
                refused = answer.refused.partition(":")[0]
            if refused is not None:
                self._refused.add(refused)
            result = "repeated" if answer is None else "accepted" if refused is None else "refused"
            self.metrics.handled.add(str(command.__struct_config__.tag), result)

    async def _decide(
        self, partition: int, known: Partition, todo: list[tuple[Command, str | None]], now_ms: int
    ) -> list[AnyEvent | CourierPlan | None]:
        """Append what answers each command, on top of what is decided but not read back yet; then wait until
        all of it has been read back. Returns the answers; None: decided before."""
        answers: list[AnyEvent | CourierPlan | None] = []
        states: dict[str, ShipmentState] = {}
        drafts: dict[str, CourierPlan] = {}
        appended: list[tuple[Topic, asyncio.Future[Any]]] = []
        for command, traceparent in todo:
            trace.take_up(traceparent)
            if isinstance(command, shipment_commands.ShipmentCommand):
                shipment = command.shipment
                state = states.get(shipment) or known.states.get(shipment) or empty(shipment, command.tenant)
                event = shipments.decide(state, command, now_ms, self._salt)
                answers.append(event)
                if event is not None:
                    states[shipment] = fold(state, event)
                    if trace.sampled():
                        log.info("decided", shipment=shipment, seq=event.seq, event_type=_kind(event))
                    future = await self.kafka.begin(
                        shipment_events.TOPIC, shipment, event, id=event.id, partition=partition
                    )
                    appended.append((shipment_events.TOPIC, future))
            else:
                courier = command.courier
                before = drafts.get(courier) or known.plans.get(courier)
                plan = plans.decide(before, command, now_ms, self._salt)
                answers.append(plan)
                if plan is not None:
                    drafts[courier] = plan
                    if trace.sampled():
                        log.info("decided", courier=courier, version=plan.version, refused=plan.refused)
                    future = await self.kafka.begin(
                        courier_routes.TOPIC, courier, plan, id=plan.id, partition=partition
                    )
                    appended.append((courier_routes.TOPIC, future))
        ends: dict[Topic, int] = {}
        async with asyncio.timeout(APPEND_WAIT_S):
            for topic, future in appended:
                ends[topic] = max(ends.get(topic, -1), (await future).offset)
        async with asyncio.timeout(READ_BACK_WAIT_S):
            for topic, offset in ends.items():
                await self.reader.reached(topic, partition, offset)
        return answers

    @staticmethod
    def _decided(known: Partition, command: Command) -> bool:
        if isinstance(command, shipment_commands.ShipmentCommand):
            state = known.states.get(command.shipment)
            return state is not None and command.id in state.decided
        plan = known.plans.get(command.courier)
        return plan is not None and command.id in plan.decided

    async def _tell(self, known: Partition, decided: list[tuple[Command, str | None]], now_ms: int) -> None:
        """Send on what follows from decisions; ids follow from the decision, so again is once."""
        futures = []
        for command, traceparent in decided:
            trace.take_up(traceparent)
            if isinstance(command, shipment_commands.ShipmentCommand):
                for told in shipments.told_on(known.states[command.shipment], command, now_ms):
                    futures.append(
                        await self.kafka.begin(courier_commands.TOPIC, told.courier, told, id=told.id)
                    )
            elif command.id in known.versions:
                before, after = known.versions[command.id]
                for word in plans.told_on(before, after, command):
                    futures.append(
                        await self.kafka.begin(shipment_commands.TOPIC, word.shipment, word, id=word.id)
                    )
        async with asyncio.timeout(APPEND_WAIT_S):
            await asyncio.gather(*futures)

    async def _write_again(self, partition: int) -> None:
        """Compaction keeps the last record of a courier; where that is a stray one, append the true one."""
        for where, plan in list(self._strays.items()):
            if where[0] == partition:
                del self._strays[where]
                await self.kafka.append(
                    courier_routes.TOPIC,
                    plan.courier,
                    plan,
                    id=plan.id,
                    partition=partition,
                    headers={AGAIN: "1"},
                    timeout_s=APPEND_WAIT_S,
                )


def _kind(event: AnyEvent) -> str:
    return str(type(event).__struct_config__.tag)
