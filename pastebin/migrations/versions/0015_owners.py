"""What somebody's files are listed by has no entries for nobody's files: nobody lists those.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_NAME = "ix_files_owner_created"
_COLUMNS = [
    "owner_id",
    "created_at",
    "id",
    "expires_at",
    "download_limit",
    "downloads",
    "filename",
    "name",
    "size",
    "media_type",
]


def upgrade() -> None:
    op.drop_index(_NAME, "files")
    has_owner = sa.text("owner_id IS NOT NULL")
    op.create_index(_NAME, "files", _COLUMNS, sqlite_where=has_owner, postgresql_where=has_owner)


def downgrade() -> None:
    op.drop_index(_NAME, "files")
    op.create_index(_NAME, "files", _COLUMNS)
