"""Room for second factors that are encrypted; the console encrypts those it finds bare."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("staff_account") as table:
        table.alter_column(
            "totp_secret", existing_type=sa.String(64), type_=sa.String(300), nullable=True
        )
