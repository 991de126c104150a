"""What is learned while estimators run: visits, kept and read back so that all learn the same, and errors of
windows as they were shown. Without PostgreSQL estimates go on by what was learned before."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Coroutine
from itertools import batched
from typing import Any

from services.estimator.core.calibration import Calibration, fold
from services.estimator.core.learned import Learned, Visit, learn
from services.estimator.store import Closed, Measured
from shared import logs
from shared.adapters.metrics import WorkerMetrics
from shared.adapters.postgres.database import DatabaseUnavailable
from shared.contracts.topic import DAY_MS, HOUR_MS, MINUTE_MS

log = logs.get(__name__)

READ_S = 5.0
CALIBRATE_S = 60.0
REMEMBERED_VISITS = 100_000
REMEMBERED_PROMISES = 20_000
KEPT_MS = 90 * DAY_MS
LATE_MS = 6 * HOUR_MS
"""An outcome may be heard of so long after it was, from a phone without network."""
SETTLED_MS = 2 * MINUTE_MS
"""Outcomes are taken up after so long, when corrections of a mistaken report have come."""
PENDING_MOST = 10_000
BITE = 500


class Learning:
    """`learned` and `calibration` are what estimates are made by; both are filled when it has started, as far
    as PostgreSQL answers: a new start tells nobody another window because it knows less."""

    def __init__(self, measured: Measured, metrics: WorkerMetrics) -> None:
        self._measured = measured
        self.learned, self.calibration = Learned(), Calibration()
        self._pending: list[Visit] = []
        self._read_to = -1
        self._taken: dict[Closed, int] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._visits = metrics.tally("visits", "Legs and hand-overs learned from, by courier's zone.", "zone")
        self._failed = metrics.tally("learning_failed", "What could not be learned, by error.", "error")

    async def start(self) -> None:
        await self._trying(self._read())
        await self._trying(self._fold())
        self._tasks = [
            asyncio.create_task(self._learn(), name="learn"),
            asyncio.create_task(self._calibrate(), name="calibrate"),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self._trying(self._keep())
        await self._measured.close()

    def noticed(self, visit: Visit) -> None:
        """A visit is over: it is kept, and learned from when it is read back."""
        self._pending.append(visit)
        del self._pending[:-PENDING_MOST]

    async def _trying(self, work: Coroutine[Any, Any, None]) -> None:
        """What goes wrong here is said and tried again: windows are told by what was learned before."""
        try:
            await work
        except DatabaseUnavailable as error:
            log.warning("estimator.database", error=str(error))
        except Exception as error:
            log.exception("learning.failed")
            self._failed.add(type(error).__name__)

    async def _learn(self) -> None:
        swept = 0.0
        while True:
            await self._trying(self._keep())
            await self._trying(self._read())
            if time.monotonic() - swept > HOUR_MS / 1000:
                swept = time.monotonic()
                await self._trying(self._measured.forget(_now_ms() - KEPT_MS))
            await asyncio.sleep(READ_S)

    async def _keep(self) -> None:
        while self._pending:
            bite, self._pending = self._pending[:BITE], self._pending[BITE:]
            try:
                await self._measured.put(bite)
            except BaseException:
                self._pending = [*bite, *self._pending][-PENDING_MOST:]
                raise

    async def _read(self) -> None:
        if self._read_to < 0:
            await self._measured.upgrade()  # PostgreSQL may have been away at the start
            self._read_to = await self._measured.newest(REMEMBERED_VISITS)
        while found := await self._measured.after(self._read_to, BITE):
            for id, visit in found:
                learn(self.learned, visit)
                self._visits.add(visit.zone)
                self._read_to = id
            await asyncio.sleep(0)  # between bites the loop belongs to others

    async def _calibrate(self) -> None:
        while True:
            await self._trying(self._fold())
            await asyncio.sleep(CALIBRATE_S)

    async def _fold(self) -> None:
        """Attempts that have ended since, the oldest first; one heard of hours later is still taken up."""
        newest_ms = max(self._taken.values(), default=0)
        now_ms = _now_ms()
        from_ms = newest_ms - LATE_MS if newest_ms else 0
        found = await self._measured.closed(from_ms, REMEMBERED_PROMISES, self._taken)
        new = [(key, ended_ms, rows) for key, ended_ms, rows in found if ended_ms <= now_ms - SETTLED_MS]
        if not new:
            return
        calibration = self.calibration
        for bite in batched(new, BITE):
            self._taken |= {key: ended_ms for key, ended_ms, _ in bite}  # once, whatever comes of it
            await asyncio.to_thread(fold, calibration, [rows for _, _, rows in bite])
        since_ms = max(self._taken.values()) - 2 * LATE_MS
        self._taken = {key: ended_ms for key, ended_ms in self._taken.items() if ended_ms >= since_ms}
        log.info("estimator.calibrated", attempts=len(new), closed=calibration.closed)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
