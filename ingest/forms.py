"""Tells a form to fill in from a text to read."""

import re
from collections.abc import Sequence

from ingest.found import Piece

_DOTS = re.compile(r"\.{5,}|…{3,}|_{5,}")
# What waits for a pen without dots: a label at the end of its line, a box, a day to fill in.
_WAITS = re.compile(r":\s*$|[□☐]|/\s+/|(?:\.{3,}|…|_{3,})\s*\(?\d{0,2}\)?\s*(?:tháng|năm|$)")
_LABEL_LENGTH = 90
_NAMED_AT_TOP = re.compile(r"^\W*(?:Mẫu|MẪU|Mau)\b")
_NAMED = re.compile(r"^(?:Mẫu|MẪU|Mau) |TỜ KHAI|ĐƠN |PHIẾU ")
_LETTER = re.compile(r"(?:^|[|\n])\W*(?:V/v|Về việc)\b")


def is_blank_form(pieces: Sequence[Piece]) -> bool:
    """Whether a file is a form to fill in: every fourth line waits for a pen, or every eighth
    where the file calls itself one. A letter may bring its form with it and stays a letter."""
    lines = [piece.text for piece in pieces if piece.text.strip()]
    if len(lines) < 5:
        return False
    dotted = sum(bool(_DOTS.search(line)) for line in lines)
    at_top = any(_NAMED_AT_TOP.match(line) for line in lines[:3])
    if at_top:
        waiting = sum(_waits(line) for line in lines)
        return waiting * 8 >= len(lines)
    if any(_LETTER.search(line) for line in lines[:10]):
        return False
    named = any(_NAMED.search(line) for line in lines[:12])
    return dotted * 4 >= len(lines) or (named and dotted * 8 >= len(lines))


def _waits(line: str) -> bool:
    return bool(_DOTS.search(line)) or (len(line) < _LABEL_LENGTH and bool(_WAITS.search(line)))
