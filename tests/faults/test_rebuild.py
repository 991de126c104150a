"""A rebuild of ten thousand events, hours later by the clock, while the stages go on: the new views are what
the oracle says and what the old ones were, and nothing is sent a second time."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import cycle
from pathlib import Path
from typing import Any

import redis
from aiokafka import AIOKafkaConsumer
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from deploy.local.infra import Infra
from tests.faults.flow import read_all
from tests.faults.lives import CONTACTED, DELIVERED, SHOPS
from tests.faults.town import Town
from tests.integration.workers import Workers, running, settings_of

SHIPMENTS = 450
AHEAD_H = 7 * 24
SETTLED_S = 45.0
REBUILT_S = 90.0
ANOTHER_GENERATION = 70
SENT = ("shipment.milestones", "courier.stops", "shipment.events.dlq", "links.dlq", "merchants.dlq")
KINDS = ("stage", "party", "party_version", "link", "merchant")

Views = dict[str, dict[str, Any]]


def views_of(workers: Workers, generation: int) -> dict[str, Views]:
    """Every view of a generation by kind and name, read without our adapters: what is behind its version."""
    prefix = f"{workers.settings.namespace}:g{generation}:"
    client = redis.Redis.from_url(workers.settings.redis_url)
    found: dict[str, Views] = {kind: {} for kind in KINDS}
    try:
        keys = [key.decode() for key in client.scan_iter(f"{prefix}*", count=1000)]
        for key, value in zip(keys, client.mget(keys) if keys else [], strict=True):
            kind, _, name = key.removeprefix(prefix).rpartition("}:")[2].partition(":")
            if kind in found and isinstance(value, bytes):
                text = value.decode()
                version, _, content = text.partition(" ") if text[:1].isdigit() else ("0", "", text)
                found[kind][name] = {"version": int(version), "value": json.loads(content or "null")}
    finally:
        client.close()
    return found


def said_by(view: Mapping[str, Any]) -> dict[str, Any]:
    """A stage view in the oracle's words."""
    history = [(e["at_ms"], e["substatus"], e.get("attempt", 0)) for e in view["history"]]
    plain = ("shipment", "merchant", "seq", "substatus", "status_ms", "courier")
    return {name: view.get(name) for name in plain} | {
        "attempt": view.get("attempt", 0),
        "out": view.get("out", False),
        "ended": view.get("ended", False),
        "history": history,
    }


def wrong(stages: Views, town: Town) -> list[str]:
    """What differs from the oracle."""
    found = [f"{name}: nobody registered it" for name in stages.keys() - town.lives.keys()]
    for name, life in town.lives.items():
        if name not in stages:
            found.append(f"{name}: no view")
        elif (says := said_by(stages[name]["value"])) != (wanted := life.expected()):
            found.append(f"{name}: {says}\n  instead of {wanted}")
    return found


def people_are_right(views: dict[str, Views], town: Town) -> None:
    """Recipients, links and shops as they were sent, no more and no less."""
    assert {s: v["value"]["name"] for s, v in views["party"].items()} == {
        s: f"Maria {f'reg-{s}'[0]}." for s in town.lives
    }
    links = [v["value"] for v in views["link"].values()]
    numbers = range(len(town.lives))
    assert sum(link is None for link in links) == sum(n % 11 == 0 for n in numbers)
    assert sum(bool(link and link.get("revoked")) for link in links) == sum(
        n % 7 == 0 and n % 11 != 0 for n in numbers
    )
    assert {m: v["value"]["name"] for m, v in views["merchant"].items()} == {s: f"{s} 1" for s in SHOPS}


async def until(what: Callable[[], list[str]], timeout_s: float = SETTLED_S) -> None:
    """Wait until nothing is wrong any more."""
    end = time.monotonic() + timeout_s
    while found := await asyncio.to_thread(what):
        assert time.monotonic() < end, f"{len(found)} wrong:\n" + "\n".join(found[:5])
        await asyncio.sleep(0.3)


async def counts(bootstrap: str, prefix: str, topics: tuple[str, ...]) -> dict[str, int]:
    """How many records each topic holds."""
    consumer = AIOKafkaConsumer(*(prefix + topic for topic in topics), bootstrap_servers=bootstrap)
    await consumer.start()
    try:
        ends = await consumer.end_offsets(list(consumer.assignment()))
    finally:
        await consumer.stop()
    found: Counter[str] = Counter()
    for tp, end in ends.items():
        found[tp.topic.removeprefix(prefix)] += end
    return dict(found)


def take_any_timestamp(bootstrap: str, prefix: str) -> None:
    """Let the broker take records of next week, which it refuses otherwise: a rebuild that sends something
    has to be seen by what it sent."""
    client = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        client.alter_configs(
            [
                ConfigResource(
                    ConfigResourceType.TOPIC,
                    prefix + topic,
                    configs={"message.timestamp.after.max.ms": str(2**63 - 1)},
                )
                for topic in SENT
            ]
        )
    finally:
        client.close()


