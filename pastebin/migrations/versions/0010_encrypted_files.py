"""Files that their clients encrypted, in chunks.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "encrypted_files",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("upload_password_hash", sa.String(64), nullable=True),
        sa.Column("delete_password_hash", sa.String(128), nullable=True),
        sa.Column("is_finished", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("kept_until", sa.BigInteger(), nullable=False),
        sa.Column("download_limit", sa.Integer(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("chunk_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_encrypted_files_expires_at", "encrypted_files", ["expires_at"])
    op.create_table(
        "chunks",
        sa.Column("file_id", sa.String(36), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("downloads", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["blobs.digest"]),
        sa.ForeignKeyConstraint(["file_id"], ["encrypted_files.id"]),
        sa.PrimaryKeyConstraint("file_id", "place"),
    )
    op.create_index("ix_chunks_digest", "chunks", ["digest"])
    op.create_index("ix_chunks_file_downloads", "chunks", ["file_id", "downloads"])
    op.create_table(
        "participants",
        sa.Column("file_id", sa.String(36), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["encrypted_files.id"]),
        sa.PrimaryKeyConstraint("file_id", "address"),
    )


def downgrade() -> None:
    op.drop_table("participants")
    op.drop_table("chunks")
    op.drop_table("encrypted_files")
