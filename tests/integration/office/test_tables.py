"""The office's tables are what its migrations make."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from typing import Any

import alembic.command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from deploy.local.infra import Infra
from services.portal import store
from services.portal.store import tables
from shared.adapters.postgres.database import Database
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
