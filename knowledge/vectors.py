"""Passages as vectors in Chroma, through LangChain; the only module that knows either.

LangChain's store writes; it is imported with the first write, because its import costs
a second and a desk that starts on a prepared index only reads. Chroma must never
download a model: every vector comes from our own encoder, and a collection is always
created without an embedding function of its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import chromadb
import numpy as np
from chromadb.api import ClientAPI
from chromadb.config import Settings

from knowledge.embedding import Encoder
from knowledge.passages import Passage

BATCH = 2000  # Chroma's SQLite refuses more than about 5,400 rows in one call
SPACE = {"hnsw:space": "cosine"}
NOTE = "made_from"


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

    def __init__(self, client: ClientAPI, collection: str, encoder: Encoder) -> None:
        self.name = collection
        self._client = client
        self._encoder = encoder
        # Questions ask for ids and distances alone, which LangChain's store cannot: fetching
        # texts and metadata that nobody reads costs 2 of 3 ms (measured, 12,654 passages).
        self._collection = client.get_or_create_collection(
            collection, embedding_function=None, metadata=SPACE
        )

    @cached_property
    def _store(self) -> Any:
        """The same collection as LangChain's vector store."""
        from langchain_chroma import Chroma

        from knowledge.desk_embeddings import DeskEmbeddings

        return Chroma(
            client=self._client,
            collection_name=self.name,
            embedding_function=DeskEmbeddings(self._encoder),
            collection_metadata=SPACE,
        )

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
        return set(self._collection.get(include=[])["ids"])

    @property
    def holds(self) -> str:
        """What was last noted with `note`; empty before the first time."""
        return str((self._collection.metadata or {}).get(NOTE, ""))

    def note(self, content: str) -> None:
        """Keep with the collection which knowledge its passages were made from."""
        self._collection.modify(metadata={NOTE: content})

    def count(self) -> int:
        """How many passages are stored."""
        return self._collection.count()

    def versions(self) -> dict[str, int]:
        """The newest version of each procedure that has passages here."""
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
