"""Reads slides (.pptx): every slide a page, its boxes in the order they are read, its tables."""

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.exc import PackageNotFoundError
from pptx.oxml.ns import qn

from ingest.folding import folded
from ingest.labels import heading_of, with_colon
from ingest.old_office import read_converted
from ingest.pages import Block, Page, Reading, Row, Unreadable, too_long

_BESIDE = (PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER)
_TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)
# Boxes that PowerPoint gives a bullet to each paragraph unless the paragraph says otherwise.
_LISTS = (PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT)
_GOES_ON = re.compile(
    r"\s*[(\[–-]*\s*(?:tiếp(?: theo)?|tt|t\.t|\d{1,2}/\d{1,2})\s*[.)\]]*\s*$", re.IGNORECASE
)
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_PICTURES_ALONE = (
    "trang {numbers} chỉ có ảnh nên chưa đọc được chữ; hãy lưu thành PDF rồi nhập để nhận dạng"
)
_HIDDEN = "trang {numbers} bị ẩn khi trình chiếu nên không đọc; cần thì bỏ ẩn rồi nhập lại"


@dataclass(frozen=True)
class _Box:
    """What one box of a slide says, and where it stands."""

    blocks: tuple[Block, ...]
    left: int
    top: int
    right: int
    bottom: int

    @property
    def is_label(self) -> bool:
        """Whether it holds only the heading of what stands in another box."""
        return len(self.blocks) == 1 and bool(
            (found := heading_of(self.blocks[0].text)) and not found.rest
        )


def read_pptx(path: Path, *, most_pages: int) -> Reading:
    """The slides that are shown; speaker's notes and linked files are not read.

    Raises Unreadable.
    """
    try:
        slides = list(Presentation(str(path)).slides)
    except (PackageNotFoundError, KeyError, ValueError, AttributeError, etree.XMLSyntaxError,
            zipfile.BadZipFile, OSError) as error:  # fmt: skip
        raise Unreadable(
            "tệp PowerPoint hỏng, không mở được; hãy mở bằng PowerPoint và lưu lại"
        ) from error
    if len(slides) > most_pages:
        raise Unreadable(too_long(len(slides), most_pages))
    pages: list[Page] = []
    hidden: list[int] = []
    pictured: list[int] = []
    title = ""
    for number, slide in enumerate(slides, 1):
        if slide.element.get("show") in ("0", "false"):
            hidden.append(number)
            continue
        blocks, title = _slide(slide, number, title)
        if not blocks and any(_is_picture(shape) for shape in slide.shapes):
            pictured.append(number)
        how: Any = "text" if blocks else "blank"
        pages.append(Page(number=number, how=how, blocks=tuple(blocks)))
    problems = tuple(
        said.format(numbers=", ".join(map(str, numbers)))
        for said, numbers in ((_PICTURES_ALONE, pictured), (_HIDDEN, hidden))
        if numbers
    )
    if not any(page.blocks for page in pages):
        raise Unreadable("; ".join(problems) or "tệp PowerPoint không có chữ nào")
    return Reading(kind="pptx", pages=tuple(pages), problems=problems)


def read_ppt(path: Path, *, most_pages: int) -> Reading:
    """Slides of PowerPoint 97–2003 or LibreOffice, through LibreOffice. Raises Unreadable."""
    return read_converted(path, "ppt", "pptx", partial(read_pptx, most_pages=most_pages))


def _slide(slide: Any, number: int, last: str) -> tuple[list[Block], str]:
    """The blocks of a slide and its title. A title said again is left out, so that what stood
    below it on the slide before goes on."""
    title, boxes = "", []
    for shape in _shapes(slide.shapes):
        kind = shape.placeholder_format.type if shape.is_placeholder else None
        if kind in _BESIDE:
            continue
        if kind in _TITLES and not title:
            title = " ".join(shape.text_frame.text.split())
            continue
        blocks = tuple(_blocks(shape, number, kind))
        if blocks:
            left, top = shape.left or 0, shape.top or 0
            boxes.append(
                _Box(blocks, left, top, left + (shape.width or 0), top + (shape.height or 0))
            )
    found = [block for box in _in_order(boxes) for block in box.blocks]
    same = _GOES_ON.sub("", title) or title
    if title and folded(same) != folded(last):
        found.insert(0, Block(text=same, page=number, is_heading=True))
    return found, same or last


