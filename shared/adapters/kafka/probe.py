"""Whether Kafka answers, for readiness: one cheap question to a topic's leader, bounded."""

from __future__ import annotations

import asyncio

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from shared.adapters.kafka.connection import client_options
from shared.config import CommonSettings
from shared.contracts.topic import Topic


class KafkaProbe:
    """Asks for the end of a topic's first partition."""

    def __init__(self, settings: CommonSettings, topic: Topic) -> None:
        self._settings = settings
        self._tp = TopicPartition(settings.topic_prefix + topic.name, 0)
        self._consumer: AIOKafkaConsumer | None = None

    async def start(self) -> None:
        self._consumer = AIOKafkaConsumer(
            **client_options(self._settings), group_id=None, enable_auto_commit=False
        )
        await self._consumer.start()
        self._consumer.assign([self._tp])

    async def stop(self) -> None:
        if self._consumer is not None:
            await self._consumer.stop()

    async def answers(self, timeout_s: float = 1.0) -> bool:
        if self._consumer is None:
            return False
        try:
            async with asyncio.timeout(timeout_s):
                await self._consumer.end_offsets([self._tp])
        except (TimeoutError, KafkaError):
            return False
        return True
