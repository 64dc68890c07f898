"""Words nobody has ever used, read as the word they miss by one slip of a finger.

A word that stands in no phrase, name or record is a slip when a known word lies one letter
away (missing, doubled, wrong, swapped with its neighbour) and stands beside the same
neighbours elsewhere. Telex typed without its keyboard ("ddawng kys") is read as well.
Words that exist are left alone: what they should have been, only their company can tell.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from knowledge.vietnamese import fold

LETTERS = "abcdefghijklmnopqrstuvwxyz"
WORDS_KEPT = 4096  # people use some two thousand syllables
LEAST_LETTERS = 3  # a shorter word is one letter away from too many
_TELEX = re.compile(r"(aa|aw|ee|oo|ow|uw|dd)")
_TELEX_TONE = re.compile(r"(?<=[a-z])[sfrxj](?=[a-z]{0,2}$)")

Count = Callable[[str], int]


class Typos:
    """Mends normalised questions; ``counts`` says in how many texts a term (`words.terms`) stands.

    Terms are without tones: a mended word comes back without them, as half of all questions are.
    """

    def __init__(self, counts: Count) -> None:
        self._counts = counts
        self._is_known = lru_cache(maxsize=WORDS_KEPT)(lambda word: bool(counts(word)))

    def mended(self, normalised: str) -> str:
        """The question with each unknown word that is one slip away from a known one mended."""
        words = normalised.split()
        folded = [fold(word) for word in words]
        for at, word in enumerate(folded):
            if len(word) < LEAST_LETTERS or not word.isalpha() or self._is_known(word):
                continue
            if (meant := self._meant(folded, at)) is not None:
                words[at] = folded[at] = meant
        return " ".join(words)

    def _meant(self, folded: Sequence[str], at: int) -> str | None:
        plain = without_telex(folded[at])
        if plain != folded[at] and self._counts(plain):
            return plain
        known = [near for near in set(one_slip_away(folded[at])) if self._counts(near)]
        scored = [(self._company(folded, at, near), self._counts(near), near) for near in known]
        best = max(scored, default=None)
        return best[2] if best and best[0] else None

    def _company(self, folded: Sequence[str], at: int, word: str) -> int:
        """In how many texts the word stands beside a neighbour it has here."""
        before = self._counts(f"{folded[at - 1]}_{word}") if at else 0
        after = self._counts(f"{word}_{folded[at + 1]}") if at + 1 < len(folded) else 0
        return before + after


def without_telex(word: str) -> str:
    """A word typed in Telex without its keyboard, without marks: "ddawng" is "dang"."""
    return _TELEX_TONE.sub("", _TELEX.sub(lambda found: found[0][0], word), count=1)


def one_slip_away(word: str) -> Iterator[str]:
    """Every word one missing, additional, other or swapped letter away (Norvig's edits)."""
    for i in range(len(word) + 1):
        left, right = word[:i], word[i:]
        if right:
            yield left + right[1:]
            yield from (left + letter + right[1:] for letter in LETTERS)
        if len(right) > 1:
            yield left + right[1] + right[0] + right[2:]
        yield from (left + letter + right for letter in LETTERS)
