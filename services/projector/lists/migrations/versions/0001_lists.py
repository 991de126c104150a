"""The lists as they began."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "shipments",
        sa.Column("shipment", sa.String(64), primary_key=True),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("merchant", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("order_number", sa.String(64), nullable=False),
        sa.Column("parties", sa.String(64), nullable=False),
        sa.Column("substatus", sa.String(64), nullable=False),
        sa.Column("tag", sa.String(32), nullable=False),
        sa.Column("status_ms", sa.BigInteger, nullable=False),
        sa.Column("registered_ms", sa.BigInteger, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("window_from_ms", sa.BigInteger),
        sa.Column("window_to_ms", sa.BigInteger),
        sa.Column("courier", sa.String(64)),
        sa.Column("joined", sa.BigInteger, nullable=False),
        sa.Column("route", sa.String(64)),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("out", sa.Boolean, nullable=False),
        sa.Column("ended", sa.Boolean, nullable=False),
        sa.Column("parcels", sa.Integer, nullable=False),
        sa.Column("cash", sa.Numeric(11, 2)),
        sa.Column("currency", sa.String(3)),
        sa.Column("cash_taken", sa.Numeric(11, 2)),
        sa.Column("taken_currency", sa.String(3)),
        sa.Column("taken_ms", sa.BigInteger),
        sa.Column("taken_by", sa.String(64)),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("language", sa.String(2)),
        sa.Column("history", postgresql.JSONB, nullable=False),
        sa.Column("own", postgresql.TSVECTOR, nullable=False),
        sa.Column("words", postgresql.TSVECTOR, nullable=False),
    )
    newest = ["registered_ms", "shipment"]
    op.create_index("shipments_newest_idx", "shipments", ["tenant", *newest])
    op.create_index("shipments_tag_idx", "shipments", ["tenant", "tag", *newest])
    op.create_index("shipments_merchant_idx", "shipments", ["tenant", "merchant", *newest])
    op.create_index("shipments_day_idx", "shipments", ["tenant", "day"])
    op.create_index("shipments_courier_idx", "shipments", ["courier", *newest])
    op.create_index(
        "shipments_open_idx",
        "shipments",
        ["tenant", "window_to_ms"],
        postgresql_where=sa.text("NOT ended"),
    )
    op.create_index(
        "shipments_taken_idx",
        "shipments",
        ["tenant", "taken_ms"],
        postgresql_where=sa.text("cash_taken IS NOT NULL"),
    )
    op.create_index("shipments_words_idx", "shipments", ["words"], postgresql_using="gin")
    op.create_table(
        "parties",
        sa.Column("shipment", sa.String(64), primary_key=True),
        sa.Column("version", sa.String(80), primary_key=True),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("name", sa.String(120)),
        sa.Column("line", sa.String(120)),
        sa.Column("city", sa.String(64)),
        sa.Column("postcode", sa.String(16)),
        sa.Column("lon", sa.Double),
        sa.Column("lat", sa.Double),
        sa.Column("phone", sa.String(32)),
        sa.Column("email", sa.String(254)),
        sa.Column("floor", sa.String(64)),
        sa.Column("bell", sa.String(64)),
        sa.Column("note", sa.String(1000)),
        sa.Column("taken_by", sa.String(120)),
        sa.Column("language", sa.String(2)),
        sa.Column("words", postgresql.TSVECTOR, nullable=False),
    )
    op.create_table(
        "couriers",
        sa.Column("courier", sa.String(64), primary_key=True),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("seen_ms", sa.BigInteger, nullable=False),
        sa.Column("at_ms", sa.BigInteger),
        sa.Column("lon", sa.Double),
        sa.Column("lat", sa.Double),
        sa.Column("speed_mps", sa.REAL),
        sa.Column("bearing_deg", sa.REAL),
        sa.Column("accuracy_m", sa.REAL),
        sa.Column("battery_pct", sa.SmallInteger),
        sa.Column("protocol", sa.String(32)),
    )
    op.create_index("couriers_tenant_idx", "couriers", ["tenant", "seen_ms"])
    op.create_table(
        "offsets",
        sa.Column("topic", sa.String(80), primary_key=True),
        sa.Column("partition", sa.Integer, primary_key=True),
        sa.Column("next", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    for table in ("offsets", "couriers", "parties", "shipments"):
        op.drop_table(table)
