"""Texts that belong to labels, with their vectors and words; what is best of each label's."""

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Encoder
from knowledge.linking.near import Near, Neighbours, kept_vectors
from knowledge.linking.wording import Source
from knowledge.words import WordIndex, Words

Floats = NDArray[np.float32]
BEST_OF = 3  # phrases of a label that its mean is taken of
TERMS_KEPT = 2048  # words and pairs that people use most; some 3 MB


class Grouped:
    """Documents that belong to labels, in label order, with their vectors and words."""

    texts: list[str]
    owners: NDArray[np.int64]
    near: Near
    folded: Words
    toned: Words
    users: Callable[[str], NDArray[np.int64]]

    def __init__(
        self,
        texts: Sequence[str],
        owners: Sequence[int],
        labels: int,
        encoder: Encoder,
        folder: Path | None,
        earlier: "Grouped | None",
    ) -> None:
        order = sorted(range(len(texts)), key=owners.__getitem__)
        self.texts = [texts[i] for i in order]
        self.owners = np.asarray([owners[i] for i in order], dtype=np.int64)
        self.labels = labels
        self.encoder = encoder
        self.present, self.starts = np.unique(self.owners, return_index=True)
        self.counts = np.bincount(self.owners, minlength=labels).astype(np.float32)
        self._bounds = np.searchsorted(self.owners, np.arange(labels + 1))
        known = dict(zip(earlier.texts, earlier.vectors, strict=True)) if earlier else {}
        same = earlier if earlier and earlier.texts == self.texts else None
        at = folder or Path()
        self._vectors = kept_vectors(self.texts, encoder, folder and at / "vectors.npy", known)
        self.near = same.near if same else Neighbours(self._vectors)
        self.folded = folded = WordIndex.kept(
            lambda: self.texts,
            len(texts),
            folder and at / "folded",
            toned=False,
            earlier=same.folded if same else None,
        )
        self.toned = WordIndex.kept(
            lambda: self.texts, len(texts), folder and at / "toned", toned=True,
            earlier=same.toned if same else None,
        )  # fmt: skip
        owned_by = self.owners

        # A common syllable stands in thousands of documents of a few hundred labels. Nothing here
        # refers to ``self``: a circle would outlive a new edition of the views.
        @lru_cache(maxsize=TERMS_KEPT)
        def users(term: str) -> NDArray[np.int64]:
            owners = owned_by[folded.documents(term)]
            # In order, as the documents of a column and their owners are: less than np.unique.
            return owners[np.flatnonzero(np.diff(owners, prepend=-1))]

        self.users = users

    @property
    def vectors(self) -> Floats:
        """The unit vector of each document, shape (documents, dimensions)."""
        return self._vectors

    def cosines_of(self, label: int, vector: Floats) -> tuple[NDArray[np.int64], Floats]:
        """The places of one label's documents, and how near each is to ``vector``."""
        own = np.arange(self._bounds[label], self._bounds[label + 1])
        return own, self._vectors[own] @ vector

    def source(self, hidden: Collection[int] = (), without: int | None = None) -> Source:
        """The documents as `wording` looks words up in them."""
        return Source(self.folded, self.owners, hidden, without, self.users)

    def best(self, scores: Floats, nothing: float) -> Floats:
        """The best document score of each label; ``nothing`` where a label has none."""
        out = np.full(self.labels, nothing, dtype=np.float32)
        if len(self.texts):
            out[self.present] = np.maximum.reduceat(scores, self.starts)
        return out

    def shares(self, scores: Floats, near: float) -> Floats:
        """Each label's share of all documents, those near the best weighing most."""
        out = np.zeros(self.labels, dtype=np.float32)
        if len(self.texts):
            weights = np.exp((scores - scores.max()) / near)
            sums = self.sums(weights)
            out = sums / sums.sum()
        return out

    def sums(self, weights: Floats) -> Floats:
        """The weights of each label's documents, added up."""
        out = np.zeros(self.labels, dtype=np.float32)
        out[self.present] = np.add.reduceat(weights, self.starts)
        return out

    def best_three(self, scores: Floats, label: int) -> Floats:
        """The best three scores of one label's documents, or as many as it has."""
        return np.sort(scores[self._bounds[label] : self._bounds[label + 1]])[-BEST_OF:]

    def top3(self, scores: Floats, labels: NDArray[np.int64]) -> Floats:
        """The mean of the three best document scores of each of ``labels``, 0 where it has none."""
        starts, ends = self._bounds[labels], self._bounds[labels + 1]
        counts = ends - starts
        if not counts.any():
            return np.zeros(len(labels), dtype=np.float32)
        # One row for each label, padded with what is worse than any score.
        places = starts[:, None] + np.arange(max(BEST_OF, int(counts.max())))
        own = np.where(places < ends[:, None], scores[np.minimum(places, len(scores) - 1)], -np.inf)
        top = np.partition(own, -BEST_OF, axis=1)[:, -BEST_OF:]
        sums = np.where(np.isneginf(top), 0.0, top).sum(axis=1)
        return np.asarray(sums / np.clip(counts, 1, BEST_OF), np.float32)
