"""How much of a name a question says, and how much of the question that name says."""

from array import array
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class NameCover:
    """Term weights of many names, kept by term, so that a question touches only its own terms.

    ``names`` are the weighted terms of each name, in the order of ``owners``, which
    says to which label (0 … ``labels`` - 1) each belongs and never decreases. They are taken one
    after the other: all at once, those of 40,000 names weigh 70 MB for a moment.
    """

    def __init__(
        self, names: Iterable[Mapping[str, float]], owners: NDArray[np.int64], labels: int
    ) -> None:
        holders: dict[str, array[int]] = {}
        self._weights: dict[str, float] = {}
        totals = array("d")
        for i, name in enumerate(names):
            # A name without words is covered by nothing; 1 keeps the division quiet.
            totals.append(sum(name.values()) or 1.0)
            for term, weight in name.items():
                if term not in holders:
                    holders[term], self._weights[term] = array("i"), weight
                holders[term].append(i)
        self._holders = {term: np.array(held) for term, held in holders.items()}
        self._totals = np.array(totals)
        self._bounds = np.searchsorted(owners, np.arange(labels + 1))

    def coverage(self, asked: Mapping[str, float], labels: NDArray[np.int64]) -> Floats:
        """Of each label's best name: the share said, the share of the question, their mean.

        Shape (labels, 3). The mean is harmonic; the first name wins a tie; a label no
        name of which shares a term with the question has zeros.
        """
        shared = np.zeros(len(self._totals))
        for term in asked:
            if (held := self._holders.get(term)) is not None:
                shared[held] += self._weights[term]
        out = np.zeros((len(labels), 3), dtype=np.float32)
        starts, counts = self._bounds[labels], self._bounds[labels + 1] - self._bounds[labels]
        ends = np.cumsum(counts)
        # The names of these labels only, one label's after the other's.
        rows = np.repeat(starts - (ends - counts), counts) + np.arange(counts.sum())
        of_name = shared[rows] / self._totals[rows]
        of_question = shared[rows] / (sum(asked.values()) or 1.0)
        both = of_name + of_question
        harmonic = 2 * of_name * of_question / np.where(both > 0, both, 1.0)
        if not len(rows):
            return out
        named = counts > 0
        begins = (ends - counts)[named]
        best = np.maximum.reduceat(harmonic, begins)
        is_best = np.flatnonzero(harmonic == np.repeat(best, counts[named]))
        at = is_best[np.searchsorted(is_best, begins)]  # the first of each label's best names
        out[named] = np.stack([of_name[at], of_question[at], harmonic[at]], axis=1)
        return out
