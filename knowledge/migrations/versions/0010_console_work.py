"""The console's work: questions reported as wrong, uploads being read; how long an answer took."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "evaluation_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(60), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("codes", JSON, nullable=False),
        sa.Column("got_code", sa.String(20)),
        sa.Column("got_outcome", sa.String(20), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_evaluation_case"),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name="fk_evaluation_case_office_id_office"
        ),
    )
    op.create_index("ix_evaluation_case_office_id", "evaluation_case", ["office_id"])
    op.create_table(
        "import_job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(60), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("files", JSON, nullable=False),
        sa.Column("at_file", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer()),
        sa.Column("report", JSON, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_import_job"),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name="fk_import_job_office_id_office"
        ),
    )
    op.create_index("ix_import_job_office_id", "import_job", ["office_id"])
    with op.batch_alter_table("turn") as turn:
        turn.add_column(sa.Column("seconds", sa.Float()))
