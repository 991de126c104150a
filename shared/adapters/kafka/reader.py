"""Reads chosen partitions from chosen offsets, without a group: read up to the end, then follow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Literal

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from shared.adapters.kafka.connection import client_options
from shared.adapters.kafka.marks import Marks
from shared.config import CommonSettings
from shared.contracts.topic import Topic
from shared.ports.log import Record

Start = Literal["beginning"] | int
FETCH_WAIT_MS = 250


def to_record(raw: ConsumerRecord, prefix: str) -> Record:
    """aiokafka's record as ours, topic without its prefix."""
    return Record(
        topic=raw.topic.removeprefix(prefix),
        partition=raw.partition,
        offset=raw.offset,
        key=None if raw.key is None else raw.key.decode(errors="replace"),
        value=raw.value,
        timestamp_ms=raw.timestamp,
        headers={name: value.decode(errors="replace") for name, value in raw.headers},
    )


class Reader:
    """One consumer for all followed partitions of a process. `on_records` is called in the event loop with
    the records of one partition in order; it must not wait."""

    def __init__(
        self, settings: CommonSettings, on_records: Callable[[str, int, list[Record]], None]
    ) -> None:
        self._settings = settings
        self._on_records = on_records
        self._consumer = AIOKafkaConsumer(
            **client_options(settings),
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=FETCH_WAIT_MS,
            max_partition_fetch_bytes=4 << 20,
        )
        self._positions: dict[TopicPartition, int] = {}
        self._marks: Marks[TopicPartition] = Marks()
        self._changed = asyncio.Event()
        self._waiters: list[tuple[TopicPartition, int, asyncio.Future[None]]] = []

    async def start(self) -> None:
        await self._consumer.start()

    async def stop(self) -> None:
        await self._consumer.stop()

    def _tp(self, topic: Topic, partition: int) -> TopicPartition:
        return TopicPartition(self._settings.topic_prefix + topic.name, partition)

    async def read_up(self, topic: Topic, partition: int, start: Start = "beginning") -> int:
        """Read the partition from `start` to the end it has now and go on following it; returns that end."""
        tp = self._tp(topic, partition)
        begin = (await self._consumer.beginning_offsets([tp]))[tp]
        end = (await self._consumer.end_offsets([tp]))[tp]
        self._positions[tp] = begin if start == "beginning" else max(start, begin)
        self._marks.forget([tp])
        self._changed.set()
        await self.reached(topic, partition, end - 1)
        return int(end)

    async def offset_at(self, topic: Topic, partition: int, at_ms: int) -> int:
        """The first offset at or after a time (epoch ms), or the end."""
        tp = self._tp(topic, partition)
        found = (await self._consumer.offsets_for_times({tp: at_ms}))[tp]
        return int(found.offset if found else (await self._consumer.end_offsets([tp]))[tp])

    def drop(self, topic: Topic, partition: int) -> None:
        """Follow the partition no more."""
        if self._positions.pop(self._tp(topic, partition), None) is not None:
            self._changed.set()

    async def reached(self, topic: Topic, partition: int, offset: int) -> None:
        """Wait until the record at `offset` has been handed to `on_records`."""
        tp = self._tp(topic, partition)
        if self._positions.get(tp, -1) > offset:
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append((tp, offset, waiter))
        await waiter

    def read_ms(self, topic: Topic, partition: int) -> int | None:
        """Up to when (epoch ms) the partition has been handed over, as far as is known now."""
        tp = self._tp(topic, partition)
        if tp not in self._consumer.assignment():
            return None
        asked_ms, end = self._consumer.last_poll_timestamp(tp), self._consumer.highwater(tp)
        return self._marks.look(tp, end, asked_ms, self._positions.get(tp, -1))

    async def run(self) -> None:
        """Read for ever."""
        while True:
            if self._changed.is_set():
                self._changed.clear()
                self._consumer.assign(list(self._positions))
                for tp, offset in self._positions.items():
                    self._consumer.seek(tp, offset)
            if not self._positions:
                await self._changed.wait()
                continue
            fetched = await self._consumer.getmany(timeout_ms=FETCH_WAIT_MS)
            for tp, raws in fetched.items():
                if self._positions.get(tp) is None:
                    continue
                prefix = self._settings.topic_prefix
                self._on_records(
                    tp.topic.removeprefix(prefix), tp.partition, [to_record(raw, prefix) for raw in raws]
                )
                self._positions[tp] = raws[-1].offset + 1
            await self._settle()

    async def _settle(self) -> None:
        """Wake who waits for what has been read. Compaction and transactions leave gaps, so the consumer's
        own position counts where nothing was fetched."""
        if not self._waiters:
            return
        left = []
        for tp, offset, waiter in self._waiters:
            if waiter.done():
                continue
            at = self._positions.get(tp)
            if at is None:
                waiter.cancel()
                continue
            if at <= offset and tp in self._consumer.assignment() and not self._changed.is_set():
                self._positions[tp] = at = max(at, await self._consumer.position(tp))
            if at > offset:
                waiter.set_result(None)
            else:
                left.append((tp, offset, waiter))
        self._waiters = left
