"""Reading a key's records back: the memory form and the real one under one suite."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from deploy.local.infra import Infra
from shared.adapters.kafka.admin import KafkaAdmin
from shared.adapters.kafka.history import KafkaHistory
from shared.adapters.kafka.log import KafkaLog
from shared.adapters.kafka.probe import KafkaProbe
from shared.adapters.memory.history import MemoryHistory
from shared.adapters.memory.log import MemoryLog
from shared.contracts import courier_positions, merchants, shipment_parties
from shared.contracts.courier_positions import position
from shared.contracts.partition import partition_of
from shared.contracts.shipment_parties import Note, party_key
from shared.ports.history import HistoryUnavailable
from tests.integration.workers import settings_of

AT = 1_795_168_800_000
NEIGHBOUR = next(f"c{n}" for n in range(100) if partition_of(f"c{n}", 6) == partition_of("eleni", 6))


@pytest.fixture(params=["memory", "kafka"])
async def both(request: pytest.FixtureRequest, infra: Infra, topic_prefix: str) -> AsyncIterator[Any]:
    """A log and the history that reads it."""
    if request.param == "memory":
        memory = MemoryLog()
        yield memory, MemoryHistory(memory)
        return
    settings = settings_of(infra, topic_prefix)
    with KafkaAdmin(settings, timeout_s=30) as admin:
        admin.ensure([courier_positions.TOPIC, shipment_parties.TOPIC])
    async with KafkaLog(settings, "/test") as kafka:
        yield kafka, KafkaHistory(settings)


async def test_one_keys_records_in_their_order_among_its_partitions_others(both: Any) -> None:
    log, history = both
    for number in range(50):
        for courier in ("eleni", NEIGHBOUR):
            fix = position(24.0, 60.0, AT + number)
            await log.append(courier_positions.TOPIC, courier, fix, id=f"{courier}{number}", timeout_s=10)
    found = await history.read(courier_positions.TOPIC, "eleni", since_ms=0, timeout_s=20)
    assert [r.headers["ce_id"] for r in found] == [f"eleni{n}" for n in range(50)]
    assert {r.key for r in found} == {"eleni"}
    later = found[25].timestamp_ms
    rest = await history.read(courier_positions.TOPIC, "eleni", since_ms=later, timeout_s=20)
    assert {r.headers["ce_id"] for r in rest} >= {f"eleni{n}" for n in range(25, 50)}
    assert all(r.timestamp_ms >= later for r in rest)


async def test_nothing_is_there_and_nothing_since_then(both: Any) -> None:
    log, history = both
    assert await history.read(courier_positions.TOPIC, "eleni", since_ms=0, timeout_s=20) == []
    done = position(24.0, 60.0, AT)
    await log.append(courier_positions.TOPIC, "eleni", done, id="1", timeout_s=10)
    future = 4_000_000_000_000
    assert await history.read(courier_positions.TOPIC, "eleni", since_ms=future, timeout_s=20) == []


async def test_keys_under_a_key_are_those_that_hold_a_value(both: Any) -> None:
    log, history = both
    one, at = "s-1", partition_of("s-1", 6)
    other = next(f"s-{n}" for n in range(2, 100) if partition_of(f"s-{n}", 6) == at)
    for number, (shipment, version, there) in enumerate(
        [(one, "a", True), (other, "a", True), (one, "b", True), (one, "a", False)]
    ):
        note = Note(tenant="t", shipment=shipment, version=version, text="x") if there else None
        await log.append(
            shipment_parties.TOPIC, party_key(shipment, version), note, id=f"n{number}", timeout_s=10
        )
    assert await history.keys(shipment_parties.TOPIC, "s-1", timeout_s=20) == ["s-1/b"]
    assert await history.keys(shipment_parties.TOPIC, other, timeout_s=20) == [f"{other}/a"]
    assert await history.keys(shipment_parties.TOPIC, "s", timeout_s=20) == []


async def test_not_read_in_time_is_said(infra: Infra, topic_prefix: str) -> None:
    settings = settings_of(infra, topic_prefix)
    with KafkaAdmin(settings, timeout_s=30) as admin:
        admin.ensure([courier_positions.TOPIC])
    history = KafkaHistory(settings)
    with pytest.raises(HistoryUnavailable):
        await history.read(courier_positions.TOPIC, "eleni", since_ms=0, timeout_s=0.0001)
    # Its slot is free again: as many readings as there are slots and one more find their way.
    for _ in range(3):
        assert await history.read(courier_positions.TOPIC, "eleni", since_ms=0, timeout_s=20) == []


async def test_the_probe_tells_a_broker_that_answers_from_one_that_does_not(
    infra: Infra, topic_prefix: str
) -> None:
    settings = settings_of(infra, topic_prefix)
    with KafkaAdmin(settings, timeout_s=30) as admin:
        admin.ensure([merchants.TOPIC])
    probe = KafkaProbe(settings, merchants.TOPIC)
    assert not await probe.answers()
    await probe.start()
    try:
        assert await probe.answers(timeout_s=10)
        assert not await probe.answers(timeout_s=0.00001)
    finally:
        await probe.stop()
