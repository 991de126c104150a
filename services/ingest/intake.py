"""What every way into ingest shares: the log, who may post, bounds, counters."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from services.ingest.config import IngestSettings
from services.ingest.core.rate import RateLimit
from services.ingest.core.records import Entry
from services.ingest.metrics import Metrics
from services.ingest.problems import Problem, too_many, unavailable
from shared import logs
from shared.contracts.devices import Device
from shared.contracts.merchants import Merchant
from shared.domain.keyrings import DeviceKeys, MerchantKeys
from shared.ports.log import Log, LogUnavailable, Table
from shared.ports.views import Views

log = logs.get(__name__)


def wall_ms() -> int:
    return time.time_ns() // 1_000_000


class Throttle:
    """Lets one log line per kind pass every `every_s` seconds: phones repeat what failed, and so would we."""

    def __init__(self, every_s: float = 10.0) -> None:
        self._every_s = every_s
        self._last_s: dict[str, float] = {}

    def due(self, kind: str) -> bool:
        now = time.monotonic()
        if now - self._last_s.get(kind, float("-inf")) < self._every_s:
            return False
        self._last_s[kind] = now
        return True


class Intake:
    """Built once by `main`; the ports are started by whoever built them, the tables after this object, which
    hears every record of theirs."""

    def __init__(
        self,
        settings: IngestSettings,
        log: Log,
        devices: Table[Device],
        merchants: Table[Merchant],
        views: Views,
        *,
        now_ms: Callable[[], int] = wall_ms,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings, self.log, self.views = settings, log, views
        self.now_ms, self._monotonic_s = now_ms, monotonic_s
        self.metrics = Metrics()
        self.throttle = Throttle()
        self.device_keys, self.merchant_keys = DeviceKeys(), MerchantKeys()
        self._tables: tuple[Table[Device], Table[Merchant]] = (devices, merchants)
        for name, device in devices.items():
            self.device_keys.put(name, device)
        for name, merchant in merchants.items():
            self.merchant_keys.put(name, merchant)
        devices.on_change(self.device_keys.put)
        merchants.on_change(self.merchant_keys.put)
        self._requests = RateLimit(settings.ingest_rate_per_s, settings.ingest_rate_burst)
        self._points = RateLimit(settings.ingest_points_per_s, settings.ingest_points_burst)
        self._merchants = RateLimit(settings.ingest_merchant_rate_per_s, settings.ingest_merchant_burst)
        self._in_flight = 0
        self.metrics.in_flight.set_function(lambda: self._in_flight)

    @property
    def read_up(self) -> bool:
        """Whether it is known who may post. Before, a good secret would look like a wrong one."""
        devices, merchants = self._tables
        return devices.ready and merchants.ready

    def check_read_up(self) -> None:
        if not self.read_up:
            raise unavailable("Starting: the devices are still being read. Send it again.")

    def limit_device(self, device: str, amount: int | None = None) -> None:
        """Count a request of a device, or `amount` readings. Raises Problem 429."""
        limit = self._requests if amount is None else self._points
        wait_s = limit.take(device, self._monotonic_s(), amount or 1)
        if wait_s > 0:
            raise too_many(wait_s)

    def limit_merchant(self, merchant: str) -> None:
        wait_s = self._merchants.take(merchant, self._monotonic_s())
        if wait_s > 0:
            raise too_many(wait_s)

    def take_places(self, amount: int = 1) -> None:
        """Hold `amount` places while something is read or appended; give them back with `leave`.

        Raises:
            Problem: 503 when there are none.
        """
        if self._in_flight and self._in_flight + amount > self.settings.ingest_in_flight:
            raise unavailable("Too much is waiting to be written down. Send it again.", retry_after_s=1)
        self._in_flight += amount

    def leave(self, amount: int = 1) -> None:
        self._in_flight -= amount

    async def append(self, courier: str, entries: Sequence[Entry]) -> None:
        """Append all and return once all are acknowledged. Raises Problem 503 when one is not in time."""
        began = time.perf_counter()
        timeout_s = self.settings.ingest_ack_timeout_s
        try:
            if len(entries) == 1:
                await self._append_one(courier, entries[0], timeout_s)
            else:
                done = await asyncio.gather(
                    *(self._append_one(courier, entry, timeout_s) for entry in entries),
                    return_exceptions=True,
                )
                for error in done:
                    if error is not None:
                        raise error
        except LogUnavailable as error:
            raise self.not_acknowledged() from error
        self.metrics.append.observe(time.perf_counter() - began)

    async def _append_one(self, courier: str, entry: Entry, timeout_s: float) -> None:
        await self.log.append(
            entry.topic,
            courier,
            entry.value,
            id=entry.id,
            headers=entry.headers,
            encoded=entry.encoded,
            timeout_s=timeout_s,
        )

    def not_acknowledged(self) -> Problem:
        if self.throttle.due("log"):
            log.warning("ingest.log_unavailable", waited_s=self.settings.ingest_ack_timeout_s)
        return unavailable("The log did not acknowledge in time. Keep it and send it again.")

    def knows_secret(self, text: str) -> bool:
        """Whether the text is a device's secret or a merchant's key."""
        return self.device_keys.knows(text) or self.merchant_keys.knows(text)
