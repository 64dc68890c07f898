"""Versions of procedures as values: what was published, what answers, what a list shows."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, String, bindparam, or_, select

from knowledge.procedures import Body, Procedure, Value
from knowledge.schema import ProcedureVersion


class StoreError(ValueError):
    """A change that cannot be made as asked; the message says what to do instead."""


class UnknownProcedure(StoreError):
    """No version, or no such version, of this code."""


class WrongStatus(StoreError):
    """The version is not in the status this step starts from."""


class EditConflict(StoreError):
    """Someone else changed it since this editor looked; nothing was overwritten."""


class SecondPersonNeeded(StoreError):
    """The office lets nobody publish their own draft."""


class Status(StrEnum):
    """Life of a version. ``scheduled`` is published but starts on a later day."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    SCHEDULED = "scheduled"
    LIVE = "live"
    RETIRED = "retired"


# A row of the version table; SQLAlchemy 2.0 and 2.1 type rows differently, so it is left open.
Stored = Any

PUBLISHED = (Status.LIVE, Status.SCHEDULED)


class Outcome(StrEnum):
    """What publishing did. ``held``: a portal record met an office's own; it became a draft."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    HELD = "held"


class Publication(Value):
    """The result for one procedure; ``version`` is the one that now holds this content."""

    code: str
    version: int
    outcome: Outcome


class VersionInfo(Value):
    """One line of a procedure's history."""

    code: str
    version: int
    office_id: str | None
    status: Status
    name: str
    origin: str
    effective_from: date | None
    effective_until: date | None
    content_hash: str
    source_hash: str | None
    base_version: int | None
    created_at: datetime
    created_by: str
    published_at: datetime | None
    published_by: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class ProcedureSummary:
    """What lists and ranking need of a procedure that answers today."""

    code: str
    version: int
    name: str
    short_name: str | None
    aliases: tuple[str, ...]
    sector: str
    receiving_body: Body
    popularity: int
    origin: str

    @property
    def title(self) -> str:
        """The everyday name when there is one, else the full name."""
        return self.short_name or self.name


def to_record(procedure: Procedure) -> dict[str, Any]:
    """The JSON form that is stored; defaults are left out, so a new optional field with a
    default changes no stored record and no hash."""
    return procedure.model_dump(mode="json", exclude_defaults=True)


def content_hash(record: Mapping[str, Any]) -> str:
    """SHA-256 of a stored record, independent of the order of its fields."""
    canonical = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def leads(rows: Iterable[Stored], on: date) -> dict[tuple[str, str | None], Stored]:
    """The published row in charge on a day, for each (code, office id).

    A scheduled version takes over from the live one on its first day, and stays in charge after
    its last: an expired version is not followed by an older one.
    """
    charge: dict[tuple[str, str | None], Stored] = {}
    for row in rows:
        key = (row.code, row.office_id)
        if row.effective_from is not None and row.effective_from > on:
            continue
        if key not in charge or _rank(row) > _rank(charge[key]):
            charge[key] = row
    return charge


def _rank(row: Stored) -> tuple[bool, date, int]:
    return (row.status == Status.SCHEDULED, row.effective_from or date.min, row.id)


def answering(rows: Iterable[Stored], on: date) -> dict[str, Stored]:
    """The row that answers for each code on a day; an office's own beats the national one."""
    chosen: dict[str, Stored] = {}
    for (code, office_id), row in leads(rows, on).items():
        if row.effective_until is not None and row.effective_until < on:
            continue
        if code not in chosen or office_id is not None:
            chosen[code] = row
    return chosen


def published(
    connection: Connection,
    office_id: str | None,
    *columns: Any,
    code: str | None = None,
    only_own: bool = False,
) -> list[Stored]:
    """Live and scheduled rows that are national or the office's own, with what ``leads`` needs.

    With ``only_own``, without the national ones.
    """
    query = _published(columns, office_id is not None, code is not None, only_own)
    return list(connection.execute(query, {"office": office_id, "asked": code}))


@lru_cache(maxsize=32)  # to write it anew costs ten times as much as the database takes for it
def _published(
    columns: tuple[Any, ...], in_office: bool, of_code: bool, only_own: bool
) -> Select[Any]:
    mine: ColumnElement[bool] = ProcedureVersion.office_id.is_(None)
    if in_office:
        own = ProcedureVersion.office_id == bindparam("office", type_=String)
        mine = own if only_own else or_(mine, own)
    query = select(
        ProcedureVersion.id,
        ProcedureVersion.code,
        ProcedureVersion.version,
        ProcedureVersion.office_id,
        ProcedureVersion.status,
        ProcedureVersion.effective_from,
        ProcedureVersion.effective_until,
        *columns,
    ).where(ProcedureVersion.status.in_(PUBLISHED), mine)
    if of_code:
        query = query.where(ProcedureVersion.code == bindparam("asked", type_=String))
    return query.order_by(ProcedureVersion.code)


def summaries(connection: Connection, office_id: str | None, on: date) -> list[ProcedureSummary]:
    """What answers in an office on a day, ordered by code."""
    rows = published(
        connection,
        office_id,
        ProcedureVersion.name,
        ProcedureVersion.short_name,
        ProcedureVersion.aliases,
        ProcedureVersion.sector,
        ProcedureVersion.receiving_body,
        ProcedureVersion.popularity,
        ProcedureVersion.origin,
    )
    return [
        ProcedureSummary(
            code=row.code,
            version=row.version,
            name=row.name,
            short_name=row.short_name,
            aliases=tuple(row.aliases),
            sector=row.sector,
            receiving_body=Body(row.receiving_body),
            popularity=row.popularity,
            origin=row.origin,
        )
        for row in answering(rows, on).values()
    ]


INFO_COLUMNS = tuple(getattr(ProcedureVersion, name) for name in VersionInfo.model_fields)


def history(connection: Connection, code: str) -> list[VersionInfo]:
    """Every version of a code over all offices, newest first."""
    query = select(*INFO_COLUMNS).where(ProcedureVersion.code == code)
    rows = connection.execute(query.order_by(ProcedureVersion.version.desc()))
    return [VersionInfo.model_validate(dict(row._mapping)) for row in rows]


def in_status(connection: Connection, statuses: Iterable[Status]) -> list[VersionInfo]:
    """Versions in these statuses, newest first (drafts to review, for example)."""
    query = select(*INFO_COLUMNS).where(ProcedureVersion.status.in_(list(statuses)))
    rows = connection.execute(query.order_by(ProcedureVersion.id.desc()))
    return [VersionInfo.model_validate(dict(row._mapping)) for row in rows]
