"""Waiting for what happens elsewhere: in a process, on a page, beside the test."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any


def eventually[T](what: str, look: Callable[[], T | None], within_s: float = 60.0) -> T:
    """Look until there is something; says what was missing when time is over."""
    end = time.monotonic() + within_s
    while True:
        if found := look():
            return found
        if time.monotonic() > end:
            raise AssertionError(f"within {within_s:.0f} s not seen: {what}")
        time.sleep(0.1)


async def until(what: str, is_so: Callable[[], Any], *, within_s: float = 60.0, pause_s: float = 0.02) -> Any:
    """`eventually`, the loop going on. `is_so` may ask for something to be awaited."""
    end = time.monotonic() + within_s
    while True:
        found = is_so()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"within {within_s:.0f} s not seen: {what}")
        await asyncio.sleep(pause_s)
