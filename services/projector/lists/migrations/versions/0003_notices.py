"""What became of notices, and what recipients answered."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "ratings",
        sa.Column("shipment", sa.String(64), primary_key=True),
        sa.Column("question", sa.String(16), primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("merchant", sa.String(64), nullable=False),
        sa.Column("courier", sa.String(64)),
        sa.Column("score", sa.SmallInteger),
        sa.Column("bad", sa.Boolean, nullable=False),
        sa.Column("note", sa.String(64)),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("ratings_tenant_idx", "ratings", ["tenant", "at_ms"])
    op.create_table(
        "notices",
        sa.Column("outcome", sa.String(64), primary_key=True),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("merchant", sa.String(64), nullable=False),
        sa.Column("shipment", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("channel", sa.String(16)),
        sa.Column("notice", sa.String(64)),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("due_ms", sa.BigInteger),
    )
    op.create_index("notices_shipment_idx", "notices", ["shipment", "at_ms"])
    op.create_index("notices_tenant_idx", "notices", ["tenant", "at_ms"])
    op.create_index(
        "notices_held_idx", "notices", ["tenant", "at_ms"], postgresql_where=sa.text("state = 'held'")
    )


def downgrade() -> None:
    op.drop_table("notices")
    op.drop_table("ratings")
