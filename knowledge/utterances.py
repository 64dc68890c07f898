"""How residents ask, in their own words, and which procedure and topics they mean."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import StringConstraints
from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update

from knowledge.offices import OfficeId
from knowledge.procedures import Code, Topic, Value
from knowledge.schema import UtteranceRow


class Utterance(Value):
    """One way residents say it. ``office_id`` None is shared by all offices.

    ``code`` None is an utterance about no single procedure (greeting, office question …),
    told apart by ``kind``. Only ``live`` ones are learned from.
    """

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
    code: Code | None = None
    topics: tuple[Topic, ...] = ()
    kind: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,30}$")] = "procedure"
    office_id: OfficeId | None = None
    source: Annotated[str, StringConstraints(min_length=1, max_length=60)] = "office"
    status: Literal["live", "draft", "retired"] = "live"


Key = tuple[str, str, str, str]


def live(connection: Connection, office_id: str | None) -> list[Utterance]:
    """The shared live utterances and those of the office, oldest first."""
    rows = connection.execute(
        select(UtteranceRow.__table__)
        .where(UtteranceRow.status == "live", _heard_by(office_id))
        .order_by(UtteranceRow.id)
    )
    return [_value(row._mapping) for row in rows]


def said(
    connection: Connection, office_id: str | None, *, only_own: bool = False
) -> list[tuple[str, str]]:
    """Text and procedure code of what `live` gives, without those of no single procedure.

    Apart, because building 20,000 checked values takes a second at every start. With
    ``only_own``, without those that are shared by all.
    """
    heard = UtteranceRow.office_id == office_id if only_own else _heard_by(office_id)
    rows = connection.execute(
        select(UtteranceRow.text, UtteranceRow.code)
        .where(UtteranceRow.status == "live", UtteranceRow.code.is_not(None), heard)
        .order_by(UtteranceRow.id)
    )
    return [(row.text, str(row.code)) for row in rows]


def put(connection: Connection, utterances: Iterable[Utterance], *, replace: bool) -> int:
    """Insert or update; the number of rows added, changed or removed.

    The same text for the same kind, code and office is one utterance. With ``replace``, rows of
    the same source and office that are not among ``utterances`` are removed.
    """
    wanted = {_key(utterance): utterance for utterance in utterances}
    sources = {(utterance.source, utterance.office_id) for utterance in wanted.values()}
    held: dict[Key, tuple[int, Utterance]] = {}
    for row in connection.execute(select(UtteranceRow.__table__)):
        value = _value(row._mapping)
        held[_key(value)] = (row.id, value)
    new = [_row(wanted[key]) for key in wanted.keys() - held.keys()]
    changed = [
        (held[key][0], value)
        for key, value in wanted.items()
        if key in held and held[key][1] != value
    ]
    gone = [
        row_id
        for key, (row_id, value) in held.items()
        if replace and key not in wanted and (value.source, value.office_id) in sources
    ]
    if new:
        order = {key: place for place, key in enumerate(wanted)}
        new.sort(
            key=lambda row: order[
                (row["kind"], row["code"] or "", row["office_id"] or "", row["text"])
            ]
        )
        connection.execute(insert(UtteranceRow), new)
    for row_id, value in changed:
        connection.execute(
            update(UtteranceRow).where(UtteranceRow.id == row_id).values(_row(value))
        )
    for start in range(0, len(gone), 500):
        connection.execute(
            delete(UtteranceRow).where(UtteranceRow.id.in_(gone[start : start + 500]))
        )
    return len(new) + len(changed) + len(gone)


def _heard_by(office_id: str | None) -> ColumnElement[bool]:
    shared: ColumnElement[bool] = UtteranceRow.office_id.is_(None)
    return shared if office_id is None else or_(shared, UtteranceRow.office_id == office_id)


def _key(utterance: Utterance) -> Key:
    return (utterance.kind, utterance.code or "", utterance.office_id or "", utterance.text)


def _row(utterance: Utterance) -> dict[str, Any]:
    return {**utterance.model_dump(), "topics": [topic.value for topic in utterance.topics]}


def _value(row: Any) -> Utterance:
    return Utterance.model_validate({name: row[name] for name in Utterance.model_fields})
