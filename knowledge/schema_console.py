"""The tables of the staff console: accounts, sessions, frequent questions, marked answers."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.schema import Base


class StaffAccountRow(Base):
    """One person of the staff; a name is never given to somebody else."""

    __tablename__ = "staff_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    display_name: Mapped[str] = mapped_column(String(100))
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change: Mapped[bool]
    totp_secret: Mapped[str | None] = mapped_column(String(300))
    # the last time step a one-time code was accepted for, so that none is used twice
    totp_used: Mapped[int | None]
    failures: Mapped[int]
    locked_until: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(100))


class StaffRoleRow(Base):
    """What an account may do in one office."""

    __tablename__ = "staff_role"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("staff_account.id", ondelete="CASCADE"), primary_key=True
    )
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20))


class StaffSessionRow(Base):
    """A signed-in browser; ``id`` is a hash, so that a stolen table opens nothing."""

    __tablename__ = "staff_session"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(
        ForeignKey("staff_account.id", ondelete="CASCADE"), index=True
    )
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class StaffKeyRow(Base):
    """The key that signs the console's cookies, the same for all workers."""

    __tablename__ = "staff_key"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    value: Mapped[str] = mapped_column(String(100))
