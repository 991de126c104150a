"""`History` over a `MemoryLog`, for tests."""

from __future__ import annotations

from shared.adapters.memory.log import MemoryLog
from shared.contracts.topic import Topic
from shared.ports.history import HistoryUnavailable, with_value
from shared.ports.log import Record


class MemoryHistory:
    """`available = False` makes every reading fail as an outage does."""

    def __init__(self, log: MemoryLog) -> None:
        self._log = log
        self.available = True

    async def read(self, topic: Topic, key: str, *, since_ms: int, timeout_s: float) -> list[Record]:
        if not self.available:
            raise HistoryUnavailable(f"{topic.name}: not read within {timeout_s} s")
        return [r for r in self._log.records(topic) if r.key == key and r.timestamp_ms >= since_ms]

    async def keys(self, topic: Topic, under: str, *, timeout_s: float) -> list[str]:
        if not self.available:
            raise HistoryUnavailable(f"{topic.name}: not read within {timeout_s} s")
        return with_value([r for r in self._log.records(topic) if (r.key or "").startswith(f"{under}/")])
