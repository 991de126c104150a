"""The record of what happened: append to topics, read a compacted topic whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from shared.contracts.topic import Topic


class LogUnavailable(Exception):
    """The log did not acknowledge in time. Whether the record was written is unknown: append it again under
    the same id."""


@dataclass(frozen=True, slots=True)
class Appended:
    """Where a record was written."""

    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Record:
    """One record as read: raw value and headers (text)."""

    topic: str
    partition: int
    offset: int
    key: str | None
    value: bytes | None
    timestamp_ms: int
    headers: Mapping[str, str] = field(default_factory=dict)


class Log(Protocol):
    """Appends records, acknowledged by all replicas."""

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
        """Append one record and wait for the acknowledgement.

        `value` None is a tombstone; `encoded` are its bytes where the caller has them already; `id` becomes
        the CloudEvents id. The partition follows from the key (murmur2), or from the topic's
        `partitioned_by` part of it, unless given.

        Raises:
            LogUnavailable: no acknowledgement within `timeout_s` seconds.
        """
        ...


class Table[T](Protocol):
    """A compacted topic, read whole into memory and followed."""

    @property
    def ready(self) -> bool:
        """Whether the topic has been read to the end it had when the table was started."""
        ...

    def get(self, key: str) -> T | None: ...

    def items(self) -> Iterator[tuple[str, T]]: ...

    def on_change(self, callback: Callable[[str, T | None], None]) -> None:
        """Call `callback(key, value)` for every record read from now on; value None: removed."""
        ...

    async def start(self) -> None:
        """Read the topic to its end, then follow it until `stop`."""
        ...

    async def stop(self) -> None: ...
