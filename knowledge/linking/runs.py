"""Documents in the order of the labels they belong to: what is best, or summed up, of each label's.

`numpy.ufunc.reduceat` costs as much for a label with one document as for one with fifty, and most
have a few: those are compared place by place instead, all first documents with all second ones.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Places = NDArray[np.int64]
BEST_OF = 3  # documents of a label that its mean is taken of
FEW = 4  # documents of a label
APART = 4.0  # more than two cosines can differ


@dataclass(frozen=True, slots=True)
class Runs:
    """The ``documents`` of some labels, label after label, each as many as ``counts`` says."""

    documents: Places
    counts: Places

    @classmethod
    def between(cls, starts: Places, ends: Places) -> "Runs":
        """Those from each of ``starts`` to before each of ``ends``."""
        counts = ends - starts
        behind = counts.cumsum()
        documents = np.repeat(starts - behind + counts, counts)
        return cls(documents + np.arange(len(documents)), counts)

    def top3(self, cosines: Floats) -> Floats:
        """The mean of each label's three best ``cosines``; 0 where it has none."""
        labels = APART * np.arange(len(self.counts))
        # One sort for all: what is added keeps the labels in order, and is taken off again.
        ordered = np.sort(cosines[self.documents] + np.repeat(labels, self.counts))
        place = np.arange(BEST_OF)
        at = np.maximum(self.counts.cumsum()[:, None] - 1 - place, 0)
        best = ordered[at] - labels[:, None] if len(ordered) else np.zeros(at.shape)
        sums = np.where(place < self.counts[:, None], best, 0.0).sum(axis=1)
        return np.asarray(sums / np.clip(self.counts, 1, BEST_OF), np.float32)

    def shares(self, scores: Floats, near: float) -> Floats:
        """Each label's share of all documents, those near the best weighing most."""
        if not len(scores):
            return np.zeros(len(self.counts), np.float32)
        weights = np.exp((scores - scores.max()) / near)
        return np.asarray(self.reduced(np.add, weights[self.documents]) / weights.sum(), np.float32)

    def reduced(self, ufunc: np.ufunc, values: NDArray[np.floating[Any]]) -> NDArray[Any]:
        """``ufunc`` over the ``values`` of each label's documents, given in their order; or 0."""
        out = np.zeros(len(self.counts), values.dtype)
        held = self.counts > 0
        out[held] = ufunc.reduceat(values, (self.counts.cumsum() - self.counts)[held])
        return out


class BestOfEach:
    """The best score of each label's documents; ``bounds``, shape (labels + 1,), part them."""

    def __init__(self, bounds: Places) -> None:
        counts = np.diff(bounds)
        few = np.flatnonzero((counts > 0) & (counts <= FEW))
        # Those with the most documents first, so that each place is one slice of them.
        self._few = few[np.argsort(-counts[few], kind="stable")]
        held = counts[self._few]
        self._layers = [bounds[self._few[held > place]] + place for place in range(FEW)]
        self._many = np.flatnonzero(counts > FEW)
        runs = Runs.between(bounds[self._many], bounds[self._many + 1])
        self._documents = runs.documents
        self._begins = runs.counts.cumsum() - runs.counts
        self._labels = len(counts)

    def of(self, scores: Floats, nothing: float) -> Floats:
        """Shape (labels,), for ``scores`` of shape (documents,); ``nothing`` without documents."""
        out = np.full(self._labels, nothing, np.float32)
        best = scores.take(self._layers[0])
        for layer in self._layers[1:]:
            np.maximum(best[: len(layer)], scores.take(layer), out=best[: len(layer)])
        out[self._few] = best
        out[self._many] = np.maximum.reduceat(scores.take(self._documents), self._begins)
        return out
