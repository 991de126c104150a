"""The gateway as it runs: its own processes on one port, views in a real Valkey that fails in real ways."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest
import redis
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from deploy.local.paths import ROOT
from deploy.local.ports import free_port
from deploy.local.valkey import ValkeyServer
from shared.adapters.redis.live import LiveWriter
from shared.adapters.redis.views import RedisViewsWriter
from shared.config import CommonSettings
from shared.contracts.partition import partition_of
from shared.contracts.views.live import LiveView
from tests.integration.gateway.scene import KEY, ORIGIN, WAIT_S, Page, hello, now_ms, ticket, until
from tests.unit import gateway_views as v

pytestmark = pytest.mark.timeout(900)


class Stack:
    """A Valkey, what the projectors write into it, and a gateway's parent process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.valkey = ValkeyServer(folder / "valkey", folder / "valkey.log")
        self.port = free_port()
        self.log = folder / "gateway.log"
        self.epoch = 1
        self.live: LiveWriter | None = None
        self.gateway: subprocess.Popen[bytes] | None = None
        self.pages: list[Page] = []

    def start(self, processes: int = 1) -> None:
        env = os.environ | {
            "DROMOS_REDIS_URL": self.valkey.url,
            "DROMOS_GATEWAY_PORT": str(self.port),
            "DROMOS_GATEWAY_PROCESSES": str(processes),
            "DROMOS_PUBLIC_URL": ORIGIN,
            "DROMOS_TICKET_KEY": KEY,
            "DROMOS_PARTITIONS": str(v.PARTITIONS),
        }
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "services.gateway.main"]
            self.gateway = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)

    async def answers(self, path: str, status: int) -> None:
        """Wait until the gateway answers so; 0: nobody listens."""
        async with asyncio.timeout(WAIT_S):
            while (found := await asyncio.to_thread(self._status, path)) != status:
                assert status == 0 or self.gateway is None or self.gateway.poll() is None, (
                    self.log.read_text()
                )
                await asyncio.sleep(0.05 if found == 0 else 0.2)

    def _status(self, path: str) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{path}", timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        except OSError:
            return 0

    def children(self) -> list[int]:
        assert self.gateway is not None
        return [child.pid for child in psutil.Process(self.gateway.pid).children()]

    async def fill(self) -> None:
        """What the projectors write once they have read up."""
        settings = CommonSettings(redis_url=self.valkey.url, partitions=v.PARTITIONS)
        if self.live is not None:
            await self.live.close()
        writer, self.live = RedisViewsWriter(settings, 1), LiveWriter(settings, 1)
        await writer.put_merchant("shop", v.merchant())
        for shipment in ("s-1", "s-2"):
            await writer.put_party_version(v.party(shipment))
            await writer.adopt_party(shipment, "k-1")
            await writer.put_link(v.link_id(shipment), v.link(shipment))
            await writer.put_stage(v.stage(shipment))
        await self.live.claim(partition_of("eleni", v.PARTITIONS), self.epoch)
        await writer.close()

    async def beat(self) -> None:
        """All parts are up with their logs."""
        writer = RedisViewsWriter(CommonSettings(redis_url=self.valkey.url), 1)
        try:
            while True:
                for role in ("shipments", "stages", "couriers"):
                    with contextlib.suppress(Exception):
                        await writer.put_worked_off(role, dict.fromkeys(range(v.PARTITIONS), now_ms()))
                await asyncio.sleep(0.2)
        finally:
            await writer.close()

    async def publish(self, view: LiveView) -> None:
        assert self.live is not None
        at = partition_of(view.courier, v.PARTITIONS)
        await self.live.write(at, self.epoch, [(view.courier, msgspec.json.encode(view))], [])

    async def open(self, shipment: str = "s-1") -> Page:
        """As a page does: again and again until it is let in."""
        pages: list[Page] = []
        async with asyncio.timeout(WAIT_S):
            while True:
                try:
                    url = f"ws://127.0.0.1:{self.port}/"
                    socket = await connect(url, origin=ORIGIN, proxy=None)  # type: ignore[arg-type]
                    await socket.send(hello(ticket(shipment)))
                except (OSError, WebSocketException):
                    await asyncio.sleep(0.1)
                    continue
                pages.append(page := Page(socket))
                self.pages.append(page)
                await until(lambda p=page: p.state is not None or p.closed, "an answer")  # type: ignore[misc]
                if page.state is not None:
                    return page
                await asyncio.sleep(0.2)

    async def stop(self) -> None:
        for page in self.pages:
            await page.close()
        if self.gateway is not None:
            self.gateway.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(self.gateway.wait, 20)
            if self.gateway.poll() is None:
                self.gateway.kill()
                self.gateway.wait()
        if self.live is not None:
            await self.live.close()


@contextlib.asynccontextmanager
async def stack(folder: Path, processes: int = 1) -> AsyncIterator[Stack]:
    it = Stack(folder)
    await asyncio.to_thread(it.valkey.start)
    beat = asyncio.create_task(it.beat())
    try:
        await it.fill()
        it.start(processes)
        await it.answers("readyz", 200)
        yield it
    finally:
        beat.cancel()
        await asyncio.gather(beat, return_exceptions=True)
        await it.stop()
        await asyncio.to_thread(it.valkey.stop)


