"""What became of webhooks says which of the shop's it was, and what it told."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    for name in ("code", "webhook", "event"):
        op.add_column("notices", sa.Column(name, sa.String(64)))
    op.create_index(
        "notices_webhook_idx",
        "notices",
        ["tenant", "merchant", "at_ms"],
        postgresql_where=sa.text("channel = 'webhook'"),
    )


def downgrade() -> None:
    op.drop_index("notices_webhook_idx", "notices")
    for name in ("code", "webhook", "event"):
        op.drop_column("notices", name)
