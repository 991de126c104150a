"""What people wrote to us that belongs to no shipment for certain: kept apart until somebody has looked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import ProgrammingError

from shared.adapters.postgres.database import Database, metadata
from shared.adapters.postgres.wishes import SCHEMA
from shared.contracts.topic import DAY_MS
from shared.domain.strays import Stray

KEPT_MS = 90 * DAY_MS
"""Personal data of which nobody has made anything for so long is deleted."""
LONGEST = 4_000


def strays_table(meta: MetaData, schema: str | None = None) -> Table:
    """One row a message. `tenant` and `shipment` are a guess: of what it seems to answer; none, where it says
    nothing. `schema`: for who writes it from another."""
    return Table(
        "strays",
        meta,
        Column("stray", String(64), primary_key=True),
        Column("tenant", String(64)),
        Column("shipment", String(64)),
        Column("way", String(8), nullable=False),
        Column("why", String(16), nullable=False),
        Column("sender", String(254), nullable=False),
        Column("subject", String(300), nullable=False),
        Column("text", String(LONGEST), nullable=False),
        Column("message_id", String(250)),
        Column("attachments", Integer, nullable=False),
        Column("at_ms", BigInteger, nullable=False),
        Index("strays_at_idx", "at_ms"),
        schema=schema,
    )


_LENGTHS = {"sender": 254, "subject": 300, "text": LONGEST, "message_id": 250}


class Strays:
    """Written by the notifier (mail) and the portal (SMS), read and settled at the portal. Every call raises
    `DatabaseUnavailable` when PostgreSQL is away."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._table = strays_table(metadata(), SCHEMA)

    async def put(self, stray: Stray) -> None:
        """Keep it; the same again changes nothing."""
        row = asdict(stray)
        for name, longest in _LENGTHS.items():
            row[name] = row[name].replace("\x00", "")[:longest] if row[name] is not None else None
        async with self._database.transaction() as connection:
            await connection.execute(insert(self._table).values(row).on_conflict_do_nothing())

    async def of(self, tenants: Collection[str | None] | None, limit: int) -> list[Stray]:
        """Those of these carriers, the oldest first; None among them: those that are nobody's; None instead:
        all."""
        table = self._table
        wanted = select(*(table.c[f.name] for f in fields(Stray)))
        if tenants is not None:
            his = [table.c.tenant == t for t in tenants if t is not None]
            wanted = wanted.where(or_(*his, *([table.c.tenant.is_(None)] if None in tenants else [])))
        async with self._database.reading() as connection:
            found: Any = await connection.execute(wanted.order_by(table.c.at_ms, table.c.stray).limit(limit))
            return [Stray(**row._mapping) for row in found]

    async def find(self, stray: str) -> Stray | None:
        table = self._table
        wanted = select(*(table.c[f.name] for f in fields(Stray))).where(table.c.stray == stray)
        async with self._database.reading() as connection:
            row: Any = (await connection.execute(wanted)).first()
        return Stray(**row._mapping) if row is not None else None

    async def settle(self, stray: str) -> None:
        """Away with it: somebody has looked, or what it said is kept where it belongs."""
        async with self._database.transaction() as connection:
            await connection.execute(delete(self._table).where(self._table.c.stray == stray))

    async def forget(self, shipment: str) -> None:
        """Away with what seems to be about a shipment: its recipient is to be known no more."""
        try:
            async with self._database.transaction(ProgrammingError) as connection:
                await connection.execute(delete(self._table).where(self._table.c.shipment == shipment))
        except ProgrammingError:  # no notifier has ever been here: there is no table
            return

    async def sweep(self, now_ms: int) -> None:
        """Delete what is kept no longer."""
        async with self._database.transaction() as connection:
            await connection.execute(delete(self._table).where(self._table.c.at_ms < now_ms - KEPT_MS))
