"""Inquiries (câu hỏi chờ cán bộ): what the desk could not settle, waiting for a clerk.

An inquiry outlives its conversation. It holds masked text only, and a reference
code that gives its answer to whoever knows it, without identity.
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NoReturn

from sqlalchemy import Engine, RowMapping, Update, delete, insert, or_, select, update

from assistant.conversations import Conversation
from knowledge.database import reading, writing
from knowledge.schema import InquiryRow, TurnRow

# Letters and digits nobody confuses when read aloud or copied from a screen.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 6
# What a clerk needs to understand a question; more is reading, less is guessing.
TRANSCRIPT_TURNS = 6


class InquiryStatus(StrEnum):
    """Where an inquiry stands."""

    OPEN = "open"
    TAKEN = "taken"
    FORWARDED = "forwarded"
    ANSWERED = "answered"
    CLOSED = "closed"


WAITING = (InquiryStatus.OPEN, InquiryStatus.TAKEN, InquiryStatus.FORWARDED)


class UnknownInquiry(LookupError):
    """No such inquiry in this office."""


class InquirySettled(ValueError):
    """The inquiry was answered or closed by somebody else in the meantime."""


class InquiryTaken(ValueError):
    """Somebody else is at work on the inquiry; the message says who."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One question for staff. ``address`` says where the channel can answer back."""

    code: str
    question: str
    kind: str
    channel: str
    status: InquiryStatus
    procedure_code: str | None
    conversation_id: str | None
    address: dict[str, Any] | None
    transcript: Sequence[dict[str, Any]]
    taken_by: str | None
    forwarded_to: str | None
    note: str | None
    answer: str | None
    answered_by: str | None
    answered_at: datetime | None
    delivered_at: datetime | None
    created_at: datetime
    updated_at: datetime


