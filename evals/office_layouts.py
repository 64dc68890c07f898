"""A fourth set of layouts: Word files offices really keep, written before any of them was read.

A decision whose fees stand in an appendix of their own, a form of text boxes, a wide table that
runs on for pages, a handbook behind its table of contents, a file of Word 97 in an old font. The
figures of their first run are in docs/ingest.md; what they showed was mended afterwards.
"""

import copy
import tempfile
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn

from evals.fresh_lists import by_channel, counted, in_cell
from evals.rendering import Sheet, to_word_97
from evals.word_tables import add_table, new_document, set_widths
from ingest.encodings import TABLES
from knowledge.data_files import parse_yaml

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")
_BOX = (
    '<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:v="urn:schemas-microsoft-com:vml"><w:pict>'
    '<v:shape type="#_x0000_t202" style="width:{width}pt;height:{height}pt">'
    '<v:textbox style="mso-fit-shape-to-text:t"><w:txbxContent/></v:textbox></v:shape>'
    "</w:pict></w:r>"
)  # fmt: skip


def write_schedule(sheets: Sequence[Sheet], path: Path) -> None:
    """A decision with two appendices: the procedures by sector, "I.1", "I.2", and their fees."""
    document = new_document(21, 29.7, 2.5, 13)
    for line in ("ỦY BAN NHÂN DÂN TỈNH MẪU", "QUYẾT ĐỊNH",
                 "Về việc công bố danh mục và nội dung thủ tục hành chính"):  # fmt: skip
        _line(document, line, centred=True, bold=True)
    _line(document, "Điều 1. Công bố kèm theo Quyết định này danh mục thủ tục hành chính và mức "
                    "thu phí, lệ phí tại Phụ lục I, Phụ lục II.")  # fmt: skip
    _line(document, "Điều 2. Quyết định này có hiệu lực kể từ ngày ký.")
    document.add_page_break()
    _line(document, "PHỤ LỤC I", centred=True, bold=True)
    _line(document, "NỘI DUNG CỦA TỪNG THỦ TỤC HÀNH CHÍNH", centred=True, bold=True)
    groups = groupby(sorted(sheets, key=lambda sheet: sheet.sector), lambda sheet: sheet.sector)
    for roman, (sector, held) in zip(ROMAN, groups, strict=False):
        _line(document, f"{roman}. LĨNH VỰC {sector.upper()}", bold=True)
        for number, sheet in enumerate(held, 1):
            _line(document, f"{roman}.{number}. {sheet.name} - Mã số {sheet.code}", bold=True)
            _line(document, "* Thành phần hồ sơ:")
            for paper in sheet.papers:
                _line(document, f"- {counted(paper)}.")
            _line(document, "* Số lượng hồ sơ: 01 bộ.")
            _said(document, "* Thời hạn giải quyết", sheet, 1)
            _line(document, f"* Cơ quan thực hiện: {sheet.agency}.")
            _line(document, "* Phí, lệ phí: Theo Phụ lục II ban hành kèm theo Quyết định này.")
            _line(document, f"* Kết quả thực hiện: {sheet.result}.")
    document.add_page_break()
    _line(document, "PHỤ LỤC II", centred=True, bold=True)
    _line(document, "MỨC THU PHÍ, LỆ PHÍ", centred=True, bold=True)
    rows = [
        (str(number), sheet.code, sheet.name, in_cell(sheet, 2))
        for number, sheet in enumerate(sheets, 1)
    ]
    add_table(document, ("STT", "Mã TTHC", "Tên thủ tục hành chính", "Mức phí, lệ phí"), rows,
              (1.2, 2.4, 6, 6.5))  # fmt: skip
    document.save(str(path))


