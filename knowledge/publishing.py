"""Publishing and retiring, within the caller's one transaction.

Whoever calls holds the write lock, so version numbers are taken one after another.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from knowledge import audit
from knowledge.audit import AuditEntry, Change
from knowledge.procedures import Procedure
from knowledge.schema import ProcedureVersion
from knowledge.version_rows import Held, is_of, load, new_row, published_status, set_status
from knowledge.versions import (
    PUBLISHED,
    Outcome,
    Publication,
    Status,
    UnknownProcedure,
    content_hash,
    to_record,
)

# SQLite allows 32,766 bound values in a statement; this keeps far away from it.
BATCH = 500


def publish(
    connection: Connection,
    procedures: Iterable[Procedure],
    change: Change,
    source_hashes: Mapping[str, str],
    *,
    is_import: bool = True,
) -> list[Publication]:
    """Publish each procedure whose content differs from what is published; the rest is left.

    With ``is_import``, a portal record neither replaces one of origin "office" nor brings back
    what was retired: it is held as a draft, once.
    """
    done: list[Publication] = []
    batch: dict[str, Procedure] = {}
    for procedure in procedures:
        if procedure.code in batch or len(batch) >= BATCH:
            done += _publish_batch(connection, batch, change, source_hashes, is_import)
            batch = {}
        batch[procedure.code] = procedure
    return done + _publish_batch(connection, batch, change, source_hashes, is_import)


def _publish_batch(
    connection: Connection,
    batch: Mapping[str, Procedure],
    change: Change,
    source_hashes: Mapping[str, str],
    is_import: bool,
) -> list[Publication]:
    held = load(connection, batch, change)
    done: list[Publication] = []
    rows: list[dict[str, Any]] = []
    entries: list[AuditEntry] = []
    replaced: list[int] = []
    for code, procedure in batch.items():
        found, source_hash = held[code], source_hashes.get(code)
        guarded = is_import and procedure.origin == "portal"
        if known := _version_with(found, content_hash(to_record(procedure)), source_hash, guarded):
            done.append(Publication(code=code, version=known, outcome=Outcome.UNCHANGED))
            continue
        status = published_status(procedure.effective_from, change.today)
        outcome = Outcome.CHANGED if found.current else Outcome.NEW
        if guarded and _is_reserved(found):
            status, outcome = Status.DRAFT, Outcome.HELD
        row = new_row(
            procedure,
            change,
            version=found.newest + 1,
            status=status,
            source_hash=source_hash,
            base_version=found.live_version,
        )
        rows.append(row)
        if status is Status.LIVE and found.lead:
            replaced.append(found.lead.id)
        action = "hold" if outcome is Outcome.HELD else "publish"
        entries.append(change.entry(action, f"procedure:{code}", before(found), after(row)))
        done.append(Publication(code=code, version=row["version"], outcome=outcome))
    set_status(connection, replaced, Status.RETIRED)
    if rows:
        connection.execute(insert(ProcedureVersion), rows)
    audit.write(connection, *entries)
    return done


def _version_with(found: Held, digest: str, source_hash: str | None, guarded: bool) -> int | None:
    """The version that holds this content already, so that nothing is to be done."""
    for row in (found.lead, *found.later):
        if row is not None and row.content_hash == digest:
            return int(row.version)
    if guarded and _is_reserved(found):
        return found.portal.get(digest) or found.portal.get(source_hash or "")
    return None


def _is_reserved(found: Held) -> bool:
    """Whether staff have decided about this code: their own record, or taken out of use."""
    if found.current is None:
        return found.was_published
    return bool(found.current.origin == "office")


def retire(connection: Connection, code: str, change: Change) -> None:
    """Take the live and scheduled versions of a code out; UnknownProcedure when there are none."""
    query = select(ProcedureVersion.id, ProcedureVersion.version).where(
        ProcedureVersion.code == code,
        ProcedureVersion.status.in_(PUBLISHED),
        is_of(change.office_id),
    )
    rows = list(connection.execute(query))
    if not rows:
        raise UnknownProcedure(f"thủ tục {code!r} không có bản nào đang dùng")
    set_status(connection, [row.id for row in rows], Status.RETIRED)
    versions = {"versions": sorted(row.version for row in rows)}
    audit.write(connection, change.entry("retire", f"procedure:{code}", versions))


def before(found: Held) -> dict[str, Any] | None:
    """What the log says was in charge."""
    if found.lead is None:
        return None
    return {"version": found.lead.version, "hash": found.lead.content_hash}


def after(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the log says about a version that was written."""
    return {"version": row["version"], "hash": row["content_hash"], "status": row["status"]}
