"""`python -m services.canary.main`: fly until SIGTERM, and say what became of each fix."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import time

import msgspec
import uvloop
from redis.exceptions import RedisError

from services.canary import core
from services.canary.config import Settings
from services.canary.flight import Flight, Lost
from services.canary.metrics import CanaryMetrics
from shared import logs
from shared.adapters.probes import Probes, Readiness
from shared.adapters.redis.connection import connect
from shared.contracts.views import keys
from shared.contracts.views.work import Canary

log = logs.get(__name__)

KEPT_S = 120
"""A word that is older is none: the canary itself is away then."""


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class CanaryCage:
    """Lets one fly after the other, and writes down what became of each fix."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._metrics = CanaryMetrics()
        self._readiness = Readiness(silent_s=settings.canary_every_s * 3)
        self._probes = Probes(settings.canary_port, self._readiness, self._metrics)
        self._redis = connect(settings.redis_url)

    async def run(self) -> None:
        """Until cancelled."""
        await self._probes.start()
        try:
            while True:
                try:
                    async with Flight(self._settings, _now_ms()) as flight:
                        await self._all_day(flight)
                except Lost as lost:
                    await self._say(Canary(at_ms=_now_ms(), detail=str(lost)))
                await asyncio.sleep(self._settings.canary_every_s)
        finally:
            await self._probes.stop()
            await self._redis.aclose()

    async def _all_day(self, flight: Flight) -> None:
        """Fix after fix; ends with the day.

        Raises:
            Lost: a fix did not come through; the next flight begins anew.
        """
        while flight.today == core.day(_now_ms()):
            at_ms = _now_ms()
            delay_ms = await flight.fly()
            await self._say(Canary(at_ms=at_ms, delay_ms=round(delay_ms, 1)))
            await asyncio.sleep(self._settings.canary_every_s)

    async def _say(self, word: Canary) -> None:
        if word.delay_ms is None:
            self._metrics.lost.inc()
            log.warning("canary.lost", detail=word.detail)
        else:
            self._metrics.delay.observe(word.delay_ms / 1000)
            self._metrics.last.set(word.at_ms / 1000)
        self._readiness.say(word.detail)
        key = keys.canary(self._settings.namespace)
        try:
            await self._redis.set(key, msgspec.json.encode(word), ex=KEPT_S)
        except (RedisError, OSError) as error:
            log.warning("canary.unheard", error=type(error).__name__)


async def serve(settings: Settings) -> None:
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await CanaryCage(settings).run()


def main() -> None:
    settings = Settings()
    logs.set_up(settings.part, settings.log_level, sample=settings.trace_sample)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # a line a request, with its address
    uvloop.run(serve(settings))


if __name__ == "__main__":
    main()
