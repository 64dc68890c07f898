"""The third set of layouts where they are kept in a web page, a workbook or a plain text."""

import html
import re
import textwrap
from collections.abc import Sequence
from pathlib import Path

import openpyxl
from openpyxl.styles import Alignment, Border, Side

from evals.rendering import Sheet

_NARROW_TEXT = 76


def write_tabs(sheets: Sequence[Sheet], path: Path) -> None:
    """A saved page of a portal: menus, tabs whose panes are hidden, terms and their texts."""
    parts = [
        "<!DOCTYPE html><html lang='vi'><head><meta charset='utf-8'><title>Cổng dịch vụ công"
        "</title><style>.pane{display:none}.pane.on{display:block}</style>"
        "<script>function show(n){document.getElementById(n).className='pane on'}</script></head>"
        "<body><header><nav><ul><li><a href='/'>Trang chủ</a></li><li><a href='/tthc'>Thủ tục "
        "hành chính</a></li><li><a href='/dvc'>Nộp hồ sơ trực tuyến</a></li></ul></nav></header>"
        "<div class='crumbs'>Trang chủ / Thủ tục hành chính / Chi tiết</div><main>"
    ]
    for sheet in sheets:
        say = html.escape
        parts.append(
            f"<article><h1>{say(sheet.name)}</h1><ul class='tabs'><li>Thông tin chung</li>"
            "<li>Thành phần hồ sơ</li><li>Thời hạn, phí</li></ul>"
            f"<div class='pane on'><dl><dt>Mã thủ tục</dt><dd>{sheet.code}</dd>"
            f"<dt>Lĩnh vực</dt><dd>{say(sheet.sector)}</dd>"
            f"<dt>Cơ quan thực hiện</dt><dd>{say(sheet.agency)}</dd>"
            f"<dt>Kết quả thực hiện</dt><dd>{say(sheet.result)}</dd></dl></div>"
            "<div class='pane'><h2>Thành phần hồ sơ</h2><table><thead><tr><th>STT</th>"
            "<th>Tên giấy tờ</th><th>Bản chính</th><th>Bản sao</th></tr></thead><tbody>"
        )
        parts += [
            f"<tr><td>{n}</td><td>{say(paper[1])}</td><td>{paper[2]}</td><td>{paper[3]}</td></tr>"
            for n, paper in enumerate(sheet.papers, 1)
        ]
        parts.append("</tbody></table></div><div class='pane'><h2>Cách thức thực hiện</h2>")
        for row in sheet.methods:
            parts.append(
                f"<div class='way'><h3>{say(row[0])}</h3><div><span>Thời hạn giải quyết:</span> "
                f"<span>{say(row[1])}</span></div><div><span>Phí, lệ phí:</span> "
                f"<span>{say(row[2])}</span></div></div>"
            )
        parts.append("</div><a href='#'>Nộp hồ sơ</a></article>")
    parts.append("</main><footer>Bản quyền thuộc Ủy ban nhân dân tỉnh Mẫu</footer></body></html>")
    path.write_text("".join(parts), "utf-8")


def write_plain(sheets: Sequence[Sheet], path: Path) -> None:
    """A text file whose lines were cut at a fixed width, as an editor of old did."""
    lines: list[str] = []

    def say(text: str, hanging: str = "") -> None:
        lines.extend(textwrap.wrap(text, _NARROW_TEXT, subsequent_indent=hanging,
                                   break_long_words=False, break_on_hyphens=False))  # fmt: skip

    for place, sheet in enumerate(sheets, 1):
        say(f"{place}. Tên thủ tục: {sheet.name}")
        say(f"Mã thủ tục: {sheet.code}")
        say("Thành phần hồ sơ:")
        for paper in sheet.papers:
            say(f"  - {counted(paper)}", "    ")
        for label, column in (("Thời hạn giải quyết", 1), ("Lệ phí", 2)):
            values = by_channel(sheet, column)
            if len(values) == 1:
                say(f"{label}: {values[0][1]}")
            else:
                say(f"{label}:")
                for channel, value in values:
                    say(f"  - {channel}: {value}", "    ")
        say(f"Cơ quan thực hiện: {sheet.agency}")
        lines.append("")
    path.write_text("\n".join(lines), "utf-8")


