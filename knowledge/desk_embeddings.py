"""An encoder as LangChain's ``Embeddings``; apart, because LangChain costs a second to import."""

from langchain_core.embeddings import Embeddings

from knowledge.embedding import Encoder, Kind


class DeskEmbeddings(Embeddings):
    """An encoder as LangChain's ``Embeddings``."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One unit vector a passage."""
        return self._vectors(texts, "passage")

    def embed_query(self, text: str) -> list[float]:
        """The unit vector of a question."""
        return self._vectors([text], "query")[0]

    def _vectors(self, texts: list[str], kind: Kind) -> list[list[float]]:
        vectors: list[list[float]] = self.encoder.encode(texts, kind).tolist()
        return vectors
