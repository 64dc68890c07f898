"""What is printed of a record, and a Word file as PDF and as a noisy scan.

Only for measuring how well such files are read; what is printed comes from the records given.
"""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from PIL import Image, ImageFilter

from knowledge.procedures import Channel, Fee, FeeStatus, Procedure, ProcessingTime, TimeUnit

SCAN_DPI = 200
_CHANNELS = {"in_person": "Trực tiếp", "online": "Trực tuyến", "post": "Dịch vụ bưu chính"}
_UNITS = {
    TimeUnit.WORKING_DAY: "ngày làm việc",
    TimeUnit.DAY: "ngày",
    TimeUnit.HOUR: "giờ",
    TimeUnit.MONTH: "tháng",
}


class NoOffice(RuntimeError):
    """LibreOffice, which makes the PDF files, is not installed."""


@dataclass(frozen=True)
class Sheet:
    """What is printed about one procedure."""

    code: str
    name: str
    sector: str
    steps: tuple[str, ...]
    methods: tuple[tuple[str, str, str, str], ...]
    papers: tuple[tuple[str, str, int, int], ...]
    who: str
    agency: str
    authority: str
    result: str
    conditions: tuple[str, ...]
    laws: tuple[tuple[str, str], ...]


def sheet_of_procedure(procedure: Procedure) -> Sheet:
    """A record of ours as it would be published."""
    return Sheet(
        code=procedure.code,
        name=procedure.name,
        sector=procedure.sector,
        steps=procedure.steps,
        methods=tuple(_methods(procedure)),
        papers=tuple(
            (
                "Giấy tờ phải xuất trình" if paper.handling == "show" else "Giấy tờ phải nộp",
                paper.name,
                paper.originals,
                paper.copies,
            )
            for paper in procedure.documents
        ),
        who=procedure.who_can_apply or "",
        agency=procedure.receiving,
        authority=procedure.authority or "",
        result=procedure.result or "",
        conditions=procedure.conditions,
        laws=tuple((law.number, law.title or "") for law in procedure.legal_basis),
    )


def _methods(procedure: Procedure) -> Iterable[tuple[str, str, str, str]]:
    channels = [channel.channel for channel in procedure.channels] or [Channel.IN_PERSON]
    for channel in channels:
        times = [time_in_words(t) for t in procedure.times if t.channel in (None, channel)]
        fees = [fee_in_words(f) for f in procedure.fees if f.channel in (None, channel)]
        yield _CHANNELS[str(channel)], "; ".join(times), "; ".join(fees), ""


def time_in_words(time: ProcessingTime) -> str:
    """ "3 ngày làm việc"."""
    if time.unit is TimeUnit.SAME_DAY:
        return "Ngay trong ngày làm việc"
    if time.amount is None or time.unit is TimeUnit.UNKNOWN:
        return time.note or ""
    return f"{time.amount} {_UNITS[time.unit]}"


def fee_in_words(fee: Fee) -> str:
    """ "8.000 đồng/bản"."""
    match fee.status:
        case FeeStatus.FREE:
            return "Không"
        case FeeStatus.SET_BY_PROVINCE:
            return "Theo quy định của Hội đồng nhân dân cấp tỉnh"
        case FeeStatus.UNPUBLISHED:
            return "Không có thông tin"
    amount = f"{fee.amount_vnd:,} đồng".replace(",", ".")
    return amount + (f"/{fee.per}" if fee.per else "")


