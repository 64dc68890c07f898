"""Offices of the district level, which is no more, and who does their work now."""

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from knowledge.data_files import parse_yaml
from knowledge.vietnamese import fold, has_tones, normalise

FILE = Path(__file__).parent / "data" / "moved.yaml"
_LEVELS = ("quận", "huyện", "thị xã", "cấp huyện", "cấp quận", "của quận", "của huyện")
# One of them stands in every message that names such an office, with marks or without.
_LEVELS_WRITTEN = ("quận", "huyện", "thị xã", "quan", "huyen", "thi xa")


def new_place(text: str) -> str | None:
    """Who does the work of the district office that a message names; None when it names none."""
    marked = has_tones(text)
    said = f" {normalise(text)} " if marked else f" {fold(normalise(text))} "
    if not any(level in said for level in _LEVELS_WRITTEN):
        return None
    found = (now for pattern, now in _patterns(marked) if pattern.search(said))
    return next(found, None)


@lru_cache(maxsize=2)
def _patterns(marked: bool) -> tuple[tuple[re.Pattern[str], str], ...]:
    def written(phrases: Sequence[str]) -> str:
        names = (normalise(phrase) for phrase in phrases)
        return "|".join(re.escape(name if marked else fold(name)) for name in names)

    rows: list[dict[str, Any]] = parse_yaml(FILE.read_text("utf-8"))
    levels = written(_LEVELS)
    return tuple(
        (re.compile(rf" (?:{written(row['says'])}) (?:{levels}) "), row["now"]) for row in rows
    )
