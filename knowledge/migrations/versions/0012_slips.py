"""When the slip of a queue number was printed: one slip for each number."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("queue_number", sa.Column("slip_at", sa.DateTime(timezone=True)))
