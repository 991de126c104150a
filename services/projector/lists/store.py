"""The rows in PostgreSQL. A row never goes back: a state has its `seq`, a position its time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    String,
    Table,
    and_,
    any_,
    bindparam,
    case,
    cast,
    delete,
    func,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.projector.lists.core import PLACED, Row
from shared.adapters.postgres import database, lists
from shared.adapters.postgres.database import DatabaseUnavailable
from shared.contracts.shipment_events import TOPIC as EVENTS
from shared.contracts.topic import DAY_MS

KEPT_HEARD_MS = DAY_MS
"""Of a courier not heard of for so long nothing is kept: as long as the log keeps his positions."""
KEPT_ENDED_MS = EVENTS.retention_ms or 730 * DAY_MS
"""A shipment that has ended leaves the lists when its events leave the log."""

_OF_THE_ROW = ("22", "23")
"""SQLSTATE classes that say that a row can't be kept as it is: its data, or a constraint."""
_OF_OURS = ("42",)
"""Those that say that the statement itself is wrong, or the tables are not these: waiting mends nothing."""

Key = tuple[str, int]
"""A topic and a partition."""


class MovedOn(Exception):
    """The tables are not as this worker has left them: they were emptied, or somebody else has written."""


async def upsert_shipments(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    """A row of an older state than is there changes nothing. Call `find` for them afterwards."""
    table = lists.shipments
    if rows:
        wanted = insert(table)
        # The words of one that is there already are right, or are put right by `find`.
        changed = {c.name: wanted.excluded[c.name] for c in table.c if c.name not in ("shipment", "words")}
        newer = table.c.seq < wanted.excluded.seq
        await connection.execute(
            wanted.on_conflict_do_update(index_elements=[table.c.shipment], set_=changed, where=newer),
            [row | {"words": row["own"]} for row in rows],
        )


async def find(connection: AsyncConnection, touched: Collection[str]) -> None:
    """Make these shipments found by their numbers and by their recipients as they are now. Writes only those
    whose words are others, so that a stage passed costs no entry in the index of words."""
    if not touched:
        return
    table, people = lists.shipments, lists.parties
    named = (people.c.shipment == table.c.shipment) & (people.c.version == table.c.parties)
    his = select(people.c.words).where(named).scalar_subquery()
    words = table.c.own.op("||", return_type=TSVECTOR)(func.coalesce(his, cast("", TSVECTOR)))
    among = table.c.shipment == any_(bindparam(None, list(touched), ARRAY(String)))
    await connection.execute(
        update(table).where(among, table.c.words.is_distinct_from(words)).values(words=words)
    )


async def shipments(connection: AsyncConnection, found: Mapping[str, Row | None]) -> None:
    """Shipments by their ids; None deletes."""
    table = lists.shipments
    gone = [shipment for shipment, row in found.items() if row is None]
    for i in range(0, len(gone), 1000):
        await connection.execute(delete(table).where(table.c.shipment.in_(gone[i : i + 1000])))
    await upsert_shipments(connection, [row for row in found.values() if row is not None])


async def upsert_people(connection: AsyncConnection, people: Mapping[tuple[str, str], Row | None]) -> None:
    """Recipients and notes by (shipment, version); None deletes."""
    table = lists.parties
    gone = [key for key, row in people.items() if row is None]
    for i in range(0, len(gone), 1000):
        key = tuple_(table.c.shipment, table.c.version)
        await connection.execute(delete(table).where(key.in_(gone[i : i + 1000])))
    if rows := [row for row in people.values() if row is not None]:
        wanted = insert(table)
        changed = {c.name: wanted.excluded[c.name] for c in table.c if not c.primary_key}
        await connection.execute(
            wanted.on_conflict_do_update(index_elements=[table.c.shipment, table.c.version], set_=changed),
            rows,
        )


async def upsert_couriers(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    """Of each what is newest: the fix by its own time, the rest by when it was heard."""
    if not rows:
        return
    table = lists.couriers
    wanted = insert(table)
    new = wanted.excluded
    fresher = and_(new.at_ms.is_not(None), table.c.at_ms.is_(None) | (new.at_ms > table.c.at_ms))
    later = new.seen_ms >= table.c.seen_ms
    changed: dict[str, Any] = {name: case((fresher, new[name]), else_=table.c[name]) for name in PLACED}
    changed |= {
        "tenant": case((later, new.tenant), else_=table.c.tenant),
        "seen_ms": func.greatest(new.seen_ms, table.c.seen_ms),
    }
    for name in ("battery_pct", "protocol"):
        changed[name] = case(
            (later, func.coalesce(new[name], table.c[name])), else_=func.coalesce(table.c[name], new[name])
        )
    await connection.execute(
        wanted.on_conflict_do_update(index_elements=[table.c.courier], set_=changed), list(rows)
    )


async def put_promises(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    """What is in the ledger stays as it is: a window has been shown."""
    if rows:
        await connection.execute(insert(lists.promises).on_conflict_do_nothing(), list(rows))


async def put_closings(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    """Of each attempt's outcome what the newest state says."""
    await _put_newer(connection, lists.closings, rows)


async def put_ratings(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    """Of each question the newest answer."""
    await _put_newer(connection, lists.ratings, rows)


async def _put_newer(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """A row of an older state than is there changes nothing."""
    if not rows:
        return
    wanted = insert(table)
    changed = {c.name: wanted.excluded[c.name] for c in table.c if not c.primary_key}
    await connection.execute(
        wanted.on_conflict_do_update(
            index_elements=list(table.primary_key), set_=changed, where=table.c.seq < wanted.excluded.seq
        ),
        list(rows),
    )


async def put_remarks(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    """What was said was said."""
    if rows:
        await connection.execute(insert(lists.remarks).on_conflict_do_nothing(), list(rows))


async def put_openings(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    """Of each shipment the first."""
    if not rows:
        return
    table = lists.openings
    wanted = insert(table)
    first = func.least(table.c.first_ms, wanted.excluded.first_ms)
    await connection.execute(
        wanted.on_conflict_do_update(index_elements=[table.c.shipment], set_={"first_ms": first}), list(rows)
    )


async def put_notices(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    """A decision that is there is there."""
    if rows:
        await connection.execute(insert(lists.notices).on_conflict_do_nothing(), list(rows))


async def ends(connection: AsyncConnection) -> dict[Key, int]:
    """Up to where the tables are made."""
    table = lists.offsets
    found = await connection.execute(select(table.c.topic, table.c.partition, table.c.next))
    return {(topic, partition): int(end) for topic, partition, end in found}


async def move_on(
    connection: AsyncConnection, before: Mapping[Key, int | None], after: Mapping[Key, int]
) -> None:
    """Say that the tables are made up to `after`; `before` is where this worker believes them to be (None:
    nowhere yet).

    Raises:
        MovedOn: they are somewhere else.
    """
    table = lists.offsets
    for (topic, partition), end in after.items():
        was = before[topic, partition]
        if was is None:
            made = await connection.execute(
                insert(table).values(topic=topic, partition=partition, next=end).on_conflict_do_nothing()
            )
        else:
            made = await connection.execute(
                update(table)
                .where(table.c.topic == topic, table.c.partition == partition, table.c.next == was)
                .values(next=end)
            )
        if made.rowcount != 1:
            raise MovedOn(f"{topic}/{partition} is not at {was}")


async def forget_end(connection: AsyncConnection, key: Key) -> None:
    """The log begins anew: so does what is made of it."""
    table = lists.offsets
    topic, partition = key
    await connection.execute(delete(table).where(table.c.topic == topic, table.c.partition == partition))


async def empty(connection: AsyncConnection) -> None:
    """Everything out, and with it how far it was made: whoever writes them begins anew."""
    await connection.execute(text(f"TRUNCATE {', '.join(lists.META.tables)}"))


async def sweep(connection: AsyncConnection, now_ms: int) -> int:
    """Delete what is kept no longer; returns how many rows."""
    old, ended = lists.couriers, lists.shipments
    heard = await connection.execute(delete(old).where(old.c.seen_ms < now_ms - KEPT_HEARD_MS))
    # A fix that is a day old is no place of his any more, though his phone is heard of.
    await connection.execute(
        update(old).where(old.c.at_ms < now_ms - KEPT_HEARD_MS).values(dict.fromkeys(PLACED))
    )
    gone = await connection.execute(
        delete(ended).where(ended.c.ended, ended.c.status_ms < now_ms - KEPT_ENDED_MS)
    )
    shown, closed = lists.promises, lists.closings
    past = await connection.execute(delete(shown).where(shown.c.shown_ms < now_ms - KEPT_ENDED_MS))
    for table in (lists.ratings, lists.notices, lists.remarks):
        await connection.execute(delete(table).where(table.c.at_ms < now_ms - KEPT_ENDED_MS))
    opened = lists.openings
    await connection.execute(delete(opened).where(opened.c.first_ms < now_ms - KEPT_ENDED_MS))
    await connection.execute(delete(closed).where(closed.c.at_ms < now_ms - KEPT_ENDED_MS))
    return int(heard.rowcount + gone.rowcount + past.rowcount)


def _class_of(error: BaseException) -> str:
    state = getattr(getattr(error, "orig", None), "sqlstate", None) or ""
    return str(state)[:2] if isinstance(error, DBAPIError) else ""


def of_the_row(error: BaseException) -> bool:
    """Whether it was a row that PostgreSQL would not take, and not PostgreSQL that was away."""
    return _class_of(error) in _OF_THE_ROW


def of_ours(error: BaseException) -> bool:
    return _class_of(error) in _OF_OURS


AWAY = (*database.AWAY, DatabaseUnavailable)
"""What says that PostgreSQL is away, unless it is `of_the_row`."""
