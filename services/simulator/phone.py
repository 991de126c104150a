"""A courier's phone: sends what it has read, when it has it, and keeps what was not taken."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain

import httpx

from services.simulator.client import Client
from services.simulator.core.faults import Delivery
from services.simulator.core.gps import Fix
from services.simulator.core.protocols import encode
from shared import logs

log = logs.get(__name__)

MOST_AT_ONCE = 100
_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Clock:
    """Seconds of a drive as epoch seconds: the drive began at `started_s` and runs `speed` times as fast."""

    started_s: float
    speed: float = 1.0

    def epoch_s(self, drive_s: float) -> float:
        """When a second of the drive is."""
        return self.started_s + drive_s / self.speed

    def drive_s(self, epoch_s: float) -> float:
        """The second of the drive that is at an epoch second."""
        return (epoch_s - self.started_s) * self.speed

    def of(self, fix: Fix) -> Fix:
        """A reading of the drive's seconds in epoch seconds, as fast as the clock runs."""
        speed = None if fix.speed_mps is None else round(fix.speed_mps * self.speed, 2)
        return replace(fix, at_s=self.epoch_s(fix.at_s), speed_mps=speed)


@dataclass(slots=True)
class Phone:
    """One phone, its protocol and its secret; `answers` counts the statuses that it was answered."""

    device: str
    secret: str
    protocol: str
    client: Client
    answers: Counter[int] = field(default_factory=Counter)

    async def play(self, deliveries: Iterable[Delivery], clock: Clock) -> None:
        """Send the deliveries (in drive seconds) when they are due, oldest first, until there are no more."""
        source = iter(deliveries)
        for first in source:
            due_s = clock.epoch_s(first.send_s)
            await asyncio.sleep(max(0.0, due_s - time.time()))
            batch, source = _due(first, source, clock)
            await self._send([clock.of(delivery.fix) for delivery in batch])

    async def _send(self, fixes: list[Fix]) -> None:
        for request in encode(self.protocol, self.device, self.secret, fixes):
            wait = _FIRST_WAIT_S
            while True:
                try:
                    status = await self.client.post_positions(request)
                except httpx.TransportError:
                    status = 0
                self.answers[status] += 1
                if status and status < 500 and status != 429:
                    break
                # Like the apps: nothing newer goes out before this has been taken.
                await asyncio.sleep(wait)
                wait = min(_LONGEST_WAIT_S, wait * 2)
            if status >= 400:
                log.warning("simulator.position_refused", device=self.device, status=status)


def _due(
    first: Delivery, source: Iterator[Delivery], clock: Clock
) -> tuple[list[Delivery], Iterator[Delivery]]:
    """The deliveries that are due together with the first (a backlog), and the source of the rest."""
    now_s = clock.drive_s(time.time())
    batch = [first]
    for delivery in source:
        if delivery.send_s > now_s or len(batch) >= MOST_AT_ONCE:
            return batch, chain([delivery], source)
        batch.append(delivery)
    return batch, iter(())
