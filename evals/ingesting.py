"""How well office files become drafts: papers, fee and time against the record they print."""

import gzip
import json
import re
import tempfile
import time
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import product
from pathlib import Path
from typing import Any

from evals.layouts import BY_BROWSER, NEVER_PRINTED, TUNED, WITH_STEPS, write_file
from evals.rendering import (
    Sheet,
    sheet_of_procedure,
    sheet_of_record,
    to_pdf_by_browser,
    to_pdfs,
    to_scan,
)
from ingest.decisions import read_header
from ingest.draft import Draft
from ingest.drafting import draft_of
from ingest.folding import folded
from ingest.portal import to_procedure
from ingest.reading import read
from ingest.segments import segments_of
from ingest.settings import IngestSettings
from knowledge.procedures import Fee, Procedure, ProcessingTime
from knowledge.sample import read_procedures

# "docx" is the file as it was written: Word, or a sheet or web page where the layout is one.
FORMS = ("docx", "pdf", "scan")
SECTIONS = ("papers", "fee", "time")
# Letters of a paper's name that may be misread before it counts as wrong.
ALIKE = {"docx": 0.97, "pdf": 0.97, "scan": 0.88}
Step = Callable[[str], None]


@dataclass(frozen=True)
class Judged:
    """One field of one draft: how sure the reader was of it, and whether it is right."""

    form: str
    layout: str
    section: str
    confidence: float
    right: bool


@dataclass
class Figures:
    """Right fields of all, and fields that were wrong without being marked, by file form."""

    judged: list[Judged] = field(default_factory=list)
    right: dict[str, int] = field(default_factory=dict)
    fields: dict[str, int] = field(default_factory=dict)
    unmarked: dict[str, int] = field(default_factory=dict)
    missing: dict[str, int] = field(default_factory=dict)
    pages: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def share(self, form: str) -> float:
        """Right fields of all fields of a file form, 0 to 1."""
        return self.right.get(form, 0) / max(self.fields.get(form, 0), 1)

    def to_json(self, forms: Sequence[str]) -> list[dict[str, Any]]:
        """One row a file form, with what was wrong and not marked as doubtful."""
        return [
            {
                "form": form,
                "right": self.right.get(form, 0),
                "fields": self.fields.get(form, 0),
                "share": round(self.share(form), 3),
                "wrong_unmarked": self.unmarked.get(form, 0),
                "pages": self.pages.get(form, 0),
                "seconds_per_page": round(
                    self.seconds.get(form, 0) / max(self.pages.get(form, 0), 1), 2
                ),
            }
            for form in forms
        ]


@dataclass(frozen=True)
class Printed:
    """What is printed of a record, and what a reader should find.

    ``short`` is what is to be found where a layout leaves out steps and legal basis: there
    nothing speaks against a bare "Miễn phí".
    """

    sheet: Sheet
    truth: Procedure
    short: Procedure


BARS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.88, 0.9, 0.92, 0.94, 0.96)


