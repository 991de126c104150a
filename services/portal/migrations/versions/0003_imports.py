"""Spreadsheets under way."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("import_id", sa.String(64), nullable=False),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("merchant", sa.String(64), nullable=False),
        sa.Column("by_kind", sa.String(16), nullable=False),
        sa.Column("by_id", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("apply_when_good", sa.Boolean, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
        sa.Column("content", sa.LargeBinary),
        sa.Column("wish", JSONB, nullable=False),
        sa.Column("columns", JSONB, nullable=False),
        sa.Column("fault", JSONB),
        sa.Column("plan", JSONB),
        sa.Column("done", sa.Integer, nullable=False, server_default="0"),
        sa.Column("total", sa.Integer, nullable=False, server_default="0"),
        sa.Column("claimed_by", sa.String(64)),
        sa.Column("claimed_until_ms", sa.BigInteger, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("import_id", name="imports_pkey"),
    )
    op.create_index("imports_tenant_idx", "imports", ["tenant", "created_ms"])
    op.create_index("imports_state_idx", "imports", ["state"])
    op.create_table(
        "import_rows",
        sa.Column("import_id", sa.String(64), nullable=False),
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("order", JSONB, nullable=False),
        sa.Column("faults", JSONB, nullable=False),
        sa.Column("doubts", JSONB, nullable=False),
        sa.Column("lon", sa.Double),
        sa.Column("lat", sa.Double),
        sa.Column("looked_up", sa.Boolean, nullable=False, server_default="false"),
        sa.Column("confirmed", sa.Boolean, nullable=False, server_default="false"),
        sa.Column("shipment", sa.String(64)),
        sa.PrimaryKeyConstraint("import_id", "row", name="import_rows_pkey"),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.import_id"], name="import_rows_import_id_fkey", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "import_orders",
        sa.Column("merchant", sa.String(64), nullable=False),
        sa.Column("order_number", sa.String(64), nullable=False),
        sa.Column("import_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "order_number", name="import_orders_pkey"),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.import_id"], name="import_orders_import_id_fkey", ondelete="CASCADE"
        ),
    )
    op.create_index("import_orders_import_id_idx", "import_orders", ["import_id"])


def downgrade() -> None:
    for table in ("import_orders", "import_rows", "imports"):
        op.drop_table(table)
