"""Full-text BM25 over syllables and syllable pairs, with or without tones (bm25s)."""

import itertools
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray

from knowledge.vietnamese import fold

NOWHERE: NDArray[np.intp] = np.zeros(0, dtype=np.intp)


@lru_cache(maxsize=512)  # five indexes and two classifiers read the same question
def terms(normalised: str, *, toned: bool) -> tuple[str, ...]:
    """Syllables and neighbouring pairs of a normalised text; pairs carry most of the meaning.

    Vietnamese writes a word as several syllables: "khai" and "sinh" alone say
    little, "khai_sinh" says birth registration.
    """
    words = (normalised if toned else fold(normalised)).split()
    return (*words, *(f"{a}_{b}" for a, b in itertools.pairwise(words)))


class WordIndex:
    """BM25 scores of every document for a question; documents are numbered as given."""

    def __init__(self, retriever: bm25s.BM25 | None, size: int, *, toned: bool) -> None:
        self._retriever = retriever
        self._size = size
        self._toned = toned
        if retriever is not None:
            columns = retriever.scores
            self._weights = columns["data"]
            # As NumPy indexes with: another type is converted again at every use.
            self._documents: NDArray[np.intp] = columns["indices"].astype(np.intp)
            self._vocabulary: dict[str, int] = retriever.vocab_dict
            self._starts = columns["indptr"].tolist()

    @classmethod
    def build(cls, texts: Sequence[str], *, toned: bool) -> "WordIndex":
        """Index normalised texts; an empty list gives an index that scores nothing."""
        corpus = [list(terms(text, toned=toned)) for text in texts]
        if not any(corpus):
            return cls(None, len(texts), toned=toned)
        retriever = bm25s.BM25(method="lucene", k1=1.2, b=0.6)
        retriever.index(corpus, show_progress=False)
        return cls(retriever, len(texts), toned=toned)

    def scores(self, normalised: str) -> NDArray[np.float32]:
        """BM25 of each document for a normalised question, shape (documents,)."""
        if self._retriever is None:
            return np.zeros(self._size, dtype=np.float32)
        # bm25s' own `get_scores` does the same sums through np.add.at, in twice the time; a term
        # names a document once, so a plain sum over its column is right.
        found = np.zeros(self._size, dtype=np.float32)
        for term in terms(normalised, toned=self._toned):
            if (at := self._vocabulary.get(term)) is not None:
                start, end = self._starts[at], self._starts[at + 1]
                found[self._documents[start:end]] += self._weights[start:end]
        return found

    def documents(self, term: str) -> NDArray[np.intp]:
        """The numbers of the documents that hold a term, as `terms` writes it."""
        at = self._vocabulary.get(term) if self._retriever else None
        return NOWHERE if at is None else self._documents[self._starts[at] : self._starts[at + 1]]

    @classmethod
    def kept(
        cls,
        texts: Sequence[str],
        folder: Path | None,
        *,
        toned: bool,
        earlier: "WordIndex | None" = None,
    ) -> "WordIndex":
        """The index of ``texts``, read from ``folder`` when it was kept there before.

        The folder belongs to exactly these texts: who changes them names another folder.
        ``earlier`` is an index of the same texts, kept under the new name too.
        """
        if folder is not None and earlier is None and (folder / "params.index.json").exists():
            return cls(bm25s.BM25.load(str(folder)), len(texts), toned=toned)
        index = earlier or cls.build(texts, toned=toned)
        if folder is not None and index._retriever is not None:
            part = folder.with_name(f"{folder.name}.{os.getpid()}.part")
            part.mkdir(parents=True, exist_ok=True)
            index._retriever.save(str(part), show_progress=False)
            with suppress(OSError):  # another worker was faster
                part.rename(folder)
            shutil.rmtree(part, ignore_errors=True)
        return index
