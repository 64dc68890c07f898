"""Puts together what a document says of one procedure in several places.

A decision gives the papers in one appendix and the fees in another; a list at its beginning
says the time once more. The place that says most is kept, the others fill what it leaves out.
"""

import re
from collections.abc import Iterable, Sequence

from ingest.folding import folded
from ingest.found import CONTENT, Found, Piece

# Parts that say the same thing in one place or another.
_ALSO = {"fee": ("fee", "methods"), "time": ("time", "methods")}
_ELSEWHERE = re.compile(
    r"\b(?:phụ lục|biểu (?:mức|phí|thu)|bảng (?:phí|dưới|sau|kèm)|danh mục kèm|mục [IVX\d]+)",
    re.IGNORECASE,
)
_SAYS_ITSELF = re.compile(r"\d[.,]\d{3}|\d\s*(?:đồng|đ\b|ngày|giờ|%)|miễn|không thu", re.IGNORECASE)
TWICE = "tệp nói về phần này ở hai nơi, không giống nhau"


def put_together(procedures: Sequence[Found]) -> list[Found]:
    """The procedures with those of one code made one, in order of first appearance.

    One without a code belongs to the one of exactly its name.
    """
    codes = {folded(found.name): found.code for found in procedures if found.code and found.name}
    groups: dict[str, list[Found]] = {}
    for place, found in enumerate(procedures):
        code = found.code or codes.get(folded(found.name))
        groups.setdefault(code or f"#{place}", []).append(found)
    return [_as_one(group) for group in groups.values()]


def _as_one(group: Sequence[Found]) -> Found:
    fullest = max(group, key=lambda found: len(CONTENT & found.parts.keys()))
    for other in group:
        if other is fullest:
            continue
        fullest.code = fullest.code or other.code
        fullest.name = fullest.name or other.name
        for section, pieces in other.parts.items():
            same = _ALSO.get(section, (section,))
            held = [piece for part in same for piece in fullest.parts.get(part, ())]
            if section == "methods" and fullest.parts.keys() & {"fee", "time"}:
                continue
            if not _text(held) or (refers_elsewhere(held) and not refers_elsewhere(pieces)):
                fullest.parts[section] = list(pieces)
            elif section in ("fee", "time") and section in fullest.parts and _differ(held, pieces):
                fullest.doubts[section] = TWICE
    return fullest


def refers_elsewhere(pieces: Iterable[Piece]) -> bool:
    """Whether a part only names the place where it is said ("Theo Phụ lục II")."""
    text = _text(pieces)
    return bool(_ELSEWHERE.search(text)) and not _SAYS_ITSELF.search(text)


def _differ(one: Iterable[Piece], two: Iterable[Piece]) -> bool:
    """Whether two places name different numbers."""
    a, b = (set(re.findall(r"\d+(?:[.,]\d{3})*", _text(pieces))) for pieces in (one, two))
    return {n.lstrip("0") for n in a} != {n.lstrip("0") for n in b}


def _text(pieces: Iterable[Piece]) -> str:
    return "\n".join(piece.text for piece in pieces if piece.text.strip())
