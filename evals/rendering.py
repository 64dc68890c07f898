"""Makes office files out of records: three layouts, as Word, as PDF, and as a noisy scan.

Only for measuring how well such files are read; what is printed comes from the records given.
"""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import docx
import numpy as np
import pypdfium2 as pdfium
from docx.shared import Cm, Pt
from PIL import Image, ImageFilter

from knowledge.procedures import Fee, FeeStatus, Procedure, ProcessingTime, TimeUnit

Layout = Literal["portal", "decision", "handbook"]
LAYOUTS: tuple[Layout, ...] = ("portal", "decision", "handbook")
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
    channels = [channel.channel for channel in procedure.channels] or ["in_person"]
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
            r"^(?:\[(?P<heading>[^\]]*)\])?\s*(?P<text>.*?)(?:\((?P<count>[^()]*bản[^()]*)\))?$",
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


def write_docx(sheets: Sequence[Sheet], layout: Layout, path: Path) -> None:
    """One Word file with every procedure in it."""
    document = docx.Document()
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin, section.right_margin = Cm(3), Cm(2)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(13)
    write = {"portal": _portal, "decision": _decision, "handbook": _handbook}[layout]
    write(document, sheets)
    document.save(str(path))


def _portal(document: Any, sheets: Sequence[Sheet]) -> None:
    for sheet in sheets:
        document.add_heading("CHI TIẾT THỦ TỤC HÀNH CHÍNH", level=1)
        for label, value in (
            ("Mã thủ tục", sheet.code),
            ("Tên thủ tục", sheet.name),
            ("Cấp thực hiện", "Cấp Xã"),
            ("Lĩnh vực", sheet.sector),
        ):
            document.add_paragraph(f"{label}: {value}")
        document.add_paragraph("Trình tự thực hiện:")
        for step in sheet.steps:
            document.add_paragraph(step)
        document.add_paragraph("Cách thức thực hiện:")
        _add_table(
            document,
            ("Hình thức nộp", "Thời hạn giải quyết", "Phí, lệ phí", "Mô tả"),
            sheet.methods,
        )
        document.add_paragraph("Thành phần hồ sơ:")
        for heading in dict.fromkeys(paper[0] for paper in sheet.papers):
            if heading:
                document.add_paragraph(f"{heading.rstrip(':')}:")
            _add_table(
                document,
                ("Tên giấy tờ", "Mẫu đơn, tờ khai", "Số lượng"),
                [
                    (name, "", f"Bản chính: {originals}\nBản sao: {copies}")
                    for held, name, originals, copies in sheet.papers
                    if held == heading
                ],
            )
        document.add_paragraph(f"Đối tượng thực hiện: {sheet.who}")
        document.add_paragraph(f"Cơ quan thực hiện: {sheet.agency}")
        document.add_paragraph(f"Cơ quan có thẩm quyền: {sheet.authority}")
        document.add_paragraph(f"Kết quả thực hiện: {sheet.result}")
        document.add_paragraph("Căn cứ pháp lý:")
        _add_table(document, ("Số ký hiệu", "Trích yếu"), sheet.laws)
        document.add_paragraph("Yêu cầu, điều kiện thực hiện:")
        for condition in sheet.conditions:
            document.add_paragraph(condition)
        document.add_page_break()


def _decision(document: Any, sheets: Sequence[Sheet]) -> None:
    document.add_paragraph("Phần II. NỘI DUNG CỤ THỂ CỦA TỪNG THỦ TỤC HÀNH CHÍNH")
    for number, sheet in enumerate(sheets, 1):
        document.add_paragraph(f"{number}. Thủ tục {sheet.name} ({sheet.code})")
        document.add_paragraph("a) Trình tự thực hiện:")
        for step in sheet.steps:
            document.add_paragraph(step)
        ways = ", ".join(dict.fromkeys(row[0].lower() for row in sheet.methods))
        document.add_paragraph(f"b) Cách thức thực hiện: {ways}.")
        document.add_paragraph("c) Thành phần hồ sơ:")
        last = ""
        for heading, name, originals, copies in sheet.papers:
            if heading and heading != last:
                document.add_paragraph(f"* {heading.strip(' *:')}:")
            last = heading
            counts = [f"{originals:02} bản chính"] if originals else []
            counts += [f"{copies:02} bản sao"] if copies else []
            text = re.sub(r"^[-+*]\s*", "", name).rstrip(" ;.")
            document.add_paragraph(
                f"- {text}" + (f" ({', '.join(counts)})" if counts else "") + ";"
            )
        document.add_paragraph("Số lượng hồ sơ: 01 bộ.")
        _by_channel(document, "d) Thời hạn giải quyết", [(m[0], m[1]) for m in sheet.methods])
        document.add_paragraph(f"đ) Đối tượng thực hiện thủ tục hành chính: {sheet.who}")
        document.add_paragraph(f"e) Cơ quan thực hiện thủ tục hành chính: {sheet.agency}")
        document.add_paragraph(f"g) Kết quả thực hiện thủ tục hành chính: {sheet.result}")
        _by_channel(document, "h) Phí, lệ phí", [(m[0], m[2]) for m in sheet.methods])
        document.add_paragraph("i) Yêu cầu, điều kiện thực hiện thủ tục hành chính:")
        for condition in sheet.conditions:
            document.add_paragraph(condition)
        document.add_paragraph("k) Căn cứ pháp lý của thủ tục hành chính:")
        for law, title in sheet.laws:
            document.add_paragraph(f"- {law} {title}".rstrip())


