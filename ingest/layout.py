"""Puts the words of a page in reading order: tables stay tables, columns are read one by one."""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from ingest.labels import label_of
from ingest.pages import Block, Box, Row, Word
from ingest.paragraphs import BLANK, is_left_open, joined_text
from ingest.unruled import table_in

# A column gap is wider than any gap between words of a justified line.
GUTTER = 0.018
# So many lines must stand beside each other before a page is read in columns; fewer are enough
# where the longer column goes on, or the shorter one ends with the page.
LEAST_COLUMN_LINES = 6
FEWEST_BESIDE, LONG_COLUMN = 3, 12
# Of the page width: the empty margin inside a cell.
PADDING = 0.011
# Of the page height: the margin in which a browser prints "7/1/26, 8:00 AM", an address, "1/3".
PRINT_EDGE = 0.05
PRINT_MARK = re.compile(
    r"^\d{1,2}[/:]\d{1,2}[/: ]\s*\d{2,4},?\s*\d{1,2}[:/]\d{1,2}|(?:^|\s)(?:https?|file):/{2,3}\S",
    re.IGNORECASE,
)
LISTED = re.compile(
    r"^\s*(?:[-+*•–—·▪●○◦]\s(?!\d{1,2} bản )|\(?\d{1,2}(?:\.\d{1,2})*[.)]\s|\(?[a-zđ]\d?[.)]\s"
    r"|Bước \d"
    r"|(?:Trực tiếp|Trực tuyến|(?:Dịch vụ )?[Bb]ưu chính)\s*:)"
)
# A bullet or tick as Tesseract reads it, before words that begin with a capital: no Vietnamese
# word, number or letter of a list ("e.", "V.") looks like one.
_MISREAD_BULLET = re.compile(
    r"[_'|.,]*(?:[evsoES][_-]*|[sS][e®©][_.,]*|[esES]{0,2}[«»®©¢¤§°][_.,]*)$"
)


@dataclass(frozen=True, slots=True)
class Frame:
    """A cell of a table found on the page, as fractions of it."""

    row: int
    column: int
    box: Box


@dataclass(frozen=True, slots=True)
class Frames:
    """A ruled table of the page."""

    cells: tuple[Frame, ...]
    box: Box
    rows: int
    columns: int


def blocks_of(words: Sequence[Word], tables: Sequence[Frames], page: int) -> list[Block]:
    """Lines and tables of a page from top to bottom."""
    rest: list[Word] = []
    inside: list[list[Word]] = [[] for _ in tables]
    for word in words:
        x, y = _centre(word.box)
        home = next(
            (
                i
                for i, t in enumerate(tables)
                if t.box[0] <= x <= t.box[2] and t.box[1] <= y <= t.box[3]
            ),
            None,
        )
        (rest if home is None else inside[home]).append(word)
    rest = _without_print_marks(rest)
    blocks: list[Block] = []
    built = []
    for frames, held in zip(tables, inside, strict=True):
        table = _table(frames, held, page)
        if table is not None:
            built.append((frames.box[1], table))
    # Text between two tables must not be read as columns with text below them.
    for start, table in sorted(built, key=lambda pair: pair[0]):
        before = [word for word in rest if _centre(word.box)[1] < start or _is_left(word, table)]
        rest = [word for word in rest if word not in before]
        blocks += lines_of(before, page)
        blocks.append(table)
    return [*blocks, *lines_of(rest, page)]


def _without_print_marks(words: Sequence[Word]) -> list[Word]:
    """The words without the head and foot a browser prints: date and title, address and page."""
    edges = [w for w in words if w.box[3] < PRINT_EDGE or w.box[1] > 1 - PRINT_EDGE]
    marks = [word for text, _, held in _rows_of(edges) if PRINT_MARK.search(text) for word in held]
    return [word for word in words if word not in marks] if marks else list(words)


def _is_left(word: Word, table: Block) -> bool:
    """Whether a word stands beside a table on its left: the label of what the table says."""
    assert table.box is not None
    return word.box[2] <= table.box[0] and _centre(word.box)[1] <= table.box[3]


