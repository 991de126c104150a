"""Where a shipment is handed over; those from before it was told are doors."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("shipments", sa.Column("handover", sa.String(16), nullable=False, server_default="door"))


def downgrade() -> None:
    op.drop_column("shipments", "handover")
