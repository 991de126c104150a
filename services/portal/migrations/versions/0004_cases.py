"""Cases closed with a word."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "case_closings",
        sa.Column("closing", sa.String(64), nullable=False),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("shipment", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("word", sa.String(1000), nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("by_name", sa.String(120), nullable=False),
        sa.Column("undone_ms", sa.BigInteger),
        sa.Column("undone_by", sa.String(64)),
        sa.PrimaryKeyConstraint("closing", name="case_closings_pkey"),
    )
    op.create_index(
        "case_closings_once_idx",
        "case_closings",
        ["shipment", "seq"],
        unique=True,
        postgresql_where=sa.text("undone_ms IS NULL"),
    )
    op.create_index("case_closings_tenant_at_ms_idx", "case_closings", ["tenant", "at_ms"])


def downgrade() -> None:
    op.drop_table("case_closings")
