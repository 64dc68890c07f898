"""Texts that belong to labels, with their vectors and words; what is best of each label's."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Encoder
from knowledge.linking.near import Near, Neighbours, kept_vectors
from knowledge.linking.runs import BestOfEach, Runs
from knowledge.words import WordIndex, Words

Floats = NDArray[np.float32]


class Grouped:
    """Documents that belong to labels, in label order, with their vectors and words."""

    texts: list[str]
    owners: NDArray[np.int64]
    near: Near
    folded: Words
    toned: Words

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
        self.counts = np.bincount(self.owners, minlength=labels).astype(np.float32)
        self.bounds = np.searchsorted(self.owners, np.arange(labels + 1))
        self._best = BestOfEach(self.bounds)
        known = dict(zip(earlier.texts, earlier.vectors, strict=True)) if earlier else {}
        same = earlier if earlier and earlier.texts == self.texts else None
        at = folder or Path()
        self._vectors = kept_vectors(self.texts, encoder, folder and at / "vectors.npy", known)
        self.near = same.near if same else Neighbours(self._vectors, folder)
        self.folded = WordIndex.kept(
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

    @property
    def vectors(self) -> Floats:
        """The unit vector of each document, shape (documents, dimensions)."""
        return self._vectors

    def cosines_of(self, label: int, vector: Floats) -> tuple[NDArray[np.int64], Floats]:
        """The places of one label's documents, and how near each is to ``vector``."""
        own = np.arange(self.bounds[label], self.bounds[label + 1])
        return own, self._vectors[own] @ vector

    def of(self, labels: NDArray[np.int64]) -> Runs:
        """The documents of each of ``labels``."""
        return Runs.between(self.bounds[labels], self.bounds[labels + 1])

    def best(self, scores: Floats, nothing: float) -> Floats:
        """The best document score of each label; ``nothing`` where a label has none."""
        return self._best.of(scores, nothing)
