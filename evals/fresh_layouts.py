"""A third set of layouts, written when the readers had been mended on the first two.

What offices hand out beside decisions: leaflets of questions and answers, posters, tables with a
paper a row, pages behind tabs, sheets of one matter, text typed in capitals. The figures of
their first run are in docs/ingest.md; what they showed was mended afterwards.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from evals.fresh_lists import (
    bare,
    by_channel,
    counted,
    in_cell,
    write_cards,
    write_plain,
    write_stock,
    write_tabs,
)  # fmt: skip
from evals.rendering import Sheet
from evals.word_tables import add_table, new_document, set_widths
from ingest.encodings import TABLES
from knowledge.data_files import parse_yaml


def write_annex(sheets: Sequence[Sheet], path: Path) -> None:
    """An appendix whose parts are numbered on from one procedure to the next, with a running
    head and the ways of handing in as a table."""
    document = _document(21, 29.7, 2.5, 13)
    section = document.sections[0]
    section.header.paragraphs[0].text = "Phụ lục kèm theo Quyết định công bố thủ tục hành chính"
    section.footer.paragraphs[0].text = "UBND TỈNH MẪU"
    _line(document, "PHỤ LỤC", centred=True, bold=True)
    _line(document, "NỘI DUNG THỦ TỤC HÀNH CHÍNH CẤP XÃ", centred=True, bold=True)
    number = 0

    def part(heading: str, *lines: str) -> None:
        nonlocal number
        number += 1
        _line(document, f"{number}. {heading}", bold=True)
        for line in lines:
            _line(document, line)

    for place, sheet in enumerate(sheets, 1):
        _line(document, f"Thủ tục {place:02}. {sheet.name} (mã số {sheet.code})", bold=True)
        part("Trình tự thực hiện", *sheet.steps)
        part("Cách thức thực hiện, thời hạn và phí, lệ phí")
        rows = [row[:3] for row in sheet.methods]
        add_table(document, ("Cách thức", "Thời hạn", "Phí, lệ phí"), rows, (4, 4.5, 7.5))
        part("Thành phần và số lượng hồ sơ")
        _grouped(document, sheet)
        part("Cơ quan thực hiện", f"{sheet.agency}.")
        part("Kết quả thực hiện", f"{sheet.result}.")
        part("Căn cứ pháp lý", *(f"+ {law} {title}".rstrip() for law, title in sheet.laws))
    document.save(str(path))


def _grouped(document: Any, sheet: Sheet) -> None:
    for heading, papers in groupby(sheet.papers, key=lambda paper: paper[0]):
        if heading:
            _line(document, f"* {heading.rstrip(' :')}:")
        for paper in papers:
            _line(document, f"- {counted(paper)};")
    _line(document, "* Số lượng hồ sơ: 01 bộ.")


def write_rack(sheets: Sequence[Sheet], path: Path) -> None:
    """A ward's handbook in two narrow columns with headings of its own words."""
    document = _document(21, 29.7, 1.5, 10.5)
    columns = OxmlElement("w:cols")
    columns.set(qn("w:num"), "2")
    columns.set(qn("w:space"), "500")
    document.sections[0]._sectPr.append(columns)
    for place, sheet in enumerate(sheets, 1):
        _line(document, f"{place}. {sheet.name.upper()}", bold=True)
        _line(document, f"Mã thủ tục: {sheet.code}")
        _line(document, "Giấy tờ cần mang theo:", bold=True)
        for paper in sheet.papers:
            _line(document, f"• {counted(paper)}")
        _values(document, "Bao lâu có kết quả", sheet, 1)
        _values(document, "Phí phải nộp", sheet, 2)
        _line(document, f"Nộp ở đâu: {sheet.agency}")
        _line(document, f"Nhận được gì: {sheet.result}")
    document.save(str(path))


def write_broad(sheets: Sequence[Sheet], path: Path) -> None:
    """A landscape table with a procedure a row and its code below its name."""
    document = _document(29.7, 21, 1.5, 11)
    document.sections[0].orientation = WD_ORIENT.LANDSCAPE
    _line(document, "NIÊM YẾT THỦ TỤC HÀNH CHÍNH", centred=True, bold=True)
    add_table(
        document,
        ("TT", "Tên thủ tục", "Thành phần hồ sơ", "Thời hạn", "Phí", "Nơi nộp, nhận kết quả"),
        [
            (f"{place}", f"{sheet.name}\n({sheet.code})",
             "\n".join(f"- {counted(paper)};" for paper in sheet.papers),
             in_cell(sheet, 1), in_cell(sheet, 2), sheet.agency)
            for place, sheet in enumerate(sheets, 1)
        ],
        (1, 4.2, 11, 3.2, 3.8, 3.5),
    )  # fmt: skip
    document.save(str(path))


