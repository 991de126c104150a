"""Poison goes to the dead letter and the partition goes on; too much of it at once ends the worker."""

from __future__ import annotations

import time
from collections import deque

from shared import logs
from shared.adapters.watchdog import fatal
from shared.contracts.dead_letters import SUFFIX, DeadLetter
from shared.contracts.registry import TOPICS
from shared.ports.log import Log, Record

log = logs.get(__name__)

KEPT_CHARACTERS = 4096


class DeadLetters:
    """Puts messages aside. More than `cap` in `per_s` seconds is no poison but a fault of ours: exit."""

    def __init__(self, log_: Log, where: str, cap: int = 500, per_s: float = 60.0) -> None:
        self._log, self._where, self._cap, self._per_s = log_, where, cap, per_s
        self._seen: deque[float] = deque()

    async def put(self, record: Record, reason: str, detail: str) -> None:
        """Write the record to its topic's dead letters. Personal topics keep no value there."""
        now = time.monotonic()
        self._seen.append(now)
        while self._seen and self._seen[0] < now - self._per_s:
            self._seen.popleft()
        if len(self._seen) > self._cap:
            fatal("too many dead letters", cap=self._cap, where=self._where)
        of = TOPICS[record.topic]
        letter_topic = TOPICS[of.name + SUFFIX]
        text = "" if of.personal or record.value is None else record.value.decode(errors="replace")
        id = f"{record.topic}:{record.partition}:{record.offset}"
        log.warning("dead_letter", topic=of.name, at=id, reason=reason, detail=detail)
        await self._log.append(
            letter_topic,
            record.key,
            DeadLetter(
                id=id,
                reason=reason,
                detail=detail,
                where=self._where,
                first_seen_ms=record.timestamp_ms,
                last_seen_ms=time.time_ns() // 1_000_000,
                topic=of.name,
                value=text[:KEPT_CHARACTERS],
                key=record.key,
                headers=dict(record.headers),
                partition=record.partition,
                offset=record.offset,
            ),
            id=id,
            partition=0,
            timeout_s=10,
        )
