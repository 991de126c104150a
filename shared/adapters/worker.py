"""Runs a worker: event loop, signals, and an exit status that the supervisor understands."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import uvloop
from mode import Service, Worker

from shared import logs
from shared.config import CommonSettings


def run(settings: CommonSettings, make: Callable[[], Awaitable[Service]]) -> None:
    """Run the service until SIGTERM or Ctrl-C; `make` builds its adapters inside the loop."""
    logs.set_up(settings.part, settings.log_level, sample=settings.trace_sample)
    loop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    service = loop.run_until_complete(asyncio.ensure_future(make(), loop=loop))
    worker = Worker(service, loop=loop, override_logging=False, daemon=True)
    worker.execute_from_commandline()
