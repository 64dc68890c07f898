"""The first schema: versions, offices, rules, conversations, inquiries and the audit log."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("office_id", sa.String(length=60)),
        sa.Column("before", JSON),
        sa.Column("after", JSON),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_office_id_at", "audit_log", ["office_id", "at"])
    op.create_index("ix_audit_log_subject_id", "audit_log", ["subject", "id"])
    op.create_table(
        "catalogue_code",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sector", sa.Text()),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("superseded_by", JSON, nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("record", JSON, nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_catalogue_code"),
    )
    op.create_table(
        "office",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("province", sa.String(length=100), nullable=False),
        sa.Column("record", JSON, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("updated_by", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_office"),
    )
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_revision"),
    )
    op.create_table(
        "conversation",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("office_id", sa.String(length=60), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("state", JSON, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name="fk_conversation_office_id_office"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_conversation"),
    )
    op.create_index(
        "ix_conversation_office_id_updated_at", "conversation", ["office_id", "updated_at"]
    )
    op.create_table(
        "local_rule",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("province", sa.String(length=100)),
        sa.Column("office_id", sa.String(length=60)),
        sa.Column("code", sa.String(length=20)),
        sa.Column("sector", sa.Text()),
        sa.Column("effective_from", sa.Date()),
        sa.Column("effective_until", sa.Date()),
        sa.Column("record", JSON, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("updated_by", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name="fk_local_rule_office_id_office"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_local_rule"),
    )
    op.create_index("ix_local_rule_office_id", "local_rule", ["office_id"])
    op.create_index("ix_local_rule_province", "local_rule", ["province"])
    op.create_table(
        "procedure_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(length=60)),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("effective_from", sa.Date()),
        sa.Column("effective_until", sa.Date()),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("record", JSON, nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("source_hash", sa.String(length=64)),
        sa.Column("base_version", sa.Integer()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("short_name", sa.Text()),
        sa.Column("aliases", JSON, nullable=False),
        sa.Column("sector", sa.Text(), nullable=False),
        sa.Column("receiving_body", sa.String(length=30), nullable=False),
        sa.Column("popularity", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(length=100), nullable=False),
        sa.Column("published_at", INSTANT),
        sa.Column("published_by", sa.String(length=100)),
        sa.Column("note", sa.Text()),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name="fk_procedure_version_office_id_office"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_procedure_version"),
        sa.UniqueConstraint("code", "version", name="uq_procedure_version_code_version"),
    )
    op.create_index("ix_procedure_version_status_code", "procedure_version", ["status", "code"])
    op.create_table(
        "setting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(length=60)),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("value", JSON, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("updated_by", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_setting_office_id_office"),
        sa.PrimaryKeyConstraint("id", name="pk_setting"),
    )
    op.create_table(
        "utterance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.String(length=60)),
        sa.Column("code", sa.String(length=20)),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("topics", JSON, nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_utterance_office_id_office"),
        sa.PrimaryKeyConstraint("id", name="pk_utterance"),
    )
    op.create_table(
        "inquiry",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("office_id", sa.String(length=60), nullable=False),
        sa.Column("conversation_id", sa.String(length=40)),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("procedure_code", sa.String(length=20)),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("address", JSON),
        sa.Column("answer", sa.Text()),
        sa.Column("answered_by", sa.String(length=100)),
        sa.Column("answered_at", INSTANT),
        sa.Column("delivered_at", INSTANT),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name="fk_inquiry_conversation_id_conversation",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_inquiry_office_id_office"),
        sa.PrimaryKeyConstraint("code", name="pk_inquiry"),
    )
    op.create_index("ix_inquiry_conversation_id", "inquiry", ["conversation_id"])
    op.create_index(
        "ix_inquiry_office_id_status_created_at", "inquiry", ["office_id", "status", "created_at"]
    )
    op.create_table(
        "turn",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("office_id", sa.String(length=60), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("asked_masked", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=20)),
        sa.Column("topics", JSON, nullable=False),
        sa.Column("probability", sa.Float()),
        sa.Column("answer", JSON, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name="fk_turn_conversation_id_conversation",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_turn_office_id_office"),
        sa.PrimaryKeyConstraint("id", name="pk_turn"),
        sa.UniqueConstraint("conversation_id", "seq", name="uq_turn_conversation_id_seq"),
    )
    op.create_index("ix_turn_office_id_code", "turn", ["office_id", "code"])
    op.create_index("ix_turn_office_id_created_at", "turn", ["office_id", "created_at"])
    _create_unique(
        "uq_procedure_version_live", "procedure_version", "code", where="status = 'live'"
    )
    _create_unique("uq_setting_name", "setting", "name")
    op.execute(
        "CREATE UNIQUE INDEX uq_utterance_text ON utterance "
        "(kind, coalesce(code, ''), coalesce(office_id, ''), text)"
    )
    op.execute("INSERT INTO revision (id, value) VALUES (1, 1)")
    _make_audit_append_only()


def _create_unique(name: str, table: str, column: str, where: str | None = None) -> None:
    # NULL office ids are all different to a plain unique index; national rows must not be.
    condition = f" WHERE {where}" if where else ""
    op.execute(
        f"CREATE UNIQUE INDEX {name} ON {table} ({column}, coalesce(office_id, '')){condition}"
    )


def _make_audit_append_only() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION audit_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'audit_log is append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_log_is_append_only()"
        )
        return
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_log_no_{action.lower()} BEFORE {action} ON audit_log "
            "BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END"
        )