async def test_redis_flushed_says_paused_and_comes_back_when_filled(tmp_path: Path) -> None:
    async with stack(tmp_path) as it:
        page = await it.open()
        await it.publish(v.exact(1))
        await page.comes_to_show("exact")
        client = redis.Redis.from_url(it.valkey.url)
        client.flushall()
        client.close()
        await page.comes_to_show("none", "paused")
        assert page.bye is None, "the link is not gone, its view is"
        it.epoch += 1
        await it.fill()
        await it.publish(v.exact(2))
        await page.comes_to_show("exact")
        assert page.at_ms() == v.NOW_MS + 2000
        assert not page.closed


async def test_redis_frozen_and_woken(tmp_path: Path) -> None:
    async with stack(tmp_path) as it:
        page = await it.open()
        await it.publish(v.exact(1))
        await page.comes_to_show("exact")
        assert it.valkey.pid is not None
        os.kill(it.valkey.pid, signal.SIGSTOP)
        try:
            await page.comes_to_show("none", "paused")
            await it.answers("readyz", 503)
        finally:
            os.kill(it.valkey.pid, signal.SIGCONT)
        await page.comes_to_show("exact")
        await it.publish(v.exact(2))
        await until(lambda: page.at_ms() == v.NOW_MS + 2000, "positions come again")


async def test_redis_killed_and_started_again(tmp_path: Path) -> None:
    async with stack(tmp_path) as it:
        page = await it.open()
        await it.publish(v.exact(1))
        await page.comes_to_show("exact")
        assert it.valkey.pid is not None
        os.kill(it.valkey.pid, signal.SIGKILL)
        await page.comes_to_show("none", "paused")
        await asyncio.to_thread(it.valkey.stop)
        await asyncio.to_thread(it.valkey.start)
        it.epoch += 1
        await it.fill()
        await it.publish(v.exact(5))
        await page.comes_to_show("exact")
        assert not page.closed


async def test_several_processes_one_killed_all_stopped(tmp_path: Path) -> None:
    async with stack(tmp_path, processes=2) as it:
        await until(lambda: len(it.children()) == 2, "two processes")
        pages = [await it.open() for _ in range(6)]
        await it.publish(v.exact(1))
        for page in pages:
            await page.comes_to_show("exact")
        dead = it.children()[0]
        os.kill(dead, signal.SIGKILL)
        await until(lambda: len(set(it.children()) - {dead}) == 2, "it is started again")
        for page in pages:  # each answers, or is known to be closed
            with contextlib.suppress(ConnectionClosed):
                await (await page.socket.ping())
        again = [await it.open() for page in pages if page.socket.close_code is not None]
        await it.publish(v.exact(2))
        for page in again:
            await until(lambda p=page: p.at_ms() == v.NOW_MS + 2000, "who comes back goes on")  # type: ignore[misc]
        open_pages = [page for page in (*pages, *again) if page.socket.close_code is None]
        assert it.gateway is not None
        children = it.children()
        it.gateway.terminate()
        for page in open_pages:
            await page.ends("restarting")
        assert await asyncio.to_thread(it.gateway.wait, 60) == 0
        assert not [pid for pid in children if psutil.pid_exists(pid)]
        await it.answers("healthz", 0)
    _no_secrets(it)


async def test_the_processes_end_with_their_parent(tmp_path: Path) -> None:
    async with stack(tmp_path, processes=2) as it:
        await until(lambda: len(it.children()) == 2, "two processes")
        children = it.children()
        page = await it.open()
        assert it.gateway is not None
        it.gateway.kill()
        await page.ends("restarting")
        await until(lambda: not [pid for pid in children if psutil.pid_exists(pid)], "they are gone")
        await it.answers("healthz", 0)


@pytest.mark.parametrize("processes", [1, 2])
async def test_a_port_in_use_is_said(tmp_path: Path, processes: int) -> None:
    async with stack(tmp_path) as it:
        first, it.gateway = it.gateway, None
        try:
            it.start(processes)
            second: Any = it.gateway
            assert await asyncio.to_thread(second.wait, 60) == 1
            assert "gateway.not_started" in it.log.read_text()
            assert "in use" in it.log.read_text()
        finally:
            it.gateway = first


def _no_secrets(it: Stack) -> None:
    text = it.log.read_text()
    assert "gateway.listening" in text
    for secret in (KEY, ticket("s-1")[:40], v.link_id("s-1")[:20], "Maria"):
        assert secret not in text


async def test_a_gateway_that_was_frozen_shows_nothing_of_what_has_ended_meanwhile(tmp_path: Path) -> None:
    async with stack(tmp_path) as it:
        page = await it.open()
        await it.publish(v.exact(1))
        await page.comes_to_show("exact")
        assert it.gateway is not None
        os.kill(it.gateway.pid, signal.SIGSTOP)
        try:
            writer = RedisViewsWriter(CommonSettings(redis_url=it.valkey.url), 1)
            await writer.put_stage(v.stage(seq=5, ended=True, at_ms=now_ms()))
            await writer.close()
            for version in range(2, 40):
                await it.publish(v.exact(version))
            await asyncio.sleep(3)  # longer than anything read before may be believed
        finally:
            seen = len(page.texts)
            os.kill(it.gateway.pid, signal.SIGCONT)
        await page.comes_to_show("none", "ended")
        assert not [text for text in page.texts[seen:] if '"coordinates"' in text]