def sheet_of_record(record: dict[str, Any]) -> Sheet:
    """A portal record as its page prints it, the cells of its tables as they are."""
    papers = []
    for entry in record.get("documents") or ():
        match = re.match(
            r"^(?:\[(?P<heading>[^\]]*)\])?\s*(?P<text>.*?)"
            r"(?:\((?P<count>\s*\d+ bản (?:chính|sao)[^()]*)\))?$",
            entry, re.DOTALL,
        )  # fmt: skip
        if not match:
            continue
        count = match["count"] or ""
        originals = re.search(r"(\d+) bản chính", count)
        copies = re.search(r"(\d+) bản sao", count)
        papers.append(
            (
                (match["heading"] or "").strip(),
                match["text"].strip(),
                int(originals[1]) if originals else 0,
                int(copies[1]) if copies else 0,
            )
        )
    return Sheet(
        code=record["code"],
        name=record["name"],
        sector=record.get("field") or "",
        steps=tuple(line for line in (record.get("steps") or "").split("\n") if line.strip()),
        methods=tuple(
            (m.get("channel", ""), m.get("time", ""), m.get("fee", ""), m.get("note", ""))
            for m in record.get("methods") or ()
        ),
        papers=tuple(papers),
        who=record.get("subjects") or "",
        agency=record.get("agency") or "",
        authority=record.get("authority") or "",
        result=record.get("result") or "",
        conditions=tuple((record.get("requirements") or "").split("\n")),
        laws=(
            *((number, "") for number in record.get("legal_basis") or ()),
            *((("", record["legal_basis_raw"]),) if record.get("legal_basis_raw") else ()),
        ),
    )


def to_pdf(source: Path, folder: Path) -> Path:
    """The Word file as PDF; raises NoOffice without LibreOffice."""
    return to_pdfs([source], folder)[0]


def to_pdfs(sources: Sequence[Path], folder: Path) -> list[Path]:
    """Word, Excel or web files as PDF, all in one go, as most of the time is the program's start.

    Raises NoOffice without LibreOffice.
    """
    _convert("pdf", sources, folder, 180 + 20 * len(sources))
    return [folder / f"{source.stem}.pdf" for source in sources]


def _convert(form: str, sources: Sequence[Path], folder: Path, seconds: int) -> None:
    office = shutil.which("soffice")
    if office is None:
        raise NoOffice("LibreOffice is missing: apt install libreoffice-writer")
    with tempfile.TemporaryDirectory(prefix="letan-render-") as profile:
        subprocess.run(
            [office, f"-env:UserInstallation={Path(profile).as_uri()}", "--headless", "--norestore",
             "--convert-to", form, "--outdir", str(folder), *map(str, sources)],
            check=True, capture_output=True, timeout=seconds,
        )  # fmt: skip


def to_word_97(source: Path, folder: Path) -> Path:
    """The Word file as one of Word 97 in ``folder``; raises NoOffice without LibreOffice."""
    _convert("doc:MS Word 97", [source], folder, 180)
    return folder / f"{source.stem}.doc"


def to_pdf_by_browser(source: Path, folder: Path) -> Path:
    """A web page as Chromium prints it, with its own head and foot; raises NoOffice without it."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        raise NoOffice("Chromium is missing: apt install chromium")
    target = folder / f"{source.stem}.pdf"
    with tempfile.TemporaryDirectory(prefix="letan-print-", ignore_cleanup_errors=True) as profile:
        subprocess.run(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}",
             f"--print-to-pdf={target}", source.resolve().as_uri()],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
    return target


def to_scan(source: Path, target: Path, *, seed: int = 7) -> int:
    """The PDF as pictures of 200 dpi with a scanner's slant, blur and noise; its pages."""
    dice = np.random.default_rng(seed)
    pages = []
    document = pdfium.PdfDocument(source)
    for page in document:
        picture = page.render(scale=SCAN_DPI / 72, grayscale=True).to_pil().convert("L")
        slant = float(dice.uniform(-0.7, 0.7))
        picture = picture.rotate(slant, Image.Resampling.BICUBIC, fillcolor=255)
        picture = picture.filter(ImageFilter.GaussianBlur(0.6))
        grey = np.asarray(picture, dtype=np.float32)
        grey = grey * 0.88 + 20 + dice.normal(0, 9, grey.shape).astype(np.float32)
        specks = dice.random(grey.shape) < 0.0003
        grey[specks] = 40
        pages.append(Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)))
    pages[0].save(target, save_all=True, append_images=pages[1:], resolution=SCAN_DPI)
    return len(pages)
