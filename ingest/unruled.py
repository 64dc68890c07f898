"""Finds tables without rules: a line of known headings, and below it words in their columns."""

from collections.abc import Sequence
from itertools import pairwise

from ingest.labels import column_of, label_of
from ingest.pages import Block, Box, Row, Word
from ingest.paragraphs import joined_text
from ingest.portal_rows import channel_of

Line = tuple[str, Box, list[Word]]
# Of the page width: between headings, and between cells of one line.
GAP = 0.015
LEAST_COLUMNS = 3
# In line heights: a row lower than this belongs to something else.
FARTHEST = 3.5


def table_in(lines: Sequence[Line], start: int, page: int) -> tuple[Block, int] | None:
    """The table whose headings are the line at ``start``, and the place of the first line after
    it; None where the line is no row of headings or nothing stands below it.

    At the top of a page the headings may be missing.
    """
    heads = _segments(lines[start][2])
    has_heads = len(heads) >= LEAST_COLUMNS and all(map(_is_heading, heads))
    # The rest of a table of channels from the page before begins with a channel.
    goes_on = start == 0 and len(heads) >= LEAST_COLUMNS and _is_channel(heads[0])
    if not has_heads and not goes_on:
        return None
    starts = [held[0].box[0] for held in heads]
    rows: list[list[str]] = []
    boxes: list[list[Box]] = []
    first = start + 1 if has_heads else start
    end, bottom = first, lines[start][1][3]
    for text, box, held in lines[first:]:
        height = max(box[3] - box[1], 0.008)
        cells = _cells(held, starts)
        if box[1] - bottom > FARTHEST * height or cells is None or _is_label(text, cells):
            break
        filled = [bool(cell) for cell in cells]
        begins = not rows or (filled[0] and sum(filled) > 1 and not cells[0][:1].islower())
        if begins and rows and not _is_row(cells):
            break
        if begins:
            rows.append(cells)
            boxes.append([box])
        else:
            rows[-1] = [
                joined_text(a, b) if a and b else a or b
                for a, b in zip(rows[-1], cells, strict=True)
            ]
            boxes[-1].append(box)
        end, bottom = end + 1, box[3]
    if not rows and first < len(lines):
        return None  # only at the foot of a page do rows follow on the next one
    head = [Row(cells=tuple(map(_text, heads)), page=page, box=lines[start][1])]
    sure = [w.confidence for _, _, held in lines[start:end] for w in held]
    body = [
        Row(cells=tuple(cells), page=page, box=_around(around), confidence=min(sure))
        for cells, around in zip(rows, boxes, strict=True)
    ]
    around = _around([lines[start][1], *(row.box for row in body if row.box)])
    # Without rules nobody sees where a table ends on the right: as far in as it begins.
    whole = (around[0], around[1], max(around[2], 1 - around[0]), around[3])
    rows_found = (*(head if has_heads else ()), *body)
    return Block(
        rows=rows_found, page=page, box=whole, confidence=round(sum(sure) / len(sure), 3)
    ), end


def _is_heading(words: Sequence[Word]) -> bool:
    text = _text(words)
    return ":" not in text and column_of(text) is not None


def _is_channel(words: Sequence[Word]) -> bool:
    text = _text(words)
    return ":" not in text and len(text) < 40 and channel_of(text) is not None


def _segments(words: Sequence[Word]) -> list[list[Word]]:
    segments = [[words[0]]]
    for one, two in pairwise(words):
        if two.box[0] - one.box[2] >= GAP:
            segments.append([])
        segments[-1].append(two)
    return segments


def _cells(words: Sequence[Word], starts: Sequence[float]) -> list[str] | None:
    """The words by column; None where a run of words lies across the start of a column."""
    cells: list[list[str]] = [[] for _ in starts]
    for held in _segments(words):
        left, right = held[0].box[0], held[-1].box[2]
        at = max((i for i, x in enumerate(starts) if x <= left + GAP), default=None)
        if at is None or (at + 1 < len(starts) and right > starts[at + 1] + GAP / 2):
            return None
        cells[at].append(_text(held))
    return [" ".join(cell) for cell in cells]


def _is_row(cells: Sequence[str]) -> bool:
    return sum(bool(cell) for cell in cells) >= min(2, len(cells))


def _is_label(text: str, cells: Sequence[str]) -> bool:
    """Whether a line opens another part of the procedure; a channel with its time does not."""
    label = label_of(text)
    return label is not None and sum(bool(cell) for cell in cells) < LEAST_COLUMNS


def _text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


def _around(boxes: Sequence[Box]) -> Box:
    return (
        min(b[0] for b in boxes), min(b[1] for b in boxes),
        max(b[2] for b in boxes), max(b[3] for b in boxes),
    )  # fmt: skip
