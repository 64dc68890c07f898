"""Which procedure a draft without a code is about: those whose names share most of its words."""

import re
from collections import Counter
from math import log

from knowledge.catalogue import CodeStatus
from knowledge.procedures import Value
from knowledge.store import KnowledgeStore
from knowledge.vietnamese import fold

# The mean of how much of the draft's name is in the other, and of how much both have in common,
# rare words counting for more: official names go on where a letter stops. A clerk looks at each.
LEAST = 0.5
WORD = re.compile(r"\w+")


class LikelyCode(Value):
    """A code a draft may be about; ``is_live`` when this office answers about it today."""

    code: str
    name: str
    is_live: bool


def likely_codes(
    store: KnowledgeStore, name: str, office_id: str, limit: int = 5
) -> list[LikelyCode]:
    """Codes of procedures held, and of codes known by name, most alike first."""
    names = {known.code: known.name for known in store.known_codes()
             if known.status is CodeStatus.IN_FORCE}  # fmt: skip
    live = {summary.code: summary.name for summary in store.live_summaries(office_id)}
    names |= live
    words = {code: _words(text) for code, text in names.items()}
    held = Counter(word for found in words.values() for word in found)

    def weight(found: set[str]) -> float:
        return sum(log(1 + len(words) / (1 + held[word])) for word in found)

    asked = _words(name)

    def likeness(found: set[str]) -> float:
        shared = weight(asked & found)
        return (shared / (weight(asked) or 1) + shared / (weight(asked | found) or 1)) / 2

    alike = [(likeness(found), code in live, code) for code, found in words.items()]
    best = sorted((one for one in alike if one[0] >= LEAST), reverse=True)[:limit]
    return [LikelyCode(code=code, name=names[code], is_live=is_live) for _, is_live, code in best]


def _words(text: str) -> set[str]:
    return set(WORD.findall(fold(text.lower())))
