"""The passages of one collection with their vectors in memory, for as long as Chroma holds these.

Chroma keeps the vectors and says which they are. While they are few, comparing a question with
each is exact and costs a quarter of asking Chroma's graph, whose threads also make a busy machine
wait (0.3 instead of 1.3 ms of processor time, 12,657 passages).
"""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from knowledge.linking.near import Neighbours
from knowledge.linking.tops import places_of_best

MOST = 30_000  # passages; with more, time grows here and hardly does in Chroma's graph
FOLDER = "near-"


class PassageHit(NamedTuple):
    """A passage near the question; ``similarity`` is the cosine, -1…1."""

    code: str
    version: int
    section: str
    similarity: float


def hit(id_: str, similarity: float) -> PassageHit:
    """A passage's id (`Passage.id`) says which version and section it is."""
    code, version, section = parts(id_)
    return PassageHit(code, version, section, float(similarity))


def parts(id_: str) -> tuple[str, int, str]:
    """Code, version and section of a passage's id."""
    code, rest = id_.split("@", 1)
    version, section, _ = rest.split("/", 2)
    return code, int(version), section


class NearPassages:
    """Passages by ids with their unit vectors, shape (passages, dimensions); immutable."""

    def __init__(
        self, ids: Sequence[str], vectors: NDArray[np.float32], folder: Path | None = None
    ) -> None:
        """``folder`` is where exactly these are kept."""
        self.ids = tuple(ids)
        self._parts = [parts(id_) for id_ in ids]
        self._near = Neighbours(vectors, folder)

    def keep_components(self, folder: Path) -> None:
        """As `Neighbours.keep`."""
        self._near.keep(folder)

    @property
    def vectors(self) -> NDArray[np.float32]:
        return self._near.vectors

    def nearest(
        self, vectors: NDArray[np.float32], limit: int, live: Mapping[str, int]
    ) -> list[list[PassageHit]]:
        """The ``limit`` passages nearest to each of ``vectors``, shape (vectors, dimensions).

        Best first, less those of dead versions.
        """
        return [self._best(row, limit, live) for row in self._near.cosines(vectors)]

    def _best(
        self, cosines: NDArray[np.float32], limit: int, live: Mapping[str, int]
    ) -> list[PassageHit]:
        top = places_of_best(cosines, limit)
        return [
            PassageHit(code, version, section, similarity)
            for (code, version, section), similarity in (
                (self._parts[at], similarity)
                for at, similarity in zip(top.tolist(), cosines[top].tolist(), strict=True)
            )
            if live.get(code) == version
        ]


def kept(folder: Path, name: str) -> NearPassages | None:
    """What was kept under ``name``; mapped memory, so that several processes share it."""
    at = folder / f"{FOLDER}{name}"
    try:
        vectors = np.load(at / "vectors.npy", mmap_mode="r").view(np.ndarray)
        return NearPassages(json.loads((at / "ids.json").read_text("utf-8")), vectors, at)
    except (OSError, ValueError):  # not there, or cut short when the power went
        return None


def keep(folder: Path, name: str, passages: NearPassages) -> None:
    """Keep them for the next start in place of what was kept before; a full disk keeps nothing."""
    part = folder / f"{FOLDER}{name}.{os.getpid()}.part"
    with suppress(OSError):
        part.mkdir(parents=True, exist_ok=True)
        (part / "ids.json").write_text(json.dumps(passages.ids), "utf-8")
        np.save(part / "vectors.npy", passages.vectors)
        passages.keep_components(part)
        part.rename(folder / f"{FOLDER}{name}")
    for other in folder.glob(f"{FOLDER}*"):
        if other.name != f"{FOLDER}{name}":
            shutil.rmtree(other, ignore_errors=True)
