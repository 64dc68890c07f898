"""The columns of a word index as four plain arrays: small in memory, and mapped from files.

A vocabulary of a few hundred thousand Python strings weighs ten times what it says. Here a term is
a number of 64 bits that stands in a sorted array; terms looked up lately are remembered.
"""

import itertools
import os
import shutil
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FILES = ("keys", "starts", "documents", "weights")
SALT = "salt"
REMEMBERED = 10_000  # terms of a question; some 100 bytes each

_NOT_THERE = slice(0, 0)


class Columns:
    """For each term the documents that hold it, and what it weighs in each."""

    def __init__(
        self,
        keys: NDArray[np.uint64],
        starts: NDArray[np.int64],
        documents: NDArray[np.int32],
        weights: NDArray[np.float32],
        salt: int = 0,
    ) -> None:
        self.documents = documents
        self.weights = weights
        self._keys = keys
        self._starts = starts
        self._salt = salt
        # Read one by one, a memory view is three times as fast as an array.
        self._remembered = _Remembered(keys.data, starts.data, salt)

    @classmethod
    def of(
        cls, vocabulary: Mapping[str, int], starts: Any, documents: Any, weights: Any
    ) -> "Columns":
        """From a sparse matrix in columns, with the column of each term that has one."""
        vocabulary = {term: at for term, at in vocabulary.items() if at < len(starts) - 1}
        for salt in itertools.count():  # the first will do but once in a million vocabularies
            keys = np.fromiter(
                (_key(term, salt) for term in vocabulary), np.uint64, len(vocabulary)
            )
            if len(np.unique(keys)) == len(keys):
                break
        order = np.argsort(keys)
        at = np.fromiter(vocabulary.values(), np.int64, len(vocabulary))[order]
        starts = np.asarray(starts, np.int64)
        lengths = starts[at + 1] - starts[at]
        moved = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        taken = np.repeat(starts[at] - moved[:-1], lengths) + np.arange(moved[-1])
        return cls(
            keys[order],
            moved,
            np.asarray(documents)[taken].astype(np.int32),
            np.asarray(weights)[taken].astype(np.float32),
            salt,
        )

    def find(self, terms: Iterable[str]) -> list[slice]:
        """Where in ``documents`` and ``weights`` each term's column stands; empty without one."""
        return list(map(self._remembered.__getitem__, terms))

    @classmethod
    def read(cls, folder: Path) -> "Columns":
        """As they were written; mapped, so that workers of one machine share the pages."""
        # A plain view of the mapped memory: a memmap goes through Python at every look-up.
        keys, starts, documents, weights = (
            np.load(folder / f"{name}.npy", mmap_mode="r").view(np.ndarray) for name in FILES
        )
        return cls(keys, starts, documents, weights, int((folder / SALT).read_text("ascii")))

    def write(self, folder: Path) -> None:
        """Keep in a folder that is not there yet; of several who write it, one does."""
        part = folder.with_name(f"{folder.name}.{os.getpid()}.part")
        part.mkdir(parents=True, exist_ok=True)
        arrays: tuple[NDArray[Any], ...] = (self._keys, self._starts, self.documents, self.weights)
        for name, array in zip(FILES, arrays, strict=True):
            np.save(part / f"{name}.npy", array)
        (part / SALT).write_text(str(self._salt), "ascii")
        with suppress(OSError):  # another worker was faster
            part.rename(folder)
        shutil.rmtree(part, ignore_errors=True)


class _Remembered(dict[str, slice]):
    """The columns of terms looked up lately; one that is not among them is looked up."""

    def __init__(self, keys: memoryview, starts: memoryview, salt: int) -> None:
        super().__init__()
        self._keys = keys
        self._starts = starts
        self._salt = salt

    def __missing__(self, term: str) -> slice:
        key = _key(term, self._salt)
        at = bisect_left(self._keys, key)
        held = _NOT_THERE
        if at < len(self._keys) and self._keys[at] == key:
            held = slice(self._starts[at], self._starts[at + 1])
        if len(self) >= REMEMBERED:
            self.clear()
        self[term] = held
        return held


@lru_cache(maxsize=2048)  # five indexes look up the same terms
def _key(term: str, salt: int) -> int:
    digest = blake2b(term.encode("utf-8", "replace"), digest_size=8, key=bytes([salt]))
    return int.from_bytes(digest.digest(), "little")
