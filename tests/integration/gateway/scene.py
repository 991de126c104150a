"""A gateway in this process on a free port, views in memory, and pages on real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from services.gateway.config import GatewaySettings
from services.gateway.server import Gateway
from shared.adapters.memory.views import MemoryViews
from shared.contracts.links import Link
from shared.contracts.views.live import LiveView
from shared.contracts.views.stage import StageView
from shared.tickets import Tickets
from tests.unit import gateway_views as v

ORIGIN = "https://track.example.org"
KEY = "a-ticket-key-of-some-length"
WAIT_S = 180.0
"""Conditions are waited for, times are not asserted: the machine may be busy."""


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def settings(**changes: Any) -> GatewaySettings:
    return GatewaySettings(
        **{
            "gateway_port": 0,
            "public_url": ORIGIN,
            "ticket_key": KEY,
            "partitions": v.PARTITIONS,
            "gateway_max_per_address": 10_000,
            **changes,
        }
    )


def ticket(shipment: str, number: int = 0, *, life_ms: int = 60_000) -> str:
    text, _ = Tickets(KEY).sign(v.link_id(shipment, number), shipment, now_ms=now_ms(), life_ms=life_ms)
    return text


async def until(condition: Callable[[], Any], what: str) -> None:
    """Wait for a condition; fail naming it."""
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        await asyncio.sleep(0.02)


class Page(v.PageModel):
    """A page on a real socket; reads in the background until the socket is closed."""

    def __init__(self, socket: ClientConnection) -> None:
        super().__init__()
        self.socket = socket
        self.texts: list[str] = []
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for message in self.socket:
                assert isinstance(message, str)
                self.texts.append(message)
                self.take(message)

    @property
    def closed(self) -> bool:
        return self._reading.done()

    def at_ms(self) -> int:
        return int(self.driver.get("at_ms", 0)) if self.state is not None else 0

    async def comes_to_show(self, show: str, why: str | None = None) -> None:
        def it_does() -> bool:
            return self.state is not None and (self.driver["show"], self.driver.get("why")) == (show, why)

        await until(it_does, f"page shows {show}, {why}; it shows {self.state and self.driver}")

    async def ends(self, reason: str) -> None:
        await until(lambda: self.closed, "the socket is closed")
        assert self.bye is not None, f"closed without a word: {self.socket.close_code}"
        assert self.bye["reason"] == reason

    async def close(self) -> None:
        await self.socket.close()
        await self._reading


class Scene:
    """Shorthand for what the projectors do and what pages do."""

    def __init__(self, gateway: Gateway, views: MemoryViews) -> None:
        self.gateway, self.views = gateway, views
        self.number = 0
        self.pages: list[Page] = []
        self.beating = True

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.gateway.port}/"

    def from_now_on(self, **changes: Any) -> None:
        """Change what the gateway goes by: a limit that is to be met only when all is ready for it."""
        self.gateway.settings = self.gateway.settings.model_copy(update=changes)

    async def beat(self) -> None:
        """All parts are up with their logs."""
        while True:
            if self.beating and self.views.available:
                for role in ("shipments", "stages", "couriers"):
                    at = dict.fromkeys(range(v.PARTITIONS), now_ms())
                    await self.views.put_worked_off(role, at)
            await asyncio.sleep(0.1)

    async def put(self, *values: StageView | Link) -> None:
        for value in values:
            if isinstance(value, StageView):
                await self.views.put_party_version(v.party(value.shipment))
                await self.views.adopt_party(value.shipment, "k-1")
                await self.views.put_stage(value)
            else:
                await self.views.put_link(value.link, value)

    def publish(
        self, *views: LiveView, gone: tuple[str, ...] = (), lose: bool = False, skip: int = 0
    ) -> None:
        """`skip` batches before this one are lost with all they said."""
        self.number += 1 + skip
        self.views.publish(v.batch(self.number, *views, gone=gone), lose=lose)

    async def connect(self, **options: Any) -> ClientConnection:
        options = {"origin": ORIGIN, "proxy": None, "compression": None, "max_queue": 1024, **options}
        return await connect(self.url, **options)

    async def open(self, shipment: str = "s-1", number: int = 0, **options: Any) -> Page:
        """A page that has said hello; the answer is whatever the gateway says."""
        socket = await self.connect(**options)
        await socket.send(hello(ticket(shipment, number)))
        page = Page(socket)
        self.pages.append(page)
        return page

    async def watch(self, shipment: str = "s-1", number: int = 0) -> Page:
        """A page that has been let in."""
        page = await self.open(shipment, number)
        await until(lambda: page.state is not None or page.closed, "a snapshot")
        assert page.state is not None, page.bye
        return page


def hello(text: str) -> str:
    return f'{{"type":"hello","ticket":"{text}"}}'


@contextlib.asynccontextmanager
async def scene(shipments: tuple[str, ...] = ("s-1", "s-2"), **changes: Any) -> AsyncIterator[Scene]:
    """Shipments with their links, out with one courier; everything is closed afterwards."""
    views = MemoryViews()
    gateway = Gateway(settings(**changes), views)
    it = Scene(gateway, views)
    await views.put_merchant("shop", v.merchant())
    for shipment in shipments:
        await it.put(v.stage(shipment), v.link(shipment), v.link(shipment, 1))
    await gateway.start()
    beat = asyncio.create_task(it.beat())
    try:
        await until(lambda: gateway.feed.ready, "the gateway is ready")
        yield it
    finally:
        beat.cancel()
        await gateway.stop()
        for page in it.pages:
            await page.close()
        await asyncio.gather(beat, return_exceptions=True)


def coordinates(texts: list[str]) -> Iterator[str]:
    return (text for text in texts if '"coordinates"' in text)
