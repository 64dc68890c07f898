"""A few phrases of an office's own, put beside those that every office shares.

An office that adds a way of saying something, or a frequent question, would otherwise hold every
phrase of the nation once more (64 MiB). Here it holds its own only: vectors, words, owners. What is
measured is the same as over all of them together, but for the rarity of words, which a few phrases
among 23,000 do not move.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.linking.grouped import Grouped
from knowledge.linking.runs import Runs
from knowledge.linking.wording import Source
from knowledge.words import WordIndex, Words

Floats = NDArray[np.float32]


class NearBoth:
    """Cosines with the shared texts, then with the office's own."""

    def __init__(self, shared: Grouped, vectors: Floats) -> None:
        self._shared = shared.near
        self._vectors = vectors

    def cosines(self, vectors: Floats) -> Floats:
        """As `Neighbours.cosines`."""
        return np.hstack([self._shared.cosines(vectors), vectors @ self._vectors.T])


class WordsOfBoth:
    """Two word indexes as one; the second one's documents are numbered on."""

    def __init__(self, shared: Words, own: Words, size: int) -> None:
        self._shared = shared
        self._own = own
        self._size = size

    def scores(self, normalised: str) -> Floats:
        """As `WordIndex.scores`."""
        return np.concatenate([self._shared.scores(normalised), self._own.scores(normalised)])

    def documents(self, term: str) -> NDArray[np.int32]:
        """As `WordIndex.documents`."""
        own = self._own.documents(term)
        shared = self._shared.documents(term)
        return np.concatenate([shared, own + np.int32(self._size)]) if len(own) else shared


class WithOwn(Grouped):
    """The documents of ``shared``, which stay where they are, and after them an office's own."""

    def __init__(self, shared: Grouped, texts: Sequence[str], owners: Sequence[int]) -> None:
        size, labels = len(shared.texts), shared.labels
        self._shared = shared
        self._size = size
        self._own_owners = np.asarray(owners, dtype=np.int64)
        self._own_vectors = shared.encoder.encode(texts, "query")
        self.encoder = shared.encoder
        self.labels = labels
        self.texts = [*shared.texts, *texts]
        self.owners = np.concatenate([shared.owners, self._own_owners])
        self.counts = shared.counts + np.bincount(owners, minlength=labels).astype(np.float32)
        self.near = NearBoth(shared, self._own_vectors)
        own_folded = WordIndex.beside(shared.texts, shared.folded, texts, toned=False)
        own_toned = WordIndex.beside(shared.texts, shared.toned, texts, toned=True)
        self.folded = WordsOfBoth(shared.folded, own_folded, size)
        self.toned = WordsOfBoth(shared.toned, own_toned, size)
        self.own_words = Source(own_folded, self._own_owners)

    @property
    def vectors(self) -> Floats:
        """The unit vector of each document; put together when asked for."""
        return np.concatenate([self._shared.vectors, self._own_vectors])

    def best(self, scores: Floats, nothing: float) -> Floats:
        """The best document score of each label; ``nothing`` where a label has none."""
        out = self._shared.best(scores[: self._size], -np.inf)
        np.maximum.at(out, self._own_owners, scores[self._size :])
        out[np.isneginf(out)] = nothing
        return out

    def of(self, labels: NDArray[np.int64]) -> Runs:
        """The documents of each of ``labels``, the office's own after the shared ones."""
        shared = self._shared.of(labels)
        own, at = np.nonzero(self._own_owners[:, None] == labels)
        if not len(own):
            return shared
        places = np.concatenate([np.repeat(np.arange(len(labels)), shared.counts), at])
        documents = np.concatenate([shared.documents, own + self._size])
        counts = shared.counts + np.bincount(at, minlength=len(labels))
        return Runs(documents[np.argsort(places, kind="stable")], counts)

    def cosines_of(self, label: int, vector: Floats) -> tuple[NDArray[np.int64], Floats]:
        """The places of one label's documents, and how near each is to ``vector``."""
        places, cosines = self._shared.cosines_of(label, vector)
        own = np.flatnonzero(self._own_owners == label)
        return (
            np.concatenate([places, own + self._size]),
            np.concatenate([cosines, self._own_vectors[own] @ vector]),
        )
