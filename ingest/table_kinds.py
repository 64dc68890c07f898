"""What kind of table a procedure's or a list's is, and what its rows and headings say."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.decisions import CODE
from ingest.found import CONTENT, Piece
from ingest.labels import column_of, heading_of, label_of
from ingest.pages import Block, Row
from ingest.paragraphs import STARTS, joined_text

_COUNT_HEAD = re.compile(r"bản (?:chính|gốc|sao|chụp|photo)|số (?:lượng|bản)", re.IGNORECASE)
_COLUMN_NUMBER = re.compile(r"\s*\(\s*[\dA-Z]{1,2}\s*\)\s*")
_COUNT = re.compile(r"\(?\d{1,2} (?:bản|bộ)(?: (?:chính|gốc|sao|chụp|photo))?(?: .{0,20})?\)?")
LONGEST_NUMBER = 5  # "(10)", with a sign that a scan added
# A title, an office, a date may stand in the rows above a table's headings.
MOST_ROWS_ABOVE = 8


@dataclass(frozen=True)
class Headed:
    """A table below its headings: the section of each column, and the words that go before each
    of its cells ("Trực tuyến: ") where a second row of headings divides a column."""

    above: tuple[Row, ...]
    head: Row
    sections: tuple[str, ...]
    lead: tuple[str, ...]
    body: tuple[Row, ...]


def headed(rows: Sequence[Row]) -> Headed:
    """The table with its headings found; they are in the first row unless a later one knows
    plainly more columns."""
    known = [_known_columns(row) for row in rows[:MOST_ROWS_ABOVE]]
    place = next((i for i, n in enumerate(known) if n >= 3), 0)
    if known[0] >= 2 or len(rows) < place + 2:
        place = 0
    head = rows[place]
    sections = [column_of(cell) or "" for cell in head.cells]
    lead = [""] * len(sections)
    body = list(rows[place + 1 :])
    if body and is_numbering(body[0]):
        body.pop(0)
    if body and _divides(head, body[0]):
        below = body.pop(0)
        for at, cell in enumerate(below.cells):
            if not head.cells[at].strip() and at:
                sections[at] = sections[at - 1]
            if cell.strip():
                lead[at] = f"{' '.join(cell.split())}: "
        head = head.model_copy(update={"cells": tuple(map(_joined_heads, head.cells, below.cells))})
    return Headed(tuple(rows[:place]), head, tuple(sections), tuple(lead), tuple(body))


def is_numbering(row: Row) -> bool:
    """Whether a row holds the numbers below the headings, "(1)", "(2)"; a scan misreads some."""
    filled = [cell.strip() for cell in row.cells if cell.strip()]
    numbers = sum(bool(_COLUMN_NUMBER.fullmatch(cell)) for cell in filled)
    if row.confidence == 1 or len(filled) < 3:
        return bool(filled) and numbers == len(filled)
    return numbers >= 1 and all(
        len(cell) <= LONGEST_NUMBER and re.search(r"[()]", cell) for cell in filled
    )


def _known_columns(row: Row) -> int:
    return sum(column_of(cell) not in (None, "other") for cell in row.cells if cell.strip())


def _divides(head: Row, below: Row) -> bool:
    """Whether a row stands below some of the headings and names parts of their columns."""
    if len(head.cells) != len(below.cells) or not any(below.cells):
        return False
    under = [at for at, cell in enumerate(below.cells) if cell.strip()]
    empty = [at for at, cell in enumerate(head.cells) if not cell.strip()]
    # under a merged heading only its first column holds the words
    return (
        bool(empty)
        and set(empty) <= set(under)
        and len(under) < len(head.cells)
        and all(len(below.cells[at]) < 60 and not CODE.search(below.cells[at]) for at in under)
    )


def goes_on(table: Headed, row: Row) -> bool:
    """Whether a row only says more of the procedure above it: its number, code and name are
    empty, or the name goes on where the table has numbers or codes that are not there."""
    pairs = list(zip(table.sections, row.cells, strict=False))
    marks = [cell for section, cell in pairs if section in ("code", "other")]
    names = [cell for section, cell in pairs if section == "name"]
    more = [cell for section, cell in pairs if section not in ("", "other", "code", "name")]
    if any(map(str.strip, marks)) or (not marks and any(map(str.strip, names))):
        return False
    # a row of counts alone is a paper whose name is missing
    return any(map(str.strip, more)) or all(re.fullmatch(r"\d{0,2}", c.strip()) for c in row.cells)


def counted(table: Headed, row: Row) -> list[int]:
    """The columns that say how many originals and copies of a paper are wanted."""
    return [
        at
        for at, (head, section) in enumerate(zip(table.head.cells, table.sections, strict=False))
        if section in ("", "count") and _COUNT_HEAD.search(head) and at < len(row.cells)
    ]


MOST_BARE = 20  # rows a poster's boxes are cut into; a list of thousands is left at once


def boxes_in(block: Block) -> list[Block]:
    """The lines of a poster's boxes, whose first lines are headings; none for other tables.

    A row without any heading is the rest of the boxes above it, cut off by a page break.
    """
    boxes: list[tuple[Row, list[str]]] = []
    above: list[list[str] | None] = []
    headed = bare = 0
    for row in block.rows:
        heads = [heading_of(cell.strip().split("\n")[0], scanned=row.confidence < 1)
                 for cell in row.cells]  # fmt: skip
        named = [
            head is not None and head.section in CONTENT and bool(head.rest or "\n" in cell.strip())
            for head, cell in zip(heads, row.cells, strict=True)
        ]
        bare += not any(named)
        if bare > MOST_BARE + headed:
            return []
        goes_on_above = above and not any(named)
        if len(above) != len(row.cells):
            above = [None] * len(row.cells)
        for place, cell in enumerate(row.cells):
            lines = [line.strip() for line in cell.split("\n") if line.strip()]
            held = above[place]
            if lines and goes_on_above and held is not None:
                if not STARTS.match(lines[0]):
                    held[-1] = joined_text(held[-1], lines.pop(0))
                held += lines
            elif lines:
                boxes.append((row, lines))
                above[place] = lines
        headed += sum(named)
    if headed < 2 or headed * 3 < len(boxes) * 2:
        return []
    return [
        Block(text=line, page=row.page, box=row.box, confidence=row.confidence)
        for row, lines in boxes
        for line in lines
    ]


def _joined_heads(head: str, below: str) -> str:
    return f"{head} {below}".strip()


def inner_table(head: Row) -> str | None:
    """The part a table inside a procedure belongs to, by its own column headings."""
    heads = [" ".join(cell.lower().split()) for cell in head.cells]
    said = " | ".join(heads)
    if any(map(_COUNT.fullmatch, heads)):
        return None  # a paper with its count, beside the label of all of them
    sections = [column_of(cell) for cell in head.cells]
    if (
        "channel" in sections
        and ("time" in sections or "fee" in sections)
        and ("name" not in sections)
    ):
        return "methods"
    if re.search(r"giấy tờ|thành phần hồ sơ|tên hồ sơ|tên tài liệu", said) and re.search(
        r"số lượng|bản chính|bản sao|mẫu đơn", said
    ):
        return "papers"
    if re.search(r"số ký hiệu|số hiệu", said) and re.search(r"trích yếu|tên văn bản", said):
        return "legal_basis"
    return None


def is_key_value(rows: Sequence[Row], scanned: bool) -> bool:
    if not rows or len(rows[0].cells) > 4 or is_list(rows):
        return False
    keys = [split_row(row, scanned)[0] for row in rows]
    known = [key for key in keys if key]
    return len(known) >= 2 and len(known) * 3 >= len(rows)


def with_points(rows: Sequence[Row]) -> list[Row]:
    """Codes of a column of codes as they are written: a scan loses the point ("1013225"), and
    a sheet that took them for numbers the zeros at the end ("1.00177")."""
    places = [place for place, cell in enumerate(rows[0].cells) if column_of(cell) == "code"]
    return [_pointed(row, places) for row in rows] if places else list(rows)


def _pointed(row: Row, places: Sequence[int]) -> Row:
    cells = list(row.cells)
    for place in places:
        text = " ".join(cells[place].split()) if place < len(cells) else ""
        if match := re.fullmatch(r"(\d)[.,:]? ?(\d{6})", text):
            cells[place] = f"{match[1]}.{match[2]}"
        elif row.confidence == 1 and re.fullmatch(r"\d\.\d{3,5}", text):
            cells[place] = text.ljust(8, "0")
    return row.model_copy(update={"cells": tuple(cells)})


def is_list(rows: Sequence[Row]) -> bool:
    """A code in most rows: a list, though its names begin like labels ("Thủ tục đăng ký …")."""
    coded = sum(any(CODE.search(cell) for cell in row.cells) for row in rows)
    return coded >= 2 and coded * 2 > len(rows)


def split_row(row: Row, scanned: bool) -> tuple[str | None, str]:
    """Label and text of a row whose first wordy cell is a label."""
    for place, cell in enumerate(row.cells[:-1]):
        text = " ".join(cell.split())
        if not text or re.fullmatch(r"[\W\d]*|[IVX]+\.?", text):
            continue
        if scanned and place == 0 and len(text) <= 2:
            continue  # a number of the row, misread
        label = label_of(text, scanned=scanned)
        if label is None and (section := column_of(text)) and len(text) < 60:
            label = (section, "")
        rest = _with_counts(row.cells[place + 1 :])
        if label is None and len(text) < 40 and CODE.fullmatch(rest.strip()):
            label = ("code", "")  # whatever its label was read as, this is the code
        if label is None:
            break
        return label[0], "\n".join(filter(None, [label[1], rest]))
    return None, _with_counts(row.cells)


def _with_counts(cells: Sequence[str]) -> str:
    """The cells as lines; a count beside a paper ("01 bản chính") is said in its line."""
    lines: list[str] = []
    for cell in filter(str.strip, cells):
        if lines and _COUNT.fullmatch(" ".join(cell.lower().split())) and "\n" not in lines[-1]:
            lines[-1] = f"{lines[-1].rstrip(' ;.')} ({' '.join(cell.split())})"
        else:
            lines.append(cell)
    return "\n".join(lines)


def row_piece(row: Row, heads: Sequence[str]) -> Piece:
    text = " | ".join(" ".join(cell.split()) for cell in row.cells if cell.strip())
    return Piece(text, row.page, row.box, row.confidence, row.cells, tuple(heads))
