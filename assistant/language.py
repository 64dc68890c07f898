"""Which language a message is in, and an English question in Vietnamese words.

No library: detectors trained on sentences fail on "fee?" and on Vietnamese typed without
marks, which are the two cases that matter here. A list of English words that are no
Vietnamese syllables, and the script of the letters, decide.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from knowledge.data_files import parse_yaml
from knowledge.vietnamese import has_tones

FILE = Path(__file__).parent / "data" / "english.yaml"
ENGLISH, VIETNAMESE = "en", "vi"
SHARE = 0.51  # of the words; "hello em" and "check in ở đâu" stay Vietnamese
SEVERAL, SEVERAL_SHARE = 4, 0.33  # a long message has words no list holds ("my landlord asked me")
_WORD = re.compile(r"[^\W\d_]+")  # whole words: "nói" holds no English "i"
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("ko", re.compile(r"[\uac00-\ud7af\u1100-\u11ff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("other", re.compile(r"[\u0600-\u06ff\u0590-\u05ff\u0900-\u0dff\u0e80-\u0eff\u1780-\u17ff]")),
)


_FOREIGN = re.compile("|".join(letters.pattern for _, letters in _SCRIPTS))


@dataclass(frozen=True, slots=True)
class Glossary:
    """The English side of the desk, as data."""

    words: frozenset[str]
    matters: tuple[tuple[str, str], ...]
    topics: tuple[tuple[str, str], ...]
    procedures: dict[str, str]
    replies: dict[str, str]
    apologies: dict[str, str]


@lru_cache(maxsize=1)
def glossary() -> Glossary:
    """The glossary that comes with the package, longer phrases first."""
    raw: dict[str, Any] = parse_yaml(FILE.read_text("utf-8"))

    def longest_first(table: dict[str, str]) -> tuple[tuple[str, str], ...]:
        return tuple(sorted(table.items(), key=lambda row: -len(row[0])))

    return Glossary(
        frozenset(str(word) for word in raw["words"]),
        longest_first(raw["matters"]),
        longest_first(raw["topics"]),
        raw["procedures"],
        raw["replies"],
        raw["apologies"],
    )


def language_of(text: str, before: str = VIETNAMESE) -> str:
    """ "vi", "en", or the script's language ("zh", "ko" …; "other"); ``before`` when it shows none.

    A message of numbers or signs alone keeps the language of the conversation.
    """
    if _FOREIGN.search(text):
        return next(name for name, letters in _SCRIPTS if letters.search(text))
    words = _WORD.findall(text.lower())
    if not words:
        return VIETNAMESE if has_tones(text) else before
    hits = sum(word in glossary().words for word in words)
    if has_tones(text):
        return ENGLISH if hits >= 4 and hits >= SHARE * len(text.split()) else VIETNAMESE
    sure = hits >= SEVERAL and hits >= SEVERAL_SHARE * len(words)
    if hits and (before == ENGLISH or sure or hits >= SHARE * len(words)):
        return ENGLISH  # once English is spoken a word of it is enough ("can I do it online")
    neutral = {"ok", "okay", "online", "yes", "no", "the", "and"}
    return before if set(words) <= neutral else VIETNAMESE


def in_vietnamese(text: str) -> str:
    """The matter and the topics of an English question in Vietnamese; the text itself for none."""
    said = f" {' '.join(_WORD.findall(text.lower()))} "
    found: list[str] = []
    for table in (glossary().matters, glossary().topics):
        rest = said
        for phrase, meant in table:
            if f" {phrase} " in rest:
                rest = rest.replace(f" {phrase} ", "  ")
                if meant not in found:
                    found.append(meant)
    greetings = {"xin chào"}
    if len(found) > 1:
        found = [meant for meant in found if meant not in greetings]
    return " ".join(found) or text
