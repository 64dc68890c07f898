"""Masks personal identifiers before anything is stored, searched, logged or sent to a model."""

import re
from dataclasses import dataclass

_PATTERNS = (
    ("email", re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")),
    ("citizen", re.compile(r"(?<!\d)\d{3}[ .]?\d{3}[ .]?\d{3}[ .]?\d{3}(?!\d)")),
    ("phone", re.compile(r"(?<!\d)(?:\+?84|0)[ .]?\d{2,3}[ .]?\d{3}[ .]?\d{3,4}(?!\d)")),
)


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without identifiers, and the kinds that were found."""

    text: str
    found: tuple[str, ...]


def mask(text: str) -> Masked:
    found = []
    for kind, pattern in _PATTERNS:
        text, count = pattern.subn(f"[{kind}]", text)
        if count:
            found.append(kind)
    return Masked(text, tuple(found))
