"""Frequent questions (câu hỏi thường gặp): what a clerk answered and the office stands by.

An entry is a draft until somebody with the right to publish has read it; only published ones
answer. Correcting a published entry makes a draft beside it, which takes its place when it is
published itself. Every step runs in the caller's transaction, leaves an audit line and compares
the version the editor saw with the one that is stored.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import StringConstraints
from sqlalchemy import Connection, insert, select, update

from knowledge import audit
from knowledge.audit import Change
from knowledge.offices import OfficeId
from knowledge.procedures import Code, Value
from knowledge.schema_faq import FaqRow
from knowledge.versions import EditConflict, SecondPersonNeeded, StoreError

Question = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
AnswerText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class FaqStatus(StrEnum):
    """Life of an entry."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    RETIRED = "retired"


OPEN = (FaqStatus.DRAFT, FaqStatus.IN_REVIEW)
Origin = Literal["inquiry", "group", "staff", "file"]


class UnknownFaq(StoreError):
    """No such entry in this office."""


class FaqText(Value):
    """What an editor writes: the question, other ways to ask it, the answer, its procedure."""

    question: Question
    answer: AnswerText
    phrasings: tuple[Question, ...] = ()
    code: Code | None = None


class FaqEntry(FaqText):
    """An entry as it is stored; ``as_of`` is the day its answer was given or last checked."""

    id: int
    office_id: OfficeId
    status: FaqStatus
    version: int
    replaces: int | None
    source: str
    reference: str | None
    as_of: date
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str
    published_at: datetime | None
    published_by: str | None
    note: str | None

    @property
    def asked(self) -> tuple[str, ...]:
        """Every way to ask it, the question itself first."""
        return tuple(dict.fromkeys((self.question, *self.phrasings)))


def entries(
    connection: Connection, office_id: str, statuses: Collection[FaqStatus] = tuple(FaqStatus)
) -> list[FaqEntry]:
    """The entries of an office in the given states, newest change first."""
    query = (
        select(FaqRow.__table__)
        .where(FaqRow.office_id == office_id, FaqRow.status.in_([s.value for s in statuses]))
        .order_by(FaqRow.updated_at.desc(), FaqRow.id.desc())
    )
    return [_entry(row) for row in connection.execute(query).mappings()]


def get(connection: Connection, office_id: str, faq_id: int) -> FaqEntry:
    """One entry; raises UnknownFaq."""
    query = select(FaqRow.__table__).where(FaqRow.id == faq_id, FaqRow.office_id == office_id)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise UnknownFaq(f"không có câu hỏi thường gặp số {faq_id}")
    return _entry(row)


def add(
    connection: Connection,
    text: FaqText,
    change: Change,
    *,
    source: Origin,
    reference: str | None = None,
    replaces: int | None = None,
) -> FaqEntry:
    """A new draft; the one that says the same already, or came from the same place, if any is."""
    assert change.office_id is not None
    for held in entries(connection, change.office_id, (*OPEN, FaqStatus.PUBLISHED)):
        if reference and (held.source, held.reference) == (source, reference):
            return held
        if not replaces and (held.question, held.answer) == (text.question, text.answer):
            return held
    values = {
        **_columns(text), "office_id": change.office_id, "status": FaqStatus.DRAFT.value,
        "version": 1, "replaces": replaces, "source": source, "reference": reference,
        "as_of": change.today, "created_at": change.at, "created_by": change.by,
        "updated_at": change.at, "updated_by": change.by, "note": change.note,
    }  # fmt: skip
    faq_id = connection.execute(insert(FaqRow).returning(FaqRow.id), values).scalar_one()
    audit.write(connection, change.entry("faq_draft", f"faq:{faq_id}", None, _columns(text)))
    return get(connection, change.office_id, faq_id)


