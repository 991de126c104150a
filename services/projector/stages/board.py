"""The states of the partitions this worker has, loaded from shipment.state before their first event."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

from shared import logs
from shared.adapters.kafka.log import KafkaLog
from shared.adapters.kafka.reader import Reader
from shared.adapters.watchdog import Watchdog
from shared.config import CommonSettings
from shared.contracts import shipment_state
from shared.contracts.shipment_state import ShipmentState, StateRecord
from shared.domain.shipment import empty
from shared.ports.log import Record

log = logs.get(__name__)
WRITER = "writer"


class Board:
    """States by partition. A rebuild starts from nothing (`load` False); else a partition's states are read
    first. Compaction keeps the last record of a key: where another writer's older one comes after ours (it
    was frozen and woke), ours is written again."""

    def __init__(self, settings: CommonSettings, kafka: KafkaLog, watchdog: Watchdog, *, load: bool) -> None:
        self._kafka, self._watchdog, self._load = kafka, watchdog, load
        self._me = uuid.uuid4().hex[:12]
        self._states: dict[int, dict[str, ShipmentState]] = {}
        self._offsets: dict[str, int] = {}
        self._loading: dict[int, asyncio.Task[None]] = {}
        self._again: list[tuple[int, StateRecord]] = []
        self.reader = Reader(settings, self._followed)

    def begin(self, partition: int) -> asyncio.Task[None]:
        """Begin to load the partition's states, unless that has begun; done when they are there."""
        if partition not in self._loading:
            self._states.setdefault(partition, {})
            self._loading[partition] = asyncio.create_task(self._read(partition))
        return self._loading[partition]

    async def partition(self, partition: int) -> None:
        """Wait until the partition's states are there."""
        await asyncio.shield(self.begin(partition))

    async def _read(self, partition: int) -> None:
        if self._load:
            await self.reader.read_up(shipment_state.TOPIC, partition)

    def drop(self, partition: int) -> None:
        """Somebody else has the partition now."""
        self._states.pop(partition, None)
        self._loading.pop(partition, None)
        self.reader.drop(shipment_state.TOPIC, partition)

    def get(self, partition: int, shipment: str, tenant: str) -> ShipmentState:
        return self._states.get(partition, {}).get(shipment) or empty(shipment, tenant)

    def put(self, partition: int, state: ShipmentState, offset: int) -> None:
        if partition in self._states:
            self._states[partition][state.shipment] = state
            self._offsets[state.shipment] = offset

    def states(self, partition: int) -> list[ShipmentState]:
        """All states of a partition."""
        return list(self._states.get(partition, {}).values())

    def shipment(self, shipment: str) -> ShipmentState | None:
        """The state wherever it lies."""
        return next((s[shipment] for s in self._states.values() if shipment in s), None)

    async def record(self, partition: int, state: ShipmentState, offset: int) -> Any:
        """Append the state; the future resolves when it is acknowledged."""
        return await self._kafka.begin(
            shipment_state.TOPIC,
            state.shipment,
            StateRecord(offset=offset, state=state),
            id=f"{state.last}:{offset}",
            partition=partition,
            headers={WRITER: self._me},
        )

    async def write_again(self) -> None:
        again, self._again = self._again, []
        for partition, newest in again:
            log.warning("state.again", shipment=newest.state.shipment, seq=newest.state.seq)
            await (await self.record(partition, newest.state, newest.offset))

    def _followed(self, _topic: str, partition: int, records: list[Record]) -> None:
        self._watchdog.progress()
        states = self._states.get(partition)
        if states is None:
            return
        for record in records:
            if record.value is None:
                states.pop(record.key or "", None)
            elif record.headers.get(WRITER) != self._me:
                read = shipment_state.DECODER.decode(record.value)
                mine = states.get(read.state.shipment)
                if mine is None or mine.seq < read.state.seq:
                    self.put(partition, read.state, read.offset)
                elif mine.seq > read.state.seq:
                    self._again.append(
                        (partition, StateRecord(offset=self._offsets[mine.shipment], state=mine))
                    )
