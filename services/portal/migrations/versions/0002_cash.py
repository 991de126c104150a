"""Cash handed in and settled."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "cash_entries",
        sa.Column("entry", sa.String(64), nullable=False),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("party", sa.String(64), nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("by_name", sa.String(120), nullable=False),
        sa.Column("undone_ms", sa.BigInteger),
        sa.Column("undone_by", sa.String(64)),
        sa.PrimaryKeyConstraint("entry", name="cash_entries_pkey"),
    )
    op.create_index("cash_entries_tenant_at_ms_idx", "cash_entries", ["tenant", "at_ms"])
    op.create_table(
        "cash_items",
        sa.Column("entry", sa.String(64), nullable=False),
        sa.Column("shipment", sa.String(64), nullable=False),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("order_number", sa.String(64), nullable=False),
        sa.Column("merchant", sa.String(64), nullable=False),
        sa.Column("courier", sa.String(64)),
        sa.Column("amount", sa.Numeric(11, 2), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("taken_ms", sa.BigInteger, nullable=False),
        sa.Column("undone", sa.Boolean, nullable=False, server_default="false"),
        sa.PrimaryKeyConstraint("entry", "shipment", name="cash_items_pkey"),
        sa.ForeignKeyConstraint(["entry"], ["cash_entries.entry"], name="cash_items_entry_fkey"),
    )
    only = sa.text("NOT undone")
    op.create_index(
        "cash_items_once_idx", "cash_items", ["shipment", "kind"], unique=True, postgresql_where=only
    )
    op.create_index("cash_items_kind_idx", "cash_items", ["tenant", "kind"], postgresql_where=only)


def downgrade() -> None:
    op.drop_table("cash_items")
    op.drop_table("cash_entries")
