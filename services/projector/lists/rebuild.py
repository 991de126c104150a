"""`python -m services.projector.lists.rebuild`: empties the lists, and waits until they are filled again from
the log's beginning.

In one transaction the rows go and with them how far they were made; the worker notices within seconds, exits,
and its next start begins anew. What is written at the desk itself (accounts, cash) lies elsewhere and stays.
Until it is done the desk's lists are short; nobody else's page reads them."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time

from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from services.projector.lists import store
from services.projector.lists.config import Settings
from services.projector.lists.worker import ListsOwner
from shared import logs
from shared.adapters.kafka.connection import client_options
from shared.adapters.postgres import lists
from shared.adapters.postgres.database import Database, DatabaseUnavailable

TABLES = (lists.shipments, lists.parties, lists.couriers, lists.promises)


async def _log_ends(settings: Settings) -> dict[store.Key, int]:
    """Where the log ends now, of the partitions that have something in them."""
    prefix = settings.topic_prefix
    consumer = AIOKafkaConsumer(**client_options(settings))
    await consumer.start()
    try:
        tps = [
            TopicPartition(prefix + topic.name, p)
            for topic in ListsOwner.owned
            for p in range(topic.partitions(settings.partitions))
        ]
        first, last = await consumer.beginning_offsets(tps), await consumer.end_offsets(tps)
    finally:
        await consumer.stop()
    return {(tp.topic.removeprefix(prefix), tp.partition): last[tp] for tp in tps if last[tp] > first[tp]}


async def _until_filled(database: Database, wanted: dict[store.Key, int], timeout_s: float) -> None:
    """Raises TimeoutError: the lists have not come so far in time."""
    said = time.monotonic()
    async with asyncio.timeout(timeout_s):
        while True:
            async with database.engine.connect() as connection:
                there = await store.ends(connection)
            left = [key for key, end in wanted.items() if there.get(key, 0) < end]
            if not left:
                return
            if time.monotonic() - said > 5:
                said = time.monotonic()
                print(f"filling: {len(wanted) - len(left)} of {len(wanted)} partitions", file=sys.stderr)
            await asyncio.sleep(0.25)


async def rebuild(settings: Settings, timeout_s: float) -> dict[str, object]:
    """Empty the lists, and wait until they have what the log held at the beginning; returns what was done."""
    begun = time.monotonic()
    wanted = await _log_ends(settings)
    database = lists.database(settings.database_url)
    try:
        await database.upgrade()
        async with database.engine.begin() as connection:
            await store.empty(connection)
        await _until_filled(database, wanted, timeout_s)
        rows: dict[str, object] = {}
        async with database.engine.connect() as connection:
            for table in TABLES:
                count = select(func.count()).select_from(table)
                rows[table.name] = (await connection.execute(count)).scalar_one()
    finally:
        await database.close()
    return rows | {"seconds": round(time.monotonic() - begun, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description="Empty the lists; the worker fills them again from the log.")
    parser.add_argument("--timeout", type=float, default=3600.0, help="give up waiting after so many seconds")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    asked = parser.parse_args()
    settings = Settings(part="rebuild")
    logs.set_up(settings.part, "WARNING")
    try:
        result = asyncio.run(rebuild(settings, asked.timeout))
    except TimeoutError:
        sys.exit(
            f"not filled within {asked.timeout:.0f} s; the worker goes on by itself: see `dromos status`"
        )
    except (DatabaseUnavailable, SQLAlchemyError, OSError) as error:
        sys.exit(f"PostgreSQL does not answer ({type(error).__name__}); the lists are as they were")
    if asked.json:
        print(json.dumps(result))
    else:
        print(
            f"Lists filled again in {result['seconds']} s: {result['shipments']} shipments, "
            f"{result['parties']} recipients and notes, {result['couriers']} couriers, "
            f"{result['promises']} windows."
        )


if __name__ == "__main__":
    main()
