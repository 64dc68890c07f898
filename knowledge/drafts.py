"""Drafts: kept beside what is live, reviewed, then published or given up.

Every step runs within the caller's one transaction. An editor who was overtaken is told
(EditConflict) and nothing is overwritten.
"""

from dataclasses import replace

from sqlalchemy import Connection, insert, update

from knowledge import audit
from knowledge.audit import Change
from knowledge.procedures import Procedure
from knowledge.publishing import after, before
from knowledge.schema import ProcedureVersion
from knowledge.version_rows import get_row, load, new_row, published_status, set_status
from knowledge.versions import (
    EditConflict,
    Outcome,
    Publication,
    SecondPersonNeeded,
    Status,
    WrongStatus,
)

OPEN = (Status.DRAFT, Status.IN_REVIEW)


def save(
    connection: Connection,
    procedure: Procedure,
    change: Change,
    *,
    source_hash: str | None,
    base_version: int | None,
    replaces: int | None,
    seen: int | None = None,
) -> int:
    """Store a draft; its version. EditConflict when ``replaces`` is no open draft any more, when
    the live version is no longer ``base_version``, or when ``seen`` is not the newest version."""
    code = procedure.code
    found = load(connection, [code], change)[code]
    if seen is not None and found.last is not None and found.last.version != seen:
        raise EditConflict(
            f"{found.last.created_by} vừa lưu bản {found.last.version} trong lúc anh/chị đang "
            "sửa. Chưa có gì bị ghi đè."
        )
    if base_version is not None and base_version != found.live_version:
        raise EditConflict(
            f"{code}: bản đang dùng là {found.live_version!r}, không còn là {base_version!r}; "
            "hãy xem lại rồi sửa trên bản mới"
        )
    if replaces is not None:
        old = get_row(connection, code, replaces)
        if old.status not in OPEN:
            raise EditConflict(f"{code}: bản nháp {replaces} đã được người khác thay đổi")
        set_status(connection, [old.id], Status.RETIRED)
    row = new_row(
        procedure,
        change,
        version=found.newest + 1,
        status=Status.DRAFT,
        source_hash=source_hash,
        base_version=found.live_version,
    )
    connection.execute(insert(ProcedureVersion), [row])
    replaced = {"version": replaces} if replaces is not None else None
    audit.write(connection, change.entry("draft", f"procedure:{code}", replaced, after(row)))
    return found.newest + 1


def move(
    connection: Connection,
    code: str,
    version: int,
    change: Change,
    *,
    action: str,
    start: tuple[Status, ...],
    end: Status,
) -> None:
    """One step of a draft (submit, send back, discard); WrongStatus when it is elsewhere."""
    row = get_row(connection, code, version)
    if row.status not in start:
        raise WrongStatus(f"{code} bản {version} đang ở {row.status!r}, không thể {action}")
    set_status(connection, [row.id], end)
    entry = replace(change, office_id=row.office_id).entry(
        action,
        f"procedure:{code}",
        {"version": version, "status": row.status},
        {"version": version, "status": end.value},
    )
    audit.write(connection, entry)


def publish(
    connection: Connection, code: str, version: int, change: Change, *, second_person: bool
) -> Publication:
    """Make an open draft the live version, or the scheduled one when its day is still to come."""
    row = get_row(connection, code, version)
    if row.status not in OPEN:
        raise WrongStatus(f"{code} bản {version} đang ở {row.status!r}, không còn là bản nháp")
    if second_person and row.created_by == change.by:
        raise SecondPersonNeeded(
            f"{code} bản {version}: người khác phải duyệt, không phải {change.by!r}"
        )
    change = replace(change, office_id=row.office_id)
    found = load(connection, [code], change)[code]
    if row.base_version != found.live_version:
        raise EditConflict(
            f"{code}: bản nháp {version} viết từ bản {row.base_version!r}, bản đang dùng nay là "
            f"{found.live_version!r}; hãy lưu lại bản nháp trên bản mới"
        )
    status = published_status(row.effective_from, change.today)
    if status is Status.LIVE and found.lead:
        set_status(connection, [found.lead.id], Status.RETIRED)
    connection.execute(
        update(ProcedureVersion)
        .where(ProcedureVersion.id == row.id)
        .values(status=status.value, published_at=change.at, published_by=change.by)
    )
    done = {**after(dict(row._mapping)), "status": status.value}
    audit.write(connection, change.entry("publish", f"procedure:{code}", before(found), done))
    outcome = Outcome.CHANGED if found.current else Outcome.NEW
    return Publication(code=code, version=version, outcome=outcome)
