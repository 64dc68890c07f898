"""Layouts written after the readers stood, to see how files are read that nobody tuned for.

The figures of their first run are in docs/ingest.md; what they showed was mended afterwards.
"""

import html
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm
from openpyxl.styles import Alignment, Border, Side

from evals.rendering import Sheet
from evals.word_tables import add_table, new_document, set_widths
from ingest.encodings import TABLES
from knowledge.data_files import parse_yaml

_CHANNELS = ("Trực tiếp", "Trực tuyến", "Dịch vụ bưu chính")


def write_pocket(sheets: Sequence[Sheet], path: Path) -> None:
    """A handbook in A5: numbered headings, justified paragraphs indented, papers by letter."""
    document = _document(14.8, 21, 1.8, 11)
    _say(document, "HƯỚNG DẪN THỦ TỤC HÀNH CHÍNH", indent=0)
    for number, sheet in enumerate(sheets, 1):
        _say(document, f"{number}. Thủ tục {sheet.name}", indent=0)
        _say(document, f"Mã số: {sheet.code}. Lĩnh vực: {sheet.sector}")
        _say(document, f"{number}.1. Hồ sơ gồm:", indent=0)
        for place, line in enumerate(_papers(sheet)):
            _say(document, f"{_letter(place)}) {line};")
        _say(document, f"{number}.2. Thời hạn giải quyết: {_in_a_sentence(sheet, 1)}.", indent=0)
        _say(document, f"{number}.3. Phí, lệ phí: {_in_a_sentence(sheet, 2)}.", indent=0)
        _say(document, f"{number}.4. Nơi nộp hồ sơ: {sheet.agency}.", indent=0)
        _say(document, f"{number}.5. Kết quả: {sheet.result}.", indent=0)
    document.save(str(path))


def write_letter(sheets: Sequence[Sheet], path: Path) -> None:
    """A decision's text typed like a letter: a list of the procedures first, then "1.1. Trình tự
    thực hiện" and sub-lists with "-" and "+"."""
    document = _document(21, 29.7, 2.5, 14)
    for line in ("ỦY BAN NHÂN DÂN TỈNH MẪU", "Số: 12/QĐ-UBND", "QUYẾT ĐỊNH",
                 "Về việc công bố Danh mục thủ tục hành chính", "PHẦN I. DANH MỤC"):  # fmt: skip
        _say(document, line, indent=0)
    add_table(document, ("STT", "Mã TTHC", "Tên thủ tục hành chính", "Lĩnh vực"),
           [(str(i), s.code, s.name, s.sector) for i, s in enumerate(sheets, 1)],
           (1.2, 2.6, 8.5, 3.7))  # fmt: skip
    _say(document, "PHẦN II. NỘI DUNG CỤ THỂ CỦA TỪNG THỦ TỤC HÀNH CHÍNH", indent=0)
    for number, sheet in enumerate(sheets, 1):
        _say(document, f"{number}. {sheet.name} - {sheet.code}", indent=0)
        _say(document, f"{number}.1. Trình tự thực hiện:")
        for step in sheet.steps:
            _say(document, step)
        _say(document, f"{number}.2. Cách thức thực hiện:")
        for channel in dict.fromkeys(row[0] for row in sheet.methods):
            _say(document, f"- {channel};")
        _say(document, f"{number}.3. Thành phần, số lượng hồ sơ:")
        _say(document, "- Thành phần hồ sơ gồm:")
        for line in _papers(sheet):
            _say(document, f"+ {line}.")
        _say(document, "- Số lượng hồ sơ: 01 (một) bộ.")
        _by_channel(document, f"{number}.4. Thời hạn giải quyết:", sheet, 1)
        _say(document, f"{number}.5. Đối tượng thực hiện thủ tục hành chính: {sheet.who}.")
        _say(document, f"{number}.6. Cơ quan giải quyết thủ tục hành chính: {sheet.agency}.")
        _say(document, f"{number}.7. Kết quả thực hiện thủ tục hành chính: {sheet.result}.")
        _by_channel(document, f"{number}.8. Phí, lệ phí:", sheet, 2)
        _say(document, f"{number}.9. Căn cứ pháp lý của thủ tục hành chính:")
        for law, title in sheet.laws:
            _say(document, f"- {law} {title}".rstrip())
    document.save(str(path))


