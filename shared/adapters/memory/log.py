"""`Log` and `Table` in memory, for tests: the same rules about partitions, order and ids."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

import msgspec

from shared.adapters.envelope import JSON_ENCODER, headers_of, partition_key
from shared.contracts.partition import partition_of
from shared.contracts.topic import Topic
from shared.ports.log import Appended, LogUnavailable, Record


class MemoryLog:
    """Keeps records by topic and partition. `available = False` makes every append fail as an outage does."""

    def __init__(self, source: str = "/dromos/memory", partitions: int = 6) -> None:
        self._source, self._partitions = source, partitions
        self._records: dict[tuple[str, int], list[Record]] = defaultdict(list)
        self._listeners: dict[str, list[Callable[[Record], None]]] = defaultdict(list)
        self.available = True

    def records(self, topic: Topic) -> list[Record]:
        """All records of a topic, partition by partition."""
        return [r for (name, _), rs in sorted(self._records.items()) if name == topic.name for r in rs]

    def listen(self, topic: Topic, callback: Callable[[Record], None]) -> None:
        self._listeners[topic.name].append(callback)

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
        if not self.available:
            raise LogUnavailable(f"{topic.name}: not acknowledged within {timeout_s} s")
        if partition is None:
            if key is None:
                raise ValueError(f"{topic.name}: a record without a key needs its partition")
            partition = partition_of(partition_key(topic, key), topic.partitions(self._partitions))
        records = self._records[topic.name, partition]
        record = Record(
            topic=topic.name,
            partition=partition,
            offset=len(records),
            key=key,
            value=encoded if encoded is not None else None if value is None else JSON_ENCODER.encode(value),
            timestamp_ms=time.time_ns() // 1_000_000,
            headers=headers_of(topic, value, id, self._source, headers),
        )
        records.append(record)
        for callback in self._listeners[topic.name]:
            callback(record)
        return Appended(partition, record.offset)


class MemoryTable[T: msgspec.Struct]:
    """A compacted topic read from a `MemoryLog`."""

    def __init__(self, log: MemoryLog, topic: Topic, kind: type[T]) -> None:
        self._log, self._topic = log, topic
        self._decoder = msgspec.json.Decoder(kind)
        self._values: dict[str, T] = {}
        self._callbacks: list[Callable[[str, T | None], None]] = []
        self.ready = False

    def get(self, key: str) -> T | None:
        return self._values.get(key)

    def items(self) -> Iterator[tuple[str, T]]:
        return iter(list(self._values.items()))

    def on_change(self, callback: Callable[[str, T | None], None]) -> None:
        self._callbacks.append(callback)

    async def start(self) -> None:
        for record in self._log.records(self._topic):
            self._take(record)
        self._log.listen(self._topic, self._take)
        self.ready = True

    async def stop(self) -> None:
        self.ready = False

    def _take(self, record: Record) -> None:
        key = record.key or ""
        value = None if record.value is None else self._decoder.decode(record.value)
        if value is None:
            self._values.pop(key, None)
        else:
            self._values[key] = value
        for callback in self._callbacks:
            callback(key, value)
