"""Full-text BM25 over syllables and syllable pairs, with or without tones (bm25s)."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray

from knowledge.vietnamese import fold


def terms(normalised: str, *, toned: bool) -> list[str]:
    """Syllables and neighbouring pairs of a normalised text; pairs carry most of the meaning.

    Vietnamese writes a word as several syllables: "khai" and "sinh" alone say
    little, "khai_sinh" says birth registration.
    """
    words = (normalised if toned else fold(normalised)).split()
    return words + [f"{a}_{b}" for a, b in itertools.pairwise(words)]


class WordIndex:
    """BM25 scores of every document for a question; documents are numbered as given."""

    def __init__(self, retriever: bm25s.BM25 | None, size: int, *, toned: bool) -> None:
        self._retriever = retriever
        self._size = size
        self._toned = toned

    @classmethod
    def build(cls, texts: Sequence[str], *, toned: bool) -> "WordIndex":
        """Index normalised texts; an empty list gives an index that scores nothing."""
        corpus = [terms(text, toned=toned) for text in texts]
        if not any(corpus):
            return cls(None, len(texts), toned=toned)
        retriever = bm25s.BM25(method="lucene", k1=1.2, b=0.6)
        retriever.index(corpus, show_progress=False)
        return cls(retriever, len(texts), toned=toned)

    def scores(self, normalised: str) -> NDArray[np.float32]:
        """BM25 of each document for a normalised question, shape (documents,)."""
        if self._retriever is None:
            return np.zeros(self._size, dtype=np.float32)
        known = [t for t in terms(normalised, toned=self._toned) if t in self._retriever.vocab_dict]
        if not known:
            return np.zeros(self._size, dtype=np.float32)
        return np.asarray(self._retriever.get_scores(known), dtype=np.float32)

    @classmethod
    def kept(cls, texts: Sequence[str], folder: Path | None, *, toned: bool) -> "WordIndex":
        """The index of ``texts``, read from ``folder`` when it was kept there before.

        The folder belongs to exactly these texts: who changes them names another folder.
        """
        if folder is None:
            return cls.build(texts, toned=toned)
        if (folder / "params.index.json").exists():
            return cls(bm25s.BM25.load(str(folder)), len(texts), toned=toned)
        built = cls.build(texts, toned=toned)
        if built._retriever is not None:
            folder.mkdir(parents=True, exist_ok=True)
            built._retriever.save(str(folder), show_progress=False)
        return built
