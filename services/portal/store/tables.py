"""The tables of the schema `portal`: who works at the desk, and what is written down there."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    String,
    Table,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from shared.adapters.postgres.database import Database, metadata

SCHEMA = "portal"
META = metadata()

accounts = Table(
    "accounts",
    META,
    Column("account", String(64), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("name", String(120), nullable=False),
    Column("email", String(254), nullable=False, unique=True),
    Column("password", String(200), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("language", String(2)),
    Column("totp", String(64)),
    Column("totp_pending", String(64)),
    Column("totp_step", BigInteger, nullable=False, server_default="0"),
    Column("recovery", ARRAY(String(64)), nullable=False, server_default="{}"),
    Column("disabled", Boolean, nullable=False, server_default="false"),
    Column("last_login_ms", BigInteger),
    Index(None, "tenant"),
)
"""Who may log in. `email` as it is compared; `password` as argon2 writes it; `recovery` are SHA-256s."""

sessions = Table(
    "sessions",
    META,
    Column("session", String(64), primary_key=True),
    Column("account", ForeignKey("accounts.account", ondelete="CASCADE"), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("seen_ms", BigInteger, nullable=False),
    Index(None, "account"),
)
"""Who is logged in: the SHA-256 of what his browser holds."""

invitations = Table(
    "invitations",
    META,
    Column("invitation", String(64), primary_key=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("tenant", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("by", String(64), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("name", String(120)),
    Column("account", ForeignKey("accounts.account", ondelete="CASCADE")),
    Index(None, "tenant"),
)
"""Open invitations; one that is used is gone. With `account` it gives that account a new password."""

audit = Table(
    "audit",
    META,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("tenant", String(64), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("action", String(160), nullable=False),
    Column("outcome", SmallInteger, nullable=False),
    Column("subject", String(200)),
    Column("detail", String(200)),
    Column("count", Integer, nullable=False, server_default="1"),
    Index(None, "tenant", "id"),
    Index(None, "at_ms"),
)
"""Who changed what, by ids. `outcome` is the answer's status."""

cash_entries = Table(
    "cash_entries",
    META,
    Column("entry", String(64), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("party", String(64), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("by", String(64), nullable=False),
    Column("by_name", String(120), nullable=False),
    Column("undone_ms", BigInteger),
    Column("undone_by", String(64)),
    Index(None, "tenant", "at_ms"),
)
"""Cash that changed hands: `hand_in` (party: the courier) and `settlement` (party: the merchant). What is
undone stays written."""

cash_items = Table(
    "cash_items",
    META,
    Column("entry", ForeignKey("cash_entries.entry"), primary_key=True),
    Column("shipment", String(64), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("order_number", String(64), nullable=False),
    Column("merchant", String(64), nullable=False),
    Column("courier", String(64)),
    Column("amount", Numeric(11, 2), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("taken_ms", BigInteger, nullable=False),
    Column("undone", Boolean, nullable=False, server_default="false"),
    Index("cash_items_once_idx", "shipment", "kind", unique=True, postgresql_where=text("NOT undone")),
    Index("cash_items_kind_idx", "tenant", "kind", postgresql_where=text("NOT undone")),
)
"""The shipments of an entry, as their cash stood then: each is handed in and settled at most once."""

case_closings = Table(
    "case_closings",
    META,
    Column("closing", String(64), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("shipment", String(64), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("word", String(1000), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("by", String(64), nullable=False),
    Column("by_name", String(120), nullable=False),
    Column("undone_ms", BigInteger),
    Column("undone_by", String(64)),
    Index(
        "case_closings_once_idx", "shipment", "seq", unique=True, postgresql_where=text("undone_ms IS NULL")
    ),
    Index(None, "tenant", "at_ms"),
)
"""What was done about bad answers: all of a shipment up to the event `seq` are looked after. What is undone
stays written."""


def database(url: str) -> Database:
    return Database(url, SCHEMA, Path(__file__).parents[1] / "migrations")
