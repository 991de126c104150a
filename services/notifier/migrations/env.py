"""Alembic's entry."""

from services.notifier.tables import META
from shared.adapters.postgres.alembic_env import run

run(META)
