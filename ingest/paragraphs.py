"""Joins the lines of a page into the paragraphs the author wrote, also over columns and pages.

A line that goes on was broken only because the next word no longer fitted on it. Where it
would have fitted, the author began anew. Blank space above a line and its indent decide what a
full line that ends a sentence leaves open.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.labels import heading_of, label_of
from ingest.pages import Block, Box
from ingest.portal_cells import PAPER_START
from ingest.portal_text import LOWER, UPPER

# Of the page height: lines of a table may stand a little above each other, columns much.
NEXT_COLUMN = 0.1
# Of the page width: a line set in full ends this near to the margin at most (justified text ends
# on it, the boxes of recognised words a little before).
AT_MARGIN = 0.012
# Of the page width: the blank before a word.
BLANK = 0.004
# Lines of one paragraph stand at one distance; a quarter more is the blank between paragraphs.
LOOSE = 1.22
_LISTED = (
    r"[-+*•–—·▪●○◦](?!\s?\d{1,2} bản )|\(?\d{1,3}(?:\.\d{1,3})*[.)](?!\d)|\d{1,2}/\s"
    r"|\(?[a-zđ]\d?[.)]|[a-zđ]?[øïìöëÿñåß]\)|[IVXLC]+[.)]|Bước \d|Chương [IVX]|Điều \d+\."
)
STARTS = re.compile(rf"^\s*(?:{_LISTED})")
# These open a line of their own, or stand in the middle of a sentence.
_MAY_START = re.compile(
    r"^\s*(?:Điều \d|Khoản \d|Mục \d|Phụ lục|Mẫu số|Căn cứ|Trường hợp|Lưu ý|Đối với)"
)
_DASHED = re.compile(r"^\s*[-–—]\s")
# A capital and a colon not far behind it may open a part of a procedure.
_LABELLED = re.compile(rf"^[{UPPER}][^:]{{1,60}}:")
_LABELLED_OR_ASKED = re.compile(r"^[^:?]{2,80}[:?]")
_ALONE = re.compile(
    r"CỘNG H[ÒO]A XÃ HỘI|Độc lập\s*[-–]\s*Tự do|^Số\s*:|^Luật số\s*:|^Kính gửi"
    r"|^(?:hỏi|đáp|trả lời|câu(?: hỏi)? \d{1,3})\s*[:.)]",
    re.IGNORECASE,
)
_ONLY_LABEL = re.compile(r"^[^.;:]{2,60}:\s*$")
ENDS = re.compile(r"[.;:!?…]\W*$|[”\"]$|\d bản(?: chính| sao| gốc| chụp)?\s*\)?$"
                  r"|\bbản (?:chính|sao|gốc|chụp)\s*:\s*\d{1,2}\s*\)?$", re.IGNORECASE)  # fmt: skip
# What is left open, whatever blank follows it on the line.
_LEFT_OPEN = re.compile(r"[(\[–—-]$")
# "… (bản chính:" goes on with "01)" on the next line.
_COUNT_ENDS = re.compile(r"^\d{1,2}(?:\s*bản)?\s*[,)]")
_COUNT_ALONE = re.compile(r"^\(\s*(?:\d{1,2} bản\b|bản (?:chính|sao|gốc|chụp)\s*:)")
# Typed letters so much larger or smaller than those of the line above are of another text.
OTHER_SIZE = 1.2
LONGEST_LABEL = 60
# After these words a sentence is not over, whatever letter the next line begins with.
_WANTS_MORE = re.compile(
    r"(?:,|\b(?:và|hoặc|của|theo|tại|số|mẫu|bởi|do|với|cho|từ|đến|trong|về|các|những|là|có|để"
    r"|thuộc|kèm|ban hành|như|nghị định|thông tư|luật|khoản|điểm|điều|bộ)"
    r"|\b(?:khoản|điểm) \w{1,2})$",
    re.IGNORECASE,
)
# A number after these words is theirs, not that of a list ("Mẫu số" · "31.GVN").
_WANTS_NUMBER = re.compile(r"\b(?:số|mẫu|khoản|điều|mục)$", re.IGNORECASE)
_CUT = re.compile(r"\w[-/]$")
_HYPHENATED = re.compile(rf"([{LOWER}])[-\u00ad\u2010]$")


@dataclass(frozen=True)
class _Column:
    """Where the lines of a column end, and the distance between lines of one paragraph; None
    when all lines stand alike and the distance says nothing; ``size`` is that of most lines."""

    margin: float
    pitch: float | None
    size: float = 0.0


@dataclass
class _Paragraph:
    """What was joined so far, and its lines."""

    whole: Block
    lines: list[Block]
    column: _Column


def paragraphs_of(blocks: Sequence[Block]) -> list[Block]:
    """The lines of a file joined; tables, and blocks without a place, stay as they are."""
    joined: list[_Paragraph] = []
    for run in _runs_down(blocks):
        column = _column(run)
        for place, block in enumerate(run):
            last = joined[-1] if joined else None
            if last is not None and (
                _goes_on(last, block, column) if place else _goes_on_above(last, block)
            ):
                last.whole = _join(last.whole, block)
                last.lines.append(block)
                last.column = column
            else:
                joined.append(_Paragraph(block, [block], column))
    return [paragraph.whole for paragraph in joined]


def _runs_down(blocks: Sequence[Block]) -> list[list[Block]]:
    """The blocks cut where the reading goes back up: at the next column, and at the next page."""
    runs: list[list[Block]] = []
    lowest, page = 0.0, None
    for block in blocks:
        back = block.box is not None and block.box[1] < lowest - NEXT_COLUMN
        if not runs or back or block.page != page:
            runs.append([])
            lowest, page = 0.0, block.page
        if block.box is not None:
            lowest = max(lowest, block.box[1])
        runs[-1].append(block)
    return runs


def _column(blocks: Sequence[Block]) -> _Column:
    lines = [block for block in blocks if block.box and not block.is_table]
    edges = sorted(block.box[2] for block in lines if block.box)
    if not edges:
        return _Column(1.0, None)
    # One line in thirty may stick out: a number, a stamp.
    sizes = sorted(block.size for block in lines)
    return _Column(edges[-1 - len(edges) // 30], _pitch(lines), sizes[len(sizes) // 2])


def _pitch(lines: Sequence[Block]) -> float | None:
    """The distance of lines within a paragraph, where paragraphs stand farther apart than that."""
    steps = sorted(
        step
        for one, two in pairwise(lines)
        if one.box and two.box and 0.004 < (step := _middle(two.box) - _middle(one.box)) < 0.06
    )
    if len(steps) < 4:
        return None
    near = steps[len(steps) // 10]
    close = [step for step in steps if step <= near * LOOSE]
    apart = len(steps) - len(close)
    return close[len(close) // 2] if apart >= 2 and len(close) >= 2 else None


def _is_other_size(one: Block, two: Block) -> bool:
    """Whether typed lines are set in letters of different size; recognised ones say nothing."""
    small, large = sorted((one.size, two.size))
    return small > 0 and large > OTHER_SIZE * small


def _middle(box: Box) -> float:
    return (box[1] + box[3]) / 2


def _goes_on(last: _Paragraph, block: Block, column: _Column) -> bool:
    line = last.lines[-1]
    if line.is_table or block.is_table or line.box is None or block.box is None:
        return False
    if block.box[1] < line.box[1] or _is_alone(last.whole, block) or _is_other_size(line, block):
        return False
    fitted = _fitted(line, block, column)
    height = max(block.box[3] - block.box[1], 0.008)
    if block.box[1] - line.box[3] > 1.2 * height:
        return False
    step = _middle(block.box) - _middle(line.box)
    larger = max(block.size / column.size, 1) if column.size else 1
    near = None if column.pitch is None else step <= column.pitch * LOOSE * larger
    ended = bool(ENDS.search(last.whole.text))
    small = _is_small(block.text)
    if _ONLY_LABEL.match(last.whole.text) and (fitted or near is not True):
        return False
    if is_left_open(last.whole.text, block.text):
        return True
    if _is_heading(block) and not last.whole.text.isupper():
        return near is True and not fitted and not ended
    if fitted and _is_label_line(last.whole):
        return False
    if fitted:
        return small and not ended and near is not False and not STARTS.match(block.text)
    if STARTS.match(block.text):
        return _in_sentence(last.whole.text, block.text, ended=ended, near=near)
    if ended:
        return small or near is True or (near is None and _is_rest_of_item(last, block))
    if near is False:
        return small or bool(_WANTS_MORE.search(last.whole.text))
    return True


def _goes_on_above(last: _Paragraph, block: Block) -> bool:
    """Whether the first line of a column or page is the rest of what the one before ended with."""
    line = last.lines[-1]
    if line.is_table or block.is_table or line.box is None or block.box is None:
        return False
    if _is_alone(last.whole, block) or STARTS.match(block.text) or _is_other_size(line, block):
        return False
    if _ONLY_LABEL.match(last.whole.text) or _is_heading(block) != last.whole.text.isupper():
        return False
    if is_left_open(last.whole.text, block.text):
        return True
    if ENDS.search(last.whole.text):
        return _is_rest_of_item(last, block) and not _fitted(line, block, last.column)
    if _is_small(block.text) or _WANTS_MORE.search(last.whole.text):
        return True
    return not _MAY_START.match(block.text) and not _fitted(line, block, last.column)


def _is_alone(before: Block, block: Block) -> bool:
    scanned = block.confidence < 1
    if _LABELLED.match(block.text) and label_of(block.text, scanned=scanned):
        return True
    if (heading := heading_of(block.text, scanned=scanned)) and (
        block.text.isupper() or (not heading.is_exact and _LABELLED_OR_ASKED.match(block.text))
    ):
        return True
    if _ALONE.search(before.text) or _ALONE.search(block.text):
        return True
    return before.text.isupper() and not block.text.isupper()


def _is_heading(block: Block) -> bool:
    """A line of capitals; one word of them ("CCCD;") may be the rest of a sentence."""
    return block.text.isupper() and " " in block.text


def _in_sentence(before: str, text: str, *, ended: bool, near: bool | None) -> bool:
    """Whether a line that looks like an item of a list stands in the middle of a sentence."""
    if before.count("(") > before.count(")") and not ended:
        return True
    if _WANTS_NUMBER.search(before) and text[:1].isdigit():
        return True
    return bool(_DASHED.match(text)) and near is True and not ended


def _is_rest_of_item(last: _Paragraph, block: Block) -> bool:
    """Whether a line without a sign of its own is the next sentence of an item of a list, or
    stands below the paragraph's second line where the first stands elsewhere."""
    label = label_of(last.whole.text)
    if STARTS.match(label[1] if label else last.whole.text):
        return True
    if len(last.lines) < 2 or last.lines[0].page != block.page:
        return False
    first, second = last.lines[0].box, last.lines[1].box
    if first is None or second is None or block.box is None:
        return False
    return abs(second[0] - block.box[0]) < 0.006 and abs(first[0] - second[0]) > 0.012