def last_events(records: list[Any]) -> dict[str, tuple[str, int]]:
    """The id and sequence of each shipment's last event: of two that follow the same one the first."""
    last: dict[str, tuple[str, int]] = {}
    for record in records:
        try:
            event = json.loads(record.value)
            shipment, prev, seq = event["shipment"], event["prev"], event["seq"]
        except (ValueError, TypeError, KeyError):
            continue
        before, number = last.get(shipment, (None, 0))
        if (prev, seq) == (before, number + 1):
            last[shipment] = event["id"], seq
    return last


async def rebuild(workers: Workers) -> dict[str, Any]:
    """Run it as a process of its own, its clock days ahead."""
    command = [
        sys.executable,
        "-m",
        "tests.faults.shifted",
        str(AHEAD_H),
        "services.projector.stages.rebuild",
    ]
    process = await asyncio.create_subprocess_exec(
        *command,
        "--json",
        f"--timeout={REBUILT_S}",
        env=workers.environment("rebuild"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        said, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, errors.decode()[-4000:]
    found: dict[str, Any] = json.loads(said)
    return found


async def test_a_rebuild_of_ten_thousand_events_gives_the_same_views_and_sends_nothing(
    infra: Infra, topic_prefix: str, tmp_path: Path
) -> None:
    """Catches: `rebuild_sends`, `rebuild_forgets_what_came_meanwhile`."""
    settings = settings_of(infra, topic_prefix, partitions=6)

    def stages(generation: int = 1) -> Views:
        return views_of(workers, generation)["stage"]

    with running(settings, tmp_path) as workers:
        async with Town(infra.bootstrap, topic_prefix, settings.partitions, SHIPMENTS) as town:
            take_any_timestamp(infra.bootstrap, topic_prefix)
            await town.opens()
            for topic in ("links", "merchants", "shipment.parties", "shipment.commands", "courier.commands"):
                await town.poison(topic)
            await town.wrong_keys()
            await town.all_sent()
            await asyncio.to_thread(workers.start, "shipments", "stages")

            await town.registers()
            for part in (town.sets_out, town.tries, town.reassigns, town.ends):
                await part()
                await town.all_sent()
                await until(lambda: wrong(stages(), town))
                if part == town.tries:
                    await town.strays(
                        await read_all(infra.bootstrap, topic_prefix + "shipment.events", 0.5), 150
                    )
            delivered = [s for s, life in town.lives.items() if life.current[1] in DELIVERED]
            assert len(delivered) >= 0.3 * len(town.lives)

            # The decider stops for what it cannot read in its own record; the stages go on.
            workers.processes["shipments"].terminate()
            await asyncio.to_thread(workers.wait_for_end, "shipments", 30)
            events = await read_all(infra.bootstrap, topic_prefix + "shipment.events", 0.5)
            await town.strays(events, 150)
            await town.poison("shipment.events")
            await town.all_sent()
            assert len(events) >= 10_000

            letters = tuple(f"{topic}.dlq" for topic in town.letters)
            wanted = {f"{topic}.dlq": many for topic, many in town.letters.items()}
            end = time.monotonic() + SETTLED_S
            while (found := await counts(infra.bootstrap, topic_prefix, letters)) != wanted:
                assert time.monotonic() < end, found
                await asyncio.sleep(0.3)
            await until(lambda: wrong(stages(), town))
            before = views_of(workers, 1)
            people_are_right(before, town)
            sent = await counts(infra.bootstrap, topic_prefix, SENT)

            last = last_events(events)
            out = [life for life in town.lives.values() if life.expected()["out"]]
            rebuilding = asyncio.create_task(rebuild(workers))
            # One after the other, so that what is missed at the switch is not made good by what follows.
            meanwhile = set()
            for life in cycle([*out, *list(town.lives.values())[::2]]):
                if rebuilding.done():
                    break
                meanwhile.add(life.shipment)
                await town.decides(life, last, CONTACTED if life in out else None)
                await asyncio.sleep(0.012)
            await town.all_sent()
            assert (await rebuilding)["generation"] == 2

            assert await asyncio.to_thread(workers.wait_for_end, "stages", 30) == ANOTHER_GENERATION
            await asyncio.to_thread(workers.start, "stages")
            await until(lambda: wrong(stages(2), town))
            after = views_of(workers, 2)
            people_are_right(after, town)
            assert len(meanwhile) < len(town.lives) - 100
            for kind in KINDS:
                old = {name: view for name, view in before[kind].items() if name not in meanwhile}
                assert {name: view for name, view in after[kind].items() if name not in meanwhile} == old
            assert await counts(infra.bootstrap, topic_prefix, SENT) == sent

            # What comes afterwards is told as always, once.
            for life in out:
                await town.decides(life, last, "Delivered_001")
            await town.all_sent()
            await until(lambda: wrong(stages(2), town))
            delivered += [life.shipment for life in out]
            milestones = await read_all(infra.bootstrap, topic_prefix + "shipment.milestones", 0.5)
            told = {m["id"]: (m["shipment"], m["kind"]) for m in (json.loads(r.value) for r in milestones)}
            ends = Counter(shipment for shipment, kind in told.values() if kind == "delivered")
            assert ends == Counter(delivered)
