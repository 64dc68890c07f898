"""The layouts procedures are printed in: as the portal, decisions, handbooks and leaflets do.

The readers were built on the first six (``TUNED``); ``LATER`` and ``UNSEEN`` were written
afterwards, and what they showed was then mended too, so only a new seed and new records measure
unseen files.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import docx
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from evals.fresh_layouts import WRITERS as FRESH_WRITERS
from evals.leaflets import WRITERS as LEAFLET_WRITERS
from evals.office_exports import WRITERS as OFFICE_WRITERS
from evals.rendering import Sheet
from evals.unseen_layouts import (
    write_grid,
    write_letter,
    write_merged,
    write_old,
    write_pocket,
    write_web,
)
from evals.word_tables import add_table

Layout = Literal[
    "portal", "decision", "handbook", "register", "unruled", "columns", "notice", "sheet",
    "pocket", "letter", "merged", "web", "grid", "old",
    "annex", "rack", "broad", "asked", "tabs", "poster", "fields", "typed", "plain", "ledger",
    "stock", "cards", "aged", "inline", "tabbed", "pictured",
    "schedule", "boxed", "spread", "contents", "vintage", "screen", "trifold", "slides", "mailed",
    "dossiers",
]  # fmt: skip
TUNED: tuple[Layout, ...] = ("portal", "decision", "handbook", "register", "unruled", "columns")
LATER: tuple[Layout, ...] = ("notice", "sheet")
UNSEEN: tuple[Layout, ...] = ("pocket", "letter", "merged", "web", "grid", "old")
FRESH: tuple[Layout, ...] = (
    "annex", "rack", "broad", "asked", "tabs", "poster", "fields", "typed", "plain", "ledger",
    "stock", "cards", "aged",
)  # fmt: skip
LEAFLETS: tuple[Layout, ...] = ("inline", "tabbed", "pictured")
OFFICE: tuple[Layout, ...] = (
    "schedule", "boxed", "spread", "contents", "vintage", "screen", "trifold", "slides", "mailed",
    "dossiers",
)  # fmt: skip
LAYOUTS: tuple[Layout, ...] = TUNED + LATER + UNSEEN + FRESH + LEAFLETS + OFFICE
# An old font prints as rubbish where it is not installed, a sheet's long cells are cut off.
NEVER_PRINTED: tuple[Layout, ...] = (
    "grid", "old", "tabs", "plain", "stock", "cards", "aged", "vintage", "mailed", "dossiers",
)  # fmt: skip
# Pages that only a browser prints as they are meant.
BY_BROWSER: tuple[Layout, ...] = ("screen", "trifold", "slides")
# The others leave out what must be done step by step, and the laws.
WITH_STEPS: tuple[Layout, ...] = (
    "portal",
    "decision",
    "handbook",
    "letter",
    "annex",
    "spread",
    "screen",
)


def write_file(sheets: Sequence[Sheet], layout: Layout, path: Path) -> Path:
    """One file with every procedure in it: Word, or whatever the layout is kept in."""
    unseen = {
        "pocket": (write_pocket, ".docx"), "letter": (write_letter, ".docx"),
        "merged": (write_merged, ".docx"), "web": (write_web, ".html"),
        "grid": (write_grid, ".xlsx"), "old": (write_old, ".docx"), **FRESH_WRITERS,
        **LEAFLET_WRITERS, **OFFICE_WRITERS,
    }  # fmt: skip
    if layout in unseen:
        write, suffix = unseen[layout]
        write(sheets, path.with_suffix(suffix))
        return path.with_suffix(suffix)
    write_docx(sheets, layout, path.with_suffix(".docx"))
    return path.with_suffix(".docx")


def write_docx(sheets: Sequence[Sheet], layout: Layout, path: Path) -> None:
    """One Word file with every procedure in it."""
    document = docx.Document()
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin, section.right_margin = Cm(3), Cm(2)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(13)
    write = {
        "portal": _portal, "decision": _decision, "handbook": _handbook, "register": _register,
        "unruled": _unruled, "columns": _columns, "notice": _notice, "sheet": _one_sheet,
    }[layout]  # fmt: skip
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
        add_table(
            document,
            ("Hình thức nộp", "Thời hạn giải quyết", "Phí, lệ phí", "Mô tả"),
            sheet.methods,
        )
        document.add_paragraph("Thành phần hồ sơ:")
        for heading in dict.fromkeys(paper[0] for paper in sheet.papers):
            if heading:
                document.add_paragraph(f"{heading.rstrip(':')}:")
            add_table(
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
        add_table(document, ("Số ký hiệu", "Trích yếu"), sheet.laws)
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
        add_table(document, ("TT", "Nội dung", "Hướng dẫn"),
                   [(str(i), label, value) for i, (label, value) in enumerate(rows, 1)],
                   widths=(1.2, 3.8, 11))  # fmt: skip


def _register(document: Any, sheets: Sequence[Sheet]) -> None:
    """A list on a page laid across, one procedure a row: the annex of a decision."""
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = Cm(1.5)
    document.styles["Normal"].font.size = Pt(11)
    document.add_paragraph("DANH MỤC THỦ TỤC HÀNH CHÍNH TIẾP NHẬN TẠI TRUNG TÂM")
    heads = ("TT", "Mã TTHC", "Tên thủ tục hành chính", "Thành phần hồ sơ",
             "Thời hạn giải quyết", "Phí, lệ phí", "Cơ quan giải quyết")  # fmt: skip
    rows = [
        (str(number), sheet.code, sheet.name, "\n".join(_paper_lines(sheet)),
         _cell_by_channel([(m[0], m[1]) for m in sheet.methods]),
         _cell_by_channel([(m[0], m[2]) for m in sheet.methods]), sheet.authority or sheet.agency)
        for number, sheet in enumerate(sheets, 1)
    ]  # fmt: skip
    add_table(document, heads, rows, widths=(1, 2.3, 4.2, 9.5, 3.2, 3.2, 3.2))


def _unruled(document: Any, sheets: Sequence[Sheet]) -> None:
    """A label beside its text without any rules: a guide typed with an invisible table."""
    for number, sheet in enumerate(sheets, 1):
        document.add_paragraph(f"{number}. {sheet.name}")
        add_table(
            document, (),
            [
                ("Mã thủ tục:", sheet.code),
                ("Lĩnh vực:", sheet.sector),
                ("Thành phần hồ sơ:", "\n".join(_paper_lines(sheet))),
                ("Thời hạn giải quyết:", _cell_by_channel([(m[0], m[1]) for m in sheet.methods])),
                ("Phí, lệ phí:", _cell_by_channel([(m[0], m[2]) for m in sheet.methods])),
                ("Nơi tiếp nhận:", sheet.agency),
                ("Kết quả:", sheet.result),
            ],
            widths=(4.2, 11.8), ruled=False,
        )  # fmt: skip


def _columns(document: Any, sheets: Sequence[Sheet]) -> None:
    """A leaflet set in two columns, small letters, every part a line of its own."""
    cols = document.sections[0]._sectPr.xpath("./w:cols")
    col = cols[0] if cols else OxmlElement("w:cols")
    col.set(qn("w:num"), "2")
    col.set(qn("w:space"), "500")
    document.styles["Normal"].font.size = Pt(11)
    for number, sheet in enumerate(sheets, 1):
        document.add_paragraph(f"{number}. {sheet.name}")
        document.add_paragraph(f"Mã thủ tục: {sheet.code}")
        document.add_paragraph("Thành phần hồ sơ:")
        for line in _paper_lines(sheet):
            document.add_paragraph(line)
        _by_channel(document, "Thời hạn giải quyết", [(m[0], m[1]) for m in sheet.methods])
        _by_channel(document, "Lệ phí", [(m[0], m[2]) for m in sheet.methods])
        document.add_paragraph(f"Nơi nộp hồ sơ: {sheet.agency}")
        document.add_paragraph(f"Kết quả: {sheet.result}")


def _notice(document: Any, sheets: Sequence[Sheet]) -> None:
    """A notice on the board: numbered parts in capitals or not, papers numbered."""
    document.add_paragraph("THÔNG BÁO NIÊM YẾT THỦ TỤC HÀNH CHÍNH")
    for sheet in sheets:
        document.add_paragraph(f"TÊN THỦ TỤC: {sheet.name.upper()}")
        document.add_paragraph(f"Mã số thủ tục: {sheet.code}")
        document.add_paragraph("I. HỒ SƠ CẦN NỘP")
        for number, line in enumerate(_paper_lines(sheet), 1):
            document.add_paragraph(f"{number}. {line.removeprefix('- ')}")
        _by_channel(document, "II. THỜI GIAN GIẢI QUYẾT", [(m[0], m[1]) for m in sheet.methods])
        _by_channel(document, "III. MỨC THU", [(m[0], m[2]) for m in sheet.methods])
        document.add_paragraph(f"IV. NƠI TIẾP NHẬN: {sheet.agency}")
        document.add_paragraph(f"V. KẾT QUẢ: {sheet.result}")


def _one_sheet(document: Any, sheets: Sequence[Sheet]) -> None:
    """A page a procedure, a ruled table of two columns whose first row is the name."""
    document.styles["Normal"].font.size = Pt(12)
    for sheet in sheets:
        papers = [f"+ {line.removeprefix('- ')};" for line in _paper_lines(sheet, " – {}")]
        add_table(
            document, (),
            [
                ("Tên TTHC", sheet.name),
                ("Mã TTHC", sheet.code),
                ("Lĩnh vực", sheet.sector),
                ("Giấy tờ cần chuẩn bị", "\n".join(papers)),
                ("Thời gian giải quyết", _cell_by_channel([(m[0], m[1]) for m in sheet.methods])),
                ("Phí/lệ phí", _cell_by_channel([(m[0], m[2]) for m in sheet.methods])),
                ("Cơ quan thực hiện", sheet.agency),
                ("Kết quả thực hiện", sheet.result),
            ],
            widths=(4.5, 11.5),
        )  # fmt: skip
        document.add_page_break()


def _paper_lines(sheet: Sheet, counted: str = " ({})") -> list[str]:
    lines = []
    for _, name, originals, copies in sheet.papers:
        text = re.sub(r"^[-+*]\s*", "", name).rstrip(" ;.")
        said = _counted(originals, copies)
        lines.append(f"- {text}{counted.format(said) if said else ''}")
    return lines


def _counted(originals: int, copies: int) -> str:
    said = [f"{originals} bản chính"] if originals else []
    return ", ".join([*said, *([f"{copies} bản sao"] if copies else [])])


def _cell_by_channel(said: Sequence[tuple[str, str]]) -> str:
    values = {value for _, value in said}
    if len(values) <= 1:
        return next(iter(values), "")
    return "\n".join(f"{channel}: {value}" for channel, value in said)
