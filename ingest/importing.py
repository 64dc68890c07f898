"""Brings a file of portal records into the store, batch by batch, and reports what became of each.

A batch is one transaction: an interrupted import keeps what it finished and can simply be
run again. What staff keep themselves is never overwritten; the portal's text waits as a draft.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ingest.portal import BrokenLine, RejectedRecord, read_records, to_procedure
from ingest.portal_text import one_line
from knowledge.offices import HANOI
from knowledge.procedures import Procedure
from knowledge.store import KnowledgeStore
from knowledge.versions import Outcome, Status

# A transaction holds the write lock; 200 records keep it under a second.
BATCH = 200
IMPORTER = "nhập Cổng DVCQG"
# Part of every source hash: raising it makes unchanged source records be converted anew,
# which is wanted whenever the conversion has become better.
CONVERSION = 3


@dataclass(frozen=True)
class Rejection:
    """A place of the file that was skipped: its line (or number in the list) and why."""

    line: int
    code: str | None
    why: str


@dataclass
class ImportReport:
    """What became of the records of one file."""

    path: Path
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    held_for_review: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def total(self) -> int:
        """Every record and every broken place that was read."""
        return self.new + self.changed + self.unchanged + self.held_for_review + len(self.rejected)

    @property
    def touched(self) -> bool:
        """Whether what residents are answered from has changed, so that the index must follow."""
        return bool(self.new or self.changed)


@dataclass(frozen=True)
class Progress:
    """How far an import has come; ``fraction`` is by bytes read, None for an unknown size."""

    done: int
    fraction: float | None


@dataclass(frozen=True)
class _Pending:
    procedure: Procedure
    source_hash: str


class _Known:
    """What the store holds of each code, read once, so that known records need no conversion."""

    def __init__(self, store: KnowledgeStore) -> None:
        self._store = store
        self._hashes: dict[str, set[str]] = {}
        self._published: dict[str, int] = {}
        for info in store.versions_in(
            Status.LIVE, Status.SCHEDULED, Status.DRAFT, Status.IN_REVIEW
        ):
            if info.office_id is None and info.origin == "portal":
                if info.source_hash:
                    self._hashes.setdefault(info.code, set()).add(info.source_hash)
                if info.status in (Status.LIVE, Status.SCHEDULED):
                    self._published[info.code] = info.version

    def holds(self, code: str, source_hash: str) -> bool:
        return source_hash in self._hashes.get(code, ())

    def newer_than(self, procedure: Procedure) -> date | None:
        """The date of the portal text in use when it is younger than this one, else None."""
        version = self._published.get(procedure.code)
        if version is None:
            return None
        held = self._store.get_version(procedure.code, version).source.as_of
        return held if held > procedure.source.as_of else None


def import_file(
    path: Path,
    store: KnowledgeStore,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    by: str = IMPORTER,
) -> ImportReport:
    """Import every record of a portal file and say what became of each.

    Broken places and records that cannot be used are reported and skipped. Running it again
    changes nothing. Raises OSError when the file cannot be opened; the search index is the
    caller's to update afterwards.
    """
    started = time.perf_counter()
    report = ImportReport(path)
    known = _Known(store)
    day_of_file = datetime.fromtimestamp(path.stat().st_mtime, HANOI).date()
    batch: dict[str, _Pending] = {}
    seen: dict[str, int] = {}
    for line, record, fraction in _with_progress(path):
        pending = _read(line, record, known, seen, day_of_file, report)
        if pending is not None:
            batch[pending.procedure.code] = pending
        if len(batch) >= BATCH:
            _publish(batch, store, report, by)
        if on_progress is not None:
            on_progress(Progress(report.total + len(batch), fraction))
    _publish(batch, store, report, by)
    report.seconds = time.perf_counter() - started
    if on_progress is not None:
        on_progress(Progress(report.total, 1.0))
    return report


def source_hash(record: dict[str, Any]) -> str:
    """A fingerprint of a source record and of the way it is converted."""
    canonical = json.dumps(record, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{CONVERSION}:{canonical}".encode()).hexdigest()


def _read(
    line: int,
    record: dict[str, Any] | BrokenLine,
    known: _Known,
    seen: dict[str, int],
    day_of_file: date,
    report: ImportReport,
) -> _Pending | None:
    """A record to store; None for one that is known or cannot be used, which the report says."""

    def reject(code: str | None, why: str) -> None:
        report.rejected.append(Rejection(line, code, why))

    if isinstance(record, BrokenLine):
        reject(None, record.why)
        return None
    code = one_line(record.get("code")) or None
    # The first one counts: two texts taking turns would make every run a change.
    if code in seen:
        reject(code, f"mã đã có ở dòng {seen[code]} của tệp này")
        return None
    fingerprint = source_hash(record)
    if code and known.holds(code, fingerprint):
        seen[code] = line
        report.unchanged += 1
        return None
    try:
        procedure = to_procedure(record, day_of_file)
    except RejectedRecord as rejection:
        reject(code, str(rejection))
        return None
    seen[procedure.code] = line
    if newer := known.newer_than(procedure):
        day = procedure.source.as_of
        reject(code, f"bản ngày {day:%d/%m/%Y} cũ hơn bản đang dùng (ngày {newer:%d/%m/%Y})")
        return None
    return _Pending(procedure, fingerprint)


def _publish(
    batch: dict[str, _Pending], store: KnowledgeStore, report: ImportReport, by: str
) -> None:
    """Store a batch in one transaction and empty it."""
    if not batch:
        return
    published = store.publish_many(
        [pending.procedure for pending in batch.values()],
        by=by,
        note=f"nhập từ tệp {report.path.name}",
        source_hashes={code: pending.source_hash for code, pending in batch.items()},
    )
    batch.clear()
    for publication in published:
        match publication.outcome:
            case Outcome.NEW:
                report.new += 1
            case Outcome.CHANGED:
                report.changed += 1
            case Outcome.HELD:
                report.held_for_review += 1
            case Outcome.UNCHANGED:
                report.unchanged += 1


def _with_progress(path: Path) -> Iterator[tuple[int, dict[str, Any] | BrokenLine, float | None]]:
    """Records with the share of the file that has been read (of the packed bytes for .gz)."""
    size = path.stat().st_size
    position = [0]
    for line, record in read_records(path, on_position=lambda at: position.__setitem__(0, at)):
        yield line, record, min(position[0] / size, 1.0) if size else None
