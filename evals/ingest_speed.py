"""How long 200 text pages and 20 scanned pages take to become drafts, on the cores there are."""

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evals.ingesting import drafts_in, own_records
from evals.layouts import write_docx
from evals.rendering import to_pdf, to_scan
from ingest.read_pdf import cores
from ingest.reading import read
from ingest.settings import IngestSettings

TEXT_PAGES, TEXT_SECONDS = 200, 60
SCANNED_PAGES, SCANNED_SECONDS = 20, 90


@dataclass(frozen=True)
class Speed:
    """One kind of file: its pages, the seconds they took and may take.

    ``load`` is the machine's load while nothing of ours ran: above zero others were at work
    and the figure is too high.
    """

    kind: str
    pages: int
    seconds: float
    allowed: float
    drafts: int
    cores: int
    load: float


def measure_speed(step: Callable[[str], None] = lambda what: None) -> list[Speed]:
    """Both kinds, read as `letan ingest` reads them, without a cache; raises NoOffice."""
    printed = own_records(12)
    load = round(os.getloadavg()[0], 1)
    with tempfile.TemporaryDirectory(prefix="letan-speed-") as name:
        folder = Path(name)
        step("in 200 trang")
        long = _pdf(folder, [one.sheet for one in printed], TEXT_PAGES)
        step("đọc 200 trang chữ")
        text = _timed("text", long, TEXT_SECONDS, load)
        step("in 20 trang quét")
        scan = folder / "scan.pdf"
        to_scan(_first(long, SCANNED_PAGES, folder), scan, seed=3)
        step("đọc 20 trang quét")
        scanned = _timed("scan", scan, SCANNED_SECONDS, load)
    return [text, scanned]


def _pdf(folder: Path, sheets: list[object], pages: int) -> Path:
    import pypdfium2 as pdfium

    word = folder / "one.docx"
    write_docx(sheets, "portal", word)  # type: ignore[arg-type]
    one = pdfium.PdfDocument(to_pdf(word, folder))
    whole = pdfium.PdfDocument.new()
    while len(whole) < pages:
        whole.import_pages(one, list(range(min(len(one), pages - len(whole)))))
    path = folder / "long.pdf"
    whole.save(path)
    return path


def _first(path: Path, pages: int, folder: Path) -> Path:
    import pypdfium2 as pdfium

    short = pdfium.PdfDocument.new()
    short.import_pages(pdfium.PdfDocument(path), list(range(pages)))
    target = folder / "short.pdf"
    short.save(target)
    return target


def _timed(kind: str, path: Path, allowed: float, load: float) -> Speed:
    started = time.perf_counter()
    reading = read(path, IngestSettings(), None)
    drafts = drafts_in(reading)
    seconds = round(time.perf_counter() - started, 1)
    return Speed(kind, len(reading.pages), seconds, allowed, len(drafts), cores(), load)
