"""Takes away what belongs to the paper and not to the text, and joins what the page broke."""

import re
from collections import Counter
from collections.abc import Sequence

from ingest.encodings import Encoding, encodings_of, to_unicode
from ingest.labels import label_of
from ingest.layout import LISTED
from ingest.orders import holds_order, without_orders
from ingest.pages import Block, Page, Reading, Row
from ingest.portal_text import LOWER, UPPER, clean

# Lines this near to an edge may be running heads, feet or page numbers.
EDGE = 0.1
# Of the page height: lines of a table may stand a little above each other, columns much.
NEXT_COLUMN = 0.1
_PAGE_NUMBER = re.compile(r"^\W*(?:trang\s*)?\d{1,4}(?:\s*/\s*\d{1,4})?\W*$", re.IGNORECASE)
_STAMP = re.compile(
    r"^(?:người ký|ký bởi|thời gian ký|ngày ký|email|cơ quan|signature|signed by|digitally signed"
    r"|date|reason|location)\s*:",
    re.IGNORECASE,
)
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_STARTS = re.compile(
    r"^\s*(?:[-+*•–—·▪●○◦](?!\s?\d{1,2} bản )|\(?\d{1,3}(?:\.\d{1,3})*[.)/](?!\d)"
    r"|\(?[a-zđ]\d?[.)]|[a-zđ]?[øïìöëÿñåß]\)|[IVXLC]+[.)]"
    r"|Điều \d|Khoản \d|Chương [IVX]|Mục \d|Bước \d|Phụ lục|Mẫu số|Căn cứ|Trường hợp|Lưu ý)",
)
# A capital and a colon not far behind it may open a part of a procedure.
_LABELLED = re.compile(rf"^[{UPPER}][^:]{{1,60}}:")
_ALONE = re.compile(
    r"CỘNG H[ÒO]A XÃ HỘI|Độc lập\s*[-–]\s*Tự do|^Số\s*:|^Luật số\s*:|^Kính gửi", re.IGNORECASE
)
_ENDS = re.compile(r"[.;:!?…]\W*$|[”\"]$")
_HYPHENATED = re.compile(rf"([{LOWER}])[-\u00ad\u2010]$")


def cleaned(reading: Reading) -> Reading:
    """The same file without running heads, page numbers, stamps and old encodings; broken
    paragraphs and tables that run over pages are whole again."""
    pages = _decoded(reading.pages)
    pages = _without_edges(pages)
    blocks = [block for page in pages for block in _paragraphs(page.blocks)]
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
        return clean(to_unicode(text, encoding) if encoding else text)

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


def _paragraphs(blocks: Sequence[Block]) -> list[Block]:
    """Lines of a page joined into paragraphs; formats without places have them already."""
    joined: list[Block] = []
    for column in _runs_down(blocks):
        joined += _paragraphs_of_column(column)
    return joined


def _runs_down(blocks: Sequence[Block]) -> list[list[Block]]:
    """The blocks cut where the reading goes back up the page: at the next column."""
    runs: list[list[Block]] = [[]]
    lowest = 0.0
    for block in blocks:
        if block.box is not None:
            if block.box[1] < lowest - NEXT_COLUMN:
                runs.append([])
                lowest = 0.0
            lowest = max(lowest, block.box[1])
        runs[-1].append(block)
    return runs


def _paragraphs_of_column(blocks: Sequence[Block]) -> list[Block]:
    edges = sorted(b.box[2] for b in blocks if b.box and not b.is_table)
    # The right margin is where long lines end; a line that stops well before it ends a paragraph.
    margin = edges[int(len(edges) * 0.9)] if edges else 1.0
    joined: list[Block] = []
    for block in blocks:
        last = joined[-1] if joined else None
        if last is not None and _continues(last, block, margin):
            joined[-1] = _join(last, block)
        else:
            joined.append(block)
    return joined


def _continues(last: Block, block: Block, margin: float) -> bool:
    if last.is_table or block.is_table or last.box is None or block.box is None:
        return False
    if _STARTS.match(block.text) or block.box[1] < last.box[1]:
        return False
    if _LABELLED.match(block.text) and label_of(block.text, scanned=block.confidence < 1):
        return False
    if _ALONE.search(last.text) or _ALONE.search(block.text):
        return False
    if last.text.isupper() != block.text.isupper():
        return False
    height = max(block.box[3] - block.box[1], 0.008)
    if block.box[1] - last.box[3] > 1.2 * height:
        return False
    first_letter = next((c for c in block.text if c.isalpha()), "")
    if re.match(r"^[^.;:]{2,60}:\s*$", last.text):
        return False
    if last.box[2] >= margin - 0.06:
        return not _ENDS.search(last.text) or first_letter.islower()
    return first_letter.islower() and not _ENDS.search(last.text)


def _join(last: Block, block: Block) -> Block:
    text = (
        _HYPHENATED.sub(r"\1", last.text) + block.text
        if _HYPHENATED.search(last.text) and block.text[:1].islower()
        else f"{last.text} {block.text}"
    )
    box = last.box
    if last.page == block.page and last.box and block.box:
        a, b = last.box, block.box
        box = (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))
    total = len(last.text) + len(block.text) or 1
    sure = (last.confidence * len(last.text) + block.confidence * len(block.text)) / total
    return last.model_copy(update={"text": text, "box": box, "confidence": round(sure, 3)})


def _over_pages(blocks: Sequence[Block]) -> list[Block]:
    """Tables and sentences that a page break cut in two are put together again."""
    joined: list[Block] = []
    for block in blocks:
        last = joined[-1] if joined else None
        if last is not None and block.page != last.page:
            if last.is_table and block.is_table and _same_table(last, block):
                joined[-1] = _joined_tables(last, block)
                continue
            if (
                not last.is_table
                and not block.is_table
                and not _ENDS.search(last.text)
                and block.text[:1].islower()
                and not _STARTS.match(block.text)
                and last.box is not None
            ):
                joined[-1] = _join(last, block)
                continue
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
    if len(one.rows) > 1 and _plain(more[0]) == _plain(one.rows[0]):
        more = more[1:]  # the heading is repeated on every page
    if more and any(more[0].cells) and _breaks_off(rows[-1], more[0]):
        head = rows[-1]
        cells = tuple(_joined_cell(*pair) for pair in zip(head.cells, more[0].cells, strict=True))
        sure = min(head.confidence, more[0].confidence)
        rows[-1] = head.model_copy(update={"cells": cells, "confidence": sure})
        more = more[1:]
    return one.model_copy(
        update={"rows": (*rows, *more), "confidence": min(one.confidence, two.confidence)}
    )


def _breaks_off(last: Row, first: Row) -> bool:
    """Whether the first row after a page break is the rest of the last one before it."""
    opening = first.cells[0].strip()
    if not opening and re.fullmatch(r"\W*\d{0,3}\W*", last.cells[0].strip()):
        return True  # numbered rows: a row without its number is no row of its own
    if opening:
        return (opening[:1].islower() or opening[:1] in "(,;/") and not _ENDS.search(
            last.cells[0].strip() or "."
        )
    return any(
        cell[:1].islower() or (before and not _ENDS.search(before))
        for before, cell in zip(last.cells, first.cells, strict=True)
        if cell.strip()
    )


def _joined_cell(before: str, after: str) -> str:
    if not before or not after:
        return before or after
    whole = _STARTS.match(after) or LISTED.match(after) or _ENDS.search(before)
    return f"{before}\n{after}" if whole else f"{before} {after}"


def _plain(row: Row) -> str:
    return re.sub(r"\W+", "", "".join(row.cells)).lower()
