"""Takes away what belongs to the paper and not to the text, and joins what the page broke."""

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from ingest.encodings import Encoding, encodings_of, to_unicode
from ingest.layout import LISTED
from ingest.orders import holds_order, without_orders
from ingest.pages import Block, Page, Reading, Row
from ingest.paragraphs import ENDS, STARTS, is_left_open, joined_text, paragraphs_of
from ingest.portal_text import clean
from ingest.table_kinds import is_numbering

# Lines this near to an edge may be running heads, feet or page numbers.
EDGE = 0.1
MOST_HEADS = 3
# Of the letters of a row of headings that is read on two pages; a short row must be equal.
SAME_HEAD, LEAST_HEAD = 0.85, 30
_PAGE_NUMBER = re.compile(r"^\W*(?:trang\s*)?\d{1,4}(?:\s*/\s*\d{1,4})?\W*$", re.IGNORECASE)
_STAMP = re.compile(
    r"^(?:người ký|ký bởi|thời gian ký|ngày ký|email|cơ quan|signature|signed by|digitally signed"
    r"|date|reason|location)\s*:",
    re.IGNORECASE,
)
# ✓ ✔ ➢ ➤ ► ■ □ ◆ ❖ ★ ☑ and the private signs of Wingdings.
_TICK = re.compile(
    r"^[ \t]*[\u25a0-\u25a3\u25aa-\u25af\u25b6-\u25ba\u25c6-\u25c8\u2605\u2606\u2610-\u2612"
    r"\u2660-\u2667\u2713-\u2718\u2740-\u2767\u2794-\u27be\uf020-\uf0ff]\ufe0f?[ \t]*(?=\S)",
    re.MULTILINE,
)
_PICTURE = re.compile(
    r"^[ \t]*(?:[\U0001f300-\U0001faff\u231a\u23f0-\u23f3]\ufe0f?\s*)+", re.MULTILINE
)
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}


def cleaned(reading: Reading) -> Reading:
    """The same file without running heads, page numbers, stamps and old encodings; broken
    paragraphs and tables that run over pages are whole again."""
    pages = _decoded(reading.pages)
    pages = _without_edges(pages)
    blocks = paragraphs_of([block for page in pages for block in page.blocks])
    blocks = list(filter(None, map(_disarmed, _over_pages(blocks))))
    by_page: dict[int, list[Block]] = {}
    for block in blocks:
        by_page.setdefault(block.page or 1, []).append(block)
    return reading.model_copy(
        update={
            "pages": tuple(
                page.model_copy(update={"blocks": tuple(by_page.get(page.number, ()))})
                for page in pages
            )
        }
    )


def _plain_signs(text: str) -> str:
    """Ticks and arrows before an item as the dash that everybody knows; pictures are nothing."""
    if text.isascii():
        return text
    return _PICTURE.sub("", _TICK.sub("- ", text))


def _disarmed(block: Block) -> Block | None:
    """The block without what is said to a machine; None when nothing is left of it."""
    texts = [block.text, *(cell for row in block.rows for cell in row.cells)]
    if not any(map(holds_order, texts)):
        return block
    rows = tuple(
        row.model_copy(update={"cells": tuple(map(without_orders, row.cells))})
        for row in block.rows
    )
    text = without_orders(block.text)
    return block.model_copy(update={"text": text, "rows": rows}) if text or rows else None


def _decoded(pages: Sequence[Page]) -> list[Page]:
    texts = [t for page in pages for block in page.blocks for t in _texts(block)]
    encodings = iter(encodings_of(texts))

    def fix(text: str, encoding: Encoding | None) -> str:
        for ligature, letters in _LIGATURES.items():
            if ligature in text:
                text = text.replace(ligature, letters)
        # A NUL stands for nothing; a blank in its place would cut a word in two.
        text = text.replace("\x00", "")
        return _plain_signs(clean(to_unicode(text, encoding) if encoding else text))

    def fixed(block: Block) -> Block:
        text = fix(block.text, next(encodings))
        rows = tuple(
            row.model_copy(
                update={"cells": tuple(fix(cell, next(encodings)) for cell in row.cells)}
            )
            for row in block.rows
        )
        return block.model_copy(update={"text": text, "rows": rows})

    return [page.model_copy(update={"blocks": tuple(map(fixed, page.blocks))}) for page in pages]


def _texts(block: Block) -> list[str]:
    return [block.text, *(cell for row in block.rows for cell in row.cells)]


