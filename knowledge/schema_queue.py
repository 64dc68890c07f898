"""The tables of the queue: the day of each series, its numbers, and what was called."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.schema import Base


class QueueDayRow(Base):
    """One group of counters on one day: the last number of each series, and whose turn it is.

    Whoever gives or calls a number of the group locks this row first.
    """

    __tablename__ = "queue_day"

    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    letter: Mapped[str] = mapped_column(String(1), primary_key=True)
    last_ordinary: Mapped[int]
    last_priority: Mapped[int]
    # how many priority numbers were called since the last ordinary one
    priority_streak: Mapped[int]


class QueueNumberRow(Base):
    """A queue number (số thứ tự). No name and no phone number: ``token`` is all a resident has."""

    __tablename__ = "queue_number"

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    day: Mapped[date]
    letter: Mapped[str] = mapped_column(String(1))
    is_priority: Mapped[bool]
    number: Mapped[int]
    # the group it waits in now; a transfer changes it, the number stays
    waits_at: Mapped[str] = mapped_column(String(1))
    token: Mapped[str] = mapped_column(String(40), unique=True)
    client_key: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(20))
    counter: Mapped[str | None] = mapped_column(String(20))
    procedure_code: Mapped[str | None] = mapped_column(String(20))
    case_id: Mapped[str | None] = mapped_column(String(60))
    missing_papers: Mapped[list[str]]
    taken_at: Mapped[datetime]
    called_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    slip_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("office_id", "day", "letter", "is_priority", "number"),
        UniqueConstraint("office_id", "client_key", name="uq_queue_number_client_key"),
        # ends with the series, so that those who wait are counted without reading them
        Index("ix_queue_number_waiting", "office_id", "day", "waits_at", "state", "is_priority"),
        Index("ix_queue_number_served", "office_id", "waits_at", "finished_at"),
    )


class QueueCallRow(Base):
    """One call to a counter, in the order the waiting room hears them."""

    __tablename__ = "queue_call"

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    number_id: Mapped[int] = mapped_column(ForeignKey("queue_number.id", ondelete="CASCADE"))
    counter: Mapped[str] = mapped_column(String(20))
    is_repeat: Mapped[bool]
    called_at: Mapped[datetime]

    __table_args__ = (Index(None, "office_id", "id"), Index(None, "number_id"))


class QueueWatchRow(Base):
    """A chat that asked after a number and is told when its turn nears; gone when it was called."""

    __tablename__ = "queue_watch"

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"), index=True)
    number_id: Mapped[int] = mapped_column(ForeignKey("queue_number.id", ondelete="CASCADE"))
    platform: Mapped[str] = mapped_column(String(20))
    chat_id: Mapped[str] = mapped_column(String(80))
    # what the chat was told by itself: nothing, or that the turn nears
    told: Mapped[str] = mapped_column(String(10))
    asked_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("number_id", "platform", "chat_id", name="uq_queue_watch_chat"),
    )
