"""Real workers answer probes and count what they did."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from unittest import mock

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.infra import Infra
from deploy.local.ports import free_port
from shared.adapters.kafka.log import KafkaLog
from shared.contracts import courier_positions, shipment_commands
from shared.contracts.common import Actor
from shared.contracts.courier_positions import position
from shared.contracts.shipment_commands import Register, Report
from tests.integration.workers import running, settings_of

pytestmark = pytest.mark.timeout(400)
ROLES = ("shipments", "stages", "couriers")
SHOP = Actor(kind="merchant", id="bookshop")


def scrape(port: int) -> dict[str, float]:
    """Samples by name and the values of their labels, sorted by their names."""
    text = httpx.get(f"http://127.0.0.1:{port}/metrics").raise_for_status().text
    return {
        " ".join((sample.name, *sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def counted(port: int, **wanted: float) -> dict[str, float]:
    """The samples, as soon as those named are what they should become."""
    deadline = time.monotonic() + 60
    while True:
        found = await asyncio.to_thread(scrape, port)
        wrong = {name: found.get(name) for name, value in wanted.items() if found.get(name) != value}
        if not wrong:
            return found
        assert time.monotonic() < deadline, wrong
        await asyncio.sleep(0.1)


async def put_work_in(log: KafkaLog, now_ms: int) -> None:
    """A shipment announced twice, a report in another firm's name, poison, a fix of nobody on duty, and one
    that can't be read."""
    announced = Register(
        id="c-1", tenant="t", shipment="s-1", at_ms=now_ms, actor=SHOP, merchant="bookshop",
        order_number="1", fingerprint="f", parties="v1",
    )  # fmt: skip
    foreign = Report(
        id="c-2", tenant="other", shipment="s-1", at_ms=now_ms, actor=SHOP, substatus="Delivered_001"
    )
    commands, fixes = shipment_commands.TOPIC, courier_positions.TOPIC
    for command in (announced, announced, foreign):
        await log.append(commands, "s-1", command, id=command.id, timeout_s=30)
    await log.append(commands, "s-1", announced, id="c-3", encoded=b"{", timeout_s=30)
    fix = position(24.94, 60.17, now_ms)
    await log.append(fixes, "eleni", fix, id="f-1", timeout_s=30)
    await log.append(fixes, "eleni", fix, id="f-2", encoded=b"{", timeout_s=30)


async def test_workers_say_that_they_are_ready_and_count(
    infra: Infra, topic_prefix: str, tmp_path: Path
) -> None:
    settings = settings_of(infra, topic_prefix)
    ports = {role: free_port() for role in ROLES}
    env = {f"DROMOS_{role.upper()}_PORT": str(port) for role, port in ports.items()}
    with mock.patch.dict(os.environ, env), running(settings, tmp_path, *ROLES):
        async with KafkaLog(settings, "/test") as log:
            await put_work_in(log, time.time_ns() // 1_000_000)
        shipments = await counted(
            ports["shipments"],
            **{
                "dromos_shipments_handled_total register accepted": 1,
                "dromos_shipments_handled_total register repeated": 1,
                "dromos_shipments_handled_total report refused": 1,
                "dromos_shipments_handled_total unknown unreadable": 1,
                "dromos_shipments_refused_total unknown_shipment": 1,
                "dromos_shipments_dead_letters_total unreadable shipment.commands": 1,
                "dromos_shipments_lag_records": 0,
            },
        )
        assert shipments["dromos_shipments_batch_records_sum"] == 4
        assert shipments["dromos_shipments_partitions"] == settings.partitions
        await counted(
            ports["stages"],
            **{
                "dromos_stages_handled_total registered folded": 1,
                "dromos_stages_handled_total refused folded": 1,
                "dromos_stages_batch_records_sum": 2,
                "dromos_stages_lag_records": 0,
            },
        )
        await counted(
            ports["couriers"],
            **{
                "dromos_couriers_handled_total fix rejected": 1,
                "dromos_couriers_rejected_total off_duty": 1,
                "dromos_couriers_handled_total unknown unreadable": 1,
                "dromos_couriers_dead_letters_total unreadable courier.positions": 1,
                "dromos_couriers_lag_records": 0,
            },
        )
        for role, port in ports.items():
            assert (await asyncio.to_thread(httpx.get, f"http://127.0.0.1:{port}/healthz")).text == "ok\n"
            await counted(port, **{f"dromos_{role}_ready": 1})  # a busy broker is silent for a moment
            ready = await asyncio.to_thread(httpx.get, f"http://127.0.0.1:{port}/readyz")
            assert (role, ready.status_code, ready.text) == (role, 200, "ready\n")