def write_merged(sheets: Sequence[Sheet], path: Path) -> None:
    """A landscape table with two rows of headings, times and fees in a column for each channel."""
    document = _document(29.7, 21, 1.5, 10)
    document.sections[0].orientation = WD_ORIENT.LANDSCAPE
    _say(document, "PHỤ LỤC: THỦ TỤC HÀNH CHÍNH THỰC HIỆN TẠI TRUNG TÂM", indent=0)
    table = document.add_table(rows=2, cols=10)
    table.style = "Table Grid"
    top = ("STT", "Tên thủ tục hành chính", "Mã TTHC", "Thành phần hồ sơ")
    for place, text in enumerate(top):
        table.cell(0, place).merge(table.cell(1, place)).text = text
    for start, text in ((4, "Thời hạn giải quyết"), (7, "Phí, lệ phí")):
        table.cell(0, start).merge(table.cell(0, start + 2)).text = text
        for offset, channel in enumerate(_CHANNELS):
            table.cell(1, start + offset).text = channel
    for number, sheet in enumerate(sheets, 1):
        cells = table.add_row().cells
        said = (str(number), sheet.name, sheet.code, "\n".join(f"- {p}" for p in _papers(sheet)))
        for cell, text in zip(cells, said, strict=False):
            cell.text = text
        for start, column in ((4, 1), (7, 2)):
            held = {row[0]: row[column] for row in sheet.methods}
            for offset, channel in enumerate(_CHANNELS):
                cells[start + offset].text = held.get(channel, "")
    set_widths(table, (1, 3.6, 2, 8, 2, 2, 2, 2, 2, 2))
    document.save(str(path))


def write_web(sheets: Sequence[Sheet], path: Path) -> None:
    """A page of an office's site: a heading, a term and its text, a table without rules."""
    parts = ["<html><head><meta charset='utf-8'><title>Thủ tục</title></head><body>"]
    for sheet in sheets:
        parts.append(f"<h2>{html.escape(sheet.name)}</h2>")
        rows = (
            ("Mã thủ tục", sheet.code),
            ("Lĩnh vực", sheet.sector),
            ("Cơ quan thực hiện", sheet.agency),
        )
        parts += [f"<p><b>{name}:</b> {html.escape(text)}</p>" for name, text in rows]
        parts.append("<h3>Thành phần hồ sơ</h3><ul>")
        parts += [f"<li>{html.escape(line)}</li>" for line in _papers(sheet)]
        parts.append("</ul><h3>Cách thức thực hiện</h3><table border='0' cellpadding='6'><tr>")
        heads = ("Hình thức nộp", "Thời hạn giải quyết", "Phí, lệ phí")
        parts += [f"<th width='33%' align='left'>{head}</th>" for head in heads]
        for row in sheet.methods:
            parts.append("</tr><tr>")
            parts += [f"<td valign='top'>{html.escape(cell)}</td>" for cell in row[:3]]
        parts.append(f"</tr></table><p><b>Kết quả thực hiện:</b> {html.escape(sheet.result)}</p>")
    path.write_text("".join([*parts, "</body></html>"]), "utf-8")