def _is_label_line(block: Block) -> bool:
    """Whether a line is a heading and nothing else, with room behind it: what follows is its
    text, also where that begins with a number or a small letter."""
    label = label_of(block.text) if len(block.text) < LONGEST_LABEL else None
    return label is not None and not label[1]


def _is_small(text: str) -> bool:
    return next((c for c in text if c.isalpha()), "").islower()


def _fitted(line: Block, block: Block, column: _Column) -> bool:
    """Whether the first word of a line would have fitted on the line before it."""
    assert line.box is not None and block.box is not None
    word = block.text.split(" ", 1)[0]
    wide = (block.box[2] - block.box[0]) * _width(word) / _width(block.text)
    return line.box[2] + BLANK + wide <= column.margin - AT_MARGIN


def is_left_open(before: str, after: str) -> bool:
    """Whether a text cannot end where its line does: at a dash or inside a bracket."""
    if _LEFT_OPEN.search(before) or _COUNT_ALONE.match(after):
        return True
    opened = before.count("(") > before.count(")")
    return opened and (_is_small(after) or bool(_COUNT_ENDS.match(after)))


def _width(text: str) -> float:
    """About how wide a text is, in small letters: the box of a line says how wide it is in all."""
    wide = sum(c.isupper() or c in "mw" for c in text)
    narrow = sum(c in "ijlíìỉĩịtfr.,;:()' /-I" for c in text)
    return max(len(text) + 0.5 * wide - 0.4 * narrow, 0.5)


def joined_text(before: str, after: str) -> str:
    """Two lines as one; a word or number cut at its hyphen is whole again ("TT-BTC")."""
    if _HYPHENATED.search(before) and after[:1].islower():
        return _HYPHENATED.sub(r"\1", before) + after
    return f"{before}{after}" if _CUT.search(before) else f"{before} {after}"


def _join(last: Block, block: Block) -> Block:
    text = joined_text(last.text, block.text)
    box = last.box
    if last.page == block.page and last.box and block.box:
        a, b = last.box, block.box
        box = (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))
    total = len(last.text) + len(block.text) or 1
    sure = (last.confidence * len(last.text) + block.confidence * len(block.text)) / total
    guessed = last.is_guessed or (
        bool(PAPER_START.match(block.text) and block.text[:1].isupper())
        and not _WANTS_MORE.search(last.text)
    )
    return last.model_copy(
        update={"text": text, "box": box, "confidence": round(sure, 3), "is_guessed": guessed}
    )
