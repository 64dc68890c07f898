"""Bounds on questions that all processes of a deployment count together."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rate_limit",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_rate_limit"),
    )
    op.create_index("ix_rate_limit_ends_at", "rate_limit", ["ends_at"])
    if op.get_bind().dialect.name == "postgresql":
        # after a crash everybody starts anew: nothing here is worth a write to the log
        op.execute("ALTER TABLE rate_limit SET UNLOGGED")