def write_grid(sheets: Sequence[Sheet], path: Path) -> None:
    """An Excel list with a procedure a row, below a title and an empty row."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page["A1"] = "DANH SÁCH THỦ TỤC HÀNH CHÍNH CẤP XÃ"
    heads = ("STT", "Mã số TTHC", "Tên TTHC", "Lĩnh vực", "Hồ sơ cần nộp", "Thời gian giải quyết",
             "Lệ phí", "Nơi tiếp nhận")  # fmt: skip
    lines = [heads] + [
        (str(number), sheet.code, sheet.name, sheet.sector, "\n".join(_papers(sheet)),
         _cell(sheet, 1), _cell(sheet, 2), sheet.agency)
        for number, sheet in enumerate(sheets, 1)
    ]  # fmt: skip
    side = Side(style="thin")
    for number, line in enumerate(lines, 3):
        for column, text in enumerate(line, 1):
            cell = page.cell(number, column, text)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.border = Border(side, side, side, side)
    for letter, width in zip("ABCDEFGH", (5, 12, 28, 16, 70, 22, 26, 26), strict=True):
        page.column_dimensions[letter].width = width
    book.save(path)


def write_old(sheets: Sequence[Sheet], path: Path) -> None:
    """A guide typed before Unicode, in a TCVN3 font."""
    document = _document(21, 29.7, 2.5, 13)
    document.styles["Normal"].font.name = ".VnTime"

    signs = {
        letter: sign for sign, letter in parse_yaml(TABLES.read_text("utf-8"))["tcvn3"].items()
    }
    # Capitals with a tone have no sign of their own: a font of capitals printed them.
    typed = str.maketrans(
        signs | {k.upper(): v for k, v in signs.items() if k.upper() not in signs}
    )

    def say(text: str) -> None:
        document.add_paragraph(text.translate(typed))

    for number, sheet in enumerate(sheets, 1):
        say(f"{number}. Thủ tục {sheet.name}")
        say(f"Mã thủ tục: {sheet.code}")
        say("a) Thành phần hồ sơ:")
        for line in _papers(sheet):
            say(f"- {line};")
        for label, column in (("b) Thời hạn giải quyết", 1), ("c) Lệ phí", 2)):
            values = list(dict.fromkeys((row[0], row[column]) for row in sheet.methods))
            if len({value for _, value in values}) == 1:
                say(f"{label}: {values[0][1]}")
            else:
                say(f"{label}:")
                for channel, value in values:
                    say(f"- {channel}: {value}")
        say(f"d) Kết quả: {sheet.result}")
    document.save(str(path))


def _document(width: float, height: float, margin: float, points: float) -> Any:
    document = new_document(width, height, margin, points)
    document.styles["Normal"].paragraph_format.line_spacing = 1.1
    return document


def _say(document: Any, text: str, *, indent: float = 1.0) -> None:
    paragraph = document.add_paragraph(text)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    paragraph.paragraph_format.first_line_indent = Cm(indent)


def _papers(sheet: Sheet) -> list[str]:
    lines = []
    for _, name, originals, copies in sheet.papers:
        counts = [f"{originals:02} bản chính"] if originals else []
        counts += [f"{copies:02} bản sao"] if copies else []
        text = re.sub(r"^[-+*]\s*", "", name).rstrip(" ;.")
        lines.append(text + (f" ({', '.join(counts)})" if counts else ""))
    return lines


def _letter(place: int) -> str:
    letters = "abcdđeghiklmnopqrstuvxy"
    return letters[place] if place < len(letters) else f"{letters[place % len(letters)]}1"


def _values(sheet: Sheet, column: int) -> list[tuple[str, str]]:
    said = list(dict.fromkeys((row[0], row[column]) for row in sheet.methods))
    return [("", said[0][1])] if len({value for _, value in said}) == 1 else said


def _in_a_sentence(sheet: Sheet, column: int) -> str:
    return "; ".join(f"{channel.lower()}: {value}" if channel else value.rstrip(" .")
                     for channel, value in _values(sheet, column))  # fmt: skip


def _cell(sheet: Sheet, column: int) -> str:
    return "\n".join(f"{channel}: {value}" if channel else value
                     for channel, value in _values(sheet, column))  # fmt: skip


def _by_channel(document: Any, label: str, sheet: Sheet, column: int) -> None:
    values = _values(sheet, column)
    if len(values) == 1:
        _say(document, f"{label} {values[0][1]}")
        return
    _say(document, label)
    for channel, value in values:
        _say(document, f"- {channel}: {value}")
