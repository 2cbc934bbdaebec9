"""When a file was made: in microseconds, so that files of one moment keep their order.

Revision ID: 0005
Revises: 0004
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE files SET created_at = created_at * 1000")


def downgrade() -> None:
    op.execute("UPDATE files SET created_at = created_at / 1000")
