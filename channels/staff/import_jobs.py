"""Uploads that are read in the background, with their progress in SQL.

Whichever worker took an upload reads it; every worker shows how far it has come, so a reload, a
closed browser or another worker loses nothing. A job whose heart has stopped (its process ended)
can be started again: the files are kept, and what was stored is skipped.
"""

import hashlib
import re
import shutil
import threading
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, cast

import structlog
from sqlalchemy import Engine, Table, insert, select, update

from assistant.desk import Library
from assistant.faq import masked
from ingest.files import ingest_files
from ingest.reports import FileReport, Report, Step
from ingest.sniffing import kind_of
from knowledge.database import reading, writing
from knowledge.schema_work import ImportJobRow
from knowledge.versions import StoreError

log = structlog.get_logger()
_JOB = cast(Table, ImportJobRow.__table__)
UPLOADS = "uploads"
LOOK_EVERY_SECONDS = 1.0
BEAT_EVERY_SECONDS = 10.0
# Six heartbeats missed: the process that read the files is gone.
STOPPED_AFTER = timedelta(seconds=60)
PORTAL_NEEDS_PUBLISHER = (
    "dữ liệu của Cổng Dịch vụ công được công bố ngay khi nhập, nên cần người có quyền duyệt nhập"
)


@dataclass(frozen=True, slots=True)
class Job:
    """Files handed in together. ``status``: running, done, or stopped (its process ended).

    ``report`` is what became of each file that is finished; ``done`` of ``pages`` is the progress
    in file ``at_file`` (from 1).
    """

    id: int
    status: str
    files: Sequence[Mapping[str, Any]]
    at_file: int
    done: int
    pages: int | None
    report: Sequence[Mapping[str, Any]]
    created_at: datetime
    created_by: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Upload:
    """One file as it came from a browser."""

    name: str
    content: IO[bytes]


def safe_name(name: str) -> str:
    """A file's own name without folders and without what no file system takes."""
    base = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    kept = re.sub(r"[\x00-\x1f<>:\"|?*]+", " ", base).strip(" .")
    # 255 bytes is the most a file system takes; a Vietnamese letter has up to three.
    stem, dot, end = kept.rpartition(".")
    return f"{stem[:70]}{dot}{end[:10]}" if stem else kept[:70] or "tep"


