"""The edge of `projector lists`: batches of states, people and positions into PostgreSQL, the offsets with
them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from aiokafka import TopicPartition
from aiokafka.structs import ConsumerRecord
from mode import Service
from sqlalchemy.ext.asyncio import AsyncConnection

from services.projector.lists import store
from services.projector.lists.config import Settings
from services.projector.lists.core import Batch, Row
from services.projector.lists.store import AWAY, Key, MovedOn
from shared import logs
from shared.adapters.kafka.log import KafkaLog
from shared.adapters.kafka.owner import Owner
from shared.adapters.postgres.database import Database
from shared.adapters.redis.views import RedisViewsWriter
from shared.adapters.watchdog import fatal
from shared.contracts import (
    courier_positions,
    link_openings,
    notice_outcomes,
    shipment_parties,
    shipment_state,
)
from shared.ports.log import Record

log = logs.get(__name__)

SWEEP_S = 600.0
LOOK_S = 3.0
"""So often it is looked whether the tables have been emptied, to be filled again."""


class ListsOwner(Owner):
    """Of a batch only the newest of each shipment, version and courier is written."""

    role = "lists"
    owned = (
        shipment_state.TOPIC,
        shipment_parties.TOPIC,
        courier_positions.TOPIC,
        notice_outcomes.TOPIC,
        link_openings.TOPIC,
    )
    max_batch = 5000

    def __init__(
        self, settings: Settings, kafka: KafkaLog, writer: RedisViewsWriter, database: Database
    ) -> None:
        super().__init__(settings, "lists", settings.lists_port, kafka, writer)
        self._database = database
        self._ends: dict[Key, int | None] = {}
        """Up to where the tables are made; None: not begun."""
        # Whoever decides by these topics parks what can't be read; a second letter of it would help nobody.
        self._unreadable = self.metrics.tally("unreadable", "Records left out, by topic.", "topic")

    async def on_start(self) -> None:
        await self._database.upgrade()
        await super().on_start()

    async def on_stop(self) -> None:
        await super().on_stop()
        await self._database.close()

    def followed(self, topic: str, partition: int, records: list[Record]) -> None:
        """Nothing is followed."""

    async def take_over(self, partition: int) -> None:
        """Go on where the tables end, which the group's own offsets need not be: an emptied schema is filled
        from the beginning, and so is one whose log is not the one it was made of."""
        async with self._database.engine.connect() as connection:
            ends = await store.ends(connection)
        for tp in self._tps(partition):
            key = self._key(tp)
            beginning = (await self._consumer.beginning_offsets([tp]))[tp]
            end = (await self._consumer.end_offsets([tp]))[tp]
            was = ends.get(key)
            if was is not None and was > end:
                log.warning("lists.log_is_another", topic=key[0], partition=partition, was=was, end=end)
                async with self._database.engine.begin() as connection:
                    await store.forget_end(connection, key)
                was = None
            self._ends[key] = was
            self.begin_at(tp, max(was or 0, beginning))

    def let_go(self, partition: int) -> None:
        for key in [key for key in self._ends if key[1] == partition]:
            del self._ends[key]

    def _key(self, tp: TopicPartition) -> Key:
        return tp.topic.removeprefix(self.settings.topic_prefix), tp.partition

    async def work(self, partition: int, records: dict[str, list[ConsumerRecord]]) -> None:
        batch = Batch()
        for topic, raws in records.items():
            for raw in raws:
                try:
                    _take_up(batch, topic, raw)
                except (msgspec.MsgspecError, ValueError) as error:
                    self._unreadable.add(topic)
                    log.error("record.unreadable", topic=topic, offset=raw.offset, error=type(error).__name__)
        await self._write(batch, {(topic, partition): raws[-1].offset + 1 for topic, raws in records.items()})

    async def _write(self, batch: Batch, after: dict[Key, int]) -> None:
        """One transaction. A database that is away is waited for: nothing of the log is lost meanwhile."""
        pause_s, careful = 0.5, False
        while True:
            try:
                async with self._database.engine.begin() as connection:
                    await (self._row_by_row(connection, batch) if careful else write(connection, batch))
                    await store.move_on(connection, self._ends, after)
                self._ends.update(after)
                return
            except MovedOn as error:
                # A commit whose answer was lost is one's own.
                async with self._database.engine.connect() as connection:
                    there = await store.ends(connection)
                if all(there.get(key) == end for key, end in after.items()):
                    self._ends.update(after)
                    return
                fatal("the lists were emptied, or written by another", error=str(error))
            except AWAY as error:
                if store.of_the_row(error) and not careful:
                    careful = True
                    continue
                log.warning("lists.database", error=_said(error))
                self.watchdog.progress()
                if self.should_stop or store.of_ours(error):
                    raise
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, 5.0)

    async def _row_by_row(self, connection: AsyncConnection, batch: Batch) -> None:
        """What PostgreSQL would not take of a batch is left out, and counted as what can't be read."""
        for shipment, row in batch.shipments.items():
            await self._one(connection, shipment_state.TOPIC.name, store.shipments, {shipment: row})
        for key, person in batch.people.items():
            await self._one(connection, shipment_parties.TOPIC.name, store.upsert_people, {key: person})
        await store.find(connection, batch.touched)
        for topic, put, rows in _writes(batch):
            for each in rows:
                await self._one(connection, topic, put, [each])

    async def _one(self, connection: AsyncConnection, topic: str, write: Any, row: Any) -> None:
        try:
            async with connection.begin_nested():
                await write(connection, row)
        except AWAY as error:
            if not store.of_the_row(error):
                raise
            self._unreadable.add(topic)
            log.error("record.unkept", topic=topic, error=_said(error))

    @Service.task
    async def _sweep(self) -> None:
        """Away with what is kept no longer."""
        while not self.should_stop:
            try:
                async with self._database.engine.begin() as connection:
                    if gone := await store.sweep(connection, time.time_ns() // 1_000_000):
                        log.info("lists.swept", rows=gone)
            except AWAY as error:
                log.warning("lists.database", error=_said(error))
            await self.sleep(SWEEP_S)

    @Service.task
    async def _look(self) -> None:
        """Tables that somebody has emptied are filled from the beginning by a new start."""
        while not self.should_stop:
            await self.sleep(LOOK_S)
            if self.should_stop or not any(end is not None for end in self._ends.values()):
                continue
            try:
                async with self._batch, self._database.engine.connect() as connection:
                    there = await store.ends(connection)
                    gone = [k for k, end in self._ends.items() if end is not None and k not in there]
            except AWAY as error:
                log.warning("lists.database", error=_said(error))
                continue
            if gone:
                fatal("the lists were emptied: they are filled again from the log", partitions=len(gone))


def _said(error: BaseException) -> str:
    """What PostgreSQL said, without the row that it said it of: that may hold a name."""
    origin = getattr(error, "orig", None) or error
    state = getattr(origin, "sqlstate", None)
    return f"{type(origin).__name__} {state}" if state else type(origin).__name__


def _take_up(batch: Batch, topic: str, raw: ConsumerRecord) -> None:
    key = raw.key.decode() if raw.key is not None else ""
    if topic == shipment_state.TOPIC.name:
        batch.state(key, raw.value)
    elif topic == shipment_parties.TOPIC.name:
        batch.party(key, raw.value)
    elif topic == notice_outcomes.TOPIC.name:
        batch.outcome(raw.value)
    elif topic == link_openings.TOPIC.name:
        batch.opening(raw.value)
    else:
        headers = {name: value.decode(errors="replace") for name, value in raw.headers}
        batch.position(key, headers, raw.value)


async def write(connection: AsyncConnection, batch: Batch) -> None:
    """All rows of a batch; raises what PostgreSQL says."""
    await store.shipments(connection, batch.shipments)
    await store.upsert_people(connection, batch.people)
    await store.find(connection, batch.touched)
    for _, put, rows in _writes(batch):
        await put(connection, rows)


def _writes(batch: Batch) -> tuple[tuple[str, Callable[..., Awaitable[None]], list[Row]], ...]:
    """Of a batch what is written after shipments and people, in order: the topic that the rows are made of,
    what writes them, and they."""
    return (
        (shipment_state.TOPIC.name, store.put_promises, list(batch.promises.values())),
        (shipment_state.TOPIC.name, store.put_closings, list(batch.closings.values())),
        (shipment_state.TOPIC.name, store.put_ratings, list(batch.ratings.values())),
        (notice_outcomes.TOPIC.name, store.put_notices, list(batch.notices.values())),
        (shipment_state.TOPIC.name, store.put_remarks, list(batch.remarks.values())),
        (link_openings.TOPIC.name, store.put_openings, list(batch.openings.values())),
        (courier_positions.TOPIC.name, store.upsert_couriers, list(batch.couriers.values())),
    )