def write_stock(sheets: Sequence[Sheet], path: Path) -> None:
    """The same as an Excel sheet, with groups by sector across it."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["THỐNG KÊ THỦ TỤC HÀNH CHÍNH"])
    page.merge_cells("A1:H1")
    page.append(["STT", "Mã TTHC", "Tên thủ tục hành chính", "Thành phần hồ sơ", "Bản chính",
                 "Bản sao", "Thời hạn giải quyết", "Phí, lệ phí"])  # fmt: skip
    for place, sheet in enumerate(sheets, 1):
        page.append([f"Lĩnh vực {sheet.sector}"])
        page.merge_cells(start_row=page.max_row, end_row=page.max_row, start_column=1, end_column=8)
        first = page.max_row + 1
        for number, (_, name, originals, copies) in enumerate(sheet.papers):
            own = [place, sheet.code, sheet.name] if not number else [None] * 3
            ends = [in_cell(sheet, 1), in_cell(sheet, 2)] if not number else [None] * 2
            page.append([*own, bare(name), originals or None, copies or None, *ends])
        for column in (1, 2, 3, 7, 8):
            page.merge_cells(start_row=first, end_row=page.max_row, start_column=column,
                             end_column=column)  # fmt: skip
    side = Side(style="thin")
    for row in page.iter_rows():
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.border = Border(side, side, side, side)
    for letter, width in zip("ABCDEFGH", (5, 12, 28, 70, 10, 10, 22, 26), strict=True):
        page.column_dimensions[letter].width = width
    book.save(path)


def write_cards(sheets: Sequence[Sheet], path: Path) -> None:
    """A workbook with a sheet for each procedure, its parts one below the other."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for place, sheet in enumerate(sheets, 1):
        page = book.create_sheet(f"TTHC {place}")
        page.append(["PHIẾU HƯỚNG DẪN"])
        page.merge_cells("A1:B1")
        for label, value in (
            ("Tên thủ tục", sheet.name),
            ("Mã thủ tục", sheet.code),
            ("Lĩnh vực", sheet.sector),
            ("Thời hạn giải quyết", in_cell(sheet, 1)),
            ("Lệ phí", in_cell(sheet, 2)),
        ):
            page.append([label, value])
        for number, paper in enumerate(sheet.papers):
            page.append(["Thành phần hồ sơ" if not number else None, counted(paper)])
        page.merge_cells(
            start_row=page.max_row - len(sheet.papers) + 1, end_row=page.max_row,
            start_column=1, end_column=1,
        )  # fmt: skip
        page.append(["Nơi nộp hồ sơ", sheet.agency])
    book.save(path)


def bare(name: str) -> str:
    return re.sub(r"^[-+*]\s*", "", name).rstrip(" ;.")


def counted(paper: tuple[str, str, int, int]) -> str:
    """ "Tờ khai (bản chính: 01, bản sao: 02)"."""
    _, name, originals, copies = paper
    counts = [f"bản chính: {originals:02}"] if originals else []
    counts += [f"bản sao: {copies:02}"] if copies else []
    return bare(name) + (f" ({', '.join(counts)})" if counts else "")


def by_channel(sheet: Sheet, column: int) -> list[tuple[str, str]]:
    said = list(dict.fromkeys((row[0], row[column]) for row in sheet.methods))
    return [("", said[0][1])] if len({value for _, value in said}) == 1 else said


def in_cell(sheet: Sheet, column: int) -> str:
    return "\n".join(
        f"{channel}: {value}" if channel else value for channel, value in by_channel(sheet, column)
    )
