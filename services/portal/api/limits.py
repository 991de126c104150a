"""How often an address may ask, in this process."""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Callable

from fastapi import Request
from limits import parse
from limits.aio.storage import Storage
from limits.aio.strategies import FixedWindowRateLimiter

from services.portal.api.problems import Problem

SWEEP_S = 60.0


class Counts(Storage):
    """What the `limits` library counts, in this process and by a clock that is handed in; its own storage in
    memory looks at the machine's."""

    STORAGE_SCHEME = None

    def __init__(self, now_ms: Callable[[], int]) -> None:
        super().__init__()
        self._now_ms = now_ms
        self._found: dict[str, tuple[int, float]] = {}
        self._swept_s = self._now_s()

    def _now_s(self) -> float:
        return self._now_ms() / 1000

    def _of(self, key: str) -> tuple[int, float]:
        """How many, and when they are forgotten."""
        count, until_s = self._found.get(key, (0, 0.0))
        return (count, until_s) if until_s > self._now_s() else (0, self._now_s())

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        self._sweep()
        count, until_s = self._of(key)
        self._found[key] = (count + amount, until_s if count else self._now_s() + expiry)
        return count + amount

    async def get(self, key: str) -> int:
        return self._of(key)[0]

    async def get_expiry(self, key: str) -> float:
        return self._of(key)[1]

    async def check(self) -> bool:
        return True

    async def reset(self) -> int | None:
        count = len(self._found)
        self._found.clear()
        return count

    async def clear(self, key: str) -> None:
        self._found.pop(key, None)

    def _sweep(self) -> None:
        """Now and then forget what is over, so that addresses that come once take no memory for ever."""
        now_s = self._now_s()
        if not 0 <= now_s - self._swept_s < SWEEP_S:
            self._swept_s = now_s
            self._found = {key: found for key, found in self._found.items() if found[1] > now_s}


class Limiter:
    """A rate such as `240/minute`, by address. Several processes each count for themselves."""

    def __init__(self, rate: str, now_ms: Callable[[], int]) -> None:
        self._rate = parse(rate)
        self._now_ms = now_ms
        self._limiter = FixedWindowRateLimiter(Counts(now_ms))

    async def hit(self, request: Request, who: str | None = None) -> None:
        """Count one request, of the address unless told of whom.

        Raises:
            Problem: 429 with Retry-After, beyond the rate.
        """
        counted = who or _who(request)
        if not await self._limiter.hit(self._rate, counted):
            await self._refuse(counted)

    async def may(self, request: Request, who: str | None = None) -> None:
        """As `hit`, without counting: for what counts only when it goes wrong."""
        counted = who or _who(request)
        if not await self._limiter.test(self._rate, counted):
            await self._refuse(counted)

    async def _refuse(self, who: str) -> None:
        window = await self._limiter.get_window_stats(self._rate, who)
        wait_s = max(1, math.ceil(window.reset_time - self._now_ms() / 1000))
        raise Problem(
            429,
            "too_many_requests",
            f"Too many requests from here. Ask again in {wait_s} s.",
            headers={"Retry-After": str(wait_s)},
        )


def _who(request: Request) -> str:
    """The address; of IPv6 the /64, which one subscriber has whole."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return host
