"""Cosines of a question with many texts, without reading every vector whole.

A product with 22,000 vectors of 256 numbers reads 22 MB from memory, which is a quarter
of an answer's time. Their first principal components say which texts can be near; only those
are compared in full. What several questions need is found in one product: the principal
components are read from memory once for all of them.
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Encoder
from knowledge.linking.tops import floor_of_best

Floats = NDArray[np.float32]

# With these no text among the twelve nearest was missed in 400 questions, and one of 6,000 among
# the forty nearest, whose cosine is then a rough one (12,657 passages, 22,763 phrases, 4,938
# names). Twice as many are missed by none, for a third of a millisecond more.
ROUGH_DIMENSIONS = 96
EXACT = 256
ROTATION, ROUGH = "rotation.npy", "rough.npy"
FEW = 4096  # below that the full product costs less than choosing


class Near(Protocol):
    """How near questions are to each of fixed texts."""

    def cosines(self, vectors: Floats) -> Floats:
        """The cosines of vectors, shape (questions, dimensions), as (questions, texts)."""


class Neighbours:
    """Fixed unit vectors, shape (texts, dimensions), and how near questions are to each."""

    def __init__(self, vectors: Floats, folder: Path | None = None) -> None:
        """What is computed of the vectors is kept in ``folder``, which is for exactly these."""
        self.vectors = vectors
        self._rotation: Floats | None = None
        if len(vectors) > FEW and vectors.shape[1] > ROUGH_DIMENSIONS:
            kept = _kept(vectors, folder)
            self._rotation, self._rough = kept or _components(vectors)
            if folder and not kept:
                self.keep(folder)

    def keep(self, folder: Path) -> None:
        """Keep what the next start would compute; a full disk keeps nothing."""
        if self._rotation is not None:
            with suppress(OSError):
                _save(folder / ROTATION, self._rotation)
                _save(folder / ROUGH, self._rough)

    def cosines(self, vectors: Floats) -> Floats:
        """As (questions, texts): exact for the nearest of each question, rough for the rest."""
        if self._rotation is None:
            exact: Floats = vectors @ self.vectors.T
            return exact
        turned: Floats = vectors @ self._rotation
        found: Floats = turned @ self._rough
        for row, vector in zip(found, vectors, strict=True):
            near = np.flatnonzero(row >= floor_of_best(row, EXACT))
            row[near] = self.vectors[near] @ vector
        return found


def _components(vectors: Floats) -> tuple[Floats, Floats]:
    """The axes of the first principal components, and the vectors along them.

    Shapes (dimensions, components) and (components, texts). A component in a row: so a product
    with one question costs no more than with the texts in rows, and one with eight a third.
    """
    axes = np.linalg.eigh(vectors.T @ vectors).eigenvectors[:, ::-1]
    rotation = np.ascontiguousarray(axes[:, :ROUGH_DIMENSIONS])
    return rotation, np.ascontiguousarray((vectors @ rotation).T)


def _kept(vectors: Floats, folder: Path | None) -> tuple[Floats, Floats] | None:
    """As `_components`, from mapped memory; None where they are not kept, or not whole."""
    if folder is None:
        return None
    try:
        rotation, rough = _mapped(folder / ROTATION), _mapped(folder / ROUGH)
    except (OSError, ValueError):
        return None
    fits = rotation.shape == (vectors.shape[1], ROUGH_DIMENSIONS)
    return (rotation, rough) if fits and rough.shape == (ROUGH_DIMENSIONS, len(vectors)) else None


def _save(path: Path, array: Floats) -> None:
    """Written aside and put in place: another process may read or write it too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part.npy")
    np.save(part, array)
    part.replace(path)


def _mapped(path: Path) -> Floats:
    """A plain view of the mapped memory: a memmap goes through Python at every look-up."""
    kept: Floats = np.load(path, mmap_mode="r").view(np.ndarray)
    return kept


def kept_vectors(
    texts: Sequence[str], encoder: Encoder, path: Path | None, earlier: Mapping[str, Floats]
) -> Floats:
    """The vectors of ``texts``, shape (texts, dimensions), kept in ``path`` between starts.

    Those of ``earlier`` are not made again. Read as mapped memory: several workers of one
    machine share the pages.
    """
    if path is None or not path.exists():
        vectors = _vectors(texts, encoder, earlier)
        if path is None:
            return vectors
        _save(path, vectors)
    return _mapped(path)


def _vectors(texts: Sequence[str], encoder: Encoder, earlier: Mapping[str, Floats]) -> Floats:
    if not earlier:
        return encoder.encode(texts, "query")
    new = [text for text in dict.fromkeys(texts) if text not in earlier]
    made = dict(zip(new, encoder.encode(new, "query"), strict=True))
    if not texts:
        return encoder.encode(texts, "query")
    return np.stack([made[text] if text in made else earlier[text] for text in texts])
