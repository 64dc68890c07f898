"""Full-text BM25 over syllables and syllable pairs, with or without tones (bm25s)."""

import itertools
import math
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.columns import Columns
from knowledge.vietnamese import fold

K1, B = 1.2, 0.6
NOWHERE: NDArray[np.int32] = np.zeros(0, dtype=np.int32)


@lru_cache(maxsize=512)  # five indexes and two classifiers read the same question
def terms(normalised: str, *, toned: bool) -> tuple[str, ...]:
    """Syllables and neighbouring pairs of a normalised text; pairs carry most of the meaning.

    Vietnamese writes a word as several syllables: "khai" and "sinh" alone say
    little, "khai_sinh" says birth registration.
    """
    words = (normalised if toned else fold(normalised)).split()
    return (*words, *(f"{a}_{b}" for a, b in itertools.pairwise(words)))


class Words(Protocol):
    """Numbered documents that can be asked for words."""

    def scores(self, normalised: str) -> NDArray[np.float32]:
        """How well each document fits a normalised question, shape (documents,)."""

    def documents(self, term: str) -> NDArray[np.int32]:
        """The numbers of the documents that hold a term, as `terms` writes it."""


class WordIndex:
    """BM25 scores of every document for a question; documents are numbered as given.

    Its arrays may be mapped from a file: as large as the texts, they are then in memory as far as
    they are asked for, and once for all workers of a machine.
    """

    def __init__(self, columns: "Columns | None", size: int, *, toned: bool) -> None:
        self._columns = columns
        self._size = size
        self._toned = toned

    @classmethod
    def build(cls, texts: Sequence[str], *, toned: bool) -> "WordIndex":
        """Index normalised texts; an empty list gives an index that scores nothing."""
        # Numbers of terms, four bytes each: the terms of 23,000 records as words weigh 600 MB.
        numbers: dict[str, int] = {}
        corpus = [
            array("i", (numbers.setdefault(t, len(numbers)) for t in terms(text, toned=toned)))
            for text in texts
        ]
        if not numbers:
            return cls(None, len(texts), toned=toned)
        # With SciPy it is 16 MB that a desk on a prepared index does without.
        import bm25s

        retriever = bm25s.BM25(method="lucene", k1=K1, b=B)
        retriever.index((corpus, numbers), show_progress=False)
        held = retriever.scores
        return cls(
            Columns.of(retriever.vocab_dict, held["indptr"], held["indices"], held["data"]),
            len(texts),
            toned=toned,
        )

    @classmethod
    def beside(
        cls, many: Sequence[str], index: Words, few: Sequence[str], *, toned: bool
    ) -> "WordIndex":
        """Index a ``few`` texts with the weights they have among ``many``, which ``index`` holds.

        A term is as rare as in all texts together, and a text as long in comparison.
        """
        counted = [Counter(terms(text, toned=toned)) for text in few]
        if not any(counted):
            return cls(None, len(few), toned=toned)
        lengths = [2 * len(text.split()) - 1 for text in many]  # as many pairs as words, less one
        lengths += [sum(counts.values()) for counts in counted]
        usual = sum(lengths) / len(lengths)
        holders: dict[str, list[tuple[int, int]]] = {}
        for number, counts in enumerate(counted):
            for term, count in counts.items():
                holders.setdefault(term, []).append((number, count))
        starts, documents, weights = [0], array("i"), array("f")
        for term, held in holders.items():
            in_how_many = len(index.documents(term)) + len(held)
            rare = math.log(1 + (len(lengths) - in_how_many + 0.5) / (in_how_many + 0.5))
            for number, count in held:
                long = 1 - B + B * sum(counted[number].values()) / usual
                documents.append(number)
                weights.append(rare * count / (count + K1 * long))
            starts.append(len(documents))
        columns = Columns.of({t: at for at, t in enumerate(holders)}, starts, documents, weights)
        return cls(columns, len(few), toned=toned)

    def scores(self, normalised: str) -> NDArray[np.float32]:
        """BM25 of each document for a normalised question, shape (documents,)."""
        scores = np.zeros(self._size, dtype=np.float32)
        asked = terms(normalised, toned=self._toned)
        if (columns := self._columns) and asked:
            found = columns.find(asked)
            documents = np.concatenate([columns.documents[at] for at in found], dtype=np.intp)
            # With indices and weights as they come np.add.at is quicker than np.bincount.
            np.add.at(scores, documents, np.concatenate([columns.weights[at] for at in found]))
        return scores

    def documents(self, term: str) -> NDArray[np.int32]:
        """The numbers of the documents that hold a term, as `terms` writes it."""
        if self._columns is None:
            return NOWHERE
        (at,) = self._columns.find([term])
        return self._columns.documents[at]

    @classmethod
    def kept(
        cls,
        texts: Callable[[], Sequence[str]],
        size: int,
        folder: Path | None,
        *,
        toned: bool,
        earlier: Words | None = None,
    ) -> "WordIndex":
        """The index of ``size`` texts, read from ``folder`` when it was kept there before.

        The folder belongs to exactly these texts: who changes them names another folder. They
        are only asked for when there is nothing to read. ``earlier`` is an index of the same
        texts, kept under the new name too.
        """
        if folder is not None and folder.exists():
            return cls(Columns.read(folder), size, toned=toned)
        index = earlier if isinstance(earlier, cls) else cls.build(texts(), toned=toned)
        if folder is None or index._columns is None:
            return index
        index._columns.write(folder)
        return cls(Columns.read(folder), size, toned=toned)
