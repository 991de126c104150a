"""`python -m services.gateway.main`: one gateway process, or the parent of several on one port."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import uvloop

from services.gateway import processes
from services.gateway.config import GatewaySettings
from services.gateway.server import Gateway
from shared import logs
from shared.adapters.redis.views import RedisViews


async def run(settings: GatewaySettings) -> None:
    """One process, until it is told to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if settings.gateway_reuse_port:
        await processes.stop_with_parent(stop)
    views = RedisViews(settings)
    gateway = Gateway(settings, views)
    try:
        await gateway.start()
        await gateway.serve_until(stop)
    finally:
        await views.close()


def main() -> int:
    settings = GatewaySettings()  # type: ignore[call-arg]  # the environment has the ticket key
    logs.set_up(settings.part or "gateway", settings.log_level, sample=settings.trace_sample)
    if settings.gateway_processes > 1 and not settings.gateway_reuse_port:
        return processes.supervise(settings)
    try:
        uvloop.run(run(settings))
    except OSError as error:
        logs.get(__name__).error(
            "gateway.not_started",
            host=settings.gateway_host,
            port=settings.gateway_port,
            error=os.strerror(error.errno or 0),
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
