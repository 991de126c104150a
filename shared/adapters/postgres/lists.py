"""The tables of the schema `lists`: written by `projector lists`, read by the portal."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import (
    REAL,
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    String,
    Table,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from shared.adapters.postgres.database import Database, metadata

SCHEMA = "lists"
META = metadata()

shipments = Table(
    "shipments",
    META,
    Column("shipment", String(64), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("merchant", String(64), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("order_number", String(64), nullable=False),
    Column("parties", String(64), nullable=False),
    Column("substatus", String(64), nullable=False),
    Column("tag", String(32), nullable=False),
    Column("status_ms", BigInteger, nullable=False),
    Column("registered_ms", BigInteger, nullable=False),
    Column("day", Date, nullable=False),
    Column("window_from_ms", BigInteger),
    Column("window_to_ms", BigInteger),
    Column("courier", String(64)),
    Column("joined", BigInteger, nullable=False),
    Column("route", String(64)),
    Column("attempt", Integer, nullable=False),
    Column("out", Boolean, nullable=False),
    Column("ended", Boolean, nullable=False),
    Column("parcels", Integer, nullable=False),
    Column("handover", String(16), nullable=False, server_default="door"),
    Column("cash", Numeric(11, 2)),
    Column("currency", String(3)),
    Column("cash_taken", Numeric(11, 2)),
    Column("taken_currency", String(3)),
    Column("taken_ms", BigInteger),
    Column("taken_by", String(64)),
    Column("zone", String(64), nullable=False),
    Column("language", String(2)),
    Column("history", JSONB, nullable=False),
    Column("own", TSVECTOR, nullable=False),
    Column("words", TSVECTOR, nullable=False),
    Index("shipments_newest_idx", "tenant", "registered_ms", "shipment"),
    Index("shipments_tag_idx", "tenant", "tag", "registered_ms", "shipment"),
    Index("shipments_merchant_idx", "tenant", "merchant", "registered_ms", "shipment"),
    Index("shipments_day_idx", "tenant", "day"),
    Index("shipments_courier_idx", "courier", "registered_ms", "shipment"),
    Index("shipments_open_idx", "tenant", "window_to_ms", postgresql_where=text("NOT ended")),
    Index(
        "shipments_window_idx",
        "tenant",
        "merchant",
        "window_from_ms",
        postgresql_where=text("window_from_ms IS NOT NULL"),
    ),
    Index("shipments_taken_idx", "tenant", "taken_ms", postgresql_where=text("cash_taken IS NOT NULL")),
    Index("shipments_words_idx", "words", postgresql_using="gin"),
)
"""One row a shipment, of the newest state read (`seq`). Times are epoch milliseconds, as everywhere.

`courier` carries it, or has carried it to its end; `day` is its window's in the delivery's zone, or else that
of its newest stage. `own` are the words of its number, `words` those and its recipient's, by which it is
found: one index over both, since a search over two joined tables is not quick. `taken_*` is the cash that was
taken: how much, when, and by which courier. In `history` each stage names its courier."""

parties = Table(
    "parties",
    META,
    Column("shipment", String(64), primary_key=True),
    Column("version", String(80), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("name", String(120)),
    Column("line", String(120)),
    Column("city", String(64)),
    Column("postcode", String(16)),
    Column("lon", Double),
    Column("lat", Double),
    Column("phone", String(32)),
    Column("email", String(254)),
    Column("floor", String(64)),
    Column("bell", String(64)),
    Column("note", String(4000)),
    Column("taken_by", String(120)),
    Column("language", String(2)),
    Column("message_id", String(250)),
    Column("words", TSVECTOR, nullable=False),
)
"""Recipients, what was said with reports, and what recipients and shops wrote to each other, by version; a
tombstone in the log deletes the row."""

couriers = Table(
    "couriers",
    META,
    Column("courier", String(64), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("seen_ms", BigInteger, nullable=False),
    Column("at_ms", BigInteger),
    Column("lon", Double),
    Column("lat", Double),
    Column("speed_mps", REAL),
    Column("bearing_deg", REAL),
    Column("accuracy_m", REAL),
    Column("battery_pct", SmallInteger),
    Column("protocol", String(32)),
    Index("couriers_tenant_idx", "tenant", "seen_ms"),
)
"""The newest that was heard of each courier's phone: `seen_ms` anything, `at_ms` a fix."""

