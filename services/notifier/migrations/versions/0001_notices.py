"""The ledger of notices."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "wants",
        sa.Column("shipment", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(32), primary_key=True),
        sa.Column("revision", sa.BigInteger, primary_key=True),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("merchant", sa.String(64), nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("due_ms", sa.BigInteger, nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("milestone", postgresql.JSONB),
    )
    op.create_index("wants_due_idx", "wants", ["due_ms"], postgresql_where=sa.text("open"))
    op.create_index("wants_at_idx", "wants", ["at_ms"])
    op.create_table(
        "notices",
        sa.Column("notice", sa.String(64), primary_key=True),
        sa.Column("lead", sa.String(64), nullable=False),
        sa.Column("shipment", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("recipient", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("merchant", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("claim", sa.BigInteger, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("due_ms", sa.BigInteger),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("excerpt", sa.String(300), nullable=False),
        sa.Column("provider_id", sa.String(128), nullable=False),
        sa.Column("payload", sa.LargeBinary),
    )
    op.create_index("notices_due_idx", "notices", ["due_ms"], postgresql_where=sa.text("due_ms IS NOT NULL"))
    op.create_index("notices_shipment_idx", "notices", ["shipment"])
    op.create_index("notices_recipient_idx", "notices", ["recipient", "at_ms"])
    op.create_index("notices_lead_idx", "notices", ["lead"])
    op.create_index(
        "notices_held_idx", "notices", ["tenant", "at_ms"], postgresql_where=sa.text("state = 'held'")
    )
    op.create_index("notices_at_idx", "notices", ["at_ms"])
    op.create_table(
        "outcomes",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("shipment", sa.String(64), nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "wishes",
        sa.Column("contact", sa.String(64), primary_key=True),
        sa.Column("stopped", postgresql.ARRAY(sa.String(16)), nullable=False),
        sa.Column("channel", sa.String(16)),
        sa.Column("language", sa.String(2)),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "endpoints",
        sa.Column("webhook", sa.String(64), primary_key=True),
        sa.Column("gone_ms", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    for table in ("endpoints", "wishes", "outcomes", "notices", "wants"):
        op.drop_table(table)
