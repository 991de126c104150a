"""What legs and hand-overs took."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "visits",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("courier", sa.String(64), nullable=False),
        sa.Column("left_ms", sa.BigInteger, nullable=False),
        sa.Column("arrived_ms", sa.BigInteger),
        sa.Column("done_ms", sa.BigInteger, nullable=False),
        sa.Column("leg_s", sa.REAL, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("parcels", sa.Integer, nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("paused_s", sa.REAL, nullable=False),
        sa.UniqueConstraint("courier", "done_ms", name="visits_courier_done_ms_key"),
    )
    op.create_index("visits_done_idx", "visits", ["done_ms"])


def downgrade() -> None:
    op.drop_table("visits")
