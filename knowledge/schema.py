"""The tables. Only the modules that talk to the database import this.

Types are dialect-neutral (SQLite, PostgreSQL). Everything that belongs to an office carries
its office id; NULL there means national, shared by all.
"""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    func,
    literal_column,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC; SQLite has no time zone of its own."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"datetime {value!r} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: Instant(), dict[str, Any]: Json, list[str]: Json}  # noqa: RUF012


class OfficeRow(Base):
    __tablename__ = "office"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    province: Mapped[str] = mapped_column(String(100))
    record: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]
    updated_by: Mapped[str] = mapped_column(String(100))


class ProcedureVersion(Base):
    """One version of one procedure. ``version`` is unique for the code over all offices."""

    __tablename__ = "procedure_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[str | None] = mapped_column(ForeignKey("office.id"))
    code: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    # draft | in_review | scheduled | live | retired
    status: Mapped[str] = mapped_column(String(20))
    effective_from: Mapped[date | None]
    effective_until: Mapped[date | None]
    content_hash: Mapped[str] = mapped_column(String(64))
    record: Mapped[dict[str, Any]]
    origin: Mapped[str] = mapped_column(String(20))
    source_hash: Mapped[str | None] = mapped_column(String(64))
    base_version: Mapped[int | None]
    # what lists and ranking need, so that they never parse 3,000 records
    name: Mapped[str] = mapped_column(Text)
    short_name: Mapped[str | None] = mapped_column(Text)
    aliases: Mapped[list[str]]
    sector: Mapped[str] = mapped_column(Text)
    receiving_body: Mapped[str] = mapped_column(String(30))
    popularity: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(100))
    published_at: Mapped[datetime | None]
    published_by: Mapped[str | None] = mapped_column(String(100))
    note: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        UniqueConstraint("code", "version"),
        Index(
            "uq_procedure_version_live",
            "code",
            func.coalesce(literal_column("office_id"), literal_column("''")),
            unique=True,
            sqlite_where=literal_column("status = 'live'"),
            postgresql_where=literal_column("status = 'live'"),
        ),
        Index("ix_procedure_version_status_code", "status", "code"),
    )


class CatalogueCode(Base):
    """A code that exists or existed, whether or not its content is held."""

    __tablename__ = "catalogue_code"

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    sector: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(20))
    superseded_by: Mapped[list[str]]
    note: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    as_of: Mapped[date]
    record: Mapped[dict[str, Any]]


class LocalRuleRow(Base):
    __tablename__ = "local_rule"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    scope: Mapped[str] = mapped_column(String(20))
    province: Mapped[str | None] = mapped_column(String(100), index=True)
    office_id: Mapped[str | None] = mapped_column(ForeignKey("office.id"), index=True)
    code: Mapped[str | None] = mapped_column(String(20))
    sector: Mapped[str | None] = mapped_column(Text)
    effective_from: Mapped[date | None]
    effective_until: Mapped[date | None]
    record: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]
    updated_by: Mapped[str] = mapped_column(String(100))


class UtteranceRow(Base):
    """How residents ask, in their own words."""

    __tablename__ = "utterance"

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[str | None] = mapped_column(ForeignKey("office.id"))
    code: Mapped[str | None] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(30))
    text: Mapped[str] = mapped_column(Text)
    topics: Mapped[list[str]]
    source: Mapped[str] = mapped_column(String(60))
    status: Mapped[str] = mapped_column(String(20))

    __table_args__ = (
        Index(
            "uq_utterance_text",
            "kind",
            func.coalesce(literal_column("code"), literal_column("''")),
            func.coalesce(literal_column("office_id"), literal_column("''")),
            "text",
            unique=True,
        ),
    )


class ConversationRow(Base):
    __tablename__ = "conversation"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    channel: Mapped[str] = mapped_column(String(20))
    state: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (Index(None, "office_id", "updated_at"),)


class TurnRow(Base):
    """One question and its answer; the question is masked before it gets here."""

    __tablename__ = "turn"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    seq: Mapped[int]
    asked_masked: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(String(20))
    code: Mapped[str | None] = mapped_column(String(20))
    topics: Mapped[list[str]]
    probability: Mapped[float | None] = mapped_column(Float)
    answer: Mapped[dict[str, Any]]
    seconds: Mapped[float | None] = mapped_column(Float)
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        Index(None, "office_id", "created_at"),
        Index(None, "office_id", "code"),
    )


class InquiryRow(Base):
    """A question waiting for, or answered by, a clerk; ``code`` is the resident's ticket."""

    __tablename__ = "inquiry"

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    conversation_id: Mapped[str | None] = mapped_column(
        ForeignKey("conversation.id", ondelete="SET NULL"), index=True
    )
    question: Mapped[str] = mapped_column(Text)
    procedure_code: Mapped[str | None] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(30), server_default="")
    # where the answer goes back to, as the channel wrote it (chat, message)
    address: Mapped[dict[str, Any] | None] = mapped_column(Json)
    transcript: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    taken_by: Mapped[str | None] = mapped_column(String(100))
    forwarded_to: Mapped[str | None] = mapped_column(String(200))
    # from one clerk to the next; residents never see it
    note: Mapped[str | None] = mapped_column(Text)
    answer: Mapped[str | None] = mapped_column(Text)
    answered_by: Mapped[str | None] = mapped_column(String(100))
    answered_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (Index(None, "office_id", "status", "created_at"),)


class AuditRow(Base):
    """Who did what, when; triggers refuse to change or delete a row."""

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200))
    office_id: Mapped[str | None] = mapped_column(String(60))
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    after: Mapped[dict[str, Any] | None] = mapped_column(Json)

    __table_args__ = (Index(None, "subject", "id"), Index(None, "office_id", "at"))


class SettingRow(Base):
    """A value staff can change; office_id NULL is the whole deployment."""

    __tablename__ = "setting"

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[str | None] = mapped_column(ForeignKey("office.id"))
    name: Mapped[str] = mapped_column(String(100))
    value: Mapped[Any] = mapped_column(JSON().with_variant(JSONB(), "postgresql"))
    updated_at: Mapped[datetime]
    updated_by: Mapped[str] = mapped_column(String(100))

    __table_args__ = (
        Index(
            "uq_setting_name",
            "name",
            func.coalesce(literal_column("office_id"), literal_column("''")),
            unique=True,
        ),
    )


class RevisionRow(Base):
    """One row; its value grows with every change that an answer could depend on."""

    __tablename__ = "revision"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    value: Mapped[int]
