"""Frequent questions: answers of clerks that an office has reviewed and stands by."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "faq",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(60), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("phrasings", JSON, nullable=False),
        sa.Column("code", sa.String(20)),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("replaces", sa.Integer()),
        sa.Column("source", sa.String(30), nullable=False),
        sa.Column("reference", sa.String(100)),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("updated_by", sa.String(100), nullable=False),
        sa.Column("published_at", INSTANT),
        sa.Column("published_by", sa.String(100)),
        sa.Column("note", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_faq"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_faq_office_id_office"),
        sa.ForeignKeyConstraint(
            ["replaces"], ["faq.id"], name="fk_faq_replaces_faq", ondelete="SET NULL"
        ),
    )
    op.create_index("ix_faq_office_id_status", "faq", ["office_id", "status"])
