"""Rows of the version table: what a step of a version's life finds, writes and retires."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update

from knowledge.audit import Change
from knowledge.procedures import Procedure
from knowledge.schema import ProcedureVersion
from knowledge.versions import (
    PUBLISHED,
    Status,
    Stored,
    UnknownProcedure,
    content_hash,
    leads,
    to_record,
)


@dataclass(slots=True)
class Held:
    """What is stored about one code: the row in charge today, those of later days, the past."""

    newest: int = 0
    lead: Stored | None = None
    later: list[Stored] = field(default_factory=list)
    # content and source hashes of every portal record ever stored, with its version
    portal: dict[str, int] = field(default_factory=dict)
    was_published: bool = False
    # the newest version in the scope of the change, whatever became of it
    last: Stored | None = None

    @property
    def current(self) -> Stored | None:
        """The row in charge, or the next one to be."""
        return self.lead or (self.later[0] if self.later else None)

    @property
    def live_version(self) -> int | None:
        return self.lead.version if self.lead else None


def load(connection: Connection, codes: Iterable[str], change: Change) -> dict[str, Held]:
    """What is held for each code in the scope of the change, scheduled versions promoted first."""
    wanted = list(codes)
    promote_due(connection, wanted, change)
    held = {code: Held() for code in wanted}
    query = select(
        ProcedureVersion.id,
        ProcedureVersion.code,
        ProcedureVersion.version,
        ProcedureVersion.office_id,
        ProcedureVersion.status,
        ProcedureVersion.origin,
        ProcedureVersion.content_hash,
        ProcedureVersion.source_hash,
        ProcedureVersion.effective_from,
        ProcedureVersion.published_at,
        ProcedureVersion.created_by,
    ).where(ProcedureVersion.code.in_(wanted))
    published = []
    for row in connection.execute(query.order_by(ProcedureVersion.id)):
        entry = held[row.code]
        entry.newest = max(entry.newest, row.version)
        if row.office_id != change.office_id:
            continue
        entry.last = row
        entry.was_published |= row.published_at is not None
        if row.origin == "portal":
            hashes = filter(None, (row.content_hash, row.source_hash))
            entry.portal |= dict.fromkeys(hashes, row.version)
        if row.status in PUBLISHED:
            published.append(row)
            if row.effective_from is not None and row.effective_from > change.today:
                entry.later.append(row)
    for (code, _), row in leads(published, change.today).items():
        held[code].lead = row
    return held


def promote_due(connection: Connection, codes: list[str], change: Change) -> None:
    """Turn scheduled versions whose day has come into live ones and retire those they replaced,
    so that the next step replaces what residents were answered from."""
    query = select(
        ProcedureVersion.id,
        ProcedureVersion.code,
        ProcedureVersion.office_id,
        ProcedureVersion.status,
        ProcedureVersion.effective_from,
    ).where(
        ProcedureVersion.status.in_(PUBLISHED),
        ProcedureVersion.code.in_(codes),
        is_of(change.office_id),
    )
    rows = list(connection.execute(query))
    due = {
        row.code: row.id
        for row in leads(rows, change.today).values()
        if row.status == Status.SCHEDULED
    }
    if not due:
        return
    begun = (row for row in rows if not row.effective_from or row.effective_from <= change.today)
    over = [row.id for row in begun if row.code in due and row.id != due[row.code]]
    set_status(connection, over, Status.RETIRED)
    set_status(connection, list(due.values()), Status.LIVE)


def get_row(connection: Connection, code: str, version: int) -> Stored:
    """One version with its record; raises UnknownProcedure when there is none."""
    row = connection.execute(
        select(ProcedureVersion.__table__).where(
            ProcedureVersion.code == code, ProcedureVersion.version == version
        )
    ).first()
    if row is None:
        raise UnknownProcedure(f"không có bản {version!r} của thủ tục {code!r}")
    return row


def new_row(
    procedure: Procedure,
    change: Change,
    *,
    version: int,
    status: Status,
    source_hash: str | None,
    base_version: int | None,
) -> dict[str, Any]:
    """The values of a new version."""
    record = to_record(procedure)
    is_published = status in PUBLISHED
    return {
        "office_id": change.office_id,
        "code": procedure.code,
        "version": version,
        "status": status.value,
        "effective_from": procedure.effective_from,
        "effective_until": procedure.effective_until,
        "content_hash": content_hash(record),
        "record": record,
        "origin": procedure.origin,
        "source_hash": source_hash,
        "base_version": base_version,
        "name": procedure.name,
        "short_name": procedure.short_name,
        "aliases": list(procedure.aliases),
        "sector": procedure.sector,
        "receiving_body": procedure.receiving_body.value,
        "popularity": procedure.popularity,
        "created_at": change.at,
        "created_by": change.by,
        "published_at": change.at if is_published else None,
        "published_by": change.by if is_published else None,
        "note": change.note,
    }


def published_status(effective_from: date | None, today: date) -> Status:
    """``scheduled`` for a version whose first day is still to come, else ``live``."""
    return Status.SCHEDULED if effective_from and effective_from > today else Status.LIVE


def set_status(connection: Connection, ids: list[int], status: Status) -> None:
    if ids:
        connection.execute(
            update(ProcedureVersion).where(ProcedureVersion.id.in_(ids)).values(status=status.value)
        )


def is_of(office_id: str | None) -> ColumnElement[bool]:
    """The rows of one office, or the national ones; NULL equals nothing in SQL."""
    if office_id is None:
        return ProcedureVersion.office_id.is_(None)
    return ProcedureVersion.office_id == office_id
