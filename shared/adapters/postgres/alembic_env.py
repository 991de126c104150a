"""What every service's `migrations/env.py` does: run on the connection that `Database.upgrade` has opened.

The version table stands in the service's own schema, so that services are upgraded apart."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, MetaData


def run(target: MetaData) -> None:
    """Run the migrations that are missing. `target` is what they should lead to."""
    connection: Connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=target)
    context.run_migrations()
