"""How much of a name a question says, and how much of the question the name says."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class NameCoverage:
    """Weighted overlap of a question's syllables with every name; names in label order."""

    def __init__(self, names: Sequence[Mapping[str, float]], owners: NDArray[np.int64]) -> None:
        """``names``: the weight of each distinct syllable of each name; ``owners`` ascending."""
        postings: dict[str, list[int]] = defaultdict(list)
        for i, name in enumerate(names):
            for term in name:
                postings[term].append(i)
        self._postings = {term: np.asarray(at) for term, at in postings.items()}
        self._totals = np.asarray([sum(name.values()) for name in names], np.float32)
        self._owners = owners

    def of(self, asked: Mapping[str, float], candidates: NDArray[np.int64]) -> Floats:
        """For each candidate label the share of its best name that is asked, the share of the
        question that name says, and their harmonic mean; shape (candidates, 3)."""
        found = np.zeros((len(candidates), 3), np.float32)
        if not len(self._totals):
            return found
        shared = np.zeros(len(self._totals), np.float32)
        for term, weight in asked.items():
            at = self._postings.get(term)
            if at is not None:
                shared[at] += weight
        total = sum(asked.values()) or 1.0
        harmonic = 2 * shared / (self._totals + total)
        starts = np.searchsorted(self._owners, candidates, "left")
        ends = np.searchsorted(self._owners, candidates, "right")
        for row, (start, end) in enumerate(zip(starts, ends, strict=True)):
            if start == end:
                continue
            best = start + int(np.argmax(harmonic[start:end]))
            found[row] = shared[best] / self._totals[best], shared[best] / total, harmonic[best]
        return found
