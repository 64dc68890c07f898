"""Files that were ingested: their drafts, proposals and passages."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0002"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "ingested_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(length=60)),
        sa.Column("edition", sa.String(length=300), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("reader", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("report", JSON, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name="fk_ingested_file_office_id_office"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ingested_file"),
    )
    op.create_index(
        "ix_ingested_file_edition_content_hash", "ingested_file", ["edition", "content_hash"]
    )
    op.create_table(
        "ingested_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(length=60)),
        sa.Column("code", sa.String(length=20)),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("record", JSON, nullable=False),
        sa.Column("version", sa.Integer()),
        sa.Column("decided_by", sa.String(length=100)),
        sa.Column("decided_at", INSTANT),
        sa.ForeignKeyConstraint(
            ["file_id"], ["ingested_file.id"], name="fk_ingested_draft_file_id_ingested_file"
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name="fk_ingested_draft_office_id_office"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ingested_draft"),
    )
    op.create_index("ix_ingested_draft_file_id", "ingested_draft", ["file_id"])
    op.create_table(
        "ingested_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(length=60)),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("record", JSON, nullable=False),
        sa.Column("decided_by", sa.String(length=100)),
        sa.Column("decided_at", INSTANT),
        sa.ForeignKeyConstraint(
            ["file_id"], ["ingested_file.id"], name="fk_ingested_proposal_file_id_ingested_file"
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name="fk_ingested_proposal_office_id_office"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ingested_proposal"),
    )
    op.create_index("ix_ingested_proposal_file_id", "ingested_proposal", ["file_id"])
    op.create_table(
        "document_passage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(length=60)),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("edition", sa.String(length=300), nullable=False),
        sa.Column("number", sa.String(length=60)),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("article", sa.String(length=10)),
        sa.Column("clause", sa.String(length=10)),
        sa.Column("citation", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer()),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("effective_from", sa.Date()),
        sa.Column("effective_until", sa.Date()),
        sa.ForeignKeyConstraint(
            ["file_id"], ["ingested_file.id"], name="fk_document_passage_file_id_ingested_file"
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name="fk_document_passage_office_id_office"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_document_passage"),
        sa.UniqueConstraint("file_id", "seq", name="uq_document_passage_file_id_seq"),
    )
    op.create_index("ix_document_passage_edition", "document_passage", ["edition"])
    op.create_index(
        "ix_document_passage_status_office_id", "document_passage", ["status", "office_id"]
    )
