"""LangChain's Chroma store less the texts; apart, because LangChain costs a second to import."""

from collections.abc import Iterable
from typing import Any, cast

import numpy as np
from langchain_chroma import Chroma


class PassageStore(Chroma):
    """Keeps vectors and what they are of; whoever wants the text reads it from the store.

    Chroma indexes every three letters of a text it is given. Nobody here searches by them, and
    they are half the work of building an index and two thirds of the disk (12,657 passages: 8.9
    instead of 17.4 s of processor time, 22 instead of 74 MB).
    """

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        ids: list[str] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """Store the vectors of texts under ``ids``; one already there is written over."""
        if ids is None or self.embeddings is None:
            raise ValueError("passages are stored under ids of their own, with their vectors")
        vectors = np.asarray(self.embeddings.embed_documents(list(texts)), np.float32)
        self._collection.upsert(ids=ids, embeddings=vectors, metadatas=cast(Any, metadatas))
        return ids