promises = Table(
    "promises",
    META,
    Column("shipment", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("merchant", String(64), nullable=False),
    Column("courier", String(64), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("shown_ms", BigInteger, nullable=False),
    Column("from_ms", BigInteger),
    Column("to_ms", BigInteger),
    Column("eta_ms", BigInteger),
    Column("grain", String(8), nullable=False),
    Column("why", String(16), nullable=False),
    Column("model", String(32), nullable=False),
    Column("inputs", JSONB, nullable=False),
    Column("zone", String(64), nullable=False),
    Index("promises_tenant_idx", "tenant", "shown_ms"),
    Index("promises_shown_idx", "shown_ms"),
)
"""The promise ledger: every window as it was shown from `shown_ms` on (none: said to be unknown), what model
made it and of what."""

closings = Table(
    "closings",
    META,
    Column("shipment", String(64), primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("substatus", String(64), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index("closings_at_idx", "at_ms"),
)
"""What closes the windows of an attempt: its outcome at the door, of the newest state read (`seq`)."""

ratings = Table(
    "ratings",
    META,
    Column("shipment", String(64), primary_key=True),
    Column("question", String(16), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("tenant", String(64), nullable=False),
    Column("merchant", String(64), nullable=False),
    Column("courier", String(64)),
    Column("score", SmallInteger),
    Column("bad", Boolean, nullable=False),
    Column("note", String(64)),
    Column("at_ms", BigInteger, nullable=False),
    Index("ratings_tenant_idx", "tenant", "at_ms"),
    Index("ratings_bad_idx", "tenant", "shipment", postgresql_where=text("bad")),
)
"""The newest answer of a shipment's recipient to each question, and who brought it."""

notices = Table(
    "notices",
    META,
    Column("outcome", String(64), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("merchant", String(64), nullable=False),
    Column("shipment", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("channel", String(16)),
    Column("notice", String(64)),
    Column("state", String(16), nullable=False),
    Column("reason", String(64), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("due_ms", BigInteger),
    Column("code", String(64)),
    Column("webhook", String(64)),
    Column("event", String(64)),
    Index("notices_shipment_idx", "shipment", "at_ms"),
    Index("notices_tenant_idx", "tenant", "at_ms"),
    Index(
        "notices_webhook_idx",
        "tenant",
        "merchant",
        "at_ms",
        postgresql_where=text("channel = 'webhook'"),
    ),
    Index("notices_held_idx", "tenant", "at_ms", postgresql_where=text("state = 'held'")),
)
"""Each decision about a notice with its reason (notice.outcomes), once however often it is read. The newest
of a notice is how it stands."""

remarks = Table(
    "remarks",
    META,
    Column("shipment", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("merchant", String(64), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("direction", String(3), nullable=False),
    Column("way", String(8), nullable=False),
    Column("by", String(16), nullable=False),
    Column("about", String(16)),
    Column("note", String(64)),
    Column("answers", String(64)),
    Column("attachments", Integer, nullable=False),
    Index("remarks_tenant_idx", "tenant", "at_ms"),
)
"""What a shipment's recipient has said, and been answered; `by`: what kind of actor said or noted it. The
words lie in `parties`, under the version `note`."""

openings = Table(
    "openings",
    META,
    Column("shipment", String(64), primary_key=True),
    Column("first_ms", BigInteger, nullable=False),
    Index("openings_first_idx", "first_ms"),
)
"""When a shipment's recipient first opened his link."""

offsets = Table(
    "offsets",
    META,
    Column("topic", String(80), primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("next", BigInteger, nullable=False),
)
"""Up to where the tables are made, written with them: an empty schema is filled from the beginning."""


def database(url: str) -> Database:
    """The schema; `migrations` lie with the worker that writes it."""
    root = Path(__file__).parents[3]
    return Database(url, SCHEMA, root / "services" / "projector" / "lists" / "migrations")
