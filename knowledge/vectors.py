"""Passages as vectors in Chroma, through LangChain; the only module that knows either.

Chroma must never download a model: every vector comes from our own encoder,
and a collection is always created without an embedding function of its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import chromadb
import numpy as np
from chromadb.api import ClientAPI
from chromadb.config import Settings
from langchain_chroma import Chroma
from langchain_core.embeddings import Embeddings

from knowledge.passages import Passage

BATCH = 2000  # Chroma's SQLite refuses more than about 5,400 rows in one call


class VectorsUnavailable(RuntimeError):
    """Chroma does not answer; the desk then finds by words alone."""


@dataclass(frozen=True, slots=True)
class PassageHit:
    """A passage near the question; ``similarity`` is the cosine, -1…1."""

    code: str
    version: int
    section: str
    similarity: float


def open_client(folder: Path, server: str | None = None) -> ClientAPI:
    """An embedded Chroma in ``folder``, or the server at "host:port" when one is named."""
    settings = Settings(anonymized_telemetry=False)
    if server:
        host, _, port = server.partition(":")
        return chromadb.HttpClient(host=host, port=int(port or 8000), settings=settings)
    folder.mkdir(parents=True, exist_ok=True)
    return chromadb.PersistentClient(path=str(folder), settings=settings)


def _hit(id_: str, similarity: float) -> PassageHit:
    """A passage's id (`Passage.id`) says which version and section it is."""
    code, rest = id_.split("@", 1)
    version, section, _ = rest.split("/", 2)
    return PassageHit(code, int(version), section, float(similarity))


def list_collections(client: ClientAPI) -> list[str]:
    """The names of all collections."""
    return [collection.name for collection in client.list_collections()]


class VectorIndex:
    """One Chroma collection of passages."""

    def __init__(self, client: ClientAPI, collection: str, embeddings: Embeddings) -> None:
        self.name = collection
        self._client = client
        self._store = Chroma(
            client=client,
            collection_name=collection,
            embedding_function=embeddings,
            collection_metadata={"hnsw:space": "cosine"},
        )
        # Questions ask for ids and distances alone, which LangChain's store cannot: fetching
        # texts and metadata that nobody reads costs 2 of 3 ms (measured, 12,654 passages).
        self._collection = client.get_collection(collection, embedding_function=None)

    def add(self, passages: Sequence[Passage]) -> None:
        """Store passages with their vectors; a passage already there is written over."""
        for start in range(0, len(passages), BATCH):
            batch = passages[start : start + BATCH]
            self._store.add_texts(
                [p.text for p in batch],
                metadatas=[
                    {"code": p.code, "version": p.version, "section": p.section} for p in batch
                ],
                ids=[p.id for p in batch],
            )

    def ids(self) -> set[str]:
        """The ids of all stored passages."""
        return set(self._store.get(include=[])["ids"])

    def versions(self) -> dict[str, int]:
        """The newest version of each procedure that has passages here."""
        stored = self._store.get(include=["metadatas"])["metadatas"]
        found: dict[str, int] = {}
        for metadata in stored:
            code, version = str(metadata["code"]), int(metadata["version"])
            found[code] = max(version, found.get(code, 0))
        return found

    def delete(self, ids: Iterable[str]) -> None:
        """Remove passages by id; unknown ids are ignored."""
        doomed = sorted(ids)
        for start in range(0, len(doomed), BATCH):
            self._store.delete(doomed[start : start + BATCH])

    def nearest(
        self, vector: Sequence[float], limit: int, live: Mapping[str, int]
    ) -> list[PassageHit]:
        """The passages nearest to a vector, best first, those of dead versions left out.

        Raises VectorsUnavailable when Chroma does not answer.
        """
        try:
            found = self._collection.query(
                query_embeddings=np.asarray([vector], np.float32),
                n_results=limit,
                include=["distances"],
            )
        except Exception as error:  # chromadb raises its own, httpx's and Rust's errors alike
            raise VectorsUnavailable(f"Chroma did not answer for {self.name!r}") from error
        distances = (found["distances"] or [[]])[0]
        hits = [_hit(id_, 1.0 - d) for id_, d in zip(found["ids"][0], distances, strict=True)]
        return [hit for hit in hits if live.get(hit.code) == hit.version]

    def drop(self) -> None:
        """Delete the whole collection."""
        self._client.delete_collection(self.name)
