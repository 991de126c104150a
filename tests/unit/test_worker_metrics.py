"""What a worker says of itself by HTTP: alive, ready and why not, and what it counted."""

from __future__ import annotations

import sys
import time
from unittest import mock

import httpx
import pytest
from prometheus_client import generate_latest

from deploy.local.ports import free_port
from services.projector.couriers.core import Verdict
from services.projector.couriers.counts import FixCounts
from shared.adapters.metrics import WorkerMetrics
from shared.adapters.probes import SILENT_S, Probes, Readiness


def value(metrics: WorkerMetrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"dromos_{metrics.role}_{name}", labels)


async def test_a_worker_is_alive_before_it_is_ready_and_says_why_it_is_not() -> None:
    metrics, readiness = WorkerMetrics("couriers"), Readiness()
    port = free_port()
    probes = Probes(port, readiness, metrics)
    await probes.start()
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            assert (await client.get("/healthz")).text == "ok\n"
            before = await client.get("/readyz")
            assert (before.status_code, before.text) == (503, "starting\n")
            readiness.say("")
            after = await client.get("/readyz")
            assert (after.status_code, after.text) == (200, "ready\n")
            scraped = await client.get("/metrics")
            assert scraped.headers["content-type"].startswith("text/plain; version=")
            assert "dromos_couriers_ready 1.0" in scraped.text
            assert "process_start_time_seconds" in scraped.text or sys.platform != "linux"
            readiness.say("the views can't be written")
            assert (await client.get("/readyz")).text == "the views can't be written\n"
            assert (await client.get("/nothing")).status_code == 404
    finally:
        await probes.stop()


async def test_port_0_listens_nowhere_and_a_taken_port_is_told() -> None:
    metrics = WorkerMetrics("stages")
    await Probes(0, Readiness(), metrics).start()
    port = free_port()
    first = Probes(port, Readiness(), metrics)
    await first.start()
    second = Probes(port, Readiness(), metrics)
    try:
        with pytest.raises(OSError, match="address already in use"):
            await second.start()
    finally:
        await second.stop()
        await first.stop()


def test_a_worker_that_says_nothing_of_itself_is_not_ready() -> None:
    readiness = Readiness()
    readiness.say("")
    later = time.monotonic() + SILENT_S + 1
    with mock.patch("shared.adapters.probes.time.monotonic", return_value=later):
        assert readiness.why() == "no word of itself for 6 s"


def test_lag_is_that_of_the_partition_which_is_furthest_behind() -> None:
    metrics = WorkerMetrics("shipments")
    assert value(metrics, "lag_seconds") == 0
    with mock.patch("shared.adapters.metrics.time.time", return_value=1_000.0):
        metrics.worked_off(0, 999_900)
        metrics.worked_off(1, 990_000)
        assert value(metrics, "lag_seconds") == 10
        metrics.worked_off(1, 970_000)  # a record of long ago, after a start with a backlog
        assert value(metrics, "lag_seconds") == 30
        metrics.forget()
        assert value(metrics, "lag_seconds") == 0


def test_fixes_are_counted_by_what_became_of_them() -> None:
    metrics = WorkerMetrics("couriers")
    counts = FixCounts(metrics)
    batch = [Verdict.MOVED, Verdict.MOVED, Verdict.HELD, Verdict.ALIVE, Verdict.LATE, Verdict.FUTURE]
    counts.batch(batch, foreign=2, unreadable=1)
    counts.batch(batch[:1], foreign=0, unreadable=0)
    assert value(metrics, "handled_total", kind="fix", result="taken") == 4
    assert value(metrics, "handled_total", kind="alive", result="taken") == 1
    assert value(metrics, "handled_total", kind="fix", result="rejected") == 2
    assert value(metrics, "handled_total", kind="fix", result="foreign") == 2
    assert value(metrics, "handled_total", kind="unknown", result="unreadable") == 1
    assert value(metrics, "rejected_total", verdict="late") == 1
    assert value(metrics, "rejected_total", verdict="moved") is None
    assert value(metrics, "dead_letters_total", topic="courier.positions", reason="unreadable") == 1


def test_every_workers_names_are_its_own() -> None:
    for role in ("shipments", "stages", "couriers"):
        metrics = WorkerMetrics(role)
        metrics.batch(7, 0.003)
        text = generate_latest(metrics.registry).decode()
        assert f"dromos_{role}_batch_records_sum 7.0" in text
        assert f'dromos_{role}_batch_seconds_bucket{{le="0.005"}} 1.0' in text
