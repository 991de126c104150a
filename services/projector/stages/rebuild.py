"""`python -m services.projector.stages.rebuild`: builds all stage, party, link and merchant views beside the
shown ones from the log's beginning, catches up, and switches.

The same code as on a normal day with its producers off, in the next generation's consumer group: nothing is
sent a second time. At the switch that group goes on where this or the shown generation's group was, whichever
is earlier: what came meanwhile gets its view, and what has not been produced yet is produced exactly as it
would have been. Workers notice the switch and start again under it. Live views of couriers follow with their
next fix."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition
from redis.asyncio import Redis

from services.projector.stages.agents import Stages, group
from services.projector.stages.config import Settings
from services.projector.stages.main import build
from shared import logs
from shared.adapters.kafka.connection import client_options
from shared.adapters.redis.connection import connect
from shared.adapters.redis.views import read_generation
from shared.contracts import courier_routes, links, merchants, shipment_events, shipment_parties
from shared.contracts.views.keys import Keys, generation_pointer

log = logs.get(__name__)
AS_IT_GROWS_MS = 5_000
"""Worked off up to so lately, a partition counts as caught up: what is missing is read on from there."""
FOLLOWED = (
    shipment_events.TOPIC,
    shipment_parties.TOPIC,
    links.TOPIC,
    merchants.TOPIC,
    courier_routes.TOPIC,
)


def _partitions(settings: Settings) -> list[TopicPartition]:
    prefix = settings.topic_prefix
    return [
        TopicPartition(prefix + t.name, p) for t in FOLLOWED for p in range(t.partitions(settings.partitions))
    ]


def _member(settings: Settings, generation: int) -> AIOKafkaConsumer:
    """A client that may read and set the offsets of a generation's group."""
    return AIOKafkaConsumer(
        **client_options(settings),
        group_id=settings.topic_prefix + group(generation),
        enable_auto_commit=False,
    )


async def _offsets(settings: Settings, generation: int) -> dict[TopicPartition, int]:
    """Committed offsets of a generation's group; a partition without one is left out."""
    consumer = _member(settings, generation)
    await consumer.start()
    try:
        found = {tp: await consumer.committed(tp) for tp in _partitions(settings)}
    finally:
        await consumer.stop()
    return {tp: offset for tp, offset in found.items() if offset is not None}


async def _set_offsets(settings: Settings, generation: int, offsets: dict[TopicPartition, int]) -> None:
    consumer = _member(settings, generation)
    await consumer.start()
    try:
        consumer.assign(list(offsets))
        await consumer.commit(offsets)
    finally:
        await consumer.stop()


async def _forget(redis: Redis, keys: Keys) -> int:
    """Delete a generation's keys."""
    deleted = 0
    batch: list[bytes] = []
    async for key in redis.scan_iter(match=f"{keys.prefix}:*", count=1000):
        batch.append(key)
        if len(batch) >= 500:
            deleted += await redis.unlink(*batch)
            batch.clear()
    return deleted + (await redis.unlink(*batch) if batch else 0)


async def _until_caught_up(stages: Stages, timeout_s: float) -> None:
    """Until every partition of every followed topic has been worked off as it grows: not all at one time. The
    next generation reads on from here.

    Raises:
        TimeoutError: that has not happened in time.
    """
    wanted = len(_partitions(stages.settings))
    caught_up: set[object] = set()
    said = 0.0
    async with asyncio.timeout(timeout_s):
        while True:
            if stages.app.consumer is not None and stages.app.started:
                marks, _ = await stages.marks()
                now_ms = time.time_ns() // 1_000_000
                caught_up |= {tp for tp, mark in marks.items() if now_ms - mark < AS_IT_GROWS_MS}
                if len(caught_up) == wanted:
                    return
                if time.monotonic() - said > 2:
                    said = time.monotonic()
                    print(f"rebuilding: {len(caught_up)} of {wanted} partitions caught up", file=sys.stderr)
            await asyncio.sleep(0.1)


async def rebuild(settings: Settings, timeout_s: float) -> dict[str, object]:
    """Build the next generation and switch to it; returns what was done."""
    begun = time.monotonic()
    redis = connect(settings.redis_url)
    shown = await read_generation(redis, settings.namespace)
    new = shown + 1
    keys = Keys(settings.namespace, new, settings.partitions)
    await _forget(redis, keys)  # of a rebuild that was broken off
    start = dict.fromkeys(_partitions(settings), 0)
    await _set_offsets(settings, new, start)
    stages = await build(settings.model_copy(update={"generation": new, "rebuilding": True}))
    try:
        await stages.app.start()
        await _until_caught_up(stages, timeout_s)
        built = {TopicPartition(tp.topic, tp.partition): to for tp, to in stages.worked_off_to().items()}
    finally:
        await stages.app.stop()
        await stages.close()
    sent = await _offsets(settings, shown)
    await _set_offsets(settings, new, {tp: min(to, sent.get(tp, 0)) for tp, to in built.items()})
    names: Iterable[str] = [*(str(p) for p in range(settings.partitions)), "links", "merchants"]
    await redis.mset({keys.filled(name): 1 for name in names})
    await redis.set(generation_pointer(settings.namespace), new)
    views = 0
    async for _ in redis.scan_iter(match=f"{keys.prefix}:*", count=1000):
        views += 1
    await asyncio.sleep(2)  # readers look at the pointer twice a second
    forgotten = await _forget(redis, Keys(settings.namespace, shown, settings.partitions))
    await redis.aclose()
    return {
        "generation": new,
        "keys": views,
        "old_keys_deleted": forgotten,
        "seconds": round(time.monotonic() - begun, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Rebuild the views from the log and switch to them.")
    parser.add_argument("--timeout", type=float, default=3600.0, help="give up after so many seconds")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    asked = parser.parse_args()
    settings = Settings(part="rebuild")
    logs.set_up(settings.part, "WARNING")
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        result = loop.run_until_complete(rebuild(settings, asked.timeout))
    except TimeoutError:
        sys.exit(f"not caught up within {asked.timeout:.0f} s; the shown views are untouched, try again")
    if asked.json:
        print(json.dumps(result))
    else:
        print(
            f"Views rebuilt as generation {result['generation']}: {result['keys']} keys in "
            f"{result['seconds']} s; {result['old_keys_deleted']} old keys deleted."
        )


if __name__ == "__main__":
    main()