def _without_edges(pages: Sequence[Page]) -> list[Page]:
    seen: Counter[str] = Counter()
    for page in pages:
        seen.update({_shape(block) for block in page.blocks if _at_edge(block)})
    often = max(3, len(pages) // 3)
    kept = []
    for page in pages:
        blocks = tuple(
            block
            for block in page.blocks
            if block.is_table
            or (
                block.text
                and not _STAMP.match(block.text)
                and not (_at_edge(block) and seen[_shape(block)] >= often)
                and not (_at_edge(block) and _PAGE_NUMBER.match(block.text))
            )
        )
        kept.append(page.model_copy(update={"blocks": blocks}))
    return kept


def _shape(block: Block) -> str:
    return re.sub(r"\d+", "#", " ".join(block.text.lower().split()))


def _at_edge(block: Block) -> bool:
    if block.is_table or block.box is None or len(block.text) > 150:
        return False
    return block.box[3] < EDGE or block.box[1] > 1 - EDGE


def _over_pages(blocks: Sequence[Block]) -> list[Block]:
    """Tables that a page break cut in two are put together again."""
    joined: list[Block] = []
    for block in blocks:
        last = joined[-1] if joined else None
        if (
            last is not None
            and block.page != last.page
            and last.is_table
            and block.is_table
            and _same_table(last, block)
        ):
            joined[-1] = _joined_tables(last, block)
        else:
            joined.append(block)
    return joined


def _same_table(one: Block, two: Block) -> bool:
    if not one.rows or not two.rows or len(one.rows[0].cells) != len(two.rows[0].cells):
        return False
    if one.box is None or two.box is None:
        return False
    return abs(one.box[0] - two.box[0]) < 0.05 and abs(one.box[2] - two.box[2]) < 0.05


def _joined_tables(one: Block, two: Block) -> Block:
    rows = list(one.rows)
    more = list(two.rows)
    # the headings are repeated on every page, often with a row of their numbers below them
    for head in one.rows[: min(MOST_HEADS, len(one.rows) - 1)]:
        if not more or not _is_same_head(head, more[0]):
            break
        more = more[1:]
    if more and any(more[0].cells) and _breaks_off(rows, more[0]):
        head = rows[-1]
        cells = tuple(_joined_cell(*pair) for pair in zip(head.cells, more[0].cells, strict=True))
        sure = min(head.confidence, more[0].confidence)
        rows[-1] = head.model_copy(update={"cells": cells, "confidence": sure})
        more = more[1:]
    return one.model_copy(
        update={"rows": (*rows, *more), "confidence": min(one.confidence, two.confidence)}
    )


def _is_same_head(head: Row, row: Row) -> bool:
    """Whether a row says the headings of the page before; no scan reads them alike twice."""
    one, two = _plain(head), _plain(row)
    if one == two or head.confidence == row.confidence == 1:
        return one == two
    alike = SequenceMatcher(None, one, two, autojunk=False).ratio() >= SAME_HEAD
    return (alike and len(one) >= LEAST_HEAD) or (is_numbering(head) and is_numbering(row))


def _breaks_off(rows: Sequence[Row], first: Row) -> bool:
    """Whether the first row after a page break is the rest of the last one before it."""
    last = rows[-1]
    opening, before = first.cells[0].strip(), last.cells[0].strip()
    if not opening and re.fullmatch(r"\W*\d{0,3}\W*", before):
        return True  # numbered rows: a row without its number is no row of its own
    pairs = [(a, b) for a, b in zip(last.cells, first.cells, strict=True) if b.strip()]
    if opening:
        return (
            (opening[:1].islower() or opening[:1] in "(,;/") and not ENDS.search(before or ".")
        ) or (
            # A column that every row fills is empty: only the longest cell went on.
            _lacks_a_cell(rows, first)
            and not STARTS.match(opening)
            and all(a.strip() and not ENDS.search(a) for a, _ in pairs)
        )
    return _lacks_a_cell(rows, first) or any(
        b[:1].islower() or (a and not ENDS.search(a)) for a, b in pairs
    )


def _lacks_a_cell(rows: Sequence[Row], first: Row) -> bool:
    return len(rows) >= 2 and any(
        not cell.strip() and all(row.cells[place].strip() for row in rows[1:])
        for place, cell in enumerate(first.cells)
    )


def _joined_cell(before: str, after: str) -> str:
    if not before or not after:
        return before or after
    if is_left_open(before, after):
        return joined_text(before, after)
    item = before.rpartition("\n")[2]
    # The next sentence of an item stands without a sign, where its count is still to come.
    open_item = LISTED.match(item) and re.search(r"[.;:]$", item)
    whole = STARTS.match(after) or LISTED.match(after) or (ENDS.search(before) and not open_item)
    return f"{before}\n{after}" if whole else joined_text(before, after)


def _plain(row: Row) -> str:
    return re.sub(r"\W+", "", "".join(row.cells)).lower()