def _table(frames: Frames, words: Sequence[Word], page: int) -> Block | None:
    grid: dict[tuple[int, int], list[Word]] = {}
    for word in words:
        x, y = _centre(word.box)
        for frame in frames.cells:
            left, top, right, bottom = frame.box
            if left <= x <= right and top <= y <= bottom:
                grid.setdefault((frame.row, frame.column), []).append(word)
                break
    rows = []
    for number in range(frames.rows):
        edges = {f.column: f.box[2] for f in frames.cells if f.row == number}
        cells = tuple(
            _cell(grid.get((number, column), []), edges.get(column, 1.0))
            for column in range(frames.columns)
        )
        held = [w for column in range(frames.columns) for w in grid.get((number, column), [])]
        tops = [f.box for f in frames.cells if f.row == number]
        if any(cells):
            box = _around(tops) if tops else None
            rows.append(Row(cells=cells, page=page, box=box, confidence=_sureness(held)))
    if not rows:
        return None
    return Block(rows=tuple(rows), page=page, box=frames.box, confidence=_sureness(words))


def _cell(words: Sequence[Word], edge: float) -> str:
    """The text of a cell, its wrapped lines joined; an item of a list keeps a line of its own."""
    paragraphs: list[str] = []
    last: Box | None = None
    for text, box, held in _rows_of(words):
        if last is not None and paragraphs and not LISTED.match(text):
            wide = held[0].box[2] - held[0].box[0]
            # The first word went to the next line only because it did not fit on this one.
            broken = last[2] + wide + BLANK > edge - PADDING
            if broken or is_left_open(paragraphs[-1], text):
                paragraphs[-1] = joined_text(paragraphs[-1], text)
                last = box
                continue
        paragraphs.append(text)
        last = box
    return "\n".join(paragraphs)


def lines_of(words: Sequence[Word], page: int) -> list[Block]:
    """Lines in reading order; where text stands in columns, the left column first."""
    rows = _rows_of(words)
    for place in range(len(rows)):
        found = table_in(rows, place, page)
        if found is not None:
            table, end = found
            above = [word for _, _, held in rows[:place] for word in held]
            below = [word for _, _, held in rows[end:] for word in held]
            return [*lines_of(above, page), table, *lines_of(below, page)]
    blocks = [
        Block(text=text, page=page, box=box, confidence=_sureness(held), size=_size(held))
        for text, box, held in rows
    ]
    split = _column_gap(rows)
    if split is None:
        return blocks
    first, last, x = split
    while first and _opens_a_column(rows[first - 1][1], rows[first][1], x):
        first -= 1
    if _is_label_column(rows[first : last + 1], x):
        return blocks
    band = [word for _, _, held in rows[first : last + 1] for word in held]
    left = [word for word in band if _centre(word.box)[0] < x]
    right = [word for word in band if _centre(word.box)[0] >= x]
    before = [word for _, _, held in rows[:first] for word in held]
    after = [word for _, _, held in rows[last + 1 :] for word in held]
    return [
        *lines_of(before, page),
        *lines_of(left, page),
        *lines_of(right, page),
        *lines_of(after, page),
    ]


def _opens_a_column(box: Box, below: Box, x: float) -> bool:
    """Whether the line right above two columns is the first of one: they seldom begin level."""
    near = below[1] - box[3] < box[3] - box[1]
    return near and (box[2] <= x or box[0] >= x)


Line = tuple[str, Box, list[Word]]


