"""Takes a form apart that holds several tables in one: the papers', the ways', a label a row."""

import re
from collections.abc import Sequence

from ingest.labels import column_of, label_of
from ingest.pages import Block, Row
from ingest.table_kinds import inner_table

_HEAD = re.compile(
    r"^(?:tên|các|loại)? ?(?:giấy tờ|tài liệu|hồ sơ)\b"
    r"(?! (?:chứng minh|chứng thực|làm|về|của|liên quan|pháp lý|tùy thân|khác|gốc|để|do)\b)"
    r"|^(?:số )?(?:lượng|bản)"
    r"|^bản (?:chính|gốc|sao)|^ghi chú|^mẫu|^biểu mẫu|^số (?:ký )?hiệu|^trích yếu|^mô tả",
    re.IGNORECASE,
)


def parts_of(block: Block) -> list[Block]:
    """The block as lines and tables in order; one that holds no second table stays whole."""
    rows = list(block.rows)
    starts = [place for place, row in enumerate(rows) if place and _opens(row)]
    if not starts:
        return [block]
    found: list[Block] = []
    held: list[Row] = []
    place = 0
    while place < len(rows):
        if place not in starts and not (place == 0 and _opens(rows[0])):
            held.append(rows[place])
            place += 1
            continue
        titles: list[Row] = []
        while held and (title := _only(held[-1])):
            titles.insert(0, held.pop().model_copy(update={"cells": (title,)}))
        found += _table(block, held)
        found += [_line(row) for row in titles]
        end = place + 1
        while end < len(rows) and end not in starts and not _ends(rows[end]):
            end += 1
        inner = rows[place:end]
        while end in starts and inner[1:] and _only(inner[-1]):
            held_title = inner.pop()  # the title of the table that follows
            end -= 1
            rows[end] = held_title
            break
        found += _table(block, inner)
        held, place = [], end
    return [*found, *_table(block, held)]


def _opens(row: Row) -> bool:
    """Whether a row heads a table inside another; a list of procedures has names in its own."""
    heads = [" ".join(cell.split()) for cell in row.cells if cell.strip()]
    if len(heads) < 2 or inner_table(row) is None:
        return False
    return all(map(_is_head, heads)) and "name" not in map(column_of, heads)


def _is_head(text: str) -> bool:
    if re.fullmatch(r"[\W\d]*|[IVX]+\.?", text):
        return True
    if re.search(r"\d", text):  # "Bản chính: 1" beside "Giấy tờ chứng minh nơi cư trú"
        return False
    return len(text) < 40 and (bool(_HEAD.search(text)) or column_of(text) is not None)


def _ends(row: Row) -> bool:
    """Whether a row opens the next part of the procedure: a label, alone or before its text."""
    words = next((c for c in row.cells if any(letter.isalpha() for letter in c)), "")
    label = label_of(" ".join(words.split()))
    return label is not None and label[0] not in ("other", "papers", "forms")


def _only(row: Row) -> str:
    filled = [cell for cell in row.cells if cell.strip()]
    return filled[0] if len(filled) == 1 else ""


def _line(row: Row) -> Block:
    text = " ".join(row.cells[0].split())
    return Block(text=text, page=row.page, box=row.box, confidence=row.confidence)


def _table(block: Block, rows: Sequence[Row]) -> list[Block]:
    """The rows as a table without the columns that are empty in all of them."""
    kept = [at for at in range(len(rows[0].cells) if rows else 0)
            if any(row.cells[at].strip() for row in rows if at < len(row.cells))]  # fmt: skip
    if not kept:
        return []
    even = tuple(
        row.model_copy(update={"cells": tuple(row.cells[at] for at in kept)}) for row in rows
    )
    if len(kept) == 1:
        return [_line(row) for row in even if row.cells[0].strip()]
    return [block.model_copy(update={"rows": even, "page": rows[0].page})]
