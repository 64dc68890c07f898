"""The table of shared bounds: how often something was asked in a window that ends by itself."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.schema import Base


class RateLimitRow(Base):
    """One window; ``key`` is a digest, so that no address of a resident is kept."""

    __tablename__ = "rate_limit"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    amount: Mapped[int]
    ends_at: Mapped[datetime]

    __table_args__ = (Index(None, "ends_at"),)
