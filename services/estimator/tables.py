"""The table of the schema `estimator`: what each leg and hand-over took, which all estimators learn from."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import REAL, BigInteger, Column, Identity, Index, Integer, String, Table, UniqueConstraint

from shared.adapters.postgres.database import Database, metadata

SCHEMA = "estimator"
META = metadata()

visits = Table(
    "visits",
    META,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("courier", String(64), nullable=False),
    Column("left_ms", BigInteger, nullable=False),
    Column("arrived_ms", BigInteger),
    Column("done_ms", BigInteger, nullable=False),
    Column("leg_s", REAL, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("parcels", Integer, nullable=False),
    Column("zone", String(64), nullable=False),
    Column("paused_s", REAL, nullable=False),
    UniqueConstraint("courier", "done_ms"),
    Index("visits_done_idx", "done_ms"),
)
"""A finished leg and visit a row (`core.learned.Visit`), once however often it was noticed."""


def database(url: str) -> Database:
    return Database(url, SCHEMA, Path(__file__).parent / "migrations")