def write_asked(sheets: Sequence[Sheet], path: Path) -> None:
    """A leaflet of questions and answers."""
    document = _document(21, 29.7, 2, 12)
    _line(document, "HỎI – ĐÁP VỀ THỦ TỤC HÀNH CHÍNH", centred=True, bold=True)
    for place, sheet in enumerate(sheets, 1):
        _line(document, f"Thủ tục {place}: {sheet.name}", bold=True)
        _line(document, f"(Mã: {sheet.code})")
        _line(document, "Hỏi: Làm thủ tục này cần những giấy tờ gì?")
        _line(document, "Đáp: Hồ sơ gồm có:")
        for paper in sheet.papers:
            _line(document, f"- {counted(paper)}.")
        _line(document, "Hỏi: Bao lâu thì được giải quyết?")
        _answer(document, sheet, 1)
        _line(document, "Hỏi: Phí, lệ phí là bao nhiêu?")
        _answer(document, sheet, 2)
        _line(document, "Hỏi: Nộp hồ sơ ở đâu?")
        _line(document, f"Đáp: {sheet.agency}.")
    document.save(str(path))


def _answer(document: Any, sheet: Sheet, column: int) -> None:
    values = by_channel(sheet, column)
    if len(values) == 1:
        _line(document, f"Đáp: {values[0][1].rstrip(' .')}.")
        return
    _line(document, "Đáp:")
    for channel, value in values:
        _line(document, f"- {channel}: {value.rstrip(' .')}.")


def write_poster(sheets: Sequence[Sheet], path: Path) -> None:
    """A page for each matter to hang beside the counter: big words, four boxes."""
    document = _document(21, 29.7, 1.5, 14)
    for sheet in sheets:
        _line(document, "UBND PHƯỜNG MẪU – TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG", centred=True)
        _line(document, sheet.name.upper(), centred=True, bold=True)
        _line(document, f"Mã thủ tục: {sheet.code}", centred=True)
        table = document.add_table(rows=2, cols=2)
        table.style = "Table Grid"
        boxes = (
            ("BẠN CẦN CHUẨN BỊ", [f"✓ {counted(paper)}" for paper in sheet.papers]),
            ("NƠI NỘP HỒ SƠ", [sheet.agency]),
            ("THỜI GIAN GIẢI QUYẾT", in_cell(sheet, 1).split("\n")),
            ("LỆ PHÍ", in_cell(sheet, 2).split("\n")),
        )
        for cell, (label, lines) in zip((c for row in table.rows for c in row.cells), boxes,
                                        strict=True):  # fmt: skip
            cell.text = "\n".join([label, *lines])
        document.add_page_break()
    document.save(str(path))


def write_fields(sheets: Sequence[Sheet], path: Path) -> None:
    """A table of number, part and text for each procedure, with lists inside lists."""
    document = _document(21, 29.7, 2, 12)
    for place, sheet in enumerate(sheets, 1):
        _line(document, f"Quy trình số {place}: {sheet.name}", bold=True)
        papers = []
        for heading, group in groupby(sheet.papers, key=lambda paper: paper[0]):
            papers += [f"- {heading.rstrip(' :')}:"] if heading else []
            papers += [f"  + {counted(paper)};" for paper in group]
        add_table(
            document,
            ("STT", "Nội dung", "Chi tiết"),
            [
                ("1", "Mã thủ tục hành chính", sheet.code),
                ("2", "Lĩnh vực", sheet.sector),
                ("3", "Thành phần hồ sơ", "\n".join(papers)),
                ("4", "Số lượng hồ sơ", "01 bộ"),
                ("5", "Thời hạn giải quyết", in_cell(sheet, 1)),
                ("6", "Phí, lệ phí (nếu có)", in_cell(sheet, 2)),
                ("7", "Cơ quan thực hiện", sheet.agency),
                ("8", "Kết quả", sheet.result),
            ],
            (1.2, 4.3, 11.5),
        )
    document.save(str(path))


