"""What is booked at a shop is counted by its windows."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_index(
        "shipments_window_idx",
        "shipments",
        ["tenant", "merchant", "window_from_ms"],
        postgresql_where=sa.text("window_from_ms IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("shipments_window_idx", "shipments")
