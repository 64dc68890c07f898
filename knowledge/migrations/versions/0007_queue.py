"""Queue numbers: the day of each series, the numbers, the calls."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "queue_day",
        sa.Column("office_id", sa.String(60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("letter", sa.String(1), nullable=False),
        sa.Column("last_ordinary", sa.Integer(), nullable=False),
        sa.Column("last_priority", sa.Integer(), nullable=False),
        sa.Column("priority_streak", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("office_id", "day", "letter", name="pk_queue_day"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_queue_day_office_id_office"),
    )
    op.create_table(
        "queue_number",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("letter", sa.String(1), nullable=False),
        sa.Column("is_priority", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("waits_at", sa.String(1), nullable=False),
        sa.Column("token", sa.String(40), nullable=False),
        sa.Column("client_key", sa.String(64), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("counter", sa.String(20)),
        sa.Column("procedure_code", sa.String(20)),
        sa.Column("case_id", sa.String(60)),
        sa.Column("missing_papers", JSON, nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.Column("called_at", INSTANT),
        sa.Column("finished_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_queue_number"),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name="fk_queue_number_office_id_office"
        ),
        sa.UniqueConstraint("token", name="uq_queue_number_token"),
        sa.UniqueConstraint(
            "office_id",
            "day",
            "letter",
            "is_priority",
            "number",
            name="uq_queue_number_office_id_day_letter_is_priority_number",
        ),
        sa.UniqueConstraint("office_id", "client_key", name="uq_queue_number_client_key"),
    )
    op.create_index(
        "ix_queue_number_office_id_day_waits_at_state",
        "queue_number",
        ["office_id", "day", "waits_at", "state"],
    )
    op.create_index(
        "ix_queue_number_served", "queue_number", ["office_id", "waits_at", "finished_at"]
    )
    op.create_table(
        "queue_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(60), nullable=False),
        sa.Column("number_id", sa.Integer(), nullable=False),
        sa.Column("counter", sa.String(20), nullable=False),
        sa.Column("is_repeat", sa.Boolean(), nullable=False),
        sa.Column("called_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_queue_call"),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name="fk_queue_call_office_id_office"
        ),
        sa.ForeignKeyConstraint(
            ["number_id"],
            ["queue_number.id"],
            name="fk_queue_call_number_id_queue_number",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_queue_call_office_id_id", "queue_call", ["office_id", "id"])
    op.create_index("ix_queue_call_number_id", "queue_call", ["number_id"])
