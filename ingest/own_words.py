"""Recognises the headings an office words itself: "BẠN CẦN CHUẨN BỊ GÌ?", "Nộp ở đâu"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from ingest.folding import folded
from knowledge.data_files import parse_yaml

WORDS = Path(__file__).parent / "data" / "label_words.yaml"
# Words of a heading: a longer line is a sentence of the text.
MOST_WORDS = 12
MOST_QUESTION_WORDS = 45
_WORD = re.compile(r"[^\W_]+")
_BRACKETED = re.compile(r"\([^()]*\)")
_ASKED = re.compile(
    r"^\s*(?:(?:câu\s*)?hỏi|câu)\s*(?:số\s*)?\d{0,3}\s*[:.)]\s*(?P<said>\S.*)", re.I | re.S
)
_ANSWERED = re.compile(r"^\s*(?:trả lời|đáp|TL)\s*:\s*", re.IGNORECASE)
_QUESTION = re.compile(r"^(?P<asked>[^?]{4,}\?)\s*(?P<rest>.*)$", re.DOTALL)


@dataclass(frozen=True)
class _Words:
    keys: dict[tuple[str, ...], str]
    asking: frozenset[tuple[str, ...]]
    fillers: frozenset[tuple[str, ...]]
    leading: frozenset[tuple[str, ...]]
    questions: tuple[tuple[str, re.Pattern[str]], ...]
    longest: int


def _split(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(folded(text)))


@cache
def _words() -> _Words:
    held = parse_yaml(WORDS.read_text("utf-8"))
    keys = {_split(key): section for section, listed in held["keys"].items() for key in listed}
    sets = {name: frozenset(map(_split, held[name])) for name in ("asking", "fillers", "leading")}
    return _Words(
        keys=keys,
        questions=tuple((section, re.compile(folded_pattern(pattern)))
                        for section, pattern in held["questions"]),
        longest=max(map(len, [*keys, *sets["fillers"]])),
        **sets,
    )  # fmt: skip


def folded_pattern(pattern: str) -> str:
    r"""A pattern of Vietnamese words for text without tones; ``\b`` and the like stay."""
    return re.sub(r"\\?\w", lambda m: m[0] if m[0].startswith("\\") else folded(m[0]), pattern)


@lru_cache(4096)
def section_named(label: str) -> str | None:
    """The section whose own words and courtesies a label is made of, and of nothing else."""
    words = _words()
    said = _split(_BRACKETED.sub(" ", label))
    if not 0 < len(said) <= MOST_WORDS:
        return None
    found: list[tuple[str, ...]] = []
    place = 0
    while place < len(said):
        for length in range(min(words.longest, len(said) - place), 0, -1):
            part = said[place : place + length]
            if part in words.keys:
                found.append(part)
                break
            if part in words.fillers and (found or part in words.leading or _asks(said)):
                break
        else:
            return None
        place += length
    asked = [part for part in found if part in words.asking]
    return words.keys[(asked or found)[0]] if found else None


def _asks(said: Sequence[str]) -> bool:
    text = f" {' '.join(said)} "
    return any(f" {' '.join(part)} " in text for part in _words().asking)


def heading_in(text: str) -> tuple[str, str] | None:
    """The section a line names in an office's own words, and what follows on the line.

    The words end at a colon or a question mark, or are all there is; a line with the sign of a
    list before it names a part only with a colon.
    """
    answer = _ANSWERED.sub("", text)
    label, colon, rest = answer.partition(":")
    if colon and len(label) < 80 and (section := section_named(label)):
        return section, rest.strip()
    if question := _QUESTION.match(answer):
        section = section_named(question["asked"])
        return (section, question["rest"].strip()) if section else None
    if colon or answer.rstrip().endswith((";", ".", ",")) or len(answer) > 80:
        return None
    section = section_named(answer)
    return (section, "") if section else None


def asked_in(text: str) -> tuple[str, str] | None:
    """The section a question asks for, "other" for one nobody knows, and what follows it; None
    for what is no question.

    Only for text that stands below a procedure's name: there a question opens a part.
    """
    opened = _ASKED.match(text)
    said = opened["said"] if opened else text
    question = _QUESTION.match(said)
    if question is None and opened is None:
        return None
    asked = question["asked"] if question else said
    if len(asked.split()) > MOST_QUESTION_WORDS:
        return None
    plain = folded(asked)
    for section, pattern in _words().questions:
        if pattern.search(plain):
            return section, question["rest"].strip() if question else ""
    return ("other", question["rest"].strip() if question else "") if opened else None


def unanswered(text: str) -> str:
    """A line without the word "Đáp:" before it."""
    return _ANSWERED.sub("", text)