def write_typed(sheets: Sequence[Sheet], path: Path) -> None:
    """A guide from a typewriter's font: headings in capitals alone on their lines, no numbers."""
    document = _document(21, 29.7, 2, 11)
    document.styles["Normal"].font.name = "Courier New"
    for sheet in sheets:
        _line(document, f"THỦ TỤC {sheet.name.upper()}")
        _line(document, f"MÃ SỐ {sheet.code}")
        _line(document, "HỒ SƠ CẦN NỘP")
        for paper in sheet.papers:
            _line(document, counted(paper))
        _line(document, "THỜI HẠN")
        for text in in_cell(sheet, 1).split("\n"):
            _line(document, text)
        _line(document, "PHÍ, LỆ PHÍ")
        for text in in_cell(sheet, 2).split("\n"):
            _line(document, text)
        _line(document, "CƠ QUAN GIẢI QUYẾT")
        _line(document, sheet.agency)
    document.save(str(path))


def write_ledger(sheets: Sequence[Sheet], path: Path) -> None:
    """A table with a paper a row; the other cells of a procedure are merged down."""
    document = _document(29.7, 21, 1.5, 11)
    document.sections[0].orientation = WD_ORIENT.LANDSCAPE
    heads = ("STT", "Mã TTHC", "Tên TTHC", "Thành phần hồ sơ", "Bản chính", "Bản sao",
             "Thời hạn giải quyết", "Phí, lệ phí")  # fmt: skip
    table = document.add_table(rows=1, cols=len(heads))
    table.style = "Table Grid"
    for cell, head in zip(table.rows[0].cells, heads, strict=True):
        cell.text = head
    for place, sheet in enumerate(sheets, 1):
        rows = [table.add_row() for _ in sheet.papers]
        for row, (_, name, originals, copies) in zip(rows, sheet.papers, strict=True):
            for at, text in ((3, bare(name)), (4, str(originals)), (5, str(copies))):
                row.cells[at].text = text
        said = {
            0: str(place),
            1: sheet.code,
            2: sheet.name,
            6: in_cell(sheet, 1),
            7: in_cell(sheet, 2),
        }
        for at, text in said.items():
            rows[0].cells[at].merge(rows[-1].cells[at]).text = text
    set_widths(table, (1, 2.2, 4, 9.5, 1.4, 1.4, 3, 4))
    document.save(str(path))


def write_aged(sheets: Sequence[Sheet], path: Path) -> None:
    """Parts in a ruled table, typed in a TCVN3 font."""
    document = _document(21, 29.7, 2.5, 13)
    document.styles["Normal"].font.name = ".VnTime"
    signs = {
        letter: sign for sign, letter in parse_yaml(TABLES.read_text("utf-8"))["tcvn3"].items()
    }
    typed = str.maketrans(
        signs | {k.upper(): v for k, v in signs.items() if k.upper() not in signs}
    )
    for place, sheet in enumerate(sheets, 1):
        document.add_paragraph(f"{place}. {sheet.name}".translate(typed))
        rows = (
            ("Mã số", sheet.code),
            ("Hồ sơ gồm", "\n".join(f"- {counted(paper)}" for paper in sheet.papers)),
            ("Thời hạn giải quyết", in_cell(sheet, 1)),
            ("Lệ phí", in_cell(sheet, 2)),
            ("Nơi tiếp nhận", sheet.agency),
        )
        table = document.add_table(rows=0, cols=2)
        table.style = "Table Grid"
        for row in rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text.translate(typed)
        set_widths(table, (4.5, 11.5))
    document.save(str(path))


WRITERS: Mapping[str, tuple[Callable[[Sequence[Sheet], Path], None], str]] = {
    "annex": (write_annex, ".docx"), "rack": (write_rack, ".docx"),
    "broad": (write_broad, ".docx"), "asked": (write_asked, ".docx"),
    "tabs": (write_tabs, ".html"), "poster": (write_poster, ".docx"),
    "fields": (write_fields, ".docx"), "typed": (write_typed, ".docx"),
    "plain": (write_plain, ".txt"), "ledger": (write_ledger, ".docx"),
    "stock": (write_stock, ".xlsx"), "cards": (write_cards, ".xlsx"),
    "aged": (write_aged, ".docx"),
}  # fmt: skip


def _document(width: float, height: float, margin: float, points: float) -> Any:
    document = new_document(width, height, margin, points)
    section = document.sections[0]
    section.top_margin = section.bottom_margin = Cm(2)
    document.styles["Normal"].paragraph_format.space_after = Pt(3)
    return document


def _line(document: Any, text: str, *, centred: bool = False, bold: bool = False) -> None:
    paragraph = document.add_paragraph()
    paragraph.add_run(text).bold = bold
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _values(document: Any, label: str, sheet: Sheet, column: int) -> None:
    values = by_channel(sheet, column)
    if len(values) == 1:
        _line(document, f"{label}: {values[0][1]}")
        return
    _line(document, f"{label}:")
    for channel, value in values:
        _line(document, f"• {channel}: {value}")
