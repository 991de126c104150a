"""Dead letters: read, and sent again to the topic they came from."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import msgspec
from kafka import KafkaProducer
from kafka.errors import KafkaError

from shared.adapters.envelope import JSON_ENCODER, headers_of
from shared.adapters.kafka.connection import client_options
from shared.adapters.kafka.dead_letters import KEPT_CHARACTERS
from shared.adapters.kafka.deadline import BrokerAway, reach, within
from shared.adapters.kafka.tail import Tail
from shared.config import CommonSettings
from shared.contracts.dead_letters import SUFFIX, DeadLetter
from shared.contracts.registry import TOPICS
from shared.contracts.topic import Topic
from shared.ports.log import Record

_DECODER = msgspec.json.Decoder(DeadLetter)
SOURCE = "/dromos/cli"
LETTERS_PARTITION = 0
"""Topics of dead letters have one partition."""


class CannotRedrive(Exception):
    """The letter can't be sent again; the message says why."""


def letters(tail: Tail, topics: Iterable[Topic], since_ms: int | None = None) -> list[DeadLetter]:
    """The letters in these dead-letter topics, each as it was last written, oldest first."""
    newest: dict[tuple[str, str], DeadLetter] = {}
    for record in tail.read(topics, since_ms=since_ms):
        if record.value is None:
            continue
        try:
            letter = _DECODER.decode(record.value)
        except msgspec.DecodeError:
            continue
        before = newest.get((letter.topic, letter.id))
        if before is None or letter.redriven >= before.redriven:
            newest[letter.topic, letter.id] = letter
    return sorted(newest.values(), key=lambda found: (found.last_seen_ms, found.id))


class Redriver:
    """Sends letters again: the record as it lies in its topic, or as the letter kept it."""

    def __init__(self, settings: CommonSettings, tail: Tail, timeout_s: float = 10.0) -> None:
        self._settings, self._tail, self._timeout_s = settings, tail, timeout_s
        reach(settings.kafka_bootstrap, timeout_s)
        self._producer: Any = self._ask(
            "connect",
            lambda: KafkaProducer(
                **client_options(settings),
                acks="all",
                enable_idempotence=True,
                bootstrap_timeout_ms=int(timeout_s * 1000),
            ),
        )

    def close(self) -> None:
        within(self._timeout_s, "close", lambda: self._producer.close(timeout=self._timeout_s))

    def redrive(self, letter: DeadLetter) -> tuple[int, int]:
        """Append the record again, to the partition it was in, then the letter with one more in `redriven`.
        Returns partition and offset. The record keeps its CloudEvents id: what was done is not done twice.

        Raises:
            CannotRedrive: it never was in the topic, or not all of it was kept.
            BrokerAway: not acknowledged in time; whether it was written is unknown.
        """
        record = self._original(letter)
        topic = TOPICS[letter.topic]
        written = self._append(
            topic, record.key, record.value, record.partition, dict(record.headers.items())
        )
        again = msgspec.structs.replace(
            letter, redriven=letter.redriven + 1, last_seen_ms=time.time_ns() // 1_000_000
        )
        beside = TOPICS[letter.topic + SUFFIX]
        headers = headers_of(beside, again, letter.id, SOURCE, None)
        self._append(beside, letter.key, JSON_ENCODER.encode(again), LETTERS_PARTITION, headers)
        return written

    def _original(self, letter: DeadLetter) -> Record:
        topic = TOPICS.get(letter.topic)
        if topic is None:
            raise CannotRedrive(f"there is no topic {letter.topic} any more")
        if letter.partition is None or letter.offset is None:
            raise CannotRedrive(
                f"{letter.where} parked it before it reached the topic: the phone has to send it again, or"
                " you post its value to ingest as the phone did"
            )
        found = self._tail.at(topic, letter.partition, letter.offset)
        if found is not None:
            return found
        if topic.personal or len(letter.value) >= KEPT_CHARACTERS:
            raise CannotRedrive(
                "the topic holds it no more, and the letter does not hold all of it:"
                f" {'personal data is not kept in letters' if topic.personal else 'it is too long'}"
            )
        return Record(
            topic=letter.topic,
            partition=letter.partition,
            offset=letter.offset,
            key=letter.key,
            value=letter.value.encode(),
            timestamp_ms=letter.first_seen_ms,
            headers=letter.headers,
        )

    def _append(
        self, topic: Topic, key: str | None, value: bytes | None, partition: int, headers: dict[str, str]
    ) -> tuple[int, int]:
        future = self._ask(
            "send",
            lambda: self._producer.send(
                self._settings.topic_prefix + topic.name,
                value,
                key=None if key is None else key.encode(),
                partition=partition,
                headers=[(name, text.encode()) for name, text in headers.items()],
            ),
        )
        meta = self._ask("acknowledgement", lambda: future.get(timeout=self._timeout_s))
        return meta.partition, meta.offset

    def _ask(self, what: str, call: Any) -> Any:
        try:
            return within(self._timeout_s + 1, what, call)
        except KafkaError as error:
            raise BrokerAway(f"{what}: {type(error).__name__}") from error
