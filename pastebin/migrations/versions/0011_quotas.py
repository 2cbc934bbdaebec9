"""An account may have a quota of its own.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("quota", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    # Not in a batch, which makes the table anew: with it would go what refers to it.
    op.drop_column("users", "quota")
