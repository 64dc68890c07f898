"""Brings files, folders and web addresses of every kind into the store, one by one.

``ingest_files`` is what `letan ingest` and the console call. Portal records are published as
before; everything else becomes drafts, proposals and passages that wait for a person. A file
is stored whole in one transaction, so whoever is interrupted simply starts again: what is
stored is skipped, what was recognised is in the cache.
"""

import hashlib
import logging
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from ingest.content import Content, Mask, content_of, mask_passages
from ingest.fetching import fetch
from ingest.importing import Progress, import_file
from ingest.pages import Reading, Unreadable
from ingest.reading import READER, read
from ingest.reports import FileReport, Report, Step
from ingest.settings import IngestSettings
from ingest.sniffing import kind_of
from knowledge.catalogue import KnownCode
from knowledge.database import DatabaseUnavailable
from knowledge.documents import NewFile
from knowledge.offices import HANOI
from knowledge.store import KnowledgeStore
from knowledge.versions import StoreError

log = logging.getLogger(__name__)
# Files an operating system or an office program leaves in every folder.
_LEFTOVERS = (".", "~$", "Thumbs.db", "desktop.ini")
CACHE = "cache/ocr"


@dataclass(frozen=True)
class _Source:
    """A file to read, the name it is reported by, and what its newer edition shares with it."""

    path: Path | None
    name: str
    edition: str
    url: str | None = None


def ingest_files(
    sources: Iterable[str | Path],
    store: KnowledgeStore,
    *,
    home: Path,
    by: str,
    office_id: str | None = None,
    settings: IngestSettings | None = None,
    on_step: Callable[[Step], None] | None = None,
    mask: Mask | None = None,
) -> Report:
    """Read files, folders and URLs and say what became of each; one bad file stops nothing.

    ``home`` is LETAN_HOME: recognised text is kept below it. ``office_id`` is the office the
    drafts belong to, None for the whole deployment. The search index is the caller's to update
    when ``Report.touched``. Blocking; a server calls it in a thread.

    ``mask`` takes personal data out of a text: passages are kept and cited as it gives them
    back. Whoever wires the desk gives it, because what is personal is not known here.
    """
    settings = settings or IngestSettings()
    report = Report()
    found = _told_apart(_sources(sources))
    for number, source in enumerate(found, 1):
        started = time.perf_counter()

        def moved(done: int, pages: int | None, at: int = number, of: _Source = source) -> None:
            if on_step:
                on_step(Step(of.name, at, len(found), done, pages))

        moved(0, None)
        try:
            entry = _ingest(source, store, home, by, office_id, settings, moved, mask)
        except Unreadable as refusal:
            entry = FileReport(source.name, "refused", problems=[str(refusal)])
        except OSError as error:
            why = f"không mở được: {error.strerror or error}"
            entry = FileReport(source.name, "refused", problems=[why])
        except (DatabaseUnavailable, StoreError):
            raise  # no file of the batch would fare better
        except Exception as error:  # the edge: a fault of ours in one file costs that file only
            log.exception("could not ingest %s", source.name)
            why = f"lỗi khi xử lý tệp này ({type(error).__name__}); hãy báo người phụ trách máy"
            entry = FileReport(source.name, "refused", problems=[why])
        entry.seconds = round(time.perf_counter() - started, 2)
        report.files.append(entry)
    return report


def _sources(sources: Iterable[str | Path]) -> Iterator[_Source]:
    for source in sources:
        text = str(source)
        if text.lower().startswith(("http://", "https://")):
            yield _Source(None, text, text[:300], url=text)
            continue
        if "://" in text:
            yield _Source(Path(text), text, text[:300])
            continue
        path = Path(source)
        if not path.is_dir():
            yield _Source(path, path.name, path.name[:300])
            continue
        for inner in sorted(path.rglob("*")):
            # A link in a folder could lead anywhere on the machine.
            if inner.is_file() and not inner.is_symlink() and not inner.name.startswith(_LEFTOVERS):
                name = inner.relative_to(path).as_posix()
                yield _Source(inner, name, name[-300:])


def _told_apart(sources: Iterable[_Source]) -> list[_Source]:
    """The sources; files of one name from several folders are named with their folder.

    They are different documents: none of them is a newer edition of another.
    """
    found = list(sources)
    places: dict[str, set[Path]] = {}
    for source in found:
        if source.path is not None and source.url is None:
            places.setdefault(source.edition, set()).add(source.path.resolve())
    return [
        replace(source, name=(name := f"{source.path.resolve().parent.name}/{source.name}"),
                edition=name[-300:])
        if source.path is not None and len(places.get(source.edition, ())) > 1
        else source
        for source in found
    ]  # fmt: skip