class Inquiries:
    """The inquiries of one office. Safe between threads; blocking."""

    def __init__(self, engine: Engine, office_id: str, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._office_id = office_id
        self._clock = clock

    def open(
        self,
        conversation: Conversation,
        question_masked: str,
        *,
        kind: str,
        procedure_code: str | None = None,
        address: dict[str, Any] | None = None,
    ) -> str:
        """Pass a question on to staff; returns the resident's reference code.

        The conversation need not be stored yet. Its last turns go along.
        """
        now = self._clock()
        reference = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
        with writing(self._engine) as connection:
            turns = connection.execute(
                select(TurnRow.asked_masked, TurnRow.answer["text"].as_string().label("said"))
                .where(TurnRow.conversation_id == conversation.id)
                .order_by(TurnRow.seq.desc())
                .limit(TRANSCRIPT_TURNS)
            ).all()
            connection.execute(
                insert(InquiryRow).values(
                    code=reference,
                    office_id=self._office_id,
                    conversation_id=None if conversation.is_new else conversation.id,
                    question=question_masked,
                    procedure_code=procedure_code,
                    status=InquiryStatus.OPEN.value,
                    channel=conversation.channel,
                    kind=kind,
                    address=address,
                    transcript=[{"asked": t.asked_masked, "said": t.said} for t in reversed(turns)],
                    created_at=now,
                    updated_at=now,
                )
            )
        return reference

    def untouched(self) -> "Inquiries":
        """The same to read; a question passed on to it reaches nobody (to try the desk out)."""
        return _Untouched(self._engine, self._office_id, self._clock)

    def find(self, code: str) -> Inquiry | None:
        """The inquiry of a reference code, however the resident typed it."""
        query = select(InquiryRow.__table__).where(
            InquiryRow.code == code.strip().upper(), InquiryRow.office_id == self._office_id
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).mappings().first()
        return _inquiry(row) if row else None

    def waiting(self, statuses: Iterable[InquiryStatus] = WAITING) -> list[Inquiry]:
        """Inquiries in the given states, oldest first."""
        query = (
            select(InquiryRow.__table__)
            .where(
                InquiryRow.office_id == self._office_id,
                InquiryRow.status.in_([status.value for status in statuses]),
            )
            .order_by(InquiryRow.created_at)
        )
        with reading(self._engine) as connection:
            return [_inquiry(row) for row in connection.execute(query).mappings()]

    def waiting_of(self, conversation_id: str) -> list[Inquiry]:
        """What one conversation still waits for, oldest first."""
        return [i for i in self._of(conversation_id) if i.status in WAITING]

    def belongs_to(self, code: str, conversation_id: str) -> None:
        """Tie an inquiry to the conversation it came from, once that is stored."""
        with writing(self._engine) as connection:
            connection.execute(self._update(code).values(conversation_id=conversation_id))

    def forget_conversation(self, conversation_id: str) -> list[str]:
        """Drop what a deleted conversation left here; gives the codes that still wait.

        A waiting question stays without the conversation around it, because a clerk has
        to answer it; a settled one goes.
        """
        mine = self._of(conversation_id)
        kept = [i.code for i in mine if i.status in WAITING]
        with writing(self._engine) as connection:
            for inquiry in mine:
                if inquiry.code in kept:
                    connection.execute(self._update(inquiry.code).values(transcript=[]))
                else:
                    connection.execute(
                        delete(InquiryRow).where(
                            InquiryRow.code == inquiry.code,
                            InquiryRow.office_id == self._office_id,
                        )
                    )
        return kept

    def purge(self, older_than: timedelta) -> int:
        """Delete settled inquiries nothing happened to for ``older_than``; returns how many."""
        with writing(self._engine) as connection:
            done = connection.execute(
                delete(InquiryRow).where(
                    InquiryRow.office_id == self._office_id,
                    InquiryRow.status.not_in([status.value for status in WAITING]),
                    InquiryRow.updated_at < self._clock() - older_than,
                )
            )
            return int(done.rowcount)

    def _of(self, conversation_id: str) -> list[Inquiry]:
        query = (
            select(InquiryRow.__table__)
            .where(
                InquiryRow.office_id == self._office_id,
                InquiryRow.conversation_id == conversation_id,
            )
            .order_by(InquiryRow.created_at)
        )
        with reading(self._engine) as connection:
            return [_inquiry(row) for row in connection.execute(query).mappings()]

    def take(self, code: str, *, by: str, instead: str | None = None) -> None:
        """A clerk works on it; raises UnknownInquiry, InquirySettled or InquiryTaken.

        What somebody else has taken is given only to who names them: ``instead`` of whom.
        """
        change = self._waiting(code).where(
            or_(
                InquiryRow.status != InquiryStatus.TAKEN.value,
                InquiryRow.taken_by.in_([by, instead or by]),
            )
        )
        values = {"status": InquiryStatus.TAKEN.value, "taken_by": by, "updated_at": self._clock()}
        with writing(self._engine) as connection:
            changed = connection.execute(change.values(**values)).rowcount
        if not changed:
            held = self.find(code)
            if held is not None and held.status is InquiryStatus.TAKEN:
                raise InquiryTaken(f"{held.taken_by} đang xem câu {held.code}.")
            self._refuse(code)

    def forward(self, code: str, *, to: str, by: str, note: str | None = None) -> None:
        """Somebody else has to answer it; raises UnknownInquiry or InquirySettled.

        A resident who asks hears ``to``; the ``note`` is for colleagues only.
        """
        status = InquiryStatus.FORWARDED.value
        self._change(code, status=status, forwarded_to=to, taken_by=by, note=note)

    def answer(self, code: str, text: str, *, by: str) -> None:
        """The clerk's answer; raises UnknownInquiry or InquirySettled."""
        self._change(
            code,
            status=InquiryStatus.ANSWERED.value,
            answer=text,
            answered_by=by,
            answered_at=self._clock(),
        )

    def close(self, code: str, *, by: str) -> None:
        """Nothing to answer (spam, a test); raises UnknownInquiry or InquirySettled."""
        self._change(code, status=InquiryStatus.CLOSED.value, answered_by=by)

    def settled(self, limit: int = 50) -> list[Inquiry]:
        """What clerks have answered, latest first."""
        query = (
            select(InquiryRow.__table__)
            .where(
                InquiryRow.office_id == self._office_id,
                InquiryRow.status == InquiryStatus.ANSWERED.value,
            )
            .order_by(InquiryRow.answered_at.desc())
            .limit(limit)
        )
        with reading(self._engine) as connection:
            return [_inquiry(row) for row in connection.execute(query).mappings()]

    def undelivered(self, channel: str) -> list[Inquiry]:
        """Answers of clerks that a channel has yet to bring to the resident, oldest first."""
        query = (
            select(InquiryRow.__table__)
            .where(
                InquiryRow.office_id == self._office_id,
                InquiryRow.channel == channel,
                InquiryRow.status == InquiryStatus.ANSWERED.value,
                InquiryRow.delivered_at.is_(None),
            )
            .order_by(InquiryRow.answered_at)
        )
        with reading(self._engine) as connection:
            return [_inquiry(row) for row in connection.execute(query).mappings()]

    def mark_delivered(self, code: str) -> None:
        """The answer has reached the resident."""
        with writing(self._engine) as connection:
            connection.execute(self._update(code).values(delivered_at=self._clock()))

    def _change(self, code: str, **values: Any) -> None:
        change = self._waiting(code).values(updated_at=self._clock(), **values)
        with writing(self._engine) as connection:
            changed = connection.execute(change).rowcount
        if not changed:
            self._refuse(code)

    def _refuse(self, code: str) -> NoReturn:
        if self.find(code) is None:
            raise UnknownInquiry(f"không có câu hỏi {code!r}")
        raise InquirySettled(f"câu hỏi {code!r} đã được trả lời hoặc đóng")

    def _waiting(self, code: str) -> Update:
        waiting = InquiryRow.status.in_([status.value for status in WAITING])
        return self._update(code).where(waiting)

    def _update(self, code: str) -> Update:
        return update(InquiryRow).where(
            InquiryRow.code == code, InquiryRow.office_id == self._office_id
        )


class _Untouched(Inquiries):
    """Inquiries that take nothing on; the reference given belongs to no question."""

    def open(self, *_: Any, **__: Any) -> str:
        return "X" * CODE_LENGTH


def _inquiry(row: RowMapping) -> Inquiry:
    kept = {name: row[name] for name in Inquiry.__dataclass_fields__}
    kept |= {"status": InquiryStatus(row["status"]), "transcript": row["transcript"] or ()}
    return Inquiry(**kept)