def save(
    connection: Connection, faq_id: int, text: FaqText, change: Change, *, version: int
) -> FaqEntry:
    """The corrected text: in place for a draft, as a draft beside it for a published entry.

    Raises EditConflict when somebody changed the entry since ``version``.
    """
    held = _held(connection, faq_id, change, version)
    if held.status is FaqStatus.RETIRED:
        raise StoreError("Câu này đã thôi dùng; hãy viết câu mới.")
    if held.status is FaqStatus.PUBLISHED:
        assert change.office_id is not None
        for other in entries(connection, change.office_id, OPEN):
            if other.replaces == faq_id:
                raise EditConflict(
                    f"{other.updated_by} đang có bản sửa của câu này; hãy mở bản ấy mà sửa tiếp."
                )
        return add(connection, text, change, source="staff", replaces=faq_id)
    before = _columns(held)
    values: dict[str, Any] = {
        **_columns(text),
        "status": FaqStatus.DRAFT.value,
        "as_of": change.today,
    }
    return _move(
        connection, held, change, "faq_draft", before=before, after=_columns(text), **values
    )


def submit(connection: Connection, faq_id: int, change: Change, *, version: int) -> FaqEntry:
    """A draft goes to whoever reviews."""
    held = _in(_held(connection, faq_id, change, version), FaqStatus.DRAFT)
    return _move(connection, held, change, "faq_submit", status=FaqStatus.IN_REVIEW.value)


def send_back(connection: Connection, faq_id: int, change: Change, *, version: int) -> FaqEntry:
    """A reviewed entry goes back to its writer; the change's note says why."""
    held = _in(_held(connection, faq_id, change, version), FaqStatus.IN_REVIEW)
    return _move(connection, held, change, "faq_send_back", status=FaqStatus.DRAFT.value)


def publish(
    connection: Connection, faq_id: int, change: Change, *, version: int, second_person: bool
) -> FaqEntry:
    """From now on it answers, in place of the entry it corrects."""
    held = _in(_held(connection, faq_id, change, version), *OPEN)
    if second_person and change.by in (held.updated_by, held.created_by):
        raise SecondPersonNeeded("Câu này do anh/chị soạn; cần người khác duyệt rồi mới công bố.")
    if held.replaces is not None:
        old = get(connection, held.office_id, held.replaces)
        if old.status is FaqStatus.PUBLISHED:
            _move(connection, old, change, "faq_retire", status=FaqStatus.RETIRED.value)
    published = FaqStatus.PUBLISHED.value
    values: dict[str, Any] = {"published_at": change.at, "published_by": change.by}
    return _move(connection, held, change, "faq_publish", status=published, **values)


def retire(connection: Connection, faq_id: int, change: Change, *, version: int) -> FaqEntry:
    """It answers no more; a draft is given up."""
    held = _in(_held(connection, faq_id, change, version), *OPEN, FaqStatus.PUBLISHED)
    return _move(connection, held, change, "faq_retire", status=FaqStatus.RETIRED.value)


def _held(connection: Connection, faq_id: int, change: Change, version: int) -> FaqEntry:
    assert change.office_id is not None
    held = get(connection, change.office_id, faq_id)
    if held.version != version:
        raise EditConflict(
            f"{held.updated_by} vừa thay đổi câu này trong lúc anh/chị đang xem. "
            "Chưa có gì bị ghi đè."
        )
    return held


def _in(held: FaqEntry, *statuses: FaqStatus) -> FaqEntry:
    if held.status not in statuses:
        raise EditConflict("Câu này không còn ở bước đó nữa; hãy tải lại trang.")
    return held


def _move(
    connection: Connection,
    held: FaqEntry,
    change: Change,
    action: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    **values: Any,
) -> FaqEntry:
    values |= {
        "version": held.version + 1, "updated_at": change.at, "updated_by": change.by,
        "note": change.note,
    }  # fmt: skip
    done = connection.execute(
        update(FaqRow).where(FaqRow.id == held.id, FaqRow.version == held.version).values(**values)
    )
    if (
        not done.rowcount
    ):  # the row lock of the caller makes this impossible; nothing is lost if not
        raise EditConflict("Câu này vừa được người khác thay đổi; hãy tải lại trang.")
    before = before or {"status": held.status.value}
    after = after or {"status": values["status"]}
    change = replace(change, office_id=held.office_id)
    audit.write(connection, change.entry(action, f"faq:{held.id}", before, after))
    return get(connection, held.office_id, held.id)


def _columns(text: FaqText) -> dict[str, Any]:
    columns = text.model_dump(include=set(FaqText.model_fields))
    return {**columns, "phrasings": list(columns["phrasings"])}


def _entry(row: Any) -> FaqEntry:
    return FaqEntry.model_validate({name: row[name] for name in FaqEntry.model_fields})
