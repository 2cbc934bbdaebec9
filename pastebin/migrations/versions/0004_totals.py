"""What each account has: how many files, and how many bytes.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("file_count", "used_bytes"):
        op.add_column("users", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(
        """
        UPDATE users SET
            file_count = (SELECT count(*) FROM files WHERE files.owner_id = users.id),
            used_bytes = (SELECT coalesce(sum(files.size), 0) FROM files WHERE files.owner_id = users.id)
        """
    )


def downgrade() -> None:
    # Not in a batch, which makes the table anew: with it would go what refers to it.
    for name in ("used_bytes", "file_count"):
        op.drop_column("users", name)
