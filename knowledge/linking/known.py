"""Finds known phrases in a text by their first words.

Looking for each of some two hundred phrases in every question takes ten times as long.
"""

from collections.abc import Iterable


class Known:
    """Phrases and what each of them says, as pairs; both as texts."""

    def __init__(self, phrases: Iterable[tuple[str, str]]) -> None:
        self._says: dict[str, set[str]] = {}
        lengths: dict[str, set[int]] = {}
        for phrase, says in phrases:
            if words := phrase.split():
                self._says.setdefault(phrase, set()).add(says)
                lengths.setdefault(words[0], set()).add(len(words))
        self._lengths = {word: tuple(held) for word, held in lengths.items()}

    def within(self, text: str) -> frozenset[str]:
        """What is said by the phrases that stand in a text, words and spaces as they have them."""
        words = text.split()
        found: set[str] = set()
        for at, word in enumerate(words):
            for length in self._lengths.get(word, ()):
                found |= self._says.get(" ".join(words[at : at + length]), frozenset())
        return frozenset(found)
