"""The promise ledger: windows as they were shown, and how the attempts ended."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "promises",
        sa.Column("shipment", sa.String(64), primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("merchant", sa.String(64), nullable=False),
        sa.Column("courier", sa.String(64), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("shown_ms", sa.BigInteger, nullable=False),
        sa.Column("from_ms", sa.BigInteger),
        sa.Column("to_ms", sa.BigInteger),
        sa.Column("eta_ms", sa.BigInteger),
        sa.Column("grain", sa.String(8), nullable=False),
        sa.Column("why", sa.String(16), nullable=False),
        sa.Column("model", sa.String(32), nullable=False),
        sa.Column("inputs", postgresql.JSONB, nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
    )
    op.create_index("promises_tenant_idx", "promises", ["tenant", "shown_ms"])
    op.create_index("promises_shown_idx", "promises", ["shown_ms"])
    op.create_table(
        "closings",
        sa.Column("shipment", sa.String(64), primary_key=True),
        sa.Column("attempt", sa.Integer, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("substatus", sa.String(64), nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("closings_at_idx", "closings", ["at_ms"])


def downgrade() -> None:
    op.drop_table("closings")
    op.drop_table("promises")
