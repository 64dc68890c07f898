"""Codes that exist or existed, held or not: "this one was replaced by …" needs no record."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import model_validator
from sqlalchemy import Connection, delete, insert, select

from knowledge.procedures import Code, Source, Text, Value
from knowledge.schema import CatalogueCode


class CodeStatus(StrEnum):
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    ABOLISHED = "abolished"


class KnownCode(Value):
    """A procedure code known by name only.

    ``superseded_by`` are the codes to use instead, for a superseded or an abolished one;
    ``since`` is the first day of that, where it was decided beforehand.
    """

    code: Code
    name: Text
    sector: str | None = None
    status: CodeStatus = CodeStatus.IN_FORCE
    superseded_by: tuple[Code, ...] = ()
    note: str | None = None
    since: date | None = None
    source: Source

    def on(self, day: date) -> Self:
        """The entry as it stands on a day: in force until what was decided begins."""
        if self.since is None or self.since <= day:
            return self
        return self.model_copy(
            update={"status": CodeStatus.IN_FORCE, "superseded_by": (), "note": None}
        )

    @model_validator(mode="after")
    def _status_agrees(self) -> Self:
        if self.status is CodeStatus.SUPERSEDED and not self.superseded_by:
            raise ValueError(f"mã {self.code}: đã bị thay thì phải ghi superseded_by")
        if self.status is CodeStatus.IN_FORCE and self.superseded_by:
            raise ValueError(f"mã {self.code}: còn hiệu lực thì không có superseded_by")
        if self.code in self.superseded_by:
            raise ValueError(f"mã {self.code}: không thể thay thế chính nó")
        return self


def find(connection: Connection, code: str) -> KnownCode | None:
    """The catalogue entry of a code, if there is one."""
    row = connection.execute(select(CatalogueCode.record).where(CatalogueCode.code == code)).first()
    return KnownCode.model_validate(row.record) if row else None


def every(connection: Connection) -> list[KnownCode]:
    """All entries, by code."""
    rows = connection.execute(select(CatalogueCode.record).order_by(CatalogueCode.code))
    return [KnownCode.model_validate(row.record) for row in rows]


def put(connection: Connection, known: Iterable[KnownCode]) -> int:
    """Insert or replace entries; the number that were new or changed."""
    entries = {entry.code: entry for entry in known}
    held = _held(connection, list(entries))
    fresh = [entry for code, entry in entries.items() if held.get(code) != _record(entry)]
    for start in range(0, len(fresh), 500):
        codes = [entry.code for entry in fresh[start : start + 500]]
        connection.execute(delete(CatalogueCode).where(CatalogueCode.code.in_(codes)))
    if fresh:
        connection.execute(insert(CatalogueCode), [_row(entry) for entry in fresh])
    return len(fresh)


def _held(connection: Connection, codes: list[str]) -> dict[str, dict[str, object]]:
    held: dict[str, dict[str, object]] = {}
    for start in range(0, len(codes), 500):
        wanted = CatalogueCode.code.in_(codes[start : start + 500])
        for row in connection.execute(
            select(CatalogueCode.code, CatalogueCode.record).where(wanted)
        ):
            held[row.code] = row.record
    return held


def _record(entry: KnownCode) -> dict[str, object]:
    return entry.model_dump(mode="json", exclude_defaults=True)


def _row(entry: KnownCode) -> dict[str, object]:
    as_of: date = entry.source.as_of
    return {
        "code": entry.code,
        "name": entry.name,
        "sector": entry.sector,
        "status": entry.status.value,
        "superseded_by": list(entry.superseded_by),
        "note": entry.note,
        "source": entry.source.name,
        "as_of": as_of,
        "record": _record(entry),
    }
