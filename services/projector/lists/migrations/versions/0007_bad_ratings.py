"""Bad answers are found without reading the good ones."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_index("ratings_bad_idx", "ratings", ["tenant", "shipment"], postgresql_where=sa.text("bad"))


def downgrade() -> None:
    op.drop_index("ratings_bad_idx")
