"""Those who wait in a series are counted from an index alone."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_queue_number_office_id_day_waits_at_state", table_name="queue_number")
    op.create_index(
        "ix_queue_number_waiting",
        "queue_number",
        ["office_id", "day", "waits_at", "state", "is_priority"],
    )
