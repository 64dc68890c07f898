"""Reads web pages, Markdown and plain text."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

from ingest.encodings import encoding_of
from ingest.hard_wrapped import unwrapped_lines
from ingest.labels import with_colon
from ingest.pages import Block, Page, Reading, Row, Unreadable
from ingest.sniffing import wide_of

_DROP = (
    "script",
    "style",
    "noscript",
    "nav",
    "footer",
    "aside",
    "form",
    "iframe",
    "svg",
    "template",
)
_LINES = {
    "p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd", "blockquote", "section",
    "article", "header", "main", "ul", "ol", "dl", "body", "pre", "figcaption", "center", "td",
}  # fmt: skip
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
# Buttons say what can be pressed, not what the page says.
_BUTTONS = "button, [role=button], a[href='#'], a[href^='javascript:']"
_ERROR_PAGE = re.compile(
    r"\b(?:404|403|500|502|503)\b|not found|không tìm thấy|forbidden|access denied"
    r"|service unavailable"
    r"|truy cập bị từ chối",
    re.IGNORECASE,
)
# A real page of an office is longer than an error message.
ERROR_LENGTH = 1500
LONGEST_BUTTON = 40


def read_html(path: Path) -> Reading:
    """The text and tables of a web page without menus and scripts; nothing it links is loaded.

    Raises Unreadable for an error page that was saved in place of a document.
    """
    return html_reading(path.read_bytes())


def html_reading(content: bytes | str) -> Reading:
    """The same for a page that is in memory already. Raises Unreadable."""
    soup = BeautifulSoup(content, "lxml")
    title = soup.title.get_text(" ", strip=True) if soup.title else ""
    for tag in soup(_DROP):
        tag.decompose()
    for tag in soup.select(_BUTTONS):
        if len(tag.get_text(strip=True)) < LONGEST_BUTTON:
            tag.decompose()
    articles = soup.find_all("article")
    body = soup.find("main") or (articles[0] if len(articles) == 1 else soup.body) or soup
    blocks = list(_blocks(body))
    length = sum(
        len(block.text) + sum(len("".join(r.cells)) for r in block.rows) for block in blocks
    )
    if length < ERROR_LENGTH and _ERROR_PAGE.search(f"{title} {blocks[0].text if blocks else ''}"):
        said = title or blocks[0].text
        raise Unreadable(
            f"đây là trang báo lỗi của một trang web ({said[:60]!r}), không phải văn bản; "
            "hãy tải lại tệp"
        )
    if not blocks:
        raise Unreadable(
            "trang web không có chữ nào đọc được (chữ có thể chỉ hiện trong trình duyệt); hãy mở "
            "bằng trình duyệt, in thành PDF rồi nhập tệp PDF"
        )
    return Reading(kind="html", pages=(Page(number=1, how="text", blocks=tuple(blocks)),))


def _blocks(node: Any) -> Iterator[Block]:
    held: list[str] = []

    def flush() -> Iterator[Block]:
        text = " ".join("".join(held).split())
        held.clear()
        if text:
            yield Block(text=text, page=1)

    for child in node.children:
        if isinstance(child, NavigableString):
            if type(child) is NavigableString:
                held.append(str(child))
        elif isinstance(child, Tag):
            if child.name == "table":
                yield from flush()
                yield from _table(child)
            elif child.name == "br":
                yield from flush()
            elif child.name in _LINES or child.find(list(_LINES | {"table", "br"})):
                yield from flush()
                if child.name == "li":
                    held.append("- ")
                    inner = list(_blocks(child))
                    if inner and not inner[0].is_table:
                        inner[0] = inner[0].model_copy(update={"text": f"- {inner[0].text}"})
                    held.clear()
                    yield from inner
                else:
                    inner = list(_blocks(child))
                    if child.name in _HEADINGS and len(inner) == 1 and not inner[0].is_table:
                        inner = [inner[0].model_copy(update={"is_heading": True})]
                    yield from inner
            else:
                held.append(child.get_text(" "))
    yield from flush()


def _table(table: Tag) -> Iterator[Block]:
    """A table of data; one that only places things on the page gives its text instead."""
    rows: list[Row] = []
    for line in table.find_all("tr"):
        if line.find_parent("table") is not table:
            continue
        cells: list[str] = []
        for cell in line.find_all(["td", "th"], recursive=False):
            lines = [block.text for block in _blocks(cell) if not block.is_table]
            cells.append("\n".join(lines))
            span = str(cell.get("colspan") or "1")
            cells += [""] * (min(int(span), 30) - 1 if span.isdigit() else 0)
        if any(cells):
            rows.append(Row(cells=tuple(cells), page=1))
    if not rows:
        return
    if max(len(row.cells) for row in rows) == 1:
        for row in rows:
            for text in row.cells[0].split("\n"):
                yield Block(text=text, page=1)
        return
    width = max(len(row.cells) for row in rows)
    yield Block(
        rows=tuple(
            row.model_copy(update={"cells": row.cells + ("",) * (width - len(row.cells))})
            for row in rows
        ),
        page=1,
    )


def read_text(path: Path, *, markdown: bool) -> Reading:
    """Lines of a plain text or Markdown file; Markdown tables stay tables. Raises Unreadable."""
    return text_reading(decoded(path.read_bytes()), markdown=markdown)


def text_reading(said: str, *, markdown: bool) -> Reading:
    """The same for text that is in memory already. Raises Unreadable."""
    lines = unwrapped_lines(said.splitlines())
    blocks: list[Block] = []
    table: list[Row] = []
    for line in [*lines, ""]:
        text = with_colon(line.strip())
        if markdown and re.match(r"^\|.*\|$", text):
            cells = tuple(cell.strip() for cell in text.strip("|").split("|"))
            if not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
                table.append(Row(cells=cells, page=1))
            continue
        if table:
            width = max(len(row.cells) for row in table)
            blocks.append(
                Block(
                    rows=tuple(
                        r.model_copy(update={"cells": r.cells + ("",) * (width - len(r.cells))})
                        for r in table
                    ),
                    page=1,
                )
            )
            table = []
        if markdown:
            text = re.sub(r"^#{1,6}\s+", "", text)
            text = re.sub(r"(\*\*|__)(.+?)\1", r"\2", text)
        if text:
            blocks.append(Block(text=text, page=1))
    if not blocks:
        raise Unreadable("tệp trống, không có chữ nào; hãy chép hoặc tải lại tệp")
    kind: Any = "markdown" if markdown else "text"
    return Reading(kind=kind, pages=(Page(number=1, how="text", blocks=tuple(blocks)),))


def decoded(content: bytes) -> str:
    """Text in UTF-8, UTF-16, an old Vietnamese font, or the Windows page for Vietnamese."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    if wide := wide_of(content[:8192]):
        return content.decode(wide, errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Bytes of an old font are letters of the western page, which later become Unicode.
        western = content.decode("cp1252", errors="replace")
        return western if encoding_of([western]) else content.decode("cp1258", errors="replace")
