"""Signs that settle what a message is: patterns by intent, kept as data.

Patterns are regular expressions on lower-case words; a message typed without marks is compared
with the patterns without theirs, but for those under ``toned``, which would be mistaken.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant.privacy_text import fold_in_place
from knowledge.data_files import parse_yaml
from knowledge.vietnamese import has_tones

_WORD = re.compile(r"\w+")
_GROUP = re.compile(r"(?<!\\)\((?!\?)")


@dataclass(frozen=True, slots=True)
class _Sign:
    """Patterns of one intent; ``weak`` ones yield. None stands for no pattern at all."""

    intent: str
    strong: re.Pattern[str] | None
    weak: re.Pattern[str] | None
    unless: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class _Signs:
    """The signs of a file in their order, for text of one kind: with tones or without.

    ``any_of_them`` is found wherever one of them is: most messages hold none, and are done with
    after one search instead of one for each sign.
    """

    signs: tuple[_Sign, ...]
    any_of_them: re.Pattern[str] | None


@lru_cache
def _signs(file: Path, marked: bool) -> _Signs:
    signs, every = [], []
    for entry in parse_yaml(file.read_text("utf-8")):
        strong, weak, unless = _patterns(entry, marked)
        signs.append(_Sign(entry["intent"], _any(strong), _any(weak), _any(unless)))
        every += [*strong, *weak]
    return _Signs(tuple(signs), _any(every))


def _patterns(entry: dict[str, Any], marked: bool) -> tuple[list[str], list[str], list[str]]:
    """The strong patterns of a sign, the weak ones, and what rules it out."""
    strong: list[str] = entry.get("patterns", [])
    weak: list[str] = entry.get("weak", [])
    unless: list[str] = [entry["unless"]] if "unless" in entry else []
    if marked:
        return [*strong, *entry.get("toned", [])], weak, unless
    strong, weak, unless = ([*map(_without_tones, part)] for part in (strong, weak, unless))
    return strong, weak, unless


def _any(patterns: Sequence[str]) -> re.Pattern[str] | None:
    """One pattern for whole words of any of these, None for none.

    The bounds stand once, around all of them, and no group is kept: then the first letter rules
    most of them out, in half the time.
    """
    if not patterns:
        return None
    return re.compile(_GROUP.sub("(?:", rf"\b(?:{'|'.join(patterns)})\b"))


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
    said = " ".join(_WORD.findall(text.lower()))
    known = _signs(file, has_tones(said))
    if not _is_in(known.any_of_them, said):
        return None
    for sign in known.signs:
        found = _is_in(sign.strong, said) or (not yields and _is_in(sign.weak, said))
        if found and not _is_in(sign.unless, said):
            return sign.intent
    return None


def _is_in(pattern: re.Pattern[str] | None, said: str) -> bool:
    return pattern is not None and pattern.search(said) is not None
