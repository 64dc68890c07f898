"""How much a word tells: how rarely names and phrases say it."""

import json
import math
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from copy import copy
from pathlib import Path

from knowledge.vietnamese import fold


class Rarity:
    """The weight of every word, without marks; one nobody wrote weighs as much as the rarest."""

    def __init__(self, texts: Sequence[str], path: Path | None) -> None:
        self._by_term = _inverse_frequency(texts, path)
        self._unseen = max(self._by_term.values(), default=1.0)

    def with_texts(self, texts: Iterable[str]) -> "Rarity":
        """With a few texts more: what only they say weighs as much as the rarest."""
        more = copy(self)
        said = {term for text in texts for term in fold(text).split()}
        more._by_term = dict.fromkeys(said, self._unseen) | self._by_term
        return more

    def __contains__(self, word: str) -> bool:
        return word in self._by_term

    def weights(self, words: Iterable[str]) -> dict[str, float]:
        """How much each of the words tells."""
        return {word: self._by_term.get(word, self._unseen) for word in words if word}


def _inverse_frequency(texts: Sequence[str], path: Path | None) -> dict[str, float]:
    """How rare each term is among the texts; kept in ``path`` between starts."""
    if path is not None and path.exists():
        kept: dict[str, float] = json.loads(path.read_text("utf-8"))
        return kept
    seen: Counter[str] = Counter()
    for text in texts:
        seen.update(set(fold(text).split()))
    rare = {term: math.log(1 + len(texts) / (1 + count)) for term, count in seen.items()}
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.part")
        part.write_text(json.dumps(rare), "utf-8")
        part.replace(path)
    return rare
