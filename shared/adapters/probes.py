"""A worker's HTTP, for its own machine alone: /healthz, /readyz and /metrics, as the services' have them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from shared import logs

if TYPE_CHECKING:
    from aiohttp import web

log = logs.get(__name__)

LOOPBACK = "127.0.0.1"
SILENT_S = 5.0
"""A worker reports on itself twice a second; what it said so long ago is no longer so."""


class Readiness:
    """Whether a worker can do its work: what it said of itself last, unless that is too long ago."""

    def __init__(self, silent_s: float = SILENT_S) -> None:
        self._why, self._at_s, self._silent_s = "starting", time.monotonic(), silent_s

    def say(self, why: str) -> None:
        """Say why not; empty: it can."""
        self._why, self._at_s = why, time.monotonic()

    def why(self) -> str:
        """Why it can't; empty: it can."""
        silent_s = time.monotonic() - self._at_s
        return f"no word of itself for {silent_s:.0f} s" if silent_s > self._silent_s else self._why


class Metrics(Protocol):
    """What a worker counts."""

    @property
    def registry(self) -> CollectorRegistry: ...

    @property
    def ready(self) -> Gauge: ...


class Probes:
    """Answers on a loopback port, on the loop that works: one that is blocked is mute. Port 0: off."""

    def __init__(self, port: int, readiness: Readiness, metrics: Metrics) -> None:
        self._port, self._readiness, self._metrics = port, readiness, metrics
        metrics.ready.set_function(lambda: float(not readiness.why()))
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: the port is taken.
        """
        if not self._port:
            return
        from aiohttp import web

        app = web.Application()
        app.router.add_get("/healthz", self._health)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/metrics", self._exposition)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, LOOPBACK, self._port).start()
        log.info("probes.listening", port=self._port)

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _health(self, _: web.Request) -> web.Response:
        from aiohttp import web

        return web.Response(text="ok\n")

    async def _ready(self, _: web.Request) -> web.Response:
        from aiohttp import web

        why = self._readiness.why()
        return web.Response(text=f"{why or 'ready'}\n", status=503 if why else 200)

    async def _exposition(self, _: web.Request) -> web.Response:
        from aiohttp import web

        body = generate_latest(self._metrics.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})
