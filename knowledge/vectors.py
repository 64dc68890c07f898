"""Passages as vectors in Chroma, through LangChain.

LangChain's store writes; it is imported with the first write, because its import costs
a second and a desk that starts on a prepared index only reads. Chroma must never
download a model: every vector comes from our own encoder, and a collection is always
created without an embedding function of its own.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from chromadb.api.models.Collection import Collection
from numpy.typing import NDArray

from knowledge.chroma_client import Chroma, faults
from knowledge.chroma_client import VectorsUnavailable as VectorsUnavailable
from knowledge.embedding import Encoder
from knowledge.near_passages import NearPassages, PassageHit, hit
from knowledge.passages import Passage

BATCH = 2000  # Chroma's SQLite refuses more than about 5,400 rows in one call
SPACE = {"hnsw:space": "cosine"}
NOTE = "made_from"


def list_collections(chroma: Chroma) -> list[str]:
    """The names of all collections; raises VectorsUnavailable."""
    with faults("listing"):
        return [collection.name for collection in chroma.client().list_collections()]


class VectorIndex:
    """One Chroma collection of passages, opened when first needed.

    Every method raises VectorsUnavailable when Chroma does not answer. Whoever writes, or asks
    what is there, makes the collection; a question only looks for it, because one that is gone
    was dropped on purpose or must be filled first.
    """

    def __init__(
        self,
        chroma: Chroma,
        collection: str,
        encoder: Encoder,
        held: Callable[[], NearPassages | None] = lambda: None,
    ) -> None:
        """``held`` gives what memory holds of this collection; a question then asks nobody."""
        self.name = collection
        self._held = held
        self._chroma = chroma
        self._encoder = encoder
        # Questions ask for ids and distances alone, which LangChain's store cannot: fetching
        # texts and metadata that nobody reads costs 2 of 3 ms (measured, 12,654 passages).
        self._asked: Collection | None = None
        self._made: Collection | None = None
        self._stored: Any = None

    @property
    def _collection(self) -> Collection:
        if self._made is None:
            client = self._chroma.client()
            with faults(f"opening {self.name!r}"):
                self._made = client.get_or_create_collection(
                    self.name, embedding_function=None, metadata=SPACE
                )
        return self._made

    @property
    def _store(self) -> Any:
        """The same collection as LangChain's vector store."""
        if self._stored is None:
            from knowledge.desk_embeddings import DeskEmbeddings
            from knowledge.passage_store import PassageStore

            client = self._chroma.client()
            with faults(f"opening {self.name!r}"):
                self._stored = PassageStore(
                    client=client,
                    collection_name=self.name,
                    embedding_function=DeskEmbeddings(self._encoder),
                    collection_metadata=SPACE,
                )
        return self._stored

    def add(self, passages: Sequence[Passage]) -> None:
        """Store passages with their vectors; a passage already there is written over."""
        for start in range(0, len(passages), BATCH):
            batch = passages[start : start + BATCH]
            with faults("adding"):
                self._store.add_texts(
                    [p.text for p in batch],
                    metadatas=[
                        {"code": p.code, "version": p.version, "section": p.section} for p in batch
                    ],
                    ids=[p.id for p in batch],
                )

    def ids(self) -> set[str]:
        """The ids of all stored passages."""
        with faults("listing"):
            return set(self._collection.get(include=[])["ids"])

    def vectors(self, ids: Sequence[str]) -> tuple[list[str], NDArray[np.float32]]:
        """Those of ``ids`` that are stored, and their vectors, shape (ids, dimensions)."""
        found: list[str] = []
        parts = [np.empty((0, self._encoder.dimensions), np.float32)]
        for start in range(0, len(ids), BATCH):
            with faults("reading"):
                stored = self._collection.get(
                    ids=list(ids[start : start + BATCH]), include=["embeddings"]
                )
            found += stored["ids"]
            parts.append(
                np.asarray(stored["embeddings"], np.float32).reshape(-1, parts[0].shape[1])
            )
        return found, np.concatenate(parts)

    @property
    def holds(self) -> str:
        """What was last noted with `note`; empty before the first time."""
        return str((self._collection.metadata or {}).get(NOTE, ""))

    def note(self, content: str) -> None:
        """Keep with the collection which knowledge its passages were made from."""
        with faults("noting"):
            self._collection.modify(metadata={NOTE: content})

    def count(self) -> int:
        """How many passages are stored."""
        with faults("counting"):
            return self._collection.count()

    def versions(self) -> dict[str, int]:
        """The newest version of each procedure that has passages here."""
        with faults("listing"):
            stored = self._collection.get(include=["metadatas"])["metadatas"] or []
        found: dict[str, int] = {}
        for metadata in stored:
            code, version = str(metadata["code"]), int(str(metadata["version"]))
            found[code] = max(version, found.get(code, 0))
        return found

    def delete(self, ids: Iterable[str]) -> None:
        """Remove passages by id; unknown ids are ignored."""
        doomed = sorted(ids)
        for start in range(0, len(doomed), BATCH):
            with faults("deleting"):
                self._store.delete(doomed[start : start + BATCH])

    def nearest(
        self, vectors: NDArray[np.float32], limit: int, live: Mapping[str, int]
    ) -> list[list[PassageHit]]:
        """The passages nearest to each of ``vectors``, shape (vectors, dimensions).

        Best first, those of dead versions left out.
        """
        if (held := self._held()) is not None:
            return held.nearest(vectors, limit, live)
        if self._chroma.is_away:
            raise VectorsUnavailable("Chroma did not answer before; it is being looked after")
        try:
            if self._asked is None:
                client = self._chroma.client()
                self._asked = client.get_collection(self.name, embedding_function=None)
            found = self._asked.query(
                query_embeddings=vectors,
                n_results=limit,
                include=["distances"],
            )
        except Exception as error:  # chromadb raises its own, httpx's and Rust's errors alike
            self._asked = None  # a server that comes back empty numbers its collections anew
            self._chroma.failed(error)
            raise VectorsUnavailable(f"Chroma did not answer for {self.name!r}") from error
        hits = [
            [hit(id_, 1.0 - distance) for id_, distance in zip(*each, strict=True)]
            for each in zip(found["ids"], found["distances"] or (), strict=True)
        ]
        return [[one for one in each if live.get(one.code) == one.version] for each in hits]

    def drop(self) -> None:
        """Delete the whole collection."""
        client = self._chroma.client()
        with faults("dropping"):
            client.delete_collection(self.name)
