"""Accounts and keys: bounds of their own, and accounts that are being closed.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("max_file_size", sa.BigInteger(), nullable=True))
    op.create_index("ix_users_max_file_size", "users", ["max_file_size"])
    op.add_column("users", sa.Column("closed_at", sa.BigInteger(), nullable=True))
    op.create_index("ix_users_closed_at", "users", ["closed_at"])
    op.add_column("api_keys", sa.Column("max_file_size", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("api_keys", "max_file_size")
    op.drop_index("ix_users_closed_at", "users")
    op.drop_index("ix_users_max_file_size", "users")
    # Not in a batch, which makes the table anew: with it would go what refers to it.
    for name in ("closed_at", "max_file_size"):
        op.drop_column("users", name)
