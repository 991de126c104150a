"""`Log` on Kafka: idempotent producer, acks=all, an explicit bound on every append."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared.adapters.envelope import JSON_ENCODER, headers_of, partition_key
from shared.adapters.kafka.connection import client_options
from shared.config import CommonSettings
from shared.contracts.partition import partition_of
from shared.contracts.topic import Topic
from shared.ports.log import Appended, LogUnavailable

MAX_RECORD_BYTES = 1 << 20


class KafkaLog:
    """One producer a process. aiokafka's own time-outs do not bound an idempotent send to a dead cluster,
    so each append is bounded here; an unknown outcome is repeated under the same id by whoever asked."""

    def __init__(self, settings: CommonSettings, source: str) -> None:
        self._settings = settings
        self._source = source
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        self._producer = AIOKafkaProducer(
            **client_options(self._settings),
            enable_idempotence=True,
            acks="all",
            linger_ms=0,
            max_request_size=MAX_RECORD_BYTES + 65_536,
        )
        await self._producer.start()

    async def stop(self) -> None:
        if self._producer is not None:
            producer, self._producer = self._producer, None
            await producer.stop()

    async def __aenter__(self) -> KafkaLog:
        await self.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.stop()

    def _partition(self, topic: Topic, key: str | None, given: int | None) -> int:
        if given is not None:
            return given
        if key is None:
            raise ValueError(f"{topic.name}: a record without a key needs its partition")
        return partition_of(partition_key(topic, key), topic.partitions(self._settings.partitions))

    async def begin(
        self,
        topic: Topic,
        key: str | None,
        value: msgspec.Struct | None,
        *,
        id: str,
        headers: Mapping[str, str] | None = None,
        partition: int | None = None,
        encoded: bytes | None = None,
    ) -> asyncio.Future[Any]:
        """Hand a record to the producer; the future resolves to its metadata. Records of one partition keep
        the order in which they were handed over."""
        if self._producer is None:
            raise LogUnavailable("the log is not started")
        payload = encoded if encoded is not None else None if value is None else JSON_ENCODER.encode(value)
        future: asyncio.Future[Any] = await self._producer.send(
            self._settings.topic_prefix + topic.name,
            payload,
            key=None if key is None else key.encode(),
            partition=self._partition(topic, key, partition),
            headers=[
                (name, text.encode())
                for name, text in headers_of(topic, value, id, self._source, headers).items()
            ],
        )
        return future

    async def append(
        self,
        topic: Topic,
        key: str | None,
        value: msgspec.Struct | None,
        *,
        id: str,
        headers: Mapping[str, str] | None = None,
        partition: int | None = None,
        encoded: bytes | None = None,
        timeout_s: float = 2.0,
    ) -> Appended:
        try:
            async with asyncio.timeout(timeout_s):
                future = await self.begin(
                    topic, key, value, id=id, headers=headers, partition=partition, encoded=encoded
                )
                meta = await asyncio.shield(future)
        except (TimeoutError, KafkaError) as error:
            raise LogUnavailable(f"{topic.name}: not acknowledged within {timeout_s} s") from error
        return Appended(meta.partition, meta.offset)
