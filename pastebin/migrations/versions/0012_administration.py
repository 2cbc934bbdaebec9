"""When encrypted files came; the audit log by whom and what; what the sweep found.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("encrypted_files", sa.Column("created_at", sa.BigInteger(), nullable=True))
    op.create_index("ix_encrypted_files_created", "encrypted_files", ["created_at", "id"])
    op.create_index("ix_audit_actor", "audit", ["actor_name", "id"])
    op.create_index("ix_audit_act", "audit", ["act", "id"])
    op.create_table(
        "reports",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    op.drop_table("reports")
    op.drop_index("ix_audit_act", "audit")
    op.drop_index("ix_audit_actor", "audit")
    op.drop_index("ix_encrypted_files_created", "encrypted_files")
    # Not in a batch, which makes the table anew: with it would go what refers to it.
    op.drop_column("encrypted_files", "created_at")
