"""Tables of what was read from the office's own files, and what staff decided about it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.schema import Base


class IngestedFileRow(Base):
    """One edition of a file, as it was read; ``edition`` is what its newer state replaces."""

    __tablename__ = "ingested_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[str | None] = mapped_column(ForeignKey("office.id"))
    edition: Mapped[str] = mapped_column(String(300))
    name: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))
    reader: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20))
    report: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(100))

    __table_args__ = (Index(None, "edition", "content_hash"),)


class IngestedDraftRow(Base):
    """A procedure read from a file, waiting for staff; nothing residents see."""

    __tablename__ = "ingested_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("ingested_file.id"), index=True)
    office_id: Mapped[str | None] = mapped_column(ForeignKey("office.id"))
    code: Mapped[str | None] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(20))
    record: Mapped[dict[str, Any]]
    version: Mapped[int | None]
    decided_by: Mapped[str | None] = mapped_column(String(100))
    decided_at: Mapped[datetime | None]


class IngestedProposalRow(Base):
    """A change a decision asks for besides new text: a code that is abolished or replaced."""

    __tablename__ = "ingested_proposal"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("ingested_file.id"), index=True)
    office_id: Mapped[str | None] = mapped_column(ForeignKey("office.id"))
    code: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20))
    record: Mapped[dict[str, Any]]
    decided_by: Mapped[str | None] = mapped_column(String(100))
    decided_at: Mapped[datetime | None]


class DocumentPassageRow(Base):
    """A citable piece of a document that is no procedure: an article, a clause, a paragraph."""

    __tablename__ = "document_passage"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("ingested_file.id"))
    office_id: Mapped[str | None] = mapped_column(ForeignKey("office.id"))
    seq: Mapped[int]
    edition: Mapped[str] = mapped_column(String(300))
    number: Mapped[str | None] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(Text)
    article: Mapped[str | None] = mapped_column(String(10))
    clause: Mapped[str | None] = mapped_column(String(10))
    citation: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    page: Mapped[int | None]
    status: Mapped[str] = mapped_column(String(20))
    effective_from: Mapped[date | None]
    effective_until: Mapped[date | None]

    __table_args__ = (
        UniqueConstraint("file_id", "seq"),
        Index(None, "status", "office_id"),
        Index(None, "edition"),
    )