Moved = Callable[[int, int | None], None]


def _ingest(
    source: _Source,
    store: KnowledgeStore,
    home: Path,
    by: str,
    office_id: str | None,
    settings: IngestSettings,
    moved: Moved,
    mask: Mask | None,
) -> FileReport:
    if source.url is None:
        assert source.path is not None
        return _ingest_path(source, source.path, store, home, by, office_id, settings, moved, mask)
    with tempfile.TemporaryDirectory(prefix="letan-fetch-") as folder:
        limit = settings.max_megabytes * 1024 * 1024
        path = fetch(source.url, Path(folder), most_bytes=limit)
        return _ingest_path(source, path, store, home, by, office_id, settings, moved, mask)


def _ingest_path(
    source: _Source,
    path: Path,
    store: KnowledgeStore,
    home: Path,
    by: str,
    office_id: str | None,
    settings: IngestSettings,
    moved: Moved,
    mask: Mask | None,
) -> FileReport:
    if "://" in source.name:
        raise Unreadable("chỉ tải được địa chỉ http:// và https://")
    if not path.is_file():
        raise Unreadable("không có tệp này; hãy xem lại tên và đường dẫn")
    kind = kind_of(path)
    if kind == "portal":
        return _portal(source, path, store, moved)
    digest = _digest(path)
    held = store.find_ingested(source.edition, digest, READER)
    if held is not None:
        same = [] if held.edition == source.edition else [f"cùng nội dung với tệp {held.name}"]
        return FileReport(
            source.name, "unchanged", kind=held.kind, file_id=held.id,
            read_how=held.report.get("read_how", ""), pages=held.report.get("pages", 0),
            problems=[*same, *held.report.get("problems", ())],
        )  # fmt: skip
    try:
        reading = read(path, settings, home / CACHE, lambda done, pages: moved(done, pages))
    except Unreadable as refusal:
        # Kept, so that staff see it in the list; what waits from an older edition stays.
        return FileReport(source.name, "refused", kind=kind, problems=[str(refusal)])
    content = content_of(reading, source.name, _day(path), store)
    if mask is not None:
        mask_passages(content, mask)
    entry, new, known = _entry(source, reading, digest, content)
    before = {code.code for code in known if store.find_known_code(code.code)}
    entry.codes_new = len(known) - len(before)
    new = new.model_copy(update={"report": _stored(entry) | {"replaces": content.replaces}})
    entry.file_id = store.save_ingested(new, by=by, office_id=office_id, known=known)
    return entry


def _portal(source: _Source, path: Path, store: KnowledgeStore, moved: Moved) -> FileReport:
    def on_progress(at: Progress) -> None:
        moved(at.done, round(at.done / at.fraction) if at.fraction else None)

    done = import_file(path, store, on_progress=on_progress)
    if source.name != path.name:
        done.path = Path(source.name)
    return FileReport(
        source.name, "imported", kind="portal", read_how="bản ghi của Cổng Dịch vụ công",
        procedures=done.new + done.changed + done.unchanged + done.held_for_review,
        problems=[f"dòng {r.line}, mã {r.code or '?'}: {r.why}" for r in done.rejected],
        records=done,
    )  # fmt: skip


def _entry(
    source: _Source, reading: Reading, digest: str, content: Content
) -> tuple[FileReport, NewFile, list[KnownCode]]:
    assert content.new is not None
    new = content.new.model_copy(
        update={"edition": source.edition, "content_hash": digest, "name": source.name}
    )
    doubtful = sum(
        item.is_found and not item.is_sure for draft in content.drafts for item in draft.fields
    )
    entry = FileReport(
        source.name, "read", kind=reading.kind, read_how=reading.how, pages=len(reading.pages),
        procedures=len(content.drafts), doubtful_fields=doubtful, proposals=len(new.proposals),
        passages=len(new.passages), codes_listed=content.listed, problems=content.problems,
    )  # fmt: skip
    return entry, new, content.known


def _stored(entry: FileReport) -> dict[str, object]:
    return {
        "read_how": entry.read_how,
        "pages": entry.pages,
        "procedures": entry.procedures,
        "passages": entry.passages,
        "known_codes": entry.codes_listed,
        "problems": list(entry.problems),
    }


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1024 * 1024):
            digest.update(chunk)
    return digest.hexdigest()


def _day(path: Path) -> date:
    return datetime.fromtimestamp(path.stat().st_mtime, HANOI).date()
