"""One service's schema: an engine whose tables stand in it, brought up to date when the process starts."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import alembic.command
from alembic.config import Config
from sqlalchemy import Connection, Executable, MetaData, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from shared import logs

log = logs.get(__name__)

CONNECT_S = 5
STATEMENT_MS = 10_000
ANSWER_S = 12
"""A server that is frozen, or behind a line that is cut, ends no statement by itself."""
TRANSACTION_MS = 60_000
"""Who is longer in one transaction has been frozen, or cut off: what he has locked is others' again. Neither
the timeout of statements nor that of idle transactions ends one whose process stopped between the messages of
one statement: the server is then neither idle nor executing. Needs PostgreSQL 17."""
AWAY = (SQLAlchemyError, OSError, TimeoutError)
NAMING = {
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}
"""PostgreSQL's own names, said so that migrations can name what they change."""


class DatabaseUnavailable(Exception):
    """PostgreSQL does not answer, or refuses us."""


@contextmanager
def _translated(*refusals: type[SQLAlchemyError]) -> Iterator[None]:
    """Only the kind of error is told: its text may hold a row."""
    try:
        yield
    except refusals:
        raise
    except AWAY as error:
        raise DatabaseUnavailable(type(error).__name__) from error


def metadata() -> MetaData:
    """Tables without a schema of their own: `Database` says in which they stand."""
    return MetaData(naming_convention=NAMING)


class Database:
    """The tables of one schema. Statements end after ten seconds: a page waits for none longer."""

    def __init__(
        self, url: str, schema: str, migrations: Path, *, transaction_ms: int = TRANSACTION_MS
    ) -> None:
        """`url` as SQLAlchemy has it (`postgresql+asyncpg://...`); `migrations` is an Alembic folder."""
        self.schema, self._migrations = schema, migrations
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=5,
            max_overflow=10,
            pool_timeout=CONNECT_S,
            pool_pre_ping=True,
            hide_parameters=True,  # they hold names and telephones, and an error is logged
            connect_args={
                "timeout": CONNECT_S,
                "command_timeout": ANSWER_S,
                "server_settings": {
                    "search_path": schema,
                    "statement_timeout": str(STATEMENT_MS),
                    "transaction_timeout": str(transaction_ms),
                    # A plan made for any value is a bad one for most: a rare name, a frequent one.
                    "plan_cache_mode": "force_custom_plan",
                    "application_name": f"dromos.{schema}",
                },
            },
        )

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection that changes nothing.

        Raises:
            DatabaseUnavailable: PostgreSQL is away, or refuses.
        """
        with _translated():
            async with self.engine.connect() as connection:
                yield connection

    async def rows(self, wanted: Executable) -> list[Any]:
        """All rows of one query. Raises as `reading`."""
        async with self.reading() as connection:
            return list(await connection.execute(wanted))

    @asynccontextmanager
    async def transaction(self, *refusals: type[SQLAlchemyError]) -> AsyncIterator[AsyncConnection]:
        """A transaction. What of `refusals` PostgreSQL raises comes through: its caller knows what it means.

        Raises:
            DatabaseUnavailable: PostgreSQL is away, or refuses for another reason.
        """
        with _translated(*refusals):
            async with self.engine.begin() as connection:
                yield connection

    async def upgrade(self) -> None:
        """Bring the schema to the newest version. Of several processes that start at once one works, the
        others wait.

        Raises:
            DatabaseUnavailable: it could not be reached, or refused.
        """
        lock = int.from_bytes(hashlib.sha256(self.schema.encode()).digest()[:8], signed=True)
        try:
            async with self.engine.begin() as connection:
                await connection.execute(text("SET LOCAL transaction_timeout = 0"))
                await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
                await connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{self.schema}"'))
                await connection.run_sync(self._upgrade)
        except AWAY as error:
            raise DatabaseUnavailable(str(error)) from error

    def _upgrade(self, connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(self._migrations).replace("%", "%%"))
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "head")

    async def answers(self) -> bool:
        """Whether a query is answered within two seconds."""
        try:
            async with asyncio.timeout(2), self.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except AWAY:
            return False
        return True

    async def close(self) -> None:
        await self.engine.dispose()
