"""Residents' slips, put into clean questions while training: lost tones, short forms, typos.

Short, regional and misheard forms come from the spelling tables read
backwards, so a new line there is learned at the next training.
"""

import random
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from knowledge.model.vocabulary import words
from knowledge.vietnamese import TABLES, fold, read_table

POLITE = (
    "dạ",
    "ạ",
    "cho em hỏi",
    "cho hỏi",
    "ad ơi",
    "với ạ",
    "giúp em",
    "anh chị ơi",
    "nhé",
    "vậy",
)


class Noise:
    """Rewrites questions the way phones, haste and dialects do."""

    def __init__(self, rng: random.Random, tables: Iterable[Path] | None = None) -> None:
        self._rng = rng
        self._written: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for path in sorted(TABLES.glob("*.yaml")) if tables is None else tables:
            for written, meant in read_table(path).items():
                key = words(meant)
                if key and key != words(written):
                    self._written[key].append(written)
        self._longest = max(map(len, self._written), default=0)

    def question(self, text: str) -> str:
        """The question as it may really arrive; often as it was."""
        rng = self._rng
        found = list(words(text))
        if rng.random() < 0.25:
            found = self._shorten(found)
        if rng.random() < 0.25:
            found = self._mistype(found)
        if len(found) > 4 and rng.random() < 0.25:
            found = [w for w in found if rng.random() > 0.2] or found
        if rng.random() < 0.1:
            polite = rng.choice(POLITE)
            found = [polite, *found] if rng.random() < 0.5 else [*found, polite]
        return self._lose_tones(found, always=0.35, some=0.1)

    def passage(self, text: str, longest: int = 60) -> str:
        """At most ``longest`` syllables, mostly from its start, at times without tones."""
        found = list(words(text))
        start = 0
        if len(found) > longest and self._rng.random() < 0.4:
            start = self._rng.randrange(len(found) - longest)
        return self._lose_tones(found[start : start + longest], always=0.17, some=0.0)

    def _lose_tones(self, found: list[str], always: float, some: float) -> str:
        draw = self._rng.random()
        if draw < always:
            return " ".join(map(fold, found))
        if draw < always + some:
            return " ".join(fold(w) if self._rng.random() < 0.3 else w for w in found)
        return " ".join(found)

    def _shorten(self, found: list[str]) -> list[str]:
        out: list[str] = []
        at = 0
        while at < len(found):
            for length in range(min(self._longest, len(found) - at), 0, -1):
                ways = self._written.get(tuple(found[at : at + length]))
                if ways and self._rng.random() < 0.5:
                    out.append(self._rng.choice(ways))
                    at += length
                    break
            else:
                out.append(found[at])
                at += 1
        return out

    def _mistype(self, found: list[str]) -> list[str]:
        """One syllable with a letter lost, doubled or swapped with its neighbour."""
        at = self._rng.randrange(len(found)) if found else 0
        if not found or len(found[at]) < 3:
            return found
        word = found[at]
        place = self._rng.randrange(len(word) - 1)
        wrong = self._rng.choice(
            (
                word[:place] + word[place + 1 :],
                word[:place] + word[place] + word[place:],
                word[:place] + word[place + 1] + word[place] + word[place + 2 :],
            )
        )
        return [*found[:at], wrong, *found[at + 1 :]]
