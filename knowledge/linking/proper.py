"""Which words of a question are somebody's, some place's or some law's name.

Names tell nothing of the matter: that no phrase ever said "Cát Lái" or "Luật Nuôi mèo" is no
sign that the question is about something nobody asks here.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from knowledge.data_files import parse_yaml
from knowledge.vietnamese import clean, fold

FILE = Path(__file__).parent.parent / "data" / "proper_names.yaml"
MOST_WORDS = 5  # of one name
MOST_CITED = 14  # words from "luật" to the "thì" that ends its name; more is a sentence
_WORD = re.compile(r"\d+(?:[.,/]\d+)*|[^\W\d_]+")
# Sentences typed all in capitals, or with each word capitalised, mark no names.
MOSTLY = 0.6


@lru_cache(maxsize=1)
def _tables() -> tuple[frozenset[str], frozenset[str], frozenset[str], re.Pattern[str]]:
    content = parse_yaml(FILE.read_text("utf-8"))
    before = frozenset(word for words in content["before"].values() for word in words)
    laws = "|".join(map(re.escape, content["laws"]))
    cited = re.compile(
        rf"\b(?:theo|căn cứ(?: vào)?)\s+(?:{laws})\b(?P<name>[^,.;:?!\n]*?)(?:\s+thì\b|,)",
        re.IGNORECASE,
    )
    return before, frozenset(content["surnames"]), frozenset(content["middle"]), cited


@lru_cache(maxsize=512)
def proper_words(text: str) -> frozenset[str]:
    """The words of a question as typed, without tones, that belong to a proper name."""
    written = clean(text)
    _, _, _, cited = _tables()
    found: set[str] = set()
    for citation in cited.finditer(written):
        words = _WORD.findall(citation[0])
        if len(words) <= MOST_CITED:
            found.update(words)
    found.update(_named(written))
    return frozenset(fold(word) for word in found)


def _named(written: str) -> Iterator[str]:
    """Words of names of people and places, as written."""
    before, surnames, middle, _ = _tables()
    words = _WORD.findall(written)
    lowered = [word.lower() for word in words]
    shows = sum(word[0].isupper() for word in words) <= MOSTLY * len(words)
    at = 0
    while at < len(words):
        called = at > 0 and (
            lowered[at - 1] in before or " ".join(lowered[max(0, at - 2) : at]) in before
        )
        is_person = lowered[at] in surnames and at + 1 < len(words)
        end = at
        if shows and (called or is_person):
            while end < len(words) and end - at < MOST_WORDS and words[end][0].isupper():
                end += 1
        if is_person and end - at < 2 and not called:
            end = at
        if is_person and end == at and at + 2 < len(words) and lowered[at + 1] in middle:
            end = at + 3
        yield from words[at:end]
        at = max(end, at + 1)