def write_boxed(sheets: Sequence[Sheet], path: Path) -> None:
    """A leaflet made of text boxes: the paragraphs themselves hold nothing but their boxes."""
    document = new_document(21, 29.7, 2, 12)
    for sheet in sheets:
        add_box(document, [sheet.name.upper(), f"Mã thủ tục: {sheet.code}"], 50)
        papers = [f"- {counted(paper)}" for paper in sheet.papers]
        room = 30 + sum(15 * (1 + len(line) // 80) for line in papers)
        add_box(document, ["1. Thành phần hồ sơ", *papers], min(room, 640))
        times = in_cell(sheet, 1).split("\n")
        add_box(document, ["2. Thời hạn giải quyết", *times], 30 + 16 * len(times))
        fees = in_cell(sheet, 2).split("\n")
        add_box(document, ["3. Phí, lệ phí", *fees], 30 + 30 * len(fees))
        add_box(document, ["4. Nơi tiếp nhận hồ sơ", sheet.agency], 50)
    document.save(str(path))


def add_box(document: Any, lines: Sequence[str], height: int) -> None:
    run = parse_xml(_BOX.format(width=470, height=height))
    inside = run.find(f".//{qn('w:txbxContent')}")
    for line in lines:
        held = document.add_paragraph(line)._p
        inside.append(copy.deepcopy(held))
        held.getparent().remove(held)
    document.add_paragraph()._p.append(run)


def write_spread(sheets: Sequence[Sheet], path: Path) -> None:
    """A landscape table whose rows run over pages, with the headings and their numbers repeated."""
    document = new_document(29.7, 21, 1.5, 12)
    document.sections[0].orientation = WD_ORIENT.LANDSCAPE
    _line(document, "BẢNG CÔNG KHAI THỦ TỤC HÀNH CHÍNH", centred=True, bold=True)
    heads = ("Số TT", "Tên thủ tục hành chính", "Trình tự thực hiện", "Thành phần hồ sơ",
             "Thời hạn giải quyết", "Phí, lệ phí", "Căn cứ pháp lý")  # fmt: skip
    widths = (1.2, 3.6, 7, 7, 2.6, 2.8, 2.8)
    table = document.add_table(rows=2, cols=len(heads))
    table.style = "Table Grid"
    for row, texts in zip(table.rows, (heads, [f"({n})" for n in range(1, 8)]), strict=True):
        row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    for place, sheet in enumerate(sheets, 1):
        papers = "\n".join(f"- {counted(paper)};" for paper in sheet.papers)
        laws = "\n".join(f"- {law} {title}".rstrip() for law, title in sheet.laws)
        said = (f"{place}", f"{sheet.name}\nMã TTHC: {sheet.code}", "\n".join(sheet.steps), papers,
                in_cell(sheet, 1), in_cell(sheet, 2), laws)  # fmt: skip
        for cell, text in zip(table.add_row().cells, said, strict=True):
            cell.text = text
    set_widths(table, widths)
    document.save(str(path))


def write_contents(sheets: Sequence[Sheet], path: Path) -> None:
    """A handbook that begins with its table of contents, then small headings and sentences."""
    document = new_document(14.8, 21, 1.8, 11)
    _line(document, "SỔ TAY HƯỚNG DẪN CÔNG DÂN", centred=True, bold=True)
    _line(document, "MỤC LỤC", centred=True, bold=True)
    for place, sheet in enumerate(sheets, 1):
        _line(document, f"{place}. {sheet.name} {'.' * 20} {place * 2 + 1}")
    document.add_page_break()
    for place, sheet in enumerate(sheets, 1):
        _line(document, f"{place}. {sheet.name}", bold=True)
        _line(document, f"Mã số: {sheet.code} – Lĩnh vực: {sheet.sector}")
        _line(document, "Hồ sơ gồm có", bold=True)
        for number, paper in enumerate(sheet.papers, 1):
            _line(document, f"({number}) {counted(paper)}.")
        for label, column in (("Thời hạn", 1), ("Phí và lệ phí", 2)):
            _line(document, label, bold=True)
            for channel, value in by_channel(sheet, column):
                said = f"Nộp {channel.lower()}: {value}" if channel else value
                _line(document, f"{said.rstrip(' .')}.")
        _line(document, "Nơi nộp và nhận kết quả", bold=True)
        _line(document, f"{sheet.agency}.")
    document.save(str(path))


def write_vintage(sheets: Sequence[Sheet], path: Path) -> None:
    """A file of Word 97 in TCVN3, headings in the font of capitals, parts by letters."""
    signs = {
        letter: sign for sign, letter in parse_yaml(TABLES.read_text("utf-8"))["tcvn3"].items()
    }
    typed = str.maketrans(signs | {k.upper(): v for k, v in signs.items()
                                   if k.upper() not in signs})  # fmt: skip
    document = new_document(21, 29.7, 2.5, 13)
    document.styles["Normal"].font.name = ".VnTime"

    def say(text: str, *, capitals: bool = False) -> None:
        text = text.lower() if capitals else text
        run = document.add_paragraph().add_run(text.translate(typed))
        if capitals:
            run.font.name = ".VnTimeH"

    for place, sheet in enumerate(sheets, 1):
        say(f"{place}. {sheet.name}", capitals=True)
        say(f"Mã số hồ sơ: {sheet.code}")
        say("a) Thành phần hồ sơ bao gồm:")
        for paper in sheet.papers:
            say(f"+ {counted(paper)};")
        for label, column in (("b) Thời gian giải quyết", 1), ("c) Mức thu phí, lệ phí", 2)):
            values = by_channel(sheet, column)
            if len(values) == 1:
                say(f"{label}: {values[0][1].rstrip(' .')}.")
                continue
            say(f"{label}:")
            for channel, value in values:
                say(f"+ {channel}: {value.rstrip(' .')}.")
        say(f"d) Cơ quan giải quyết: {sheet.agency}.")
    with tempfile.TemporaryDirectory(prefix="letan-word-") as folder:
        word = Path(folder) / f"{path.stem}.docx"
        document.save(str(word))
        to_word_97(word, path.parent)


def _line(document: Any, text: str, *, centred: bool = False, bold: bool = False) -> None:
    paragraph = document.add_paragraph()
    paragraph.add_run(text).bold = bold
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.JUSTIFY


def _said(document: Any, label: str, sheet: Sheet, column: int) -> None:
    values = by_channel(sheet, column)
    if len(values) == 1:
        _line(document, f"{label}: {values[0][1]}")
        return
    _line(document, f"{label}:")
    for channel, value in values:
        _line(document, f"- {channel}: {value}")
