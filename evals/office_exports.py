"""The fourth set where it comes out of other programs: a browser, a mail, a workbook, slides."""

import html
from collections.abc import Callable, Mapping, Sequence
from email.message import EmailMessage
from email.policy import SMTP
from itertools import groupby
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles import Alignment

from evals.fresh_lists import bare, by_channel, counted, in_cell
from evals.office_layouts import (
    write_boxed,
    write_contents,
    write_schedule,
    write_spread,
    write_vintage,
)
from evals.rendering import Sheet

_PAPERS_A_SLIDE = 4


def write_screen(sheets: Sequence[Sheet], path: Path) -> None:
    """A portal's page as a browser prints it: rows of label and text, tables inside, menus."""
    say = html.escape
    parts = [
        _head("Chi tiết thủ tục", "body{font:14px Arial}.row{display:flex;margin:6px 0}"
              ".l{width:28%;font-weight:bold}.v{width:72%}table{border-collapse:collapse;"
              "width:100%}td,th{border:1px solid #999;padding:5px;vertical-align:top}"
              ".top{background:#ce7a58;color:#fff;padding:8px}article{page-break-after:always}"),
        "<div class='top'>CỔNG DỊCH VỤ CÔNG &nbsp; Trang chủ &nbsp; Thanh toán &nbsp; Phản ánh"
        "</div>",
    ]  # fmt: skip

    def row(label: str, value: str) -> None:
        parts.append(f"<div class='row'><div class='l'>{label}</div><div class='v'>{value}</div>"
                     "</div>")  # fmt: skip

    for sheet in sheets:
        parts.append("<article><h2>Chi tiết thủ tục hành chính</h2>")
        row("Mã thủ tục:", sheet.code)
        row("Tên thủ tục:", say(sheet.name))
        row("Lĩnh vực:", say(sheet.sector))
        row("Trình tự thực hiện:", "".join(f"<p>{say(step)}</p>" for step in sheet.steps))
        row("Cách thức thực hiện:", _table(
            ("Hình thức nộp", "Thời hạn giải quyết", "Phí, lệ phí"),
            [row_[:3] for row_ in sheet.methods]))  # fmt: skip
        inner = []
        for heading, held in groupby(sheet.papers, key=lambda paper: paper[0]):
            inner.append(f"<p>{say(heading)}</p>" if heading else "")
            inner.append(_table(("Tên giấy tờ", "Số lượng"), [
                (bare(paper[1]), f"Bản chính: {paper[2]}\nBản sao: {paper[3]}")
                for paper in held]))  # fmt: skip
        row("Thành phần hồ sơ:", "".join(inner))
        row("Đối tượng thực hiện:", say(sheet.who))
        row("Cơ quan thực hiện:", say(sheet.agency))
        row("Kết quả thực hiện:", say(sheet.result))
        row("Căn cứ pháp lý:", _table(("Số ký hiệu", "Trích yếu"), sheet.laws))
        parts.append("</article>")
    path.write_text("".join([*parts, "</body></html>"]), "utf-8")


def write_trifold(sheets: Sequence[Sheet], path: Path) -> None:
    """A brochure of two columns on a page laid across, with coloured small headings."""
    say = html.escape
    parts = [_head("Tờ gấp", "@page{size:A4 landscape;margin:12mm}body{font:12px 'DejaVu Sans';"
                   "columns:2;column-gap:14mm;text-align:justify}h2{font-size:14px;color:#933}"
                   "h3{font-size:12px;color:#066;margin:6px 0 2px}ul{margin:0;padding-left:16px}"
                   "p{margin:2px 0}")]  # fmt: skip
    for sheet in sheets:
        parts.append(f"<h2>{say(sheet.name)}</h2><p>Mã thủ tục: {sheet.code}</p>")
        parts.append("<h3>Giấy tờ cần có</h3><ul>")
        parts += [f"<li>{say(counted(paper))}</li>" for paper in sheet.papers]
        parts.append("</ul>")
        for label, column in (("Thời gian giải quyết", 1), ("Phí, lệ phí", 2)):
            parts.append(f"<h3>{label}</h3>")
            parts += [f"<p>{say(f'{channel}: {value}' if channel else value)}</p>"
                      for channel, value in by_channel(sheet, column)]  # fmt: skip
        parts.append(f"<h3>Nơi nộp hồ sơ</h3><p>{say(sheet.agency)}</p>")
    path.write_text("".join([*parts, "</body></html>"]), "utf-8")


def write_slides(sheets: Sequence[Sheet], path: Path) -> None:
    """A deck for a training day: a part a slide, the name repeated above, papers over several."""
    say = html.escape
    parts = [_head("Tập huấn", "@page{size:25.4cm 19.05cm;margin:1cm}section{page-break-after:"
                   "always}h1{font:bold 26px Arial;color:#1b4}h2{font:bold 21px Arial}"
                   "li,p{font:19px Arial}")]  # fmt: skip

    def slide(title: str, label: str, lines: Sequence[str]) -> None:
        items = "".join(f"<li>{say(line)}</li>" for line in lines)
        parts.append(f"<section><h1>{say(title)}</h1><h2>{label}</h2><ul>{items}</ul></section>")

    parts.append("<section><h1>TẬP HUẤN NGHIỆP VỤ MỘT CỬA</h1><p>Tháng 7 năm 2026</p></section>")
    for sheet in sheets:
        title = f"{sheet.name} ({sheet.code})"
        papers = [counted(paper) for paper in sheet.papers]
        for start in range(0, len(papers), _PAPERS_A_SLIDE):
            label = "Thành phần hồ sơ" if not start else "Thành phần hồ sơ (tiếp theo)"
            slide(title, label, papers[start : start + _PAPERS_A_SLIDE])
        slide(title, "Thời hạn giải quyết", in_cell(sheet, 1).split("\n"))
        slide(title, "Phí, lệ phí", in_cell(sheet, 2).split("\n"))
        slide(title, "Cơ quan thực hiện", [sheet.agency])
    path.write_text("".join([*parts, "</body></html>"]), "utf-8")


