"""Three more ways a ward writes a procedure down, kept to measure what nobody tuned for.

Written after the readers were mended on all the other layouts; docs/ingest.md has the first run.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import docx
from docx.shared import Cm, Pt

from evals.fresh_lists import by_channel, counted
from evals.rendering import Sheet


def write_inline(sheets: Sequence[Sheet], path: Path) -> None:
    """All papers in one sentence behind its label, with semicolons between them."""
    document = _document()
    for place, sheet in enumerate(sheets, 1):
        document.add_paragraph(f"{place}/ {sheet.name} (Mã TTHC: {sheet.code})")
        papers = "; ".join(counted(paper) for paper in sheet.papers)
        document.add_paragraph(f"- Hồ sơ gồm: {papers}.")
        document.add_paragraph(f"- Thời hạn giải quyết: {_said(sheet, 1)}.")
        document.add_paragraph(f"- Lệ phí: {_said(sheet, 2)}.")
        document.add_paragraph(f"- Nơi nộp hồ sơ: {sheet.agency}.")
    document.save(str(path))


def write_tabbed(sheets: Sequence[Sheet], path: Path) -> None:
    """Labels on the left and texts behind a tab, papers hanging below each other."""
    document = _document()
    for sheet in sheets:
        document.add_heading(sheet.name, level=2)
        document.add_paragraph(f"Mã thủ tục\t{sheet.code}")
        for number, paper in enumerate(sheet.papers):
            lead = "Hồ sơ cần nộp" if not number else ""
            document.add_paragraph(f"{lead}\t{number + 1}. {counted(paper)}")
        for label, column in (("Thời hạn giải quyết", 1), ("Phí, lệ phí", 2)):
            for number, (channel, value) in enumerate(by_channel(sheet, column)):
                text = f"{channel}: {value}" if channel else value
                document.add_paragraph(f"{'' if number else label}\t{text}")
        document.add_paragraph(f"Cơ quan thực hiện\t{sheet.agency}")
    document.save(str(path))


def write_pictured(sheets: Sequence[Sheet], path: Path) -> None:
    """A leaflet of numbered questions with small pictures and ticks."""
    document = _document()
    for sheet in sheets:
        document.add_heading(f"{sheet.name} – {sheet.code}", level=1)
        document.add_paragraph("📄 1. Tôi cần mang theo những giấy tờ gì?")
        for paper in sheet.papers:
            document.add_paragraph(f"✔ {counted(paper)}")
        document.add_paragraph("⏰ 2. Bao nhiêu ngày thì có kết quả?")
        for channel, value in by_channel(sheet, 1):
            document.add_paragraph(f"➤ {channel}: {value}" if channel else f"➤ {value}")
        document.add_paragraph("💵 3. Tôi phải nộp bao nhiêu tiền?")
        for channel, value in by_channel(sheet, 2):
            document.add_paragraph(f"➤ {channel}: {value}" if channel else f"➤ {value}")
        document.add_paragraph("🏢 4. Tôi nộp hồ sơ ở đâu?")
        document.add_paragraph(f"➤ {sheet.agency}")
    document.save(str(path))


def _said(sheet: Sheet, column: int) -> str:
    return "; ".join(
        f"{channel.lower()}: {value}" if channel else value.rstrip(" .")
        for channel, value in by_channel(sheet, column)
    )


def _document() -> Any:
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(12)
    return document


WRITERS: Mapping[str, tuple[Callable[[Sequence[Sheet], Path], None], str]] = {
    "inline": (write_inline, ".docx"),
    "tabbed": (write_tabbed, ".docx"),
    "pictured": (write_pictured, ".docx"),
}
