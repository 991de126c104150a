"""Tables of imports, in the schema `portal`: gone with all they hold a day after the file came."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.portal.store.tables import META

imports = Table(
    "imports",
    META,
    Column("import_id", String(64), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("merchant", String(64), nullable=False),
    Column("by_kind", String(16), nullable=False),
    Column("by_id", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("apply_when_good", Boolean, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("content", LargeBinary),
    Column("wish", JSONB, nullable=False),
    Column("columns", JSONB, nullable=False),
    Column("fault", JSONB),
    Column("plan", JSONB),
    Column("done", Integer, nullable=False, server_default="0"),
    Column("total", Integer, nullable=False, server_default="0"),
    Column("claimed_by", String(64)),
    Column("claimed_until_ms", BigInteger, nullable=False, server_default="0"),
    Index("imports_tenant_idx", "tenant", "created_ms"),
    Index(None, "state"),
)
"""`content` is the file until it has been read; `wish` what was asked (couriers, depot); `plan` the routes
proposed, and once it is applied the ones to make. `claimed_by` works on it until `claimed_until_ms`, by the
database's clock."""

import_rows = Table(
    "import_rows",
    META,
    Column("import_id", String(64), ForeignKey("imports.import_id", ondelete="CASCADE"), primary_key=True),
    Column("row", Integer, primary_key=True),
    Column("order", JSONB, nullable=False),
    Column("faults", JSONB, nullable=False),
    Column("doubts", JSONB, nullable=False),
    Column("lon", Double),
    Column("lat", Double),
    Column("looked_up", Boolean, nullable=False, server_default="false"),
    Column("confirmed", Boolean, nullable=False, server_default="false"),
    Column("shipment", String(64)),
)
"""A row of the file; `shipment` once it is registered."""

import_orders = Table(
    "import_orders",
    META,
    Column("merchant", String(64), primary_key=True),
    Column("order_number", String(64), primary_key=True),
    Column("import_id", String(64), ForeignKey("imports.import_id", ondelete="CASCADE"), nullable=False),
    Index(None, "import_id"),
)
"""Which import registers an order number: of two that are applied at once, one."""
