"""Views into the board: batches as published, watched keys every half second, new sessions at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing
from typing import cast

import msgspec

from services.gateway.core.board import Board
from services.gateway.core.room import Room, Session
from shared import logs
from shared.contracts.views.live import LiveBatch, LiveView
from shared.ports.views import Views, ViewsUnavailable

log = logs.get(__name__)

PASS_S = 0.5
"""How often every watched key is read again."""

STALE_S = 1.5
"""Positions are withheld when the last whole pass began longer ago."""

CHUNK = 500
"""Keys a read: some milliseconds of decoding, after which the sockets get their turn."""


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def chunks(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]


class Feed:
    """Keeps the board up to date; `publish` is called with the rooms that have a new picture."""

    def __init__(self, views: Views, board: Board, publish: Callable[[list[Room]], None]) -> None:
        self._views, self._board, self._publish = views, board, publish
        self._passed_s: float | None = None
        self._confirmed = asyncio.Event()
        self._begun = asyncio.Event()
        self._hellos: list[tuple[Session, asyncio.Future[None]]] = []
        self._hello = asyncio.Event()
        self._gaps: set[int] = set()
        self._gap = asyncio.Event()
        self._fail_at = 0.0
        self.batches = self.gaps = self.passes = self.failures = 0
        self.pass_s = 0.0
        """Seconds that the last whole pass took."""

    @property
    def stale(self) -> bool:
        return self._passed_s is None or time.monotonic() - self._passed_s > STALE_S

    @property
    def ready(self) -> bool:
        """Subscribed, and everything watched has been read lately."""
        return self._confirmed.is_set() and not self.stale

    def settle(self, heard: Sequence[LiveView] = ()) -> None:
        """Show what has changed since, time itself included; of the views `heard` the log says to how many
        sockets they went, where they are followed."""
        rooms = self._board.settle(now_ms(), stale=self.stale)
        if rooms:
            self._publish(rooms)
        for view in heard:
            if view.trace is not None:
                his = [room for room in rooms if room.courier == view.courier]
                sockets = sum(len(room.sessions) for room in his)
                log.info("position.sent", courier=view.courier, sockets=sockets, trace=view.trace)

    async def fetch(self, session: Session) -> None:
        """Read what a new session needs; the subscription comes first.

        Raises:
            ViewsUnavailable: Redis did not answer.
        """
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._hellos.append((session, future))
        self._hello.set()
        await future

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow())
            group.create_task(self._pass_again_and_again())
            group.create_task(self._greet())
            group.create_task(self._mend_gaps())

    async def _follow(self) -> None:
        while True:
            try:
                followed = cast("AsyncGenerator[LiveBatch | None]", self._views.follow())
                async with aclosing(followed):
                    async for batch in followed:
                        self._heard(batch)
            except Exception as error:  # a batch that can't be read, too: the watched keys are still read
                self._failed("gateway.follow_failed", error)
            await asyncio.sleep(PASS_S)

    def _heard(self, batch: LiveBatch | None) -> None:
        if batch is None:
            self._board.confirmed()
            self._confirmed.set()
            self._gaps.update(range(self._board.partitions))
            self._gap.set()
            return
        self.batches += 1
        if self._board.put_batch(batch):
            self.gaps += 1
            self._gaps.add(batch.partition)
            self._gap.set()
        self.settle(batch.views)

    async def _pass_again_and_again(self) -> None:
        while True:
            began = time.monotonic()
            try:
                await self._pass()
            except ViewsUnavailable as error:
                self._failed("gateway.views_unavailable", error)
            except Exception as error:  # one view that can't be read must not end the gateway
                self._failed("gateway.pass_failed", error)
            else:
                self._passed_s = began
                self._begun.set()
                self.passes += 1
                self.pass_s = time.monotonic() - began
            self.settle()
            await asyncio.sleep(max(0.05, began + PASS_S - time.monotonic()))

    async def _pass(self) -> None:
        board = self._board
        board.put_marks(await self._views.worked_off())
        for merchants in chunks(board.merchants()):
            board.put_merchants(merchants, await self._each(self._views.merchants, merchants))
        await self._read(list(board.links), list(board.rooms))
        await self._read_lives(board.lives.all())

    async def _read(self, links: Sequence[str], shipments: Sequence[str]) -> None:
        """Links and stages, and what the stages name that has not been read yet."""
        board, views = self._board, self._views
        for some in chunks(links):
            token = board.begin_read()
            board.put_links(token, some, await self._each(views.links, some))
        self.settle()
        for some in chunks(shipments):
            token = board.begin_read()
            board.put_stages(token, some, await self._each(views.stages, some), now_ms())
            unread = board.unread(some)
            if unread.merchants:
                board.put_merchants(unread.merchants, await self._each(views.merchants, unread.merchants))
            if unread.parties:
                board.put_parties(await self._each(views.parties, unread.parties))
            await self._read_lives(unread.couriers)
            self.settle()

    async def _read_lives(self, couriers: Sequence[str]) -> None:
        for some in chunks(couriers):
            token = self._board.begin_read()
            self._board.put_lives(token, some, await self._each(self._views.lives, some))
            self.settle()

    async def _each[T](
        self, read: Callable[[Sequence[str]], Awaitable[list[T | None]]], keys: Sequence[str]
    ) -> list[T | None]:
        """All at once; should one of them not be readable, one by one, so that it alone is missing."""
        try:
            return await read(keys)
        except msgspec.MsgspecError as error:
            self._failed("gateway.unreadable_view", error)
        found: list[T | None] = []
        for key in keys:
            try:
                found += await read([key])
            except msgspec.MsgspecError:
                found.append(None)
        return found

    async def _greet(self) -> None:
        """New sessions, as many at once as have come while the ones before were read."""
        while True:
            await self._hello.wait()
            await self._confirmed.wait()
            await self._begun.wait()
            self._hello.clear()
            waiting, self._hellos = self._hellos[:CHUNK], self._hellos[CHUNK:]
            if self._hellos:
                self._hello.set()
            links = list(dict.fromkeys(session.link for session, _ in waiting))
            shipments = list(dict.fromkeys(session.room.shipment for session, _ in waiting))
            problem: Exception | None = None
            try:
                await self._read(links, shipments)
                self.settle()
            except Exception as error:
                self._failed("gateway.views_unavailable", error)
                problem = error if isinstance(error, ViewsUnavailable) else ViewsUnavailable("unreadable")
            for _, future in waiting:
                if future.done():
                    continue
                if problem is None:
                    future.set_result(None)
                else:
                    future.set_exception(problem)

    async def _mend_gaps(self) -> None:
        while True:
            await self._gap.wait()
            self._gap.clear()
            partitions, self._gaps = self._gaps, set()
            try:
                await self._read_lives(self._board.lives.of(partitions))
            except Exception as error:  # the next pass reads them again
                self._failed("gateway.gap_not_mended", error)

    def _failed(self, event: str, error: Exception) -> None:
        """Say so, once in ten seconds."""
        self.failures += 1
        if time.monotonic() - self._fail_at > 10:
            self._fail_at = time.monotonic()
            log.warning(event, error=type(error).__name__, failures=self.failures)