def by_bar(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """For each bar, how many fields lie above and below it and how many of them are wrong.

    Fields the file was not seen to say are not among them: those are shown as missing anyway.
    """
    rows = []
    for bar in BARS:
        above = [one for one in judged if one.confidence >= bar]
        below = [one for one in judged if one.confidence < bar]
        row: dict[str, Any] = {"bar": bar}
        for name, group in (("above", above), ("below", below)):
            wrong = sum(not one.right for one in group)
            row |= {
                name: len(group),
                f"wrong_{name}": wrong,
                f"share_{name}": round(wrong / max(len(group), 1), 4),
            }
        rows.append(row)
    return rows


def own_records(count: int = 12) -> list[Printed]:
    """Records of the sample office, spread over its sectors."""
    procedures = [procedure for procedure in read_procedures() if _is_plain(procedure)]
    chosen = procedures[:: max(len(procedures) // count, 1)][:count]
    return [Printed(sheet_of_procedure(p), p, p) for p in chosen]


def _is_plain(procedure: Procedure) -> bool:
    """Whether the short wording of a file says all there is: one time, one fee a channel."""
    named_counts = re.compile(r"^bản (?:chính|sao|gốc)|bản chính|bản sao", re.IGNORECASE)
    return bool(
        not procedure.cases
        and len(procedure.documents) > 1
        and not any(named_counts.search(paper.name) for paper in procedure.documents)
        and len(procedure.times) == 1
        and procedure.times[0].unit != "unknown"
        and not procedure.times[0].note
        and len(procedure.fees) == 1
        and procedure.steps
    )


def portal_records(
    path: Path, count: int = 12, *, seed: int = 0, with_notes: bool = False
) -> list[Printed]:
    """Commune-level records of a portal file whose tables are whole, spread over the file.

    Each ``seed`` takes others. Only the portal's own layout has a column for the notes beside a
    time or a fee; elsewhere
    records without notes are printed, or the file would not say what the record says.
    """
    found: list[dict[str, Any]] = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            noted = any(method.get("note") for method in record.get("methods") or ())
            if (
                "Cấp xã" in (record.get("level") or "")
                and noted == with_notes
                and (_is_whole(record))
            ):
                found.append(record)
    step = max(len(found) // count, 1)
    return [_printed(record) for record in found[seed % step :: step][:count]]


def _printed(record: dict[str, Any]) -> Printed:
    short = record | {"steps": "", "legal_basis": [], "legal_basis_raw": "", "requirements": ""}
    return Printed(sheet_of_record(record), to_procedure(record), to_procedure(short))


def _is_whole(record: dict[str, Any]) -> bool:
    """Whether the page's cells were not glued together on their way into the file."""
    counts = re.findall(r"\((\d+) bản", " ".join(record.get("documents") or ()))
    return bool(
        record.get("methods")
        and 2 <= len(record.get("documents") or ()) <= 15
        and all(int(count) <= 10 for count in counts)
        and all(m.get("time") and m.get("fee") for m in record["methods"])
        and not any(re.fullmatch(r"[\d,.]+", m["time"]) for m in record["methods"])
        and len(record.get("steps") or "") < 5000
    )


def measure(
    printed: Sequence[Printed],
    *,
    forms: Iterable[str] = FORMS,
    layouts: Sequence[Any] = TUNED,
    step: Step = lambda what: None,
    per_file: int = 4,
    seed: int = 0,
) -> Figures:
    """Render the records into files of several procedures each, read them, and compare.

    ``seed`` decides slant, noise and specks of the scans. Raises NoOffice without LibreOffice.
    """
    figures = Figures()
    forms = list(forms)
    with tempfile.TemporaryDirectory(prefix="letan-eval-") as name:
        folder = Path(name)
        groups = {}
        for layout, start in product(layouts, range(0, len(printed), per_file)):
            group = printed[start : start + per_file]
            path = write_file([one.sheet for one in group], layout, folder / f"{layout}{start}")
            groups[path] = (layout, group)
        if {"pdf", "scan"} & set(forms):
            _print({path: layout for path, (layout, _) in groups.items()}, folder, step)
        for number, (source, (layout, group)) in enumerate(groups.items()):
            truths = [one.truth if layout in WITH_STEPS else one.short for one in group]
            wanted = [form for form in forms if form == "docx" or layout not in NEVER_PRINTED]
            for form, path in _files(source, wanted, 1000 * seed + number):
                step(f"{form} {source.stem}")
                _measure_file(path, form, layout, truths, figures)
    return figures


def _print(layouts: Mapping[Path, str], folder: Path, step: Step) -> None:
    sources = [path for path, layout in layouts.items() if layout not in NEVER_PRINTED]
    if not sources:
        return
    step(f"in {len(sources)} tệp")
    by_browser = [path for path in sources if layouts[path] in BY_BROWSER]
    for path in by_browser:
        to_pdf_by_browser(path, folder)
    if by_office := [path for path in sources if path not in by_browser]:
        to_pdfs(by_office, folder)


def _files(source: Path, forms: Sequence[str], seed: int) -> Iterable[tuple[str, Path]]:
    pdf = source.with_suffix(".pdf")
    if "docx" in forms:
        yield "docx", source
    if "pdf" in forms:
        yield "pdf", pdf
    if "scan" in forms:
        scan = source.with_name(f"{source.stem}-scan.pdf")
        to_scan(pdf, scan, seed=seed)
        yield "scan", scan


def _measure_file(
    path: Path, form: str, layout: str, truths: Sequence[Procedure], figures: Figures
) -> None:
    started = time.perf_counter()
    reading = read(path, IngestSettings(), None)
    drafts = drafts_in(reading)
    spent = time.perf_counter() - started
    figures.pages[form] = figures.pages.get(form, 0) + len(reading.pages)
    figures.seconds[form] = figures.seconds.get(form, 0) + spent
    by_code = {draft.code: draft for draft in drafts if draft.code}
    for truth in truths:
        draft = by_code.get(truth.code)
        for section in SECTIONS:
            if not _expected(truth, section):
                continue
            figures.fields[form] = figures.fields.get(form, 0) + 1
            said = draft.field(section) if draft else None
            if said is not None and said.value is not None:
                verdict = compare(section, truth, said.value, ALIKE[form])
            else:
                verdict = "thiếu"
            if said is not None and said.value is not None:
                figures.judged.append(Judged(form, layout, section, said.confidence, not verdict))
            if not verdict:
                figures.right[form] = figures.right.get(form, 0) + 1
                continue
            unmarked = said is not None and said.value is not None and said.is_sure
            sign = " (không đánh dấu)" if unmarked else ""
            figures.wrong.append(f"{layout}/{form} {truth.code} {section}{sign}: {verdict}")
            if said is None or said.value is None:
                figures.missing[form] = figures.missing.get(form, 0) + 1
            elif said.is_sure:
                figures.unmarked[form] = figures.unmarked.get(form, 0) + 1


def drafts_in(reading: Any) -> list[Draft]:
    """The drafts of a file that was read, without a store."""
    from datetime import date

    segments = segments_of(reading)
    header = read_header("\n".join(piece.text for piece in segments.rest[:40]))
    found = (draft_of(p, header, "đo", date(2026, 7, 1)) for p in segments.procedures)
    return [draft for draft in found if draft is not None]


def _expected(truth: Procedure, section: str) -> bool:
    return bool({"papers": truth.documents, "fee": truth.fees, "time": truth.times}[section])


def compare(section: str, truth: Procedure, value: Any, alike: float) -> str:
    """What is wrong with a section, "" when it is right. Notes may differ, facts may not."""
    if section == "papers":
        # "Phương án …" and "phương án …" under another heading are the same paper
        names = {folded(paper.name): paper.name for paper in truth.documents}
        wanted: dict[str, set[tuple[int, int]]] = {}
        for paper in truth.documents:
            name = names[folded(paper.name)]
            wanted.setdefault(name, set()).add((paper.originals, paper.copies))
        got = [(p["name"], p["originals"], p["copies"]) for p in value["documents"]]
        return _papers(wanted, list(dict.fromkeys(got)), alike)
    if section == "fee":
        fees = [Fee.model_validate(fee) for fee in value["fees"]]
        one = {(f.status, f.amount_vnd, f.channel) for f in truth.fees}
        two = {(f.status, f.amount_vnd, f.channel) for f in fees}
    else:
        times = [ProcessingTime.model_validate(time) for time in value["times"]]
        one = {(t.amount, t.unit, t.channel) for t in truth.times}  # type: ignore[misc]
        two = {(t.amount, t.unit, t.channel) for t in times}  # type: ignore[misc]
    if one == two:
        return ""
    return f"đúng {sorted(map(str, one))}, đọc {sorted(map(str, two))}"


def _papers(
    wanted: Mapping[str, Container[tuple[int, int]]],
    got: Sequence[tuple[str, int, int]],
    alike: float,
) -> str:
    """The same paper under two headings is one paper, with either count, as some layouts have
    no headings."""
    left = list(got)
    for name, counts in wanted.items():
        best = max(left, key=lambda g: _likeness(name, g[0]), default=None)
        if best is None or _likeness(name, best[0]) < alike:
            return f"thiếu {name[:60]!r}, gần nhất {best and best[0][:60]!r}"
        if (best[1], best[2]) not in counts:
            return f"số bản của {name[:40]!r}: {counts} đọc {best[1]},{best[2]}"
        left = [one for one in left if folded(one[0]) != folded(best[0])]
    return f"thừa {left[0][0][:60]!r}" if left else ""


def _likeness(one: str, two: str) -> float:
    a, b = (re.sub(r"\W+", " ", folded(text)).strip() for text in (one, two))
    return 1.0 if a == b else SequenceMatcher(None, a, b, autojunk=False).ratio()
