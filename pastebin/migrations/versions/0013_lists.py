"""What lists of files are searched and ordered by stands in the index that they go along.

Revision ID: 0013
Revises: 0012
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_ORDERED = ["owner_id", "created_at", "id"]
_LOOKED_AT = ["expires_at", "download_limit", "downloads", "filename", "name", "size", "media_type"]


def upgrade() -> None:
    op.drop_index("ix_files_owner_created", "files")
    op.create_index("ix_files_owner_created", "files", [*_ORDERED, *_LOOKED_AT])


def downgrade() -> None:
    op.drop_index("ix_files_owner_created", "files")
    op.create_index("ix_files_owner_created", "files", _ORDERED)
