"""The tables of the console's work: questions reported as wrong, uploads that are being read."""

from datetime import datetime
from typing import Any

from sqlalchemy import Float, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.schema import Base, Json


class EvaluationCaseRow(Base):
    """A masked question staff found answered wrongly, and what would have been right."""

    __tablename__ = "evaluation_case"

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"), index=True)
    question: Mapped[str] = mapped_column(Text)
    codes: Mapped[list[str]]
    got_code: Mapped[str | None] = mapped_column(String(20))
    got_outcome: Mapped[str] = mapped_column(String(20))
    probability: Mapped[float] = mapped_column(Float)
    note: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(100))


class ImportJobRow(Base):
    """Files handed in together and how far reading them has come."""

    __tablename__ = "import_job"

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"), index=True)
    # running | done | stopped
    status: Mapped[str] = mapped_column(String(20))
    files: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    at_file: Mapped[int]
    done: Mapped[int]
    pages: Mapped[int | None]
    report: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(100))
    updated_at: Mapped[datetime]