def write_mailed(sheets: Sequence[Sheet], path: Path) -> None:
    """A mail as a mail program saves it: headers, text cut at 72 letters, and in HTML."""
    import textwrap

    lines: list[str] = []
    rich = ["<html><body><p>Kính gửi anh chị,</p><p>Phòng gửi hướng dẫn các thủ tục sau:</p>"]

    def say(text: str) -> None:
        lines.extend(textwrap.wrap(text, 72, break_long_words=False, break_on_hyphens=False))
        rich.append(f"<p>{html.escape(text)}</p>")

    for place, sheet in enumerate(sheets, 1):
        say(f"{place}. Thủ tục: {sheet.name}")
        say(f"Mã thủ tục: {sheet.code}")
        say("Thành phần hồ sơ:")
        for paper in sheet.papers:
            say(f"- {counted(paper)}")
        for label, column in (("Thời hạn giải quyết", 1), ("Lệ phí", 2)):
            values = by_channel(sheet, column)
            say(f"{label}: {values[0][1]}" if len(values) == 1 else f"{label}:")
            for channel, value in values if len(values) > 1 else ():
                say(f"- {channel}: {value}")
        say(f"Nơi tiếp nhận hồ sơ: {sheet.agency}")
        lines.append("")
    rich.append("<p>Trân trọng.</p><p>--<br>Nguyễn Văn Mẫu<br>Văn phòng</p></body></html>")
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = "van-phong@example.vn", "mot-cua@example.vn"
    mail["Subject"], mail["Date"] = (
        "Hướng dẫn thủ tục hành chính",
        "Wed, 01 Jul 2026 08:00:00 +0700",
    )
    opening = ["Kính gửi anh chị,", "", "Phòng gửi hướng dẫn các thủ tục sau:", ""]
    mail.set_content("\n".join([*opening, *lines, "Trân trọng.", "--", "Nguyễn Văn Mẫu"]))
    mail.add_alternative("".join(rich), subtype="html")
    path.write_bytes(mail.as_bytes())


def write_dossiers(sheets: Sequence[Sheet], path: Path) -> None:
    """A workbook of forms: a sheet a procedure, labels beside texts, tables of papers and ways."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for place, sheet in enumerate(sheets, 1):
        page = book.create_sheet(f"{place}. {sheet.name[:20]}".replace("/", "-").replace(":", " "))
        put = _placing(page)
        put(2, 2, "PHIẾU THÔNG TIN THỦ TỤC HÀNH CHÍNH", across=4)
        for row, (label, value) in enumerate(
            (("Tên TTHC:", sheet.name), ("Mã số:", sheet.code), ("Lĩnh vực:", sheet.sector),
             ("Cơ quan thực hiện:", sheet.agency)), 4
        ):  # fmt: skip
            put(row, 2, label)
            put(row, 3, value, across=3)
        put(9, 2, "Thành phần hồ sơ", across=4)
        for at, head in enumerate(("STT", "Tên giấy tờ", "Bản chính", "Bản sao"), 2):
            put(10, at, head)
        row = 11
        for number, (_, name, originals, copies) in enumerate(sheet.papers, 1):
            line = (number, bare(name), originals or None, copies or None)
            for at, cell in enumerate(line, 2):
                put(row, at, cell)
            row += 1
        row += 1
        put(row, 2, "Thời hạn và phí", across=4)
        for at, head in enumerate(
            ("STT", "Hình thức nộp", "Thời hạn giải quyết", "Phí, lệ phí"), 2
        ):
            put(row + 1, at, head)
        for number, method in enumerate(sheet.methods, 1):
            for at, text in enumerate((str(number), *method[:3]), 2):
                put(row + 1 + number, at, text)
    book.save(path)


def _placing(page: Any) -> Callable[..., None]:
    def put(row: int, column: int, value: Any, *, across: int = 1) -> None:
        cell = page.cell(row, column, value)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if across > 1:
            page.merge_cells(start_row=row, end_row=row, start_column=column,
                             end_column=column + across - 1)  # fmt: skip

    return put


def _head(title: str, style: str) -> str:
    return (f"<!DOCTYPE html><html lang='vi'><head><meta charset='utf-8'><title>{title}</title>"
            f"<style>{style}</style></head><body>")  # fmt: skip


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f"<th>{head}</th>" for head in heads)
    body = "".join(
        "<tr>"
        + "".join(f"<td>{html.escape(c).replace(chr(10), '<br>')}</td>" for c in row)
        + "</tr>"
        for row in rows
    )
    return f"<table><tr>{top}</tr>{body}</table>"


WRITERS: Mapping[str, tuple[Callable[[Sequence[Sheet], Path], None], str]] = {
    "schedule": (write_schedule, ".docx"), "boxed": (write_boxed, ".docx"),
    "spread": (write_spread, ".docx"), "contents": (write_contents, ".docx"),
    "vintage": (write_vintage, ".doc"), "screen": (write_screen, ".html"),
    "trifold": (write_trifold, ".html"), "slides": (write_slides, ".html"),
    "mailed": (write_mailed, ".eml"), "dossiers": (write_dossiers, ".xlsx"),
}  # fmt: skip
