"""An encoder as LangChain's ``Embeddings``; apart, because LangChain costs a second to import."""

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from knowledge.embedding import Encoder


class DeskEmbeddings(Embeddings):
    """An encoder as LangChain's ``Embeddings``."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One unit vector a passage."""
        return _lists(self.encoder.encode(texts, "passage"))

    def embed_query(self, text: str) -> list[float]:
        """The unit vector of a question."""
        return _lists(self.encoder.encode([text], "query"))[0]


def _lists(vectors: NDArray[np.float32]) -> list[list[float]]:
    return [[float(x) for x in row] for row in vectors]
