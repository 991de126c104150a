"""Fills the views that Redis does not have: after a flush, a lost disk, or on the first start.

A partition's stage views come from its states (shipment.state), its parties from shipment.parties; links and
merchants from their topics. Until a partition is filled it is not marked as worked off, so pages say "paused"
instead of showing half."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import msgspec
from faust.types import TP

from services.projector.stages.board import Board
from services.projector.stages.projection import Projection
from shared import logs
from shared.adapters.kafka.reader import Reader
from shared.adapters.redis.views import RedisViewsWriter
from shared.adapters.watchdog import fatal
from shared.config import CommonSettings
from shared.contracts import links, merchants, shipment_events, shipment_parties
from shared.contracts.topic import Topic
from shared.domain.shipment import stage_view
from shared.ports.log import Record

log = logs.get(__name__)


Handle = Callable[[Record], Awaitable[None]]


async def _readable(handle: Handle, record: Record) -> None:
    """Handle a record; one that cannot be read has become a dead letter when it came."""
    try:
        await handle(record)
    except msgspec.MsgspecError as error:
        log.warning("views.unreadable", topic=record.topic, offset=record.offset, error=str(error))


class Refill:
    """Looks at what is marked as filled and fills what is not, one part at a time."""

    def __init__(
        self, settings: CommonSettings, board: Board, projection: Projection, writer: RedisViewsWriter
    ) -> None:
        self._settings, self._board, self._projection, self._writer = settings, board, projection, writer
        self._filling: dict[str, asyncio.Task[None]] = {}

    @property
    def busy(self) -> bool:
        return bool(self._filling)

    def forget(self) -> None:
        """After a rebalance others fill what was ours."""
        for task in self._filling.values():
            task.cancel()
        self._filling.clear()

    async def look(self, assigned: Iterable[TP]) -> set[int]:
        """Start filling what is missing of the assigned partitions; returns the partitions of
        shipment.events whose views are complete."""
        prefix = self._settings.topic_prefix
        parts: dict[str, Callable[[], Awaitable[None]]] = {}
        for tp in assigned:
            if tp.topic == prefix + shipment_events.TOPIC.name:
                parts[str(tp.partition)] = self._shipments(tp.partition)
            elif tp.topic == prefix + links.TOPIC.name:
                parts["links"] = self._small(links.TOPIC, self._projection.link)
            elif tp.topic == prefix + merchants.TOPIC.name:
                parts["merchants"] = self._small(merchants.TOPIC, self._projection.merchant)
        filled = set(await self._writer.filled(list(parts))) if parts else set()
        for name, fill in parts.items():
            if name not in filled and name not in self._filling:
                self._filling[name] = asyncio.create_task(self._fill(name, fill))
        return {int(name) for name in filled if name.isdigit() and name not in self._filling}

    async def _fill(self, name: str, fill: Callable[[], Awaitable[None]]) -> None:
        try:
            log.info("views.filling", part_of_views=name)
            await fill()
            await self._writer.put_filled([name])
            log.info("views.filled", part_of_views=name)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.exception("views.not_filled")
            fatal("views cannot be filled", error=f"{type(error).__name__}: {error}")
        finally:
            self._filling.pop(name, None)

    def _shipments(self, partition: int) -> Callable[[], Awaitable[None]]:
        async def fill() -> None:
            await self._board.partition(partition)
            for record in await self._read(shipment_parties.TOPIC, partition):
                await _readable(self._projection.party, record)
            for state in self._board.states(partition):
                if (view := stage_view(state)) is not None:
                    await self._writer.put_stage(view)

        return fill

    def _small(
        self, topic: Topic, handle: Callable[[Record], Awaitable[None]]
    ) -> Callable[[], Awaitable[None]]:
        async def fill() -> None:
            for record in await self._read(topic, 0):
                await _readable(handle, record)

        return fill

    async def _read(self, topic: Topic, partition: int) -> list[Record]:
        """All records of a compacted partition, the newest of each key."""
        newest: dict[str | None, Record] = {}

        def keep(_topic: str, _partition: int, records: list[Record]) -> None:
            newest.update((record.key, record) for record in records)

        reader = Reader(self._settings, keep)
        await reader.start()
        running = asyncio.create_task(reader.run())
        try:
            await reader.read_up(topic, partition)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await reader.stop()
        return list(newest.values())
