"""Whose the views of a content are, by its hash, is one seek.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_files_oldest",
        "files",
        ["digest", "created_at", "id"],
        sqlite_where=sa.text("is_private = 0 AND download_limit IS NULL"),
        postgresql_where=sa.text("NOT is_private AND download_limit IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_files_oldest", "files")
