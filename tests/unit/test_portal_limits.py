"""How often somebody may ask, by the clock in the test's hand."""

from __future__ import annotations

import pytest
from fastapi import Request

from services.portal.api.limits import Counts, Limiter
from services.portal.api.problems import Problem
from tests.unit.portal_kit import NOW


def from_(address: str) -> Request:
    return Request({"type": "http", "client": (address, 1234), "headers": []})


@pytest.fixture
def now() -> list[int]:
    return [NOW]


async def refused(limiter: Limiter, address: str) -> int:
    """Seconds to wait; 0: not refused."""
    try:
        await limiter.hit(from_(address))
    except Problem as problem:
        return int((problem.headers or {})["Retry-After"])
    return 0


async def test_a_window_begins_with_the_first_and_ends_when_it_says(now: list[int]) -> None:
    limiter = Limiter("3/5minute", lambda: now[0])
    assert [await refused(limiter, "10.0.0.1") for _ in range(4)] == [0, 0, 0, 300]
    assert await refused(limiter, "10.0.0.2") == 0
    now[0] += 200_500
    assert await refused(limiter, "10.0.0.1") == 100
    now[0] += 99_499
    assert await refused(limiter, "10.0.0.1") == 1
    now[0] += 1
    assert [await refused(limiter, "10.0.0.1") for _ in range(4)] == [0, 0, 0, 300]


async def test_asking_whether_one_may_counts_nothing(now: list[int]) -> None:
    limiter = Limiter("1/minute", lambda: now[0])
    for _ in range(3):
        await limiter.may(from_("10.0.0.1"))
    await limiter.hit(from_("10.0.0.1"))
    with pytest.raises(Problem) as told:
        await limiter.may(from_("10.0.0.1"))
    assert told.value.status == 429
    now[0] += 60_000
    await limiter.may(from_("10.0.0.1"))


async def test_a_subscriber_of_ipv6_is_counted_as_one(now: list[int]) -> None:
    limiter = Limiter("1/minute", lambda: now[0])
    told = [await refused(limiter, ip) for ip in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")]
    assert told == [0, 60, 0]


async def test_who_came_once_takes_no_memory_for_ever(now: list[int]) -> None:
    counts = Counts(lambda: now[0])
    for number in range(1_000):
        await counts.incr(f"a{number}", 60)
    now[0] += 60_000
    await counts.incr("b", 60)
    assert await counts.reset() == 1
    assert await counts.get("b") == 0
