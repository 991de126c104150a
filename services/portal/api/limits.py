"""How often an address may ask, in this process."""

from __future__ import annotations

import ipaddress
import math
import time

from fastapi import Request
from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter

from services.portal.api.problems import Problem


class Limiter:
    """A rate such as `240/minute`, by address. Several processes each count for themselves."""

    def __init__(self, rate: str) -> None:
        self._rate = parse(rate)
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    async def hit(self, request: Request) -> None:
        """Count one request.

        Raises:
            Problem: 429 with Retry-After, beyond the rate.
        """
        if not await self._limiter.hit(self._rate, _who(request)):
            await self._refuse(request)

    async def _refuse(self, request: Request) -> None:
        window = await self._limiter.get_window_stats(self._rate, _who(request))
        wait_s = max(1, math.ceil(window.reset_time - time.time()))
        raise Problem(
            429,
            "too_many_requests",
            f"Too many requests from this address. Ask again in {wait_s} s.",
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
