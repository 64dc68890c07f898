"""Chats that asked after a number are told when its turn nears."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "queue_watch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(60), nullable=False),
        sa.Column("number_id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(20), nullable=False),
        sa.Column("chat_id", sa.String(80), nullable=False),
        sa.Column("told", sa.String(10), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name="fk_queue_watch_office_id_office"
        ),
        sa.ForeignKeyConstraint(
            ["number_id"],
            ["queue_number.id"],
            name="fk_queue_watch_number_id_queue_number",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_queue_watch"),
        sa.UniqueConstraint("number_id", "platform", "chat_id", name="uq_queue_watch_chat"),
    )
    op.create_index("ix_queue_watch_office_id", "queue_watch", ["office_id"])
