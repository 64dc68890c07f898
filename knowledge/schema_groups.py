"""Tables of the chat channels: durable inbox and outbox, chats, who asked what, clerks, tokens.

Everything carries its office and its platform ("telegram", "zalo-bot", "zalo-oa"). Text in
``payload`` is masked before it gets here and deleted once the message is settled.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.schema import Base, Json


class InboundRow(Base):
    """A message as it arrived; the key makes a repeated delivery the same row."""

    __tablename__ = "channel_inbound"

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    platform: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(160))
    chat_id: Mapped[str] = mapped_column(String(80))
    person_id: Mapped[str] = mapped_column(String(80))
    message_id: Mapped[str] = mapped_column(String(80))
    # waiting | done | dead
    status: Mapped[str] = mapped_column(String(10))
    payload: Mapped[dict[str, Any] | None] = mapped_column(Json)
    reason: Mapped[str | None] = mapped_column(String(40))
    attempts: Mapped[int]
    error: Mapped[str | None] = mapped_column(Text)
    due_at: Mapped[datetime]
    received_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("office_id", "platform", "key"),
        Index("ix_channel_inbound_lane", "status", "office_id", "platform", "chat_id", "id"),
    )


class OutboundRow(Base):
    """A message to send; the key makes a repeated attempt to write it the same row."""

    __tablename__ = "channel_outbound"

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    platform: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(180))
    chat_id: Mapped[str] = mapped_column(String(80))
    reply_to: Mapped[str | None] = mapped_column(String(80))
    # waiting | sent | dead | cancelled
    status: Mapped[str] = mapped_column(String(10))
    payload: Mapped[dict[str, Any] | None] = mapped_column(Json)
    attempts: Mapped[int]
    error: Mapped[str | None] = mapped_column(Text)
    sent_id: Mapped[str | None] = mapped_column(String(80))
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("office_id", "platform", "key"),
        Index("ix_channel_outbound_lane", "status", "office_id", "platform", "chat_id", "id"),
    )


class LaneRow(Base):
    """Who works on a chat right now, until when; one worker at a time keeps the order."""

    __tablename__ = "channel_lane"

    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"), primary_key=True)
    platform: Mapped[str] = mapped_column(String(20), primary_key=True)
    chat_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    held_by: Mapped[str] = mapped_column(String(40))
    held_until: Mapped[datetime]


class ChatRow(Base):
    """What the desk keeps of one chat: how it may speak there, and what it has said today."""

    __tablename__ = "channel_chat"

    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"), primary_key=True)
    platform: Mapped[str] = mapped_column(String(20), primary_key=True)
    chat_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    is_group: Mapped[bool]
    title: Mapped[str | None] = mapped_column(String(200))
    mode: Mapped[str] = mapped_column(String(10))
    muted: Mapped[bool]
    # topics ("rooms" inside a forum) declared for questions; empty: the mode holds everywhere
    topics: Mapped[list[str]]
    greeted: Mapped[bool]
    disclosed_on: Mapped[date | None]
    clerk_until: Mapped[datetime | None]
    updated_at: Mapped[datetime]


class TalkRow(Base):
    """The conversation of one person in one chat."""

    __tablename__ = "channel_talk"

    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"), primary_key=True)
    platform: Mapped[str] = mapped_column(String(20), primary_key=True)
    chat_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), index=True
    )
    updated_at: Mapped[datetime]


class SaidRow(Base):
    """That the desk spoke: to whom, about what, why. No text."""

    __tablename__ = "channel_said"

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    platform: Mapped[str] = mapped_column(String(20))
    chat_id: Mapped[str] = mapped_column(String(80))
    topic_id: Mapped[str] = mapped_column(String(80))
    person_id: Mapped[str] = mapped_column(String(80))
    asked_id: Mapped[str] = mapped_column(String(80))
    # the first outbound row of what was said
    out_key: Mapped[str] = mapped_column(String(180))
    about: Mapped[str] = mapped_column(String(200))
    outcome: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]

    __table_args__ = (
        Index("ix_channel_said_chat", "office_id", "platform", "chat_id", "at"),
        UniqueConstraint("office_id", "platform", "out_key"),
    )


class ClerkRow(Base):
    """An account of the platform that belongs to a clerk of the office."""

    __tablename__ = "channel_clerk"

    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"), primary_key=True)
    platform: Mapped[str] = mapped_column(String(20), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    added_at: Mapped[datetime]


class TokenRow(Base):
    """The rotating tokens of a Zalo Official Account; the refresh token works once."""

    __tablename__ = "channel_token"

    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"), primary_key=True)
    platform: Mapped[str] = mapped_column(String(20), primary_key=True)
    access_token: Mapped[str] = mapped_column(Text)
    refresh_token: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime]
    # set while one process refreshes; a crash leaves it behind and it expires
    refreshing_until: Mapped[datetime | None]
    needs_consent: Mapped[bool]
    verifier: Mapped[str | None] = mapped_column(String(60))
    updated_at: Mapped[datetime]
