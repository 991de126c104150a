"""Reads topics for people: the last records, then what arrives; and single records by their offset."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from shared.adapters.envelope import partition_key
from shared.adapters.kafka.connection import client_options
from shared.adapters.kafka.deadline import BrokerAway, reach, within
from shared.config import CommonSettings
from shared.contracts.partition import partition_of
from shared.contracts.topic import Topic
from shared.ports.log import Record

POLL_MS = 250


class Tail:
    """One consumer without a group. Blocks; close it when done."""

    def __init__(self, settings: CommonSettings, timeout_s: float = 10.0) -> None:
        self._settings = settings
        self._timeout_s = timeout_s
        reach(settings.kafka_bootstrap, timeout_s)
        try:
            self._consumer: Any = within(
                timeout_s,
                "connect",
                lambda: KafkaConsumer(
                    **client_options(settings),
                    group_id=None,
                    enable_auto_commit=False,
                    auto_offset_reset="earliest",
                    fetch_max_wait_ms=100,
                    bootstrap_timeout_ms=int(timeout_s * 1000),
                ),
            )
        except (KafkaError, BrokerAway, OSError) as error:
            raise BrokerAway(f"no Kafka at {settings.kafka_bootstrap}") from error

    def close(self) -> None:
        within(self._timeout_s, "close", self._consumer.close)

    def read(
        self,
        topics: Iterable[Topic],
        *,
        last: int | None = None,
        since_ms: int | None = None,
        follow: bool = False,
        stop_after_s: float | None = None,
        keys: Collection[str] | None = None,
    ) -> Iterator[Record]:
        """The `last` records of each partition (None: all), or those since a time (epoch ms), oldest first
        within a poll; with `follow` then what arrives, for ever or for `stop_after_s` seconds. `keys` (of
        `shipment/version` the shipment) leaves out all others, and the partitions where they can't be.

        Raises:
            BrokerAway: no answer in time.
        """
        partitions = [tp for topic in topics for tp in self._partitions(topic, keys)]
        if not partitions:
            return
        ends = self._ask("end offsets", lambda: self._consumer.end_offsets(partitions))
        starts = self._starts(partitions, ends, last, since_ms)
        self._consumer.assign(partitions)
        for tp in partitions:
            self._consumer.seek(tp, starts[tp])
        left = {tp for tp in partitions if starts[tp] < ends[tp]}
        stop = None if stop_after_s is None else time.monotonic() + stop_after_s
        heard = time.monotonic()
        while (follow or left) and (stop is None or time.monotonic() < stop):
            fetched = self._ask("read", lambda: self._consumer.poll(timeout_ms=POLL_MS))
            records = [self._record(raw) for raws in fetched.values() for raw in raws]
            yield from sorted(
                (r for r in records if keys is None or (r.key or "").split("/", 1)[0] in keys),
                key=lambda r: (r.timestamp_ms, r.topic, r.partition, r.offset),
            )
            if left:  # compaction leaves gaps: the consumer's position counts, not the last offset seen
                now = time.monotonic()
                done = {tp for tp in left if self._consumer.position(tp) >= ends[tp]}
                if done or records:
                    heard = now
                left -= done
                if now - heard > self._timeout_s:
                    raise BrokerAway(f"Kafka sent nothing for {self._timeout_s:g} s")

    def at(self, topic: Topic, partition: int, offset: int, *, exact: bool = True) -> Record | None:
        """The record at an offset, or without `exact` the first from there on; None if there is none."""
        tp = TopicPartition(self._settings.topic_prefix + topic.name, partition)
        first = self._ask("first offset", lambda: self._consumer.beginning_offsets([tp]))[tp]
        end = self._ask("end offset", lambda: self._consumer.end_offsets([tp]))[tp]
        if exact and not first <= offset < end:
            return None
        offset = max(first, offset)
        if offset >= end:
            return None
        self._consumer.assign([tp])
        self._consumer.seek(tp, offset)
        deadline = time.monotonic() + self._timeout_s
        while time.monotonic() < deadline:
            for raws in self._ask(
                "read", lambda: self._consumer.poll(timeout_ms=POLL_MS, max_records=1)
            ).values():
                return self._record(raws[0]) if not exact or raws[0].offset == offset else None
            if self._consumer.position(tp) >= end:
                return None
        raise BrokerAway(f"Kafka sent nothing for {self._timeout_s:g} s")

    def _partitions(self, topic: Topic, keys: Collection[str] | None = None) -> Sequence[TopicPartition]:
        name = self._settings.topic_prefix + topic.name
        found = self._ask("partitions", lambda: self._consumer.partitions_for_topic(name)) or set()
        if keys is not None:
            found = {partition_of(partition_key(topic, key), len(found)) for key in keys} & set(found)
        return [TopicPartition(name, p) for p in sorted(found)]

    def _starts(
        self,
        partitions: Sequence[TopicPartition],
        ends: dict[TopicPartition, int],
        last: int | None,
        since_ms: int | None,
    ) -> dict[TopicPartition, int]:
        first = self._ask("first offsets", lambda: self._consumer.beginning_offsets(partitions))
        if since_ms is not None:
            asked = dict.fromkeys(partitions, since_ms)
            found = self._ask("offsets of a time", lambda: self._consumer.offsets_for_times(asked))
            return {tp: found[tp].offset if found.get(tp) else ends[tp] for tp in partitions}
        return {tp: first[tp] if last is None else max(first[tp], ends[tp] - last) for tp in partitions}

    def _record(self, raw: Any) -> Record:
        return Record(
            topic=raw.topic.removeprefix(self._settings.topic_prefix),
            partition=raw.partition,
            offset=raw.offset,
            key=None if raw.key is None else raw.key.decode(errors="replace"),
            value=raw.value,
            timestamp_ms=raw.timestamp,
            headers={name: value.decode(errors="replace") for name, value in raw.headers},
        )

    def _ask(self, what: str, call: Any) -> Any:
        try:
            return within(self._timeout_s, what, call)
        except KafkaError as error:
            raise BrokerAway(f"{what}: {type(error).__name__}") from error


@contextmanager
def tailing(settings: CommonSettings, timeout_s: float = 10.0) -> Iterator[Tail]:
    """A `Tail` that is closed at the end of the block."""
    tail = Tail(settings, timeout_s)
    try:
        yield tail
    finally:
        tail.close()