def _shapes(shapes: Iterable[Any]) -> Iterator[Any]:
    """Every shape with content of its own; a group is what it is made of."""
    for shape in shapes:
        inner = getattr(shape, "shapes", None)
        if inner is not None:
            yield from _shapes(inner)
        else:
            yield shape


def _is_picture(shape: Any) -> bool:
    return any(True for _ in shape.element.iter(qn("a:blip")))


def _blocks(shape: Any, number: int, kind: Any) -> Iterator[Block]:
    if getattr(shape, "has_table", False) and shape.has_table:
        rows = [
            Row(cells=tuple(_cell(cell) for cell in row.cells), page=number)
            for row in shape.table.rows
        ]
        if rows := [row for row in rows if any(row.cells)]:
            yield Block(rows=tuple(rows), page=number)
    elif shape.has_text_frame:
        for paragraph in shape.text_frame.paragraphs:
            lines = filter(None, map(str.strip, re.split(r"[\v\n]", paragraph.text)))
            for place, line in enumerate(lines):
                listed = place == 0 and _is_listed(paragraph, kind)
                yield Block(text=_listed(line) if listed else with_colon(line), page=number)
    else:
        yield from (Block(text=line, page=number) for line in _of_diagram(shape))


def _listed(line: str) -> str:
    """A line with the bullet PowerPoint draws before it; a heading is none of a list."""
    line = with_colon(line)
    return line if line[:1] in "-+*•–" or heading_of(line) else f"- {line}"


def _is_listed(paragraph: Any, kind: Any) -> bool:
    properties = paragraph._p.find(qn("a:pPr"))
    if properties is not None:
        if properties.find(qn("a:buNone")) is not None:
            return False
        if any(properties.find(qn(tag)) is not None for tag in ("a:buChar", "a:buAutoNum")):
            return True
    return kind in _LISTS


def _cell(cell: Any) -> str:
    if cell.is_spanned:
        return ""
    lines = (" ".join(line.split()) for line in re.split(r"[\v\n]", cell.text_frame.text))
    return "\n".join(filter(None, lines))


def _of_diagram(shape: Any) -> Iterator[str]:
    """The lines of a drawn process or list (SmartArt), which stand in a part of their own."""
    for told in shape.element.iter(f"{_DIAGRAM}relIds"):
        try:
            content = shape.part.related_part(told.get(qn("r:dm"))).blob
            root = etree.fromstring(content, etree.XMLParser(resolve_entities=False))
        except (KeyError, etree.XMLSyntaxError):
            continue
        for point in root.iter(f"{_DIAGRAM}pt"):
            for paragraph in point.iter(qn("a:p")):
                text = "".join(node.text or "" for node in paragraph.iter(qn("a:t"))).strip()
                if text:
                    yield _listed(text)


def _in_order(boxes: Sequence[_Box]) -> list[_Box]:
    """Boxes band by band from the top, in each from the left; below a band of headings every
    heading is followed by the box under it."""
    bands: list[list[_Box]] = []
    for box in sorted(boxes, key=lambda box: (box.top, box.left)):
        bottom = max((other.bottom for other in bands[-1]), default=0) if bands else 0
        if bands and box.top < bottom - (box.bottom - box.top) // 4:
            bands[-1].append(box)
        else:
            bands.append([box])
    ordered: list[_Box] = []
    place = 0
    while place < len(bands):
        band = sorted(bands[place], key=lambda box: (box.left, box.top))
        below = sorted(bands[place + 1], key=lambda b: b.left) if place + 1 < len(bands) else []
        is_heads = len(band) > 1 and all(box.is_label for box in band)
        if is_heads and len(below) == len(band):
            ordered += [box for pair in zip(band, below, strict=True) for box in pair]
            place += 1
        else:
            ordered += _by_columns(band)
        place += 1
    return ordered


def _by_columns(band: Sequence[_Box]) -> list[_Box]:
    """The boxes of a band, those that stand below each other one after the other."""
    columns: list[list[_Box]] = []
    for box in band:
        above = columns[-1] if columns else []
        right = max((other.right for other in above), default=0)
        if above and box.left < right - (box.right - box.left) // 4:
            above.append(box)
        else:
            columns.append([box])
    return [box for column in columns for box in sorted(column, key=lambda box: box.top)]
