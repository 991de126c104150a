"""Alembic's entry."""

from services.portal.store.tables import META
from shared.adapters.postgres.alembic_env import run

run(META)
