"""What people wish to be told, by the marks of their contacts: written by the notifier, read by the
portal."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, MetaData, String, Table
from sqlalchemy.dialects.postgresql import ARRAY

SCHEMA = "notices"
"""The notifier's, in which the table stands."""


def wishes_table(meta: MetaData, schema: str | None = None) -> Table:
    """One row a contact (`shared.domain.contacts`): channels that he has stopped, the one he prefers, the
    language of messages. It holds for all shipments of a carrier. `schema`: for who reads it from another."""
    return Table(
        "wishes",
        meta,
        Column("contact", String(64), primary_key=True),
        Column("stopped", ARRAY(String(16)), nullable=False),
        Column("channel", String(16)),
        Column("language", String(2)),
        Column("at_ms", BigInteger, nullable=False),
        schema=schema,
    )
