"""Who takes imports up goes on, whatever one of them is like."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from services.portal.importing import worker


class Unreadable:
    """Imports of which one was written by another version."""

    def __init__(self) -> None:
        self.claimed = 0
        self.again = asyncio.Event()

    async def claim(self, _worker: str) -> None:
        self.claimed += 1
        if self.claimed <= worker.AT_ONCE:
            raise msgspec.ValidationError("no such state")
        self.again.set()

    async def purge(self, _now_ms: int) -> int:
        return 0


async def test_an_import_that_cannot_be_read_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "AWAY_S", 0.01)
    imports = Unreadable()
    portal: Any = SimpleNamespace(
        imports=imports, read_up=True, imports_wake=asyncio.Event(), now_ms=lambda: 1_795_168_800_000
    )
    working = asyncio.create_task(worker.work_for_ever(portal))
    try:
        async with asyncio.timeout(5):
            await imports.again.wait()
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
