"""Reads Word files: paragraphs and tables in their order; old ones through LibreOffice."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from lxml import etree

from ingest.labels import with_colon
from ingest.old_office import read_converted
from ingest.pages import Block, Page, Reading, Row, Unreadable

# What somebody took out or moved away while changes were tracked.
_UNSEEN = (qn("w:del"), qn("w:moveFrom"), qn("w:pPr"))
_CHANGES = tuple(map(qn, ("w:ins", "w:del", "w:moveFrom", "w:moveTo")))
TRACKED = (
    "tệp còn chỗ sửa đang theo dõi (Track Changes) chưa duyệt: đã đọc như mọi chỗ sửa được chấp "
    "nhận; nếu chưa phải bản cuối thì duyệt trong Word rồi nhập lại"
)
FOOTNOTES = "{count} chú thích cuối trang không nằm trong bản đọc; cần thì xem trong tệp"


def read_docx(path: Path) -> Reading:
    """Paragraphs and tables, with the page each began on where Word noted its page breaks.

    Text of tracked deletions, macros and linked files is not read. Raises Unreadable.
    """
    try:
        body = docx.Document(str(path)).element.body
    except (PackageNotFoundError, KeyError, ValueError, etree.XMLSyntaxError,
            zipfile.BadZipFile, OSError) as error:  # fmt: skip
        raise Unreadable("tệp Word hỏng, không mở được; hãy mở bằng Word và lưu lại") from error
    pages: dict[int, list[Block]] = {1: []}
    number = 1
    for child in body.iterchildren():
        if child.tag == qn("w:p"):
            before, text = _paragraph(child)
            number += before
            lines = list(filter(str.strip, text.split("\n")))
            heading = len(lines) == 1 and _is_heading(child)
            for line in lines:
                block = Block(text=with_colon(line.strip()), page=number, is_heading=heading)
                pages.setdefault(number, []).append(block)
            number += _breaks(child) - before
        elif child.tag == qn("w:tbl"):
            table, number = _table(child, number)
            if table is not None:
                pages.setdefault(table.page or number, []).append(table)
        elif child.tag == qn("w:sdt"):
            for part in child.iter(qn("w:p")):
                text = with_colon(_paragraph(part)[1].strip())
                if text:
                    pages.setdefault(number, []).append(Block(text=text, page=number))
    read = [Page(number=n, how="text", blocks=tuple(b)) for n, b in sorted(pages.items())]
    if not any(page.blocks for page in read):
        raise Unreadable(
            "tệp Word không có chữ nào (có thể chỉ chứa ảnh); hãy gửi bản PDF hoặc ảnh"
        )
    return Reading(kind="docx", pages=tuple(read), problems=tuple(_problems(body)))


def _problems(body: Any) -> Iterator[str]:
    if next(body.iter(*_CHANGES), None) is not None:
        yield TRACKED
    if count := sum(1 for _ in body.iter(qn("w:footnoteReference"), qn("w:endnoteReference"))):
        yield FOOTNOTES.format(count=count)


def _paragraph(element: Any) -> tuple[int, str]:
    """Page breaks before the first letter, and the text."""
    parts: list[str] = []
    before = 0
    for node in _visible(element):
        tag = node.tag
        if tag == qn("w:t"):
            parts.append(_typed(node))
        elif tag == qn("w:p") and parts:
            parts.append("\n")  # paragraphs of a text box inside the paragraph
        elif tag == qn("w:tab"):
            parts.append("\t")
        elif tag in (qn("w:br"), qn("w:cr")):
            if node.get(qn("w:type")) != "page":
                parts.append("\n")
            elif not "".join(parts).strip():
                before += 1
        elif tag == qn("w:lastRenderedPageBreak") and not "".join(parts).strip():
            before += 1
        elif tag == qn("w:noBreakHyphen"):
            parts.append("-")
        elif tag == qn("w:softHyphen"):
            parts.append("\u00ad")  # the letter "ư" of an old font
    text = "".join(parts)
    listed = element.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None
    is_bullet = listed and text.strip() and text.lstrip()[:1] not in "-+*•"
    return before, f"- {text.strip()}" if is_bullet else text


def _is_heading(paragraph: Any) -> bool:
    """Whether Word's own style calls a paragraph a heading or title."""
    style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    return style is not None and str(style.get(qn("w:val"), "")).startswith(("Heading", "Title"))


def _typed(node: Any) -> str:
    """The letters of a run; the fonts .Vn…H print small letters as capitals."""
    text: str = node.text or ""
    font = node.getparent().find(f"{qn('w:rPr')}/{qn('w:rFonts')}")
    name = str(font.get(qn("w:ascii"), "")) if font is not None else ""
    if not (name.startswith(".Vn") and name.endswith("H")):
        return text
    return "".join(letter.upper() if letter.isascii() else letter for letter in text)


def _visible(element: Any) -> Iterator[Any]:
    """Everything below a paragraph but deleted text and the old copies of text boxes."""
    for child in element.iterchildren():
        if child.tag in _UNSEEN or str(child.tag).endswith("}Fallback"):
            continue
        yield child
        yield from _visible(child)


def _breaks(element: Any) -> int:
    rendered = len(element.findall(f".//{qn('w:lastRenderedPageBreak')}"))
    return rendered or sum(node.get(qn("w:type")) == "page" for node in element.iter(qn("w:br")))


def _table(element: Any, number: int) -> tuple[Block | None, int]:
    rows: list[Row] = []
    start = number
    for line in element.iterchildren(qn("w:tr")):
        if line.find(f"{qn('w:trPr')}/{qn('w:del')}") is not None:
            continue
        cells: list[str] = []
        for cell in line.iterchildren(qn("w:tc")):
            merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
            goes_on = merge is not None and merge.get(qn("w:val")) != "restart"
            text = "" if goes_on else _cell(cell)
            span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
            cells.append(text)
            cells += [""] * (int(span.get(qn("w:val"), "1")) - 1 if span is not None else 0)
        if any(cells):
            rows.append(Row(cells=tuple(cells), page=number))
        number += len(line.findall(f".//{qn('w:lastRenderedPageBreak')}"))
    return (Block(rows=tuple(rows), page=start) if rows else None), number


def _cell(cell: Any) -> str:
    lines = (
        _paragraph(paragraph)[1].replace("\t", " ").strip() for paragraph in cell.iter(qn("w:p"))
    )
    return "\n".join(line for line in lines if line)


def read_doc(path: Path) -> Reading:
    """A Word 97–2003, RTF or LibreOffice text, through LibreOffice. Raises Unreadable."""
    return read_converted(path, "doc", "docx", read_docx)