def _rows_of(words: Iterable[Word]) -> list[Line]:
    """Words on one baseline, from left to right."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: _centre(w.box)[1]):
        y = _centre(word.box)[1]
        height = word.box[3] - word.box[1]
        for row in reversed(rows[-4:]):
            middle = median(_centre(w.box)[1] for w in row[-8:])
            tall = max(height, median(w.box[3] - w.box[1] for w in row[-8:]))
            if abs(middle - y) < 0.45 * tall:
                row.append(word)
                break
        else:
            rows.append([word])
    rows.sort(key=lambda row: median(_centre(w.box)[1] for w in row))
    lines = []
    for row in rows:
        row.sort(key=lambda w: w.box[0])
        if _is_speck(row):
            continue
        row = _with_bullet(row)
        text = unicodedata.normalize("NFC", " ".join(word.text for word in row))
        lines.append((text, _around([w.box for w in row]), row))
    return lines


def _is_speck(row: Sequence[Word]) -> bool:
    """Whether a recognised line is a letter or a sign that stands alone: dirt, the edge of a
    box. A digit may be an answer, "a)" the beginning of an item."""
    said = "".join(word.text for word in row)
    letters = re.sub(r"[\W_]", "", said)
    return (
        any(word.confidence < 1 for word in row)
        and len(letters) <= 1
        and not letters.isdigit()
        and not said.endswith(")")
    )


def _with_bullet(row: list[Word]) -> list[Word]:
    """A recognised line with a dash where its bullet was taken for letters."""
    first, second = row[0], row[1] if len(row) > 1 else row[0]
    is_opened = second.text[:1].isupper() or second.text[:1].isdigit() or second.text in ("+", "-")
    if first.confidence == 1 or not is_opened or not _MISREAD_BULLET.match(first.text):
        return row
    return [first.model_copy(update={"text": "-"}), *row[1:]]


def _is_label_column(rows: Sequence[Line], x: float) -> bool:
    """Whether the left side only names what stands beside it: a table without rules.

    Such a page is read line by line, or every label would come before every text.
    """
    beside = [
        " ".join(word.text for word in held if _centre(word.box)[0] < x)
        for _, _, held in rows
        if _centre(held[0].box)[0] < x < _centre(held[-1].box)[0]
    ]
    scanned = any(word.confidence < 1 for _, _, held in rows for word in held)
    labels = sum((label_of(text, scanned=scanned) or ("", "-"))[1] == "" for text in beside)
    return labels > 0 and labels >= 0.6 * len(beside)


def _column_gap(rows: Sequence[Line]) -> tuple[int, int, float] | None:
    """The longest run of lines that all leave one vertical strip free, with text on both sides."""
    gaps: list[list[tuple[float, float]]] = []
    for _, _, held in rows:
        free = []
        for one, two in itertools.pairwise(held):
            if two.box[0] - one.box[2] >= GUTTER:
                free.append((one.box[2], two.box[0]))
        gaps.append(free)
    best: tuple[int, int, float] | None = None
    for start in range(len(rows)):
        for low, high in gaps[start]:
            if not 0.25 < (low + high) / 2 < 0.75:
                continue
            end, both = start, 1
            for place in range(start + 1, len(rows)):
                box = rows[place][1]
                fitting = [
                    (max(low, a), min(high, b))
                    for a, b in gaps[place]
                    if min(high, b) - max(low, a) >= GUTTER / 2
                ]
                if fitting:
                    low, high = fitting[0]
                    end, both = place, both + 1
                elif box[2] <= high or box[0] >= low:
                    # a short line on one side only, or the rest of a longer column
                    low, high = (
                        (max(low, box[2]), high) if box[2] <= high else (low, min(high, box[0]))
                    )
                    if high - low < GUTTER / 2:
                        break
                    end = place
                else:
                    break
            enough = both >= LEAST_COLUMN_LINES or (
                both >= FEWEST_BESIDE and end - start + 1 >= LONG_COLUMN
            )
            if enough and (best is None or end - start > best[1] - best[0]):
                best = (start, end, (low + high) / 2)
    return best


def _sureness(words: Sequence[Word]) -> float:
    """The confidence of words together, longer words counting more."""
    total = sum(len(word.text) for word in words)
    if not total:
        return 1.0
    return round(sum(word.confidence * len(word.text) for word in words) / total, 3)


def _size(words: Sequence[Word]) -> float:
    return round(median(word.size for word in words), 4)


def _centre(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def _around(boxes: Sequence[Box]) -> Box:
    return (
        round(min(b[0] for b in boxes), 4),
        round(min(b[1] for b in boxes), 4),
        round(max(b[2] for b in boxes), 4),
        round(max(b[3] for b in boxes), 4),
    )
