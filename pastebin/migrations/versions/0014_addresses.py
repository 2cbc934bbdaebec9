"""On SQLite, addresses are one tree: an upload adds to it in one place, not in three.

That no address is given twice is kept there by its writers' taking turns,
and an address is looked up by what it is: the beginning of its digest.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _make_anew(sqlite_with_rowid=False)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _make_anew(sa.UniqueConstraint("address"))


def _make_anew(*constraints: sa.Constraint, **options: bool) -> None:
    op.create_table(
        "new_addresses",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
        *constraints,
        **options,
    )
    op.execute("INSERT INTO new_addresses (digest, address) SELECT digest, address FROM addresses ORDER BY digest")
    op.drop_table("addresses")
    op.rename_table("new_addresses", "addresses")
