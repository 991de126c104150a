"""The office's tables are what its migrations make."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from typing import Any

import alembic.command
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from deploy.local.infra import Infra
from services.portal import store
from services.portal.store import tables
from shared.adapters.postgres.database import Database, DatabaseUnavailable
from tests.integration.office_kit import Databases


async def test_the_tables_are_what_the_migrations_make(both: Databases) -> None:
    def compared(connection: Connection) -> list[Any]:
        found: list[Any] = compare_metadata(MigrationContext.configure(connection), tables.META)
        return found

    for module in pkgutil.iter_modules(store.__path__):  # each adds its tables
        importlib.import_module(f"{store.__name__}.{module.name}")
    async with both.portal.engine.connect() as connection:
        assert [d for d in await connection.run_sync(compared) if "alembic_version" not in str(d)] == []


async def test_the_migrations_can_be_undone(infra: Infra) -> None:
    folder = Path(tables.__file__).parents[1] / "migrations"
    undone = Database(infra.postgres_url, "portal_undone", folder)
    await undone.upgrade()

    def down(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(folder))
        config.attributes["connection"] = connection
        alembic.command.downgrade(config, "base")

    async with undone.engine.begin() as connection:
        await connection.run_sync(down)
    await undone.upgrade()
    await undone.close()


async def test_who_is_frozen_in_a_transaction_lets_others_go_on(infra: Infra) -> None:
    """Timeouts of statements and of idle transactions look past one who stops between the messages of one
    statement; this one counts from the transaction's beginning, whatever it does."""
    folder = Path(tables.__file__).parents[1] / "migrations"
    frozen = Database(infra.postgres_url, "portal_frozen", folder, transaction_ms=300)
    other = Database(infra.postgres_url, "portal_frozen", folder)
    await frozen.upgrade()  # longer than 300 ms

    async def written(database: Database, n: int) -> None:
        async with database.transaction() as connection:
            await connection.execute(text("UPDATE held SET n = :n"), {"n": n})

    async def outlived() -> None:
        async with frozen.transaction() as connection:
            await connection.execute(text("UPDATE held SET n = 2"))
            await written(other, 3)
            await connection.execute(text("SELECT 1"))

    try:
        async with other.transaction() as connection:
            await connection.execute(text("CREATE TABLE held AS SELECT 1 AS n"))
        with pytest.raises(DatabaseUnavailable):
            await outlived()
        async with other.reading() as connection:
            assert (await connection.execute(text("SELECT n FROM held"))).scalar_one() == 3
        await written(frozen, 4)
    finally:
        await frozen.close()
        await other.close()
