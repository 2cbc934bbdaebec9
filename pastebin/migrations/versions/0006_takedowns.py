"""Takedowns.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "takedowns",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("was_published", sa.Boolean(), nullable=False),
        sa.Column("taken_down_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_takedowns_taken_down_at", "takedowns", ["taken_down_at"])
    op.create_table(
        "taken_down_files",
        sa.Column("uuid", sa.String(36), primary_key=True),
        sa.Column("digest", sa.String(64), sa.ForeignKey("takedowns.digest", ondelete="CASCADE"), nullable=False),
    )
    op.create_index("ix_taken_down_files_digest", "taken_down_files", ["digest"])


def downgrade() -> None:
    op.drop_table("taken_down_files")
    op.drop_table("takedowns")
