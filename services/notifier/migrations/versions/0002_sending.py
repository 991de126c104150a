"""What is decided is queued; what is handed over says so; links are made once."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("wants", sa.Column("waits_ms", sa.BigInteger))
    op.add_column("notices", sa.Column("made_ms", sa.BigInteger))
    op.execute("UPDATE notices SET made_ms = at_ms")
    op.alter_column("notices", "made_ms", nullable=False)
    op.add_column("notices", sa.Column("decision", sa.Text, nullable=False, server_default=""))
    op.alter_column("notices", "decision", server_default=None)
    op.drop_index("notices_recipient_idx", "notices")
    op.create_index("notices_recipient_idx", "notices", ["recipient", "made_ms"])
    # What was claimed under the old rules may have gone.
    op.execute("UPDATE notices SET state = 'sending' WHERE state = 'claimed'")
    op.create_table(
        "links",
        sa.Column("link", sa.String(64), primary_key=True),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("links")
    op.execute("UPDATE notices SET state = 'claimed' WHERE state = 'sending'")
    op.execute("UPDATE notices SET state = 'retry' WHERE state = 'queued'")
    op.drop_index("notices_recipient_idx", "notices")
    op.create_index("notices_recipient_idx", "notices", ["recipient", "at_ms"])
    op.drop_column("notices", "decision")
    op.drop_column("notices", "made_ms")
    op.drop_column("wants", "waits_ms")