class ImportJobs:
    """The uploads of one office. Safe between threads; blocking, except for the reading itself."""

    def __init__(
        self, library: Library, home: Path, office_id: str, clock: Callable[[], datetime]
    ) -> None:
        self._library = library
        self._engine: Engine = library.engine
        self._home = home
        self._office_id = office_id
        self._clock = clock
        self._one_at_a_time = threading.Lock()

    def start(self, uploads: Sequence[Upload], *, by: str, may_publish: bool) -> int:
        """Keep the files and begin to read them; the job's number. StoreError without any."""
        given: list[dict[str, Any]] = []
        for upload in uploads:
            digest, path = self._keep(upload)
            given.append({"name": path.name, "hash": digest, "size": path.stat().st_size})
        return self._begin(given, by, may_publish)

    def again(self, number: int, *, by: str, may_publish: bool) -> int:
        """Read the files of an earlier job once more, as a new job."""
        return self._begin([dict(file) for file in self.get(number).files], by, may_publish)

    def get(self, number: int) -> Job:
        """One job; StoreError when there is none."""
        found = self._read(_JOB.c.id == number)
        if not found:
            raise StoreError("Không có lần nhập này.")
        return found[0]

    def latest(self, count: int = 10) -> list[Job]:
        """The newest jobs first."""
        return self._read(None, count)

    def find_file(self, name: str, digest: str) -> Path | None:
        """The kept file of this name and content; None for what came by the command line."""
        path = self._home / UPLOADS / digest / name
        inside = (self._home / UPLOADS).resolve() in path.resolve().parents
        return path if inside and path.is_file() else None

    # -- keeping and reading --------------------------------------------------------------------

    def _keep(self, upload: Upload) -> tuple[str, Path]:
        folder = self._home / UPLOADS
        folder.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        upload.content.seek(0)
        while chunk := upload.content.read(1024 * 1024):
            digest.update(chunk)
        upload.content.seek(0)
        path = folder / digest.hexdigest() / safe_name(upload.name)
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            part = path.with_name(path.name + ".part")
            with part.open("wb") as target:
                shutil.copyfileobj(upload.content, target, 1024 * 1024)
            part.replace(path)
        return digest.hexdigest(), path

    def _begin(self, given: list[dict[str, Any]], by: str, may_publish: bool) -> int:
        if not given:
            raise StoreError("Hãy chọn ít nhất một tệp.")
        now = self._clock()
        with writing(self._engine) as connection:
            done = connection.execute(
                insert(_JOB).values(
                    office_id=self._office_id, status="running", files=given, at_file=1, done=0,
                    pages=None, report=[], created_at=now, created_by=by, updated_at=now,
                )
            )  # fmt: skip
            number = int(done.inserted_primary_key[0])  # type: ignore[index]
        threading.Thread(
            target=self._work, args=[number, given, by, may_publish], name="import", daemon=True
        ).start()
        return number

    def _work(self, number: int, given: list[dict[str, Any]], by: str, may_publish: bool) -> None:
        try:
            with self._one_at_a_time:
                self._read_files(number, given, by, may_publish)
        except Exception:  # the thread's edge: staff see the job stopped and can start it again
            log.exception("import_failed", job=number)
            self._put(number, status="stopped")

    def _read_files(
        self, number: int, given: list[dict[str, Any]], by: str, may_publish: bool
    ) -> None:
        finished: list[dict[str, Any]] = []
        for at, file in enumerate(given, 1):
            path = self._home / UPLOADS / file["hash"] / file["name"]
            if not may_publish and path.is_file() and kind_of(path) == "portal":
                report = FileReport(file["name"], "refused", problems=[PORTAL_NEEDS_PUBLISHER])
            else:
                report = self._read_one(number, at, path, by)
            finished.append(_stored(report))
            self._put(number, report=finished, at_file=at, done=0, pages=None)
        self._put(number, status="done")

    def _read_one(self, number: int, at: int, path: Path, by: str) -> FileReport:
        """Reads in a thread of its own, so that this one can note the progress and its life."""
        where: list[tuple[int, int | None]] = [(0, None)]
        found: list[Report | BaseException] = []

        def moved(step: Step) -> None:
            where[0] = (step.done, step.pages)

        def read() -> None:
            try:
                office = self._library.store.office(self._office_id)
                done = ingest_files(
                    [path], self._library.store, home=self._home, by=by, on_step=moved,
                    mask=lambda text: masked(text, office),
                )  # fmt: skip
                if done.touched:
                    self._library.index.update()
                found.append(done)
            except BaseException as problem:
                found.append(problem)

        thread = threading.Thread(target=read, name="import-read", daemon=True)
        thread.start()
        noted: tuple[int, int | None] = (-1, None)
        quiet = 0.0
        while thread.is_alive():
            thread.join(LOOK_EVERY_SECONDS)
            quiet += LOOK_EVERY_SECONDS
            if where[0] != noted or quiet >= BEAT_EVERY_SECONDS:
                noted, quiet = where[0], 0.0
                self._put(number, at_file=at, done=where[0][0], pages=where[0][1])
        if isinstance(found[0], BaseException):
            raise found[0]
        return found[0].files[0]

    def _put(self, number: int, **values: Any) -> None:
        with writing(self._engine) as connection:
            connection.execute(
                update(_JOB)
                .where(_JOB.c.id == number, _JOB.c.office_id == self._office_id)
                .values(updated_at=self._clock(), **values)
            )

    def _read(self, where: Any, count: int | None = None) -> list[Job]:
        query = select(_JOB).where(_JOB.c.office_id == self._office_id)
        if where is not None:
            query = query.where(where)
        query = query.order_by(_JOB.c.id.desc()).limit(count)
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        return [self._job(row) for row in rows]

    def _job(self, row: Any) -> Job:
        job = Job(**{name: row[name] for name in Job.__dataclass_fields__})
        is_silent = self._clock() - job.updated_at > STOPPED_AFTER
        return replace(job, status="stopped") if job.status == "running" and is_silent else job


def _stored(report: FileReport) -> dict[str, Any]:
    """What is kept of a file's report."""
    kept = asdict(report)
    records = kept.pop("records")
    if records:
        kept["records"] = {
            name: records[name] for name in ("new", "changed", "unchanged", "held_for_review")
        }
    kept["problems"] = kept["problems"][:200]
    return kept
