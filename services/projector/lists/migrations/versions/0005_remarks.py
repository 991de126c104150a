"""What recipients and shops said to each other, and when links were opened."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("parties", sa.Column("message_id", sa.String(250)))
    op.alter_column("parties", "note", type_=sa.String(4000))
    op.create_table(
        "remarks",
        sa.Column("shipment", sa.String(64), primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("merchant", sa.String(64), nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("direction", sa.String(3), nullable=False),
        sa.Column("way", sa.String(8), nullable=False),
        sa.Column("by", sa.String(16), nullable=False),
        sa.Column("about", sa.String(16)),
        sa.Column("note", sa.String(64)),
        sa.Column("answers", sa.String(64)),
        sa.Column("attachments", sa.Integer, nullable=False),
    )
    op.create_index("remarks_tenant_idx", "remarks", ["tenant", "at_ms"])
    op.create_table(
        "openings",
        sa.Column("shipment", sa.String(64), primary_key=True),
        sa.Column("first_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("openings_first_idx", "openings", ["first_ms"])


def downgrade() -> None:
    op.drop_table("openings")
    op.drop_table("remarks")
    op.execute("UPDATE parties SET note = left(note, 1000)")
    op.alter_column("parties", "note", type_=sa.String(1000))
    op.drop_column("parties", "message_id")
