"""Masks personal identifiers before anything is stored, searched, logged or sent to a model.

Codes of procedures, law numbers, fees, dates and times stay, because a question
needs them. What is masked leaves a Vietnamese placeholder, so that the sentence
still reads and a clerk sees what kind of number stood there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.privacy_codes import find_codes
from assistant.privacy_numbers import Span, find_numbers
from assistant.privacy_places import find_places
from assistant.privacy_text import fold_in_place, visible

PLACEHOLDERS = {
    "email": "[thư điện tử]",
    "secret": "[mã bí mật]",
    "dossier": "[mã hồ sơ]",
    "plate": "[biển số xe]",
    "insurance": "[số bảo hiểm]",
    "birth": "[ngày sinh]",
    "citizen": "[số giấy tờ]",
    "tax": "[mã số thuế]",
    "account": "[số tài khoản]",
    "phone": "[số điện thoại]",
    "address": "[địa chỉ nhà]",
    "number": "[số riêng]",
}
# Where two findings overlap the earlier kind here names the whole.
_RANK = {kind: rank for rank, kind in enumerate(PLACEHOLDERS)}
_PLACEHOLDER = re.compile("|".join(re.escape(mark) for mark in PLACEHOLDERS.values()))


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without identifiers, and the kinds that were found."""

    text: str
    found: tuple[str, ...]


def mask(text: str) -> Masked:
    """The text with identifiers replaced by placeholders; invisible characters are removed first.

    A text without identifiers comes back as it is, apart from what is invisible.
    Time grows in proportion to the length of the text.
    """
    shown = visible(text)
    folded = fold_in_place(shown)
    spans = [*find_codes(shown, folded), *find_numbers(folded), *find_places(shown, folded)]
    if not spans:
        return Masked(shown, ())
    parts: list[str] = []
    found: list[str] = []
    at = 0
    for start, end, kind in _merged(spans):
        parts += (shown[at:start], PLACEHOLDERS[kind])
        found.append(kind)
        at = end
    parts.append(shown[at:])
    return Masked("".join(parts), tuple(dict.fromkeys(found)))


def without_placeholders(text: str) -> str:
    """A masked text without its placeholders, for searching: they are no words of the resident."""
    return " ".join((_PLACEHOLDER.sub(" ", text) if "[" in text else text).split())


def _merged(spans: Sequence[Span]) -> list[Span]:
    """Spans in order of place, overlapping ones made one."""
    merged: list[Span] = []
    for start, end, kind in sorted(spans):
        if merged and start < merged[-1][1]:
            before = merged[-1]
            kind = min(before[2], kind, key=_RANK.__getitem__)
            merged[-1] = (before[0], max(before[1], end), kind)
        else:
            merged.append((start, end, kind))
    return merged
