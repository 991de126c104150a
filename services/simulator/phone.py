"""A courier's phone: sends what it has read, when it has it, and keeps what was not taken."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

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
        delivery = next(source, None)
        while delivery is not None:
            await asyncio.sleep(max(0.0, clock.epoch_s(delivery.send_s) - time.time()))
            # What is due together goes together: a backlog after a dead zone, or after the server was away.
            now_s = clock.drive_s(time.time())
            batch: list[Fix] = []
            while delivery is not None and len(batch) < MOST_AT_ONCE:
                if batch and delivery.send_s > now_s:
                    break
                batch.append(clock.of(delivery.fix))
                delivery = next(source, None)
            await self._send(batch)

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
