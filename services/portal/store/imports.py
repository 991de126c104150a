"""Imports in PostgreSQL. Who works on one holds a claim; what he writes counts only while he holds it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, delete, insert, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.portal.core.imports.state import WORKING, Import, Line, State
from services.portal.store.import_tables import import_orders, import_rows, imports
from services.portal.store.queries import equal
from shared.adapters.postgres.database import Database

LEASE_MS = 20_000
ENDING_MS = 3_600_000
"""So much longer an import is kept that is being applied when its day is over."""
_NOW: ColumnElement[int] = literal_column("(extract(epoch from clock_timestamp()) * 1000)::bigint")
_IMPORT = [imports.c[name] for name in Import.__struct_fields__]
_LISTED = [name for name in Import.__struct_fields__ if name not in ("columns", "plan")]
_LINE = [import_rows.c[name] for name in Line.__struct_fields__]


class ClaimLost(Exception):
    """Another process works on it now, or it was deleted: what this one knows is old."""


class Imports:
    """Every call raises `DatabaseUnavailable` when PostgreSQL is away."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def add(self, made: Import, content: bytes) -> None:
        values = msgspec.to_builtins(made) | {"content": content}
        async with self.database.transaction() as connection:
            await connection.execute(insert(imports).values(values))

    async def get(self, import_id: str, tenant: str | None) -> Import | None:
        """By its id, if it is this carrier's (None: any carrier's)."""
        wanted = select(*_IMPORT).where(imports.c.import_id == import_id, *equal(imports.c.tenant, tenant))
        async with self.database.transaction() as connection:
            row = (await connection.execute(wanted)).one_or_none()
        return _import(row) if row is not None else None

    async def listed(self, tenant: str | None, most: int) -> list[Import]:
        """The newest first, without their columns and plans: those are large, and a list shows neither."""
        wanted = select(*(imports.c[name] for name in _LISTED)).where(*equal(imports.c.tenant, tenant))
        wanted = wanted.order_by(imports.c.created_ms.desc()).limit(most)
        async with self.database.transaction() as connection:
            return [_read(row, Import, _LISTED) for row in await connection.execute(wanted)]

    async def lines(self, import_id: str) -> list[Line]:
        """Its rows, in the file's order."""
        wanted = select(*_LINE).where(import_rows.c.import_id == import_id).order_by(import_rows.c.row)
        async with self.database.transaction() as connection:
            return [_read(row, Line) for row in await connection.execute(wanted)]

    async def delete(self, import_id: str) -> bool:
        """False: it is being applied, and stays."""
        idle = imports.c.state != State.APPLYING.value
        async with self.database.transaction() as connection:
            await connection.execute(delete(imports).where(imports.c.import_id == import_id, idle))
            left = await connection.scalar(select(imports.c.state).where(imports.c.import_id == import_id))
        return left is None

    async def purge(self, now_ms: int) -> int:
        """Delete what is over; how many. What is being applied then may end first."""
        over = imports.c.expires_ms <= now_ms
        ended = (imports.c.state != State.APPLYING.value) | (imports.c.expires_ms <= now_ms - ENDING_MS)
        async with self.database.transaction() as connection:
            gone = await connection.execute(delete(imports).where(over, ended))
        return int(gone.rowcount)

    async def apply(self, found: Import, changes: dict[str, Any], confirmed: Sequence[int]) -> bool:
        """Let it be applied; False: it is not any more as `found` has it."""
        async with self.database.transaction() as connection:
            changed = await connection.execute(
                update(imports)
                .where(imports.c.import_id == found.import_id, imports.c.state == found.state.value)
                .values(_builtins(changes) | {"state": State.APPLYING.value, "claimed_until_ms": 0})
            )
            if not changed.rowcount:
                return False
            if confirmed:
                await connection.execute(
                    update(import_rows)
                    .where(import_rows.c.import_id == found.import_id, import_rows.c.row.in_(confirmed))
                    .values(confirmed=True)
                )
            return True

    # for who works on it

    async def claim(self, worker: str) -> Import | None:
        """One that goes on by itself and that nobody works on, claimed."""
        free = (
            select(imports.c.import_id)
            .where(imports.c.state.in_([state.value for state in WORKING]), imports.c.claimed_until_ms < _NOW)
            .order_by(imports.c.created_ms)
            .limit(1)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        claimed = (
            update(imports)
            .where(imports.c.import_id == free)
            .values(claimed_by=worker, claimed_until_ms=_NOW + LEASE_MS)
            .returning(*_IMPORT)
        )
        async with self.database.transaction() as connection:
            row = (await connection.execute(claimed)).one_or_none()
        return _import(row) if row is not None else None

    async def renew(self, import_id: str, worker: str) -> None:
        """Raises ClaimLost."""
        async with self._holding(import_id, worker):
            pass

    async def release(self, import_id: str, worker: str) -> None:
        """Let another go on with it at once."""
        async with self.database.transaction() as connection:
            await connection.execute(
                update(imports)
                .where(imports.c.import_id == import_id, imports.c.claimed_by == worker)
                .values(claimed_until_ms=0)
            )

    async def content(self, import_id: str) -> bytes | None:
        async with self.database.transaction() as connection:
            found = await connection.scalar(select(imports.c.content).where(imports.c.import_id == import_id))
        return bytes(found) if found is not None else None

    async def save(
        self, import_id: str, worker: str, changes: dict[str, Any], lines: Iterable[Line] = ()
    ) -> None:
        """Change the import and these rows, all or nothing.

        Raises:
            ClaimLost: nothing was written.
        """
        kept = [_builtins(msgspec.structs.asdict(line)) | {"import_id": import_id} for line in lines]
        async with self._holding(import_id, worker) as connection:
            if changes:
                await connection.execute(
                    update(imports).where(imports.c.import_id == import_id).values(_builtins(changes))
                )
            if kept:
                row = upsert(import_rows)
                names = [n for n in Line.__struct_fields__ if n not in ("row", "confirmed")]
                await connection.execute(
                    row.on_conflict_do_update(
                        index_elements=["import_id", "row"],
                        set_={name: row.excluded[name] for name in names},
                    ),
                    kept,
                )

    async def take_orders(self, found: Import, worker: str, numbers: Sequence[str]) -> set[str]:
        """Of these order numbers those that another import has taken; the others are this one's from now on.

        Raises:
            ClaimLost
        """
        async with self._holding(found.import_id, worker) as connection:
            for number in sorted(numbers):  # in one order, so that two imports do not wait for each other
                await connection.execute(
                    upsert(import_orders)
                    .values(merchant=found.merchant, order_number=number, import_id=found.import_id)
                    .on_conflict_do_nothing()
                )
            taken = await connection.scalars(
                select(import_orders.c.order_number).where(
                    import_orders.c.merchant == found.merchant,
                    import_orders.c.order_number.in_(numbers),
                    import_orders.c.import_id != found.import_id,
                )
            )
            return set(taken)

    @asynccontextmanager
    async def _holding(self, import_id: str, worker: str) -> AsyncIterator[AsyncConnection]:
        async with self.database.transaction() as connection:
            held = await connection.execute(
                update(imports)
                .where(imports.c.import_id == import_id, imports.c.claimed_by == worker)
                .values(claimed_until_ms=_NOW + LEASE_MS)
            )
            if not held.rowcount:
                raise ClaimLost(import_id)
            yield connection


def _builtins(changes: dict[str, Any]) -> dict[str, Any]:
    return {name: msgspec.to_builtins(value) for name, value in changes.items()}


def _import(row: Any) -> Import:
    return _read(row, Import)


def _read[T: msgspec.Struct](row: Any, kind: type[T], names: Sequence[str] | None = None) -> T:
    """With `names` only these fields; the others have their defaults."""
    # Not the row's own names: SQLAlchemy's are of a kind that msgspec takes for no string.
    return msgspec.convert({name: row._mapping[name] for name in names or kind.__struct_fields__}, kind)
