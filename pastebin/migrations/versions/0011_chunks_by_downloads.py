"""The chunks of an encrypted file by how often they were downloaded.

Revision ID: 0011
Revises: 0010
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_chunks_file_downloads", "chunks", ["file_id", "downloads"])


def downgrade() -> None:
    op.drop_index("ix_chunks_file_downloads", "chunks")
