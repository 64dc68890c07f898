"""Inquiries: why they were opened, what was said before, who works on them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column(
        "inquiry", sa.Column("kind", sa.String(length=30), nullable=False, server_default="")
    )
    op.add_column("inquiry", sa.Column("transcript", JSON))
    op.add_column("inquiry", sa.Column("taken_by", sa.String(length=100)))
    op.add_column("inquiry", sa.Column("forwarded_to", sa.String(length=200)))
