"""What people wrote that belongs to no shipment for certain."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "strays",
        sa.Column("stray", sa.String(64), primary_key=True),
        sa.Column("tenant", sa.String(64)),
        sa.Column("shipment", sa.String(64)),
        sa.Column("way", sa.String(8), nullable=False),
        sa.Column("why", sa.String(16), nullable=False),
        sa.Column("sender", sa.String(254), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("text", sa.String(4000), nullable=False),
        sa.Column("message_id", sa.String(250)),
        sa.Column("attachments", sa.Integer, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("strays_at_idx", "strays", ["at_ms"])


def downgrade() -> None:
    op.drop_table("strays")
