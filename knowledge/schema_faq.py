"""The table of frequent questions: what clerks have answered and an office stands by."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.schema import Base


class FaqRow(Base):
    """A frequent question; ``version`` grows with every change, so that no editor overwrites."""

    __tablename__ = "faq"

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    # other ways residents asked the same
    phrasings: Mapped[list[str]]
    code: Mapped[str | None] = mapped_column(String(20))
    # draft | in_review | published | retired
    status: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    # the published entry whose corrected text this is
    replaces: Mapped[int | None] = mapped_column(ForeignKey("faq.id", ondelete="SET NULL"))
    source: Mapped[str] = mapped_column(String(30))
    reference: Mapped[str | None] = mapped_column(String(100))
    as_of: Mapped[date]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(100))
    updated_at: Mapped[datetime]
    updated_by: Mapped[str] = mapped_column(String(100))
    published_at: Mapped[datetime | None]
    published_by: Mapped[str | None] = mapped_column(String(100))
    note: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (Index(None, "office_id", "status"),)
