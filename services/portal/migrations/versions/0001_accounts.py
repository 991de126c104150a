"""Accounts, sessions, invitations and the audit log."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("password", sa.String(200), nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("language", sa.String(2)),
        sa.Column("totp", sa.String(64)),
        sa.Column("totp_pending", sa.String(64)),
        sa.Column("totp_step", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("recovery", ARRAY(sa.String(64)), nullable=False, server_default="{}"),
        sa.Column("disabled", sa.Boolean, nullable=False, server_default="false"),
        sa.Column("last_login_ms", sa.BigInteger),
        sa.PrimaryKeyConstraint("account", name="accounts_pkey"),
        sa.UniqueConstraint("email", name="accounts_email_key"),
    )
    op.create_index("accounts_tenant_idx", "accounts", ["tenant"])
    op.create_table(
        "sessions",
        sa.Column("session", sa.String(64), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("seen_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("session", name="sessions_pkey"),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.account"], name="sessions_account_fkey", ondelete="CASCADE"
        ),
    )
    op.create_index("sessions_account_idx", "sessions", ["account"])
    op.create_table(
        "invitations",
        sa.Column("invitation", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
        sa.Column("name", sa.String(120)),
        sa.Column("account", sa.String(64)),
        sa.PrimaryKeyConstraint("invitation", name="invitations_pkey"),
        sa.UniqueConstraint("sha256", name="invitations_sha256_key"),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.account"], name="invitations_account_fkey", ondelete="CASCADE"
        ),
    )
    op.create_index("invitations_tenant_idx", "invitations", ["tenant"])
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("action", sa.String(160), nullable=False),
        sa.Column("outcome", sa.SmallInteger, nullable=False),
        sa.Column("subject", sa.String(200)),
        sa.Column("detail", sa.String(200)),
        sa.Column("count", sa.Integer, nullable=False, server_default="1"),
        sa.PrimaryKeyConstraint("id", name="audit_pkey"),
    )
    op.create_index("audit_tenant_id_idx", "audit", ["tenant", "id"])
    op.create_index("audit_at_ms_idx", "audit", ["at_ms"])


def downgrade() -> None:
    for table in ("audit", "invitations", "sessions", "accounts"):
        op.drop_table(table)
