"""Decides which sentences of a model may be shown: those that say nothing by themselves.

A blacklist of numbers and names cannot stop "không cần giấy chứng sinh". So the rule is the
other way round: apart from references to facts, a sentence may hold only words from a closed
list that names no paper, amount, time, place, authority or negation.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from assistant.model.facts import Facts
from knowledge.data_files import parse_yaml

FILE = Path(__file__).parent.parent / "data" / "model_words.yaml"
MAX_SENTENCES = 8
MAX_WORDS = 90
_REFERENCE = re.compile(r"\[([PFL])(\d{0,2})\]")
_SENTENCES = re.compile(r"(?<=[.!?:;])\s+|\n+")
_PUNCTUATION = re.compile(r"[\s.,!?:;“”\"()–-]+")
_WORD = re.compile(r"[^\W\d_]+(?:/[^\W\d_]+)?")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that may be shown: own words and references, in turn."""

    text: str
    facts: tuple[int, ...]
    names_subject: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """What may be shown of a reply, and how many sentences were dropped."""

    sentences: tuple[Sentence, ...]
    dropped: int


@lru_cache(maxsize=1)
def _phrases() -> frozenset[tuple[str, ...]]:
    listed = parse_yaml(FILE.read_text("utf-8"))["phrases"]
    return frozenset(tuple(phrase.split()) for phrase in listed)


def check(reply: str, facts: Facts) -> Checked:
    """The sentences of a reply that hold nothing but known references and harmless words."""
    kept: list[Sentence] = []
    used: set[int] = set()
    said: set[str] = set()
    dropped = words = 0
    for raw in _SENTENCES.split(unicodedata.normalize("NFC", reply)):
        text = raw.strip()
        if not text:
            continue
        sentence = _read(text, facts)
        own = len(_WORD.findall(_REFERENCE.sub(" ", text)))
        if (
            sentence is None
            or used & set(sentence.facts)
            or len(set(sentence.facts)) < len(sentence.facts)
            or (text in said and not sentence.facts)
            or len(kept) == MAX_SENTENCES + len(facts.blocks)
            or words + own > MAX_WORDS
        ):
            dropped += 1
            continue
        words += own
        said.add(text)
        used |= set(sentence.facts)
        kept.append(sentence)
    return Checked(tuple(kept), dropped)


def _read(text: str, facts: Facts) -> Sentence | None:
    references: list[int] = []
    names_subject = False
    for kind, number in _REFERENCE.findall(text):
        if kind == "P" and not number:
            names_subject = True
        elif kind == "F" and number and 1 <= int(number) <= len(facts.blocks):
            references.append(int(number))
        elif not (kind == "L" and number and 1 <= int(number) <= len(facts.links)):
            return None
    rest = _PUNCTUATION.sub(" ", _REFERENCE.sub(" ", text)).strip().lower()
    words = rest.split()
    if not words and not references:
        return None
    if not all(_WORD.fullmatch(word) for word in words) or not _is_tiled(tuple(words)):
        return None
    return Sentence(text, tuple(references), names_subject)


def _is_tiled(words: tuple[str, ...]) -> bool:
    """Whether the words are a row of phrases from the list."""
    phrases = _phrases()
    longest = max(map(len, phrases))
    reachable = [True] + [False] * len(words)
    for end in range(1, len(words) + 1):
        reachable[end] = any(
            reachable[start] and words[start:end] in phrases
            for start in range(max(0, end - longest), end)
        )
    return reachable[-1]
