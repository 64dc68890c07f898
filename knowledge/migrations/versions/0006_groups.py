"""Chat groups: durable inbox and outbox, chats, who asked what, clerks' accounts, tokens."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "channel_chat",
        sa.Column("office_id", sa.String(length=60), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("chat_id", sa.String(length=80), nullable=False),
        sa.Column("is_group", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(length=200)),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("muted", sa.Boolean(), nullable=False),
        sa.Column("topics", JSON, nullable=False),
        sa.Column("greeted", sa.Boolean(), nullable=False),
        sa.Column("disclosed_on", sa.Date()),
        sa.Column("clerk_until", INSTANT),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name="fk_channel_chat_office_id_office"
        ),
        sa.PrimaryKeyConstraint("office_id", "platform", "chat_id", name="pk_channel_chat"),
    )
    op.create_table(
        "channel_clerk",
        sa.Column("office_id", sa.String(length=60), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name="fk_channel_clerk_office_id_office"
        ),
        sa.PrimaryKeyConstraint("office_id", "platform", "person_id", name="pk_channel_clerk"),
    )
    op.create_table(
        "channel_inbound",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(length=60), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("chat_id", sa.String(length=80), nullable=False),
        sa.Column("person_id", sa.String(length=80), nullable=False),
        sa.Column("message_id", sa.String(length=80), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("payload", JSON),
        sa.Column("reason", sa.String(length=40)),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name="fk_channel_inbound_office_id_office"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_channel_inbound"),
        sa.UniqueConstraint(
            "office_id", "platform", "key", name="uq_channel_inbound_office_id_platform_key"
        ),
    )
    op.create_index(
        "ix_channel_inbound_lane",
        "channel_inbound",
        ["status", "office_id", "platform", "chat_id", "id"],
        unique=False,
    )
    op.create_table(
        "channel_lane",
        sa.Column("office_id", sa.String(length=60), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("chat_id", sa.String(length=80), nullable=False),
        sa.Column("held_by", sa.String(length=40), nullable=False),
        sa.Column("held_until", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name="fk_channel_lane_office_id_office"
        ),
        sa.PrimaryKeyConstraint("office_id", "platform", "chat_id", name="pk_channel_lane"),
    )
    op.create_table(
        "channel_outbound",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(length=60), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=180), nullable=False),
        sa.Column("chat_id", sa.String(length=80), nullable=False),
        sa.Column("reply_to", sa.String(length=80)),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("payload", JSON),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("sent_id", sa.String(length=80)),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name="fk_channel_outbound_office_id_office"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_channel_outbound"),
        sa.UniqueConstraint(
            "office_id", "platform", "key", name="uq_channel_outbound_office_id_platform_key"
        ),
    )
    op.create_index(
        "ix_channel_outbound_lane",
        "channel_outbound",
        ["status", "office_id", "platform", "chat_id", "id"],
        unique=False,
    )
    op.create_table(
        "channel_said",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(length=60), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("chat_id", sa.String(length=80), nullable=False),
        sa.Column("topic_id", sa.String(length=80), nullable=False),
        sa.Column("person_id", sa.String(length=80), nullable=False),
        sa.Column("asked_id", sa.String(length=80), nullable=False),
        sa.Column("out_key", sa.String(length=180), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name="fk_channel_said_office_id_office"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_channel_said"),
        sa.UniqueConstraint(
            "office_id", "platform", "out_key", name="uq_channel_said_office_id_platform_out_key"
        ),
    )
    op.create_index(
        "ix_channel_said_chat",
        "channel_said",
        ["office_id", "platform", "chat_id", "at"],
        unique=False,
    )
    op.create_table(
        "channel_token",
        sa.Column("office_id", sa.String(length=60), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("access_token", sa.Text(), nullable=False),
        sa.Column("refresh_token", sa.Text(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("refreshing_until", INSTANT),
        sa.Column("needs_consent", sa.Boolean(), nullable=False),
        sa.Column("verifier", sa.String(length=60)),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name="fk_channel_token_office_id_office"
        ),
        sa.PrimaryKeyConstraint("office_id", "platform", name="pk_channel_token"),
    )
    op.create_table(
        "channel_talk",
        sa.Column("office_id", sa.String(length=60), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("chat_id", sa.String(length=80), nullable=False),
        sa.Column("person_id", sa.String(length=80), nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name="fk_channel_talk_conversation_id_conversation",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name="fk_channel_talk_office_id_office"
        ),
        sa.PrimaryKeyConstraint(
            "office_id", "platform", "chat_id", "person_id", name="pk_channel_talk"
        ),
    )
    op.create_index(
        "ix_channel_talk_conversation_id", "channel_talk", ["conversation_id"], unique=False
    )
