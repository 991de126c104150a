"""Ways asked of a router that answers, refuses or hangs; and servers that are no routers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import httpx
import pytest

from services.estimator.asking import AT_ONCE, Asking
from services.estimator.core.ways import Way, straight_s, way
from shared.adapters.memory.router import MemoryRouter
from shared.adapters.metrics import WorkerMetrics
from shared.adapters.router.remote import OsrmRouter, RemoteValhalla
from shared.geo import Coord
from shared.ports.router import Leg, Router, RouterError


class Odd(MemoryRouter):
    """Hangs, or refuses ways from one place."""

    def __init__(self, *, hangs: bool = False, refuses: Coord | None = None) -> None:
        super().__init__()
        self.hangs, self.refuses, self.asked = hangs, refuses, 0

    async def route(self, points: Sequence[Coord]) -> list[Leg]:
        self.asked += 1
        if self.hangs:
            await asyncio.Event().wait()
        if points[0] == self.refuses:
            raise RouterError("no")
        return await super().route(points)


def ways(count: int) -> list[Way]:
    return [way((23.7 + i / 1000, 37.9), (23.7, 37.95)) for i in range(count)]


def asking(router: Router | None) -> Asking:
    return Asking(router, WorkerMetrics("estimator").tally("routes", "", "result"), wait_s=0.2)


async def test_a_router_that_hangs_holds_windows_up_once_and_is_left_alone() -> None:
    router, gaps = Odd(hangs=True), ways(3 * AT_ONCE)
    asked = asking(router)
    await asyncio.wait_for(asked.ask(gaps), 30)
    assert router.asked == AT_ONCE, "the others were not asked for"
    await asked.ask(gaps)
    assert router.asked == AT_ONCE
    assert asked.ways.seconds(gaps[0]) == straight_s(gaps[0])


async def test_a_way_that_is_refused_costs_the_others_nothing_and_is_not_asked_at_every_look() -> None:
    gaps = ways(5)
    router = Odd(refuses=gaps[2].start)
    asked = asking(router)
    await asked.ask(gaps)
    assert [asked.ways.knows(gap) for gap in gaps] == [True, True, False, True, True]
    await asked.ask([gaps[2]])
    assert router.asked == 5


async def test_without_a_router_ways_are_as_the_crow_flies() -> None:
    asked, (gap,) = asking(None), ways(1)
    await asked.ask([gap])
    assert asked.ways.knows(gap)
    await asked.close()


@pytest.mark.parametrize("body", ['{"detail": "Not Found"}', "[]", '"no"', "<html>", "{}"])
async def test_a_server_that_is_no_router_is_a_router_that_fails(
    body: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(404, text=body))
    valhalla, osrm = RemoteValhalla("http://v"), OsrmRouter("http://o", transport=transport)
    monkeypatch.setattr(valhalla, "_client", httpx.AsyncClient(base_url="http://v", transport=transport))
    for router in (valhalla, osrm):
        with pytest.raises(RouterError):
            await router.route([(23.7, 37.9), (23.8, 37.9)])
        with pytest.raises(RouterError):
            await router.matrix([(23.7, 37.9)], [(23.8, 37.9)])
        await router.close()