def _by_channel(document: Any, label: str, said: Sequence[tuple[str, str]]) -> None:
    values = {value for _, value in said}
    if len(values) <= 1:
        document.add_paragraph(f"{label}: {next(iter(values), '')}")
        return
    document.add_paragraph(f"{label}:")
    for channel, value in said:
        document.add_paragraph(f"- {channel}: {value}")


def _handbook(document: Any, sheets: Sequence[Sheet]) -> None:
    document.add_heading("SỔ TAY THỦ TỤC HÀNH CHÍNH", level=1)
    for sheet in sheets:
        document.add_paragraph(f"Thủ tục: {sheet.name}")
        times, fees = ([(m[0], m[i]) for m in sheet.methods] for i in (1, 2))
        papers = [
            f"- {re.sub(r'^[-+*] *', '', name).rstrip(' ;.')} ({_counted(originals, copies)})"
            if originals or copies
            else f"- {re.sub(r'^[-+*] *', '', name)}"
            for _, name, originals, copies in sheet.papers
        ]
        rows = (
            ("Mã số TTHC", sheet.code),
            ("Lĩnh vực", sheet.sector),
            ("Thành phần hồ sơ", "\n".join(papers)),
            ("Thời hạn giải quyết", _cell_by_channel(times)),
            ("Lệ phí", _cell_by_channel(fees)),
            ("Nơi tiếp nhận", sheet.agency),
            ("Cách thức thực hiện", ", ".join(dict.fromkeys(m[0] for m in sheet.methods))),
            ("Trình tự thực hiện", "\n".join(sheet.steps)),
            ("Kết quả", sheet.result),
            ("Căn cứ pháp lý", "\n".join(f"{law} {title}".strip() for law, title in sheet.laws)),
        )
        _add_table(document, ("TT", "Nội dung", "Hướng dẫn"),
                   [(str(i), label, value) for i, (label, value) in enumerate(rows, 1)],
                   widths=(1.2, 3.8, 11))  # fmt: skip


def _counted(originals: int, copies: int) -> str:
    said = [f"{originals} bản chính"] if originals else []
    return ", ".join([*said, *([f"{copies} bản sao"] if copies else [])])


def _cell_by_channel(said: Sequence[tuple[str, str]]) -> str:
    values = {value for _, value in said}
    if len(values) <= 1:
        return next(iter(values), "")
    return "\n".join(f"{channel}: {value}" for channel, value in said)


def _add_table(
    document: Any,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float] | None = None,
) -> None:
    if not rows:
        return
    table = document.add_table(rows=1, cols=len(heads))
    table.style = "Table Grid"
    for cell, head in zip(table.rows[0].cells, heads, strict=True):
        cell.text = head
    for row in rows:
        cells = table.add_row().cells
        for cell, text in zip(cells, row, strict=True):
            cell.text = text
    if widths:
        table.autofit = False
        for line in table.rows:
            for cell, width in zip(line.cells, widths, strict=True):
                cell.width = Cm(width)


def to_pdf(source: Path, folder: Path) -> Path:
    """The Word file as PDF; raises NoOffice without LibreOffice."""
    office = shutil.which("soffice")
    if office is None:
        raise NoOffice("LibreOffice is missing: apt install libreoffice-writer")
    with tempfile.TemporaryDirectory(prefix="letan-render-") as profile:
        subprocess.run(
            [office, f"-env:UserInstallation={Path(profile).as_uri()}", "--headless", "--norestore",
             "--convert-to", "pdf", "--outdir", str(folder), str(source)],
            check=True, capture_output=True, timeout=180,
        )  # fmt: skip
    return folder / f"{source.stem}.pdf"


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
        grey = grey * 0.88 + 20 + dice.normal(0, 9, grey.shape)
        specks = dice.random(grey.shape) < 0.0003
        grey[specks] = 40
        pages.append(Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)))
    pages[0].save(target, save_all=True, append_images=pages[1:], resolution=SCAN_DPI)
    return len(pages)
