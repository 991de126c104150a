"""The tables of the schema `notices`: the ledger by which nothing is told twice. No address, telephone or
text stands in it but in `strays`: contacts are marks (`core.identity`)."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Identity,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.adapters.postgres.database import Database, metadata
from shared.adapters.postgres.strays import strays_table
from shared.adapters.postgres.wishes import SCHEMA, wishes_table

META = metadata()

wants = Table(
    "wants",
    META,
    Column("shipment", String(64), primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("revision", BigInteger, primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("merchant", String(64), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("reason", String(64), nullable=False),
    Column("milestone", JSONB),
    Column("waits_ms", BigInteger),
    Index("wants_due_idx", "due_ms", postgresql_where=text("open")),
    Index("wants_at_idx", "at_ms"),
)
"""What is worth telling, once however often its milestone is read; `open` until it is decided. `waits_ms`:
since when it has waited for views without which it can't be."""

notices = Table(
    "notices",
    META,
    Column("notice", String(64), primary_key=True),
    Column("lead", String(64), nullable=False),
    Column("shipment", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("recipient", String(64), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("tenant", String(64), nullable=False),
    Column("merchant", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(64), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("claim", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("due_ms", BigInteger),
    Column("code", String(64), nullable=False),
    Column("excerpt", String(300), nullable=False),
    Column("provider_id", String(128), nullable=False),
    Column("payload", LargeBinary),
    Column("made_ms", BigInteger, nullable=False),
    Column("decision", Text, nullable=False),
    Index("notices_due_idx", "due_ms", postgresql_where=text("due_ms IS NOT NULL")),
    Index("notices_shipment_idx", "shipment"),
    Index("notices_recipient_idx", "recipient", "made_ms"),
    Index("notices_lead_idx", "lead"),
    Index("notices_held_idx", "tenant", "at_ms", postgresql_where=text("state = 'held'")),
    Index("notices_at_idx", "at_ms"),
)
"""One row a notice: unique by shipment, kind, revision, recipient and channel, which its id is the hash of.

`queued` when it is decided, `claimed` when somebody writes it, `sending` before it is handed over, closed
after; `due_ms`: when it is looked at again, a claim that nobody has closed included. `made_ms`: when it was
decided, `at_ms`: when it changed last. `lead` is the notice whose message tells of this one too (its own, but
in a digest). `claim` counts claims, so that who was overtaken closes nothing. `payload`: what a webhook is
sent, the same at each try. `decision`: the commands by which people decided about it while it was held."""

outcomes = Table(
    "outcomes",
    META,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("shipment", String(64), nullable=False),
    Column("value", LargeBinary, nullable=False),
)
"""Outcomes on their way to the log, written with what they tell of."""

wishes = wishes_table(META)
"""What people want, by the mark of an address or telephone of theirs: it holds for all shipments of a
carrier."""

strays = strays_table(META)
"""What people wrote that belongs to no shipment for certain. Here addresses and texts stand, until somebody
has looked."""

endpoints = Table(
    "endpoints",
    META,
    Column("webhook", String(64), primary_key=True),
    Column("gone_ms", BigInteger, nullable=False),
)
"""Webhooks that answered 410, and when."""


links = Table(
    "links",
    META,
    Column("link", String(64), primary_key=True),
    Column("expires_ms", BigInteger, nullable=False),
)
"""Links that were made, by the hash of their secret: each is written to the log once, for to write it again
would undo that somebody has revoked it meanwhile."""


TRANSACTION_MS = 15_000
"""Less than the lease of what is being sent: who was frozen with a notice locked holds up nobody longer."""


def database(url: str) -> Database:
    return Database(url, SCHEMA, Path(__file__).parent / "migrations", transaction_ms=TRANSACTION_MS)
