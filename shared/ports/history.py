"""Reading back one key's records of the last hours, on demand."""

from __future__ import annotations

from typing import Protocol

from shared.contracts.topic import Topic
from shared.ports.log import Record


class HistoryUnavailable(Exception):
    """The records could not be read to the end in time."""


class History(Protocol):
    """Reads a topic's records of one key."""

    async def read(self, topic: Topic, key: str, *, since_ms: int, timeout_s: float) -> list[Record]:
        """All records of `key` written since `since_ms` (epoch ms, the broker's or producer's time), in the
        order of the log, up to the end that the partition has now.

        Raises:
            HistoryUnavailable: not read to that end within `timeout_s` seconds.
        """
        ...
