"""Signs that settle what a message is: patterns by intent, kept as data.

Patterns are regular expressions on lower-case words; a message typed without marks is compared
with the patterns without theirs, but for those under ``toned``, which would be mistaken.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant.privacy_text import fold_in_place
from knowledge.data_files import parse_yaml
from knowledge.vietnamese import has_tones

_WRITTEN = re.compile(r"[^\w\s]+")


@dataclass(frozen=True, slots=True)
class _Sign:
    """Patterns of one intent for text with tones and for text without; ``weak`` ones yield."""

    intent: str
    strong: tuple[re.Pattern[str], re.Pattern[str]]
    weak: tuple[re.Pattern[str], re.Pattern[str]]
    unless: tuple[re.Pattern[str], re.Pattern[str]]


@lru_cache
def _signs(file: Path) -> tuple[_Sign, ...]:
    return tuple(_read(entry) for entry in parse_yaml(file.read_text("utf-8")))


def _read(entry: dict[str, Any]) -> _Sign:
    both: list[str] = entry.get("patterns", [])
    toned: list[str] = entry.get("toned", [])
    weak: list[str] = entry.get("weak", [])
    unless: list[str] = [entry["unless"]] if "unless" in entry else []
    return _Sign(
        entry["intent"],
        (_any([*both, *toned]), _any(map(_without_tones, both))),
        (_any(weak), _any(map(_without_tones, weak))),
        (_any(unless), _any(map(_without_tones, unless))),
    )


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    """One pattern for whole words of any of these; for none, one that is never found."""
    return re.compile("|".join(rf"\b(?:{pattern})\b" for pattern in patterns) or r"(?!)")


def _without_tones(pattern: str) -> str:
    """A pattern for text typed without tones; `\\S` and `\\w` keep their meaning."""
    return "".join(
        part if part.startswith("\\") else fold_in_place(part)
        for part in re.split(r"(\\.)", pattern)
    )


def find_sign(file: Path, text: str, *, yields: bool = False) -> str | None:
    """The intent of the first sign of ``file`` in a message; None without one.

    ``yields``: the message clearly asks about a procedure, so weak signs do not count.
    """
    said = " ".join(_WRITTEN.sub(" ", text.lower()).split())
    view = 0 if has_tones(said) else 1
    for sign in _signs(file):
        found = sign.strong[view].search(said) or (not yields and sign.weak[view].search(said))
        if found and not sign.unless[view].search(said):
            return sign.intent
    return None
