"""Alembic's entry."""

from shared.adapters.postgres.alembic_env import run
from shared.adapters.postgres.lists import META

run(META)
