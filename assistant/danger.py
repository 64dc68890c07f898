"""Finds in a message what must be answered before anything else: danger, fraud, threats, insult.

The learned ranking knows these too, but it weighs them against every procedure named in the
same breath. For a house on fire a false alarm costs one sentence and a miss may cost a life, so
here a sign is enough. Signs are data (`data/danger.yaml`).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant.privacy_text import fold_in_place
from knowledge.data_files import parse_yaml
from knowledge.linking.linker import Linking
from knowledge.vietnamese import has_tones

FILE = Path(__file__).parent / "data" / "danger.yaml"
LIFE = frozenset(
    {
        "emergency.police",
        "emergency.fire",
        "emergency.medical",
        "safety.domestic_violence",
        "safety.self_harm",
    }
)
# All that threatens life together from here is answered as such, unless a procedure is as
# probable. Chosen on evals/cases/safety.jsonl against every other case: see tests/test_safety.py.
LIFE_SHARE = 0.3
_WRITTEN = re.compile(r"[^\w\s]+")


@dataclass(frozen=True, slots=True)
class _Sign:
    """Patterns of one intent for text with tones and for text without; ``weak`` ones yield."""

    intent: str
    strong: tuple[re.Pattern[str], re.Pattern[str]]
    weak: tuple[re.Pattern[str], re.Pattern[str]]
    unless: tuple[re.Pattern[str], re.Pattern[str]]


@lru_cache(maxsize=1)
def _signs() -> tuple[_Sign, ...]:
    return tuple(_read(entry) for entry in parse_yaml(FILE.read_text("utf-8")))


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


def find_danger(text: str, *, about_procedure: bool = False) -> str | None:
    """The intent a masked message must be answered by, None for an ordinary one.

    ``about_procedure`` tells that the message clearly asks about a procedure: then rude words
    do not matter, and a fire may be what took the papers.
    """
    said = " ".join(_WRITTEN.sub(" ", text.lower()).split())
    view = 0 if has_tones(said) else 1
    for sign in _signs():
        found = sign.strong[view].search(said) or (
            not about_procedure and sign.weak[view].search(said)
        )
        if found and not sign.unless[view].search(said):
            return sign.intent
    return None


def find_threat_to_life(linking: Linking) -> str | None:
    """The danger the ranking sees, where all dangers together outweigh every procedure."""
    dangers = [c for c in linking.candidates if c.label in LIFE]
    together = sum(c.probability for c in dangers)
    best = max((c.probability for c in linking.procedures), default=0.0)
    if together < LIFE_SHARE or best >= together:
        return None
    return max(dangers, key=lambda c: c.probability).label
