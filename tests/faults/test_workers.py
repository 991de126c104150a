"""Workers killed and frozen while a firm works: nothing acknowledged is lost, nothing is turned around."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

import redis

from deploy.local.infra import Infra
from tests.faults.flow import FINAL, Firm, read_all
from tests.integration.workers import Workers, running, settings_of

SESSION_S = 6.0
SETTLED_S = 60.0
FENCED = 70


def views_of(workers: Workers) -> dict[str, dict[str, Any]]:
    """The stage view of each shipment, read from Redis without our adapters."""
    client = redis.Redis.from_url(workers.settings.redis_url)
    try:
        found = {}
        for key in client.scan_iter(f"{workers.settings.namespace}:g1:*:stage:*", count=1000):
            value = client.get(key)
            assert isinstance(value, bytes)
            found[key.decode().rpartition(":")[2]] = json.loads(value.partition(b" ")[2])
        return found
    finally:
        client.close()


def live_of(workers: Workers) -> dict[str, dict[str, Any]]:
    client = redis.Redis.from_url(workers.settings.redis_url)
    try:
        keys = list(client.scan_iter(f"{workers.settings.namespace}:g1:*:live:*", count=1000))
        return {key.decode().rpartition(":")[2]: json.loads(client.get(key) or b"null") for key in keys}
    finally:
        client.close()


def wrong(workers: Workers, firm: Firm) -> list[str]:
    """What differs from the oracle now."""
    views = views_of(workers)
    found = []
    for courier in firm.names:
        for shipment in firm.shipments(courier):
            view = views.get(shipment)
            if view is None:
                found.append(f"{shipment}: no view")
                continue
            ours = {"InfoReceived_001", "OutForDelivery_001", "OutForDelivery_004"}
            said = [e["substatus"] for e in view["history"] if e["substatus"] not in ours]
            if said != firm.expected(shipment):
                found.append(f"{shipment}: {said} instead of {firm.expected(shipment)}")
            if (FINAL in firm.expected(shipment)) != view.get("ended", False):
                found.append(f"{shipment}: ended {view.get('ended')}")
    for courier in firm.names:
        open_ = [s for s in firm.shipments(courier) if FINAL not in firm.expected(s)]
        live = live_of(workers).get(courier)
        shown = max((line.get("at_ms", 0) for line in live["lines"]), default=0) if live else 0
        if open_ and shown < firm.last_fix[courier] - 35_000:
            found.append(f"{courier}: shown {shown}, last fix {firm.last_fix[courier]}")
        watchers = sorted(w[0] for line in live["lines"] for w in line["audience"]) if live else []
        if watchers != sorted(open_):
            found.append(f"{courier}: shown to {watchers}, open are {open_}")
    return found


async def all_out(workers: Workers, firm: Firm) -> None:
    """Wait until every shipment is out: before, its courier may not report on it."""
    end = time.monotonic() + SETTLED_S
    while not (views := views_of(workers)) or not all(
        views.get(s, {}).get("out") for c in firm.names for s in firm.shipments(c)
    ):
        assert time.monotonic() < end, "not everything is out"
        await asyncio.sleep(0.2)


async def settled(workers: Workers, firm: Firm) -> None:
    """Wait until all is as the oracle says."""
    end = time.monotonic() + SETTLED_S
    while differences := wrong(workers, firm):
        assert time.monotonic() < end, "\n".join(differences[:10])
        await asyncio.sleep(0.3)


async def effects_once(firm: Firm, prefix: str) -> None:
    """Milestones and events happen once each, whatever was repeated."""
    milestones = await read_all(firm.bootstrap, prefix + "shipment.milestones")
    told = Counter(
        (m["shipment"], m["kind"], m["revision"]) for m in (json.loads(r.value) for r in milestones)
    )
    distinct_ids = {json.loads(r.value)["id"] for r in milestones}
    assert len(distinct_ids) == len(told), "a milestone was made twice under two ids"
    delivered = {s for (s, kind, _) in told if kind == "delivered"}
    expected = {s for c in firm.names for s in firm.shipments(c) if FINAL in firm.expected(s)}
    assert delivered == expected
    assert all(
        len({rev for (s, kind, rev) in told if (s, kind) == (shipment, "delivered")}) == 1
        for shipment in delivered
    )


async def test_kill_9_of_each_worker_while_events_flow(
    infra: Infra, topic_prefix: str, tmp_path: Path
) -> None:
    settings = settings_of(infra, topic_prefix, partitions=2, session_timeout_s=SESSION_S)
    with running(settings, tmp_path, "shipments", "stages", "couriers") as workers:
        async with Firm(infra.bootstrap, topic_prefix) as firm:
            await firm.open()
            await all_out(workers, firm)
            driving = asyncio.create_task(firm.drive(24))
            for part in ("shipments", "stages", "couriers"):
                await asyncio.sleep(3)
                workers.kill(part)
                await asyncio.to_thread(workers.start, part)
            await driving
            assert sum(FINAL in firm.expected(s) for c in firm.names for s in firm.shipments(c)) >= 7
            await settled(workers, firm)
            await effects_once(firm, topic_prefix)


async def test_a_frozen_decider_that_wakes_changes_no_answer(
    infra: Infra, topic_prefix: str, tmp_path: Path
) -> None:
    settings = settings_of(infra, topic_prefix, partitions=2, session_timeout_s=SESSION_S)
    with running(settings, tmp_path, "stages", "couriers", "shipments") as workers:
        async with Firm(infra.bootstrap, topic_prefix) as firm:
            await firm.open()
            await all_out(workers, firm)
            await firm.drive(2)
            await settled(workers, firm)
            workers.freeze("shipments")
            standing_by = asyncio.create_task(asyncio.to_thread(workers.start, "shipments-2"))
            await firm.drive(SESSION_S + 3)
            await standing_by
            await settled(workers, firm)
            before = views_of(workers)
            workers.wake("shipments")
            assert await asyncio.to_thread(workers.wait_for_end, "shipments", 30) == FENCED
            await asyncio.sleep(2)
            assert views_of(workers) == before
            await effects_once(firm, topic_prefix)


async def test_a_frozen_couriers_worker_that_wakes_changes_no_view(
    infra: Infra, topic_prefix: str, tmp_path: Path
) -> None:
    settings = settings_of(infra, topic_prefix, partitions=2, session_timeout_s=SESSION_S)
    with running(settings, tmp_path, "stages", "shipments", "couriers") as workers:
        async with Firm(infra.bootstrap, topic_prefix) as firm:
            await firm.open()
            await all_out(workers, firm)
            await firm.drive(2)
            workers.freeze("couriers")
            standing_by = asyncio.create_task(asyncio.to_thread(workers.start, "couriers-2"))
            await firm.drive(SESSION_S + 3)
            await standing_by
            await settled(workers, firm)
            before = {c: v["version"] for c, v in live_of(workers).items()}
            workers.wake("couriers")
            assert await asyncio.to_thread(workers.wait_for_end, "couriers", 30) == FENCED
            await asyncio.sleep(1)
            after = {c: v["version"] for c, v in live_of(workers).items()}
            assert after.keys() == before.keys()
            assert all(after[c] >= before[c] for c in before)
            await firm.drive(1)
            await settled(workers, firm)


async def test_brokers_that_fall_silent_end_the_workers_and_nothing_is_lost(
    infra: Infra, topic_prefix: str, tmp_path: Path
) -> None:
    """A client can lose its brokers without noticing it: it is told of nothing any more."""
    settings = settings_of(infra, topic_prefix, partitions=2, session_timeout_s=SESSION_S)
    parts = ("stages", "shipments", "couriers")
    with running(settings, tmp_path, *parts) as workers:
        async with Firm(infra.bootstrap, topic_prefix) as firm:
            await firm.open()
            await all_out(workers, firm)
            await firm.drive(2)
            await settled(workers, firm)
            assert infra.kafka.pid is not None
            os.kill(infra.kafka.pid, signal.SIGSTOP)
            try:
                for part in parts:
                    assert await asyncio.to_thread(workers.wait_for_end, part, 120) == FENCED
                    assert "no progress" in workers.log(part)
            finally:
                os.kill(infra.kafka.pid, signal.SIGCONT)
            await asyncio.to_thread(workers.start, *parts)
            await firm.drive(2)
            await settled(workers, firm)
            await effects_once(firm, topic_prefix)


async def test_views_come_back_after_redis_has_lost_them(
    infra: Infra, topic_prefix: str, tmp_path: Path
) -> None:
    settings = settings_of(infra, topic_prefix, partitions=2, session_timeout_s=SESSION_S)
    with running(settings, tmp_path, "stages", "shipments", "couriers") as workers:
        async with Firm(infra.bootstrap, topic_prefix) as firm:
            await firm.open()
            await all_out(workers, firm)
            await firm.drive(4)
            await settled(workers, firm)
            before = views_of(workers)
            client = redis.Redis.from_url(settings.redis_url)
            for key in client.scan_iter(f"{settings.namespace}:*", count=1000):
                client.delete(key)
            client.close()
            assert await asyncio.to_thread(workers.wait_for_end, "couriers", 30) == FENCED
            await asyncio.to_thread(workers.start, "couriers")
            await firm.drive(1)
            await settled(workers, firm)
            after = views_of(workers)
            assert {s: v for s, v in after.items() if before[s].get("ended")} == {
                s: v for s, v in before.items() if v.get("ended")
            }
