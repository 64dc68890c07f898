"""One draft beside the place it was read from and what is answered today."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from channels.staff.import_jobs import ImportJobs
from channels.staff.page_image import PageImage, find_page_image
from channels.staff.record_form import BODIES
from ingest import review
from ingest.draft import Draft
from ingest.likely_codes import likely_codes
from ingest.pages import Unreadable
from ingest.reading import read
from ingest.reviewed import Comparison, FieldChange
from ingest.settings import IngestSettings
from knowledge.documents import IngestedFile
from knowledge.procedures import Body
from knowledge.store import KnowledgeStore

CACHE = "cache/texts"
KINDS = {
    "same": "không đổi", "new": "mới", "changed": "thay đổi", "absent": "tệp không ghi",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on a page's picture, in its pixels."""

    section: str
    label: str
    x: int
    y: int
    width: int
    height: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Place:
    """What is shown beside the fields: a page's picture with marks, or the file's text."""

    page: int | None
    image: PageImage | None
    marks: Sequence[Mark]
    lines: Sequence[tuple[str, bool]]


def review_page(
    store: KnowledgeStore,
    jobs: ImportJobs,
    home: Path,
    office_id: str,
    draft_id: int,
    section: str,
    code: str = "",
) -> dict[str, Any]:
    """Everything the review of one draft shows; ``section`` is the one whose place is looked at,
    ``code`` what a person says a draft without a code is about."""
    stored = store.get_ingested_draft(draft_id)
    draft = Draft.model_validate(stored.record)
    file = store.get_ingested(stored.file_id)
    found = review.compare(store, draft_id, office_id, code)
    chosen = _chosen(found, section)
    held = store.live_summaries(office_id)
    return {
        "entry": stored, "draft": draft, "file": file, "found": found, "kinds": KINDS,
        "changes": [c for c in found.changes if c.kind != "absent"],
        "absent": [c.label for c in found.changes if c.kind == "absent"],
        "missing": review.missing(draft, found.live_version), "bodies": BODIES,
        "sectors": sorted({s.sector for s in held}), "held": held,
        "typed_code": "" if draft.code else code, "needs_code": draft.code is None,
        "likely": likely_codes(store, draft.name, office_id) if draft.code is None else [],
        "chosen": chosen, "place": _place(draft, file, chosen, jobs, home),
    }  # fmt: skip


def typed_in(form: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """What a person typed for sections the file does not say, in the shape `review.accept` takes;
    what is left empty is not among them."""
    given: dict[str, dict[str, str]] = {}
    if form.get("given-name"):
        given["name"] = {"name": form["given-name"]}
    if form.get("given-sector"):
        given["sector"] = {"sector": form["given-sector"]}
    if form.get("given-receiving"):
        body = form.get("given-receiving_body") or Body.COMMUNE.value
        given["place"] = {"receiving": form["given-receiving"], "receiving_body": body}
    return given


def _chosen(found: Comparison, section: str) -> FieldChange | None:
    said = [change for change in found.changes if change.kind != "absent"]
    named = [change for change in said if change.section == section]
    news = [change for change in said if change.kind in ("new", "changed")]
    return next(iter(named or news or said), None)


def _place(
    draft: Draft, file: IngestedFile, chosen: FieldChange | None, jobs: ImportJobs, home: Path
) -> Place:
    page = chosen.field.spot.page if chosen else draft.spot.page
    kept = jobs.find_file(file.name, file.content_hash)
    image = find_page_image(kept, file.kind, page or 1, home) if kept else None
    if image is not None:
        return Place(page or 1, image, _marks(draft, page or 1, image, chosen), ())
    quote = chosen.field.quote if chosen else ""
    text = _text_of(kept, file, home) if kept else None
    if text is None:  # read by the command line: only what was quoted is held
        return Place(page, None, (), [(line, True) for line in quote.splitlines() if line.strip()])
    return Place(page, None, (), _marked(text, quote))


def _marks(draft: Draft, page: int, image: PageImage, chosen: FieldChange | None) -> list[Mark]:
    marks = []
    for field in draft.fields:
        if not field.is_found or field.spot.page != page or field.spot.box is None:
            continue
        left, top, right, bottom = field.spot.box
        marks.append(
            Mark(
                field.section, field.label,
                round(left * image.width), round(top * image.height),
                max(round((right - left) * image.width), 4),
                max(round((bottom - top) * image.height), 4),
                chosen is not None and field.section == chosen.section,
            )
        )  # fmt: skip
    return sorted(marks, key=lambda mark: mark.is_chosen)  # the chosen one is drawn last, on top


def _text_of(path: Path, file: IngestedFile, home: Path) -> list[str] | None:
    """The file's text, a line each block or row; kept, because reading takes a process."""
    kept = home / CACHE / f"{file.content_hash}.json"
    if kept.is_file():
        lines: list[str] = json.loads(kept.read_text("utf-8"))
        return lines
    try:
        reading = read(path, IngestSettings(), None)
    except Unreadable:
        return None
    lines = []
    for block in (block for page in reading.pages for block in page.blocks):
        if block.is_table:
            lines += [" | ".join(filter(None, row.cells)) for row in block.rows]
        else:
            lines.append(block.text)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(lines, ensure_ascii=False), "utf-8")
    return lines


def _marked(lines: Sequence[str], quote: str) -> list[tuple[str, bool]]:
    """Each line, and whether the quote was read from it."""
    whole = _plain(quote)
    pieces = {piece for line in re.split(r"[\n|]", quote) if len(piece := _plain(line)) > 3}
    marked = []
    for line in lines:
        plain = _plain(line)
        is_read = bool(plain) and (
            (len(plain) > 3 and plain in whole) or any(piece in plain for piece in pieces)
        )
        marked.append((line, is_read))
    return marked


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
