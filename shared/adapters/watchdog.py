"""Exit rather than limp: a thread that ends the process when it hangs, and a fence for clocks that jump.

The thread is outside the event loop, so that a loop that hangs cannot keep it from noticing. The supervisor
starts the process again; what was not committed is read again."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time

from shared import logs

log = logs.get(__name__)

EXIT_STUCK = 70
TICK_S = 0.5
UNHEARD_MS = 5_000
"""A partition whose brokers have not said for so long that nothing newer is there has work waiting."""


def fatal(reason: str, **facts: object) -> None:
    """Say why and end the process at once, without clean-up: what a frozen worker would still write on its
    way out is what must not be written."""
    log.critical("exit", reason=reason, **facts)
    sys.stderr.flush()
    os._exit(EXIT_STUCK)


class ClockFence:
    """Notices that this process was frozen (or the machine slept): more time has gone by between two looks
    than a group member may stay away."""

    def __init__(self, session_timeout_s: float) -> None:
        self._most_s = 0.8 * session_timeout_s
        self._last: float | None = None

    @staticmethod
    def _now() -> float:
        """Seconds that go on while the process or the machine sleeps."""
        return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.time()

    def jumped_s(self) -> float:
        """Seconds since the last look, if that was too long; else 0. The first look begins."""
        now = self._now()
        gap, self._last = now - (self._last or now), now
        return gap if gap > self._most_s else 0.0

    def check(self) -> None:
        """End the process if it was frozen. Called by a ticker and before each batch."""
        if (gap := self.jumped_s()) > 0:
            fatal("frozen", gap_s=round(gap, 1))


class Watchdog:
    """Ends the process when the event loop is blocked, or there is work and no progress, for `patience_s`.

    `progress()` says that something was done; `waiting(True)` that there is something to do, or that nobody
    has said for a while (`UNHEARD_MS`) that there is not. Reading up and catching up call `progress` too."""

    def __init__(self, patience_s: float = 30.0) -> None:
        self._patience_s = patience_s
        self._beat = self._progress = time.monotonic()
        self._work_since: float | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()

    def progress(self) -> None:
        self._progress = time.monotonic()

    def waiting(self, work: bool) -> None:
        if not work:
            self._work_since = None
        elif self._work_since is None:
            self._work_since = time.monotonic()

    async def tick(self, fence: ClockFence) -> None:
        """Run for ever beside the work: shows that the loop turns and looks at the clock."""
        while True:
            self._beat = time.monotonic()
            fence.check()
            await asyncio.sleep(TICK_S)

    def _watch(self) -> None:
        while not self._stopped.wait(1.0):
            now = time.monotonic()
            if now - self._beat > self._patience_s:
                fatal("event loop blocked", for_s=round(now - self._beat, 1))
            since = self._work_since
            if since is not None and now - max(since, self._progress) > self._patience_s:
                fatal("no progress", for_s=round(now - max(since, self._progress), 1))
