"""`Table` on Kafka: a compacted topic of one partition or many, read whole and followed, without a group."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord

from shared import logs
from shared.adapters.kafka.connection import client_options
from shared.config import CommonSettings
from shared.contracts.topic import Topic
from shared.ports.log import LogUnavailable

log = logs.get(__name__)
_RETRY_S = 1.0


class KafkaTable[T: msgspec.Struct]:
    """Holds the newest value of each key, or the newest that `holds` (given the value before, the one read
    and the names of its headers) lets stand. A record that cannot be read is logged and passed over; when the
    brokers are away the table keeps what it has and goes on by itself."""

    def __init__(
        self,
        settings: CommonSettings,
        topic: Topic,
        kind: type[T],
        holds: Callable[[T | None, T, Collection[str]], bool] | None = None,
    ) -> None:
        self._settings, self._topic, self._holds = settings, topic, holds
        self._decoder = msgspec.json.Decoder(kind)
        self._values: dict[str, T] = {}
        self._callbacks: list[Callable[[str, T | None], None]] = []
        self._consumer: AIOKafkaConsumer | None = None
        self._asks: AIOKafkaConsumer | None = None
        self._beginning = asyncio.Lock()
        self._following: asyncio.Task[None] | None = None
        self._ready = False
        self._moved = asyncio.Event()
        """Set, and another put in its place, whenever something may have been read."""

    @property
    def ready(self) -> bool:
        return self._ready

    def get(self, key: str) -> T | None:
        return self._values.get(key)

    def items(self) -> Iterator[tuple[str, T]]:
        return iter(list(self._values.items()))

    def on_change(self, callback: Callable[[str, T | None], None]) -> None:
        self._callbacks.append(callback)

    async def start(self) -> None:
        name = self._settings.topic_prefix + self._topic.name
        self._consumer = AIOKafkaConsumer(
            **client_options(self._settings),
            group_id=None,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            fetch_max_wait_ms=250,
        )
        await self._consumer.start()
        tps = [TopicPartition(name, p) for p in range(self._topic.partitions(self._settings.partitions))]
        self._consumer.assign(tps)
        await self._consumer.seek_to_beginning(*tps)
        ends = await self._consumer.end_offsets(tps)
        while await self._behind(ends):
            await self._read(200)
        self._ready = True
        self._following = asyncio.create_task(self._follow(), name=f"table {self._topic.name}")

    async def catch_up(self, within_s: float = 10.0) -> None:
        """Wait until all is read that the topic held when this was called: what was written before something
        else that has been read is then known.

        Raises:
            LogUnavailable: the brokers do not say within `within_s` seconds.
        """
        assert self._consumer is not None
        try:
            async with asyncio.timeout(within_s):
                ends = await (await self._asking()).end_offsets(self._consumer.assignment())
                moved = self._moved  # taken before it is looked: what is read meanwhile sets this one
                while await self._behind(ends):
                    await moved.wait()
                    moved = self._moved
        except (KafkaError, TimeoutError) as error:
            raise LogUnavailable(f"{self._topic.name} can't be read to its end") from error

    async def _asking(self) -> AIOKafkaConsumer:
        """A connection of its own: on the one that follows a question waits behind a fetch that waits."""
        async with self._beginning:
            if self._asks is None:
                asks = AIOKafkaConsumer(**client_options(self._settings), group_id=None)
                try:
                    await asks.start()
                except BaseException:
                    await asks.stop()
                    raise
                self._asks = asks
        return self._asks

    async def _behind(self, ends: Mapping[TopicPartition, int]) -> bool:
        assert self._consumer is not None
        return any([await self._consumer.position(tp) < end for tp, end in ends.items()])

    async def stop(self) -> None:
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
        for consumer in (self._consumer, self._asks):
            if consumer is not None:
                await consumer.stop()

    async def _follow(self) -> None:
        while True:
            try:
                await self._read(1000)
            except KafkaError as error:
                log.warning("table.waiting", topic=self._topic.name, error=type(error).__name__)
                await asyncio.sleep(_RETRY_S)

    async def _read(self, timeout_ms: int) -> None:
        assert self._consumer is not None
        for records in (await self._consumer.getmany(timeout_ms=timeout_ms)).values():
            for record in records:
                self._take(record)
        self._moved.set()
        self._moved = asyncio.Event()

    def _take(self, record: ConsumerRecord) -> None:
        key = (record.key or b"").decode(errors="replace")
        value: T | None = None
        if record.value is not None:
            try:
                value = self._decoder.decode(record.value)
            except msgspec.MsgspecError as error:
                at = record.offset
                log.error("table.unreadable", topic=self._topic.name, offset=at, error=str(error))
                return
            headers = [name for name, _ in record.headers]
            if self._holds is not None and not self._holds(self._values.get(key), value, headers):
                return
        if value is None:
            self._values.pop(key, None)
        else:
            self._values[key] = value
        for callback in self._callbacks:
            callback(key, value)
