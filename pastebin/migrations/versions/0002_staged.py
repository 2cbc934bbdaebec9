"""Small contents wait in the database until the sweep moves them into the store.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staged",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("staged_at", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )


def downgrade() -> None:
    # What is staged has no other place: dropping it would lose what was acknowledged.
    if op.get_bind().execute(sa.text("SELECT 1 FROM staged LIMIT 1")).first():
        raise RuntimeError("Contents are staged. Run `pastebin sweep`, with the server stopped, and try again.")
    op.drop_table("staged")
