"""The append-only log: who changed what, when, with the values before and after."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, or_, select

from knowledge.procedures import Value
from knowledge.schema import AuditRow


class AuditEntry(Value):
    """One line of the log; ``id`` grows with time and is 0 until it is written."""

    id: int = 0
    at: datetime
    by: str
    action: str
    subject: str
    office_id: str | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Who changes something, when, for which office (None: national, or the deployment)."""

    by: str
    at: datetime
    today: date
    office_id: str | None = None
    note: str | None = None

    def entry(
        self,
        action: str,
        subject: str,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> AuditEntry:
        """The log line of this change; its note is kept with what holds afterwards."""
        noted = {**(after or {}), "note": self.note} if self.note else after
        return AuditEntry(
            at=self.at,
            by=self.by,
            action=action,
            subject=subject,
            office_id=self.office_id,
            before=before,
            after=noted,
        )


def write(connection: Connection, *entries: AuditEntry) -> None:
    """Append lines within the caller's transaction: no change without its line, no line without
    its change."""
    if entries:
        rows = [entry.model_dump(exclude={"id"}) for entry in entries]
        connection.execute(insert(AuditRow), rows)


def read(
    connection: Connection,
    *,
    subject: str | None,
    office_id: str | None,
    limit: int,
    by: str | None = None,
    kinds: Collection[str] = (),
    but: Collection[str] = (),
    before: int | None = None,
    shared: bool = False,
) -> Sequence[AuditEntry]:
    """The newest lines first, of one subject or office when given.

    ``by`` is whose, ``kinds`` are the words subjects begin with ("procedure", "faq" …), ``but``
    actions that are left out, ``before`` the line the next page goes on from. ``shared`` adds the
    lines of no office to those of ``office_id``.
    """
    row = AuditRow
    query = select(row.__table__).order_by(row.id.desc()).limit(limit)
    if subject is not None:
        query = query.where(row.subject == subject)
    if office_id is not None:
        mine = row.office_id == office_id
        query = query.where(or_(mine, row.office_id.is_(None)) if shared else mine)
    if by is not None:
        query = query.where(row.by == by)
    if kinds:
        query = query.where(or_(*(row.subject.startswith(f"{kind}:") for kind in kinds)))
    if but:
        query = query.where(row.action.not_in(list(but)))
    if before is not None:
        query = query.where(row.id < before)
    return [AuditEntry.model_validate(dict(found._mapping)) for found in connection.execute(query)]
