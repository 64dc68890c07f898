"""Cue phrases of the dialogue: data, found as whole words, typed with marks or without."""

import re
from functools import lru_cache
from pathlib import Path

from knowledge.data_files import parse_yaml
from knowledge.vietnamese import fold, has_tones, normalise

FOLDER = Path(__file__).parent / "data"
FILES = (FOLDER / "premises.yaml", FOLDER / "beyond.yaml")


@lru_cache(maxsize=1)
def cues() -> dict[str, tuple[str, ...]]:
    """The cue phrases by what they tell, longest first."""
    return {
        name: tuple(sorted({normalise(p) for p in phrases}, key=len, reverse=True))
        for file in FILES
        for name, phrases in parse_yaml(file.read_text("utf-8")).items()
    }


def find_cue(name: str, text: str) -> re.Match[str] | None:
    """The first cue of a kind in a message; without marks where none were typed."""
    marked, said = _heard(text)
    for phrase, pattern in _patterns(name, marked):
        if phrase in said and (found := pattern.search(said)):
            return found
    return None


@lru_cache(maxsize=64)  # one message is searched for many kinds
def _heard(text: str) -> tuple[bool, str]:
    """Whether a message was typed with marks, and its words as they are searched."""
    marked = has_tones(text)
    return marked, normalise(text) if marked else fold(normalise(text))


@lru_cache(maxsize=64)
def _patterns(name: str, marked: bool) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The cue phrases of a kind as whole words, with or without marks."""
    phrases = (phrase if marked else fold(phrase) for phrase in cues()[name])
    return tuple((phrase, re.compile(rf"\b{re.escape(phrase)}\b")) for phrase in phrases)
