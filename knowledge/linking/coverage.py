"""How much of a name a question says, and how much of the question that name says."""

from array import array
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from knowledge.linking.runs import Runs

Floats = NDArray[np.float32]


class NameCover:
    """Term weights of many names, kept by term, so that a question touches only its own terms.

    ``names`` are the weighted terms of each name. They are taken one after the other: all at
    once, those of 40,000 names weigh 70 MB for a moment.
    """

    def __init__(self, names: Iterable[Mapping[str, float]]) -> None:
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

    def coverage(self, asked: Mapping[str, float], names: Runs) -> Floats:
        """Of the best of each label's ``names``: the share said, of the question, their mean.

        Shape (labels, 3). The mean is harmonic; the first name wins a tie; a label no
        name of which shares a term with the question has zeros.
        """
        out = np.zeros((len(names.counts), 3), dtype=np.float32)
        held = [(at, self._weights[t]) for t in asked if (at := self._holders.get(t)) is not None]
        if not held or not len(names.documents):
            return out
        weights = np.repeat([weight for _, weight in held], [len(at) for at, _ in held])
        every = np.bincount(np.concatenate([at for at, _ in held]), weights, len(self._totals))
        shared = every[names.documents]
        of_name = shared / self._totals[names.documents]
        of_question = shared / sum(asked.values())
        both = of_name + of_question
        harmonic = 2 * of_name * of_question / np.where(both > 0, both, 1.0)
        named = names.counts > 0
        counts = names.counts[named]
        begins = counts.cumsum() - counts
        best = np.maximum.reduceat(harmonic, begins)
        is_best = np.flatnonzero(harmonic == np.repeat(best, counts))
        at = is_best[np.searchsorted(is_best, begins)]  # the first of each label's best names
        out[named] = np.stack([of_name[at], of_question[at], harmonic[at]], axis=1)
        return out
