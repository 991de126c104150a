"""Reports of the promise ledger: read in bites, made beside the event loop, and kept for a minute."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from shared.adapters.postgres.database import Database
from shared.adapters.postgres.promises import Wanted, closed
from shared.domain.promise_report import LOOKS_MS, Account, Report

AT_ONCE = 2
"""A report of 50,000 attempts takes seconds: more of them at a time would be slower, not sooner."""
KEPT_S = 60.0
KEPT_MOST = 64


@dataclass
class Accounts:
    """Who asks for what another is just being answered waits for the same answer."""

    _kept: dict[Wanted, tuple[float, asyncio.Task[Report]]] = field(default_factory=dict)
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def report(self, database: Database, wanted: Wanted) -> Report:
        """Raises DatabaseUnavailable: PostgreSQL is away."""
        now_s = time.monotonic()
        self._kept = {
            key: (until_s, task)
            for key, (until_s, task) in list(self._kept.items())[-KEPT_MOST:]
            if until_s > now_s and not (task.done() and (task.cancelled() or task.exception()))
        }
        if wanted not in self._kept:
            task = asyncio.create_task(self._made(database, wanted), name="promise report")
            self._kept[wanted] = (now_s + KEPT_S, task)
        return await asyncio.shield(self._kept[wanted][1])

    async def _made(self, database: Database, wanted: Wanted) -> Report:
        async with self._room:
            account = Account()
            async for bite in closed(database, wanted, LOOKS_MS):
                await asyncio.to_thread(account.put, bite)
            return await asyncio.to_thread(account.report)
