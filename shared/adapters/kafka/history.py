"""`History` on Kafka: a consumer for one reading, over the key's partition only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord

from shared.adapters.envelope import partition_key
from shared.adapters.kafka.connection import client_options
from shared.config import CommonSettings
from shared.contracts.partition import partition_of
from shared.contracts.topic import Topic
from shared.ports.history import HistoryUnavailable, with_value
from shared.ports.log import Record

AT_ONCE = 2
"""Readings at a time in one process: each may pass over a day of a partition's records."""


class KafkaHistory:
    """Other keys of the partition are read past, so a reading costs what the partition holds since then."""

    def __init__(self, settings: CommonSettings) -> None:
        self._settings = settings
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def read(self, topic: Topic, key: str, *, since_ms: int, timeout_s: float) -> list[Record]:
        return await self._in_time(topic, key, since_ms, key.encode().__eq__, timeout_s)

    async def keys(self, topic: Topic, under: str, *, timeout_s: float) -> list[str]:
        prefix = f"{under}/".encode()
        found = await self._in_time(topic, under, 0, lambda key: key.startswith(prefix), timeout_s)
        return with_value(found)

    async def _in_time(
        self, topic: Topic, key: str, since_ms: int, wanted: Callable[[bytes], bool], timeout_s: float
    ) -> list[Record]:
        try:
            async with asyncio.timeout(timeout_s), self._slots:
                return await self._read(topic, key, since_ms, wanted)
        except (TimeoutError, KafkaError) as error:
            raise HistoryUnavailable(f"{topic.name}: not read within {timeout_s} s") from error

    async def _read(
        self, topic: Topic, key: str, since_ms: int, wanted: Callable[[bytes], bool]
    ) -> list[Record]:
        partition = partition_of(partition_key(topic, key), topic.partitions(self._settings.partitions))
        tp = TopicPartition(self._settings.topic_prefix + topic.name, partition)
        consumer = AIOKafkaConsumer(
            **client_options(self._settings),
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=100,
        )
        found = list[Record]()
        try:
            await consumer.start()
            consumer.assign([tp])
            end = (await consumer.end_offsets([tp]))[tp]
            start = (await consumer.offsets_for_times({tp: since_ms}))[tp]
            if start is None:
                return []
            consumer.seek(tp, start.offset)
            # A transaction's marker or a compacted tail has no record: the position tells the end.
            while await consumer.position(tp) < end:
                batches = await consumer.getmany(tp, timeout_ms=200, max_records=2_000)
                for record in batches.get(tp, ()):
                    if record.key is not None and wanted(record.key) and record.offset < end:
                        found.append(_record(topic, record))
        finally:
            # Also when the time is up: the connection must not outlive the reading.
            await asyncio.shield(consumer.stop())
        return found


def _record(topic: Topic, record: ConsumerRecord[bytes, bytes]) -> Record:
    return Record(
        topic=topic.name,
        partition=record.partition,
        offset=record.offset,
        key=record.key.decode() if record.key is not None else None,
        value=record.value,
        timestamp_ms=record.timestamp,
        headers={name: value.decode(errors="replace") for name, value in record.headers},
    )
