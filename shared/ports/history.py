"""Reading back one key's records, or which keys there are, on demand."""

from __future__ import annotations

from typing import Protocol

from shared.contracts.topic import Topic
from shared.ports.log import Record


class HistoryUnavailable(Exception):
    """The records could not be read to the end in time."""


def with_value(records: list[Record]) -> list[str]:
    """The keys whose newest record is not a tombstone."""
    newest = {record.key: record.value for record in records}
    return [key for key, value in newest.items() if key is not None and value is not None]


class History(Protocol):
    """Reads a topic's records of one key, or of the keys under one."""

    async def read(self, topic: Topic, key: str, *, since_ms: int, timeout_s: float) -> list[Record]:
        """All records of `key` written since `since_ms` (epoch ms, the broker's or producer's time), in the
        order of the log, up to the end that the partition has now.

        Raises:
            HistoryUnavailable: not read to that end within `timeout_s` seconds.
        """
        ...

    async def keys(self, topic: Topic, under: str, *, timeout_s: float) -> list[str]:
        """The keys `under/...` of a compacted topic that hold a value, in the order in which they came.

        Raises:
            HistoryUnavailable: not read to the end within `timeout_s` seconds.
        """
        ...
