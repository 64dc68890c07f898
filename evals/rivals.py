"""What is usually built, behind the same route: `python -m evals.rivals KIND PORT HOME MODEL KEPT`.

``chroma`` is the retrieval of a LangChain tutorial: records as texts in Chroma, embedded by the
sentence-transformers model MODEL, the four nearest returned; with a folder KEPT the vectors stay
there for the next time. ``bm25`` is BM25 over the names alone. Both read
the records that the desk answers from and leave out everything else it does: no conversation, no
choice, no check of what is said.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from langchain_core.embeddings import Embeddings
from pydantic import BaseModel

from evals.baselines import Rank, bm25_on_names, chroma_top_k
from knowledge.procedures import Procedure

NEAREST = 4  # what LangChain returns by default


class Message(BaseModel):
    """What is asked."""

    message: str


class SentenceTransformerEmbeddings(Embeddings):
    """A sentence-transformers model as LangChain's own package for it wraps one.

    What a model's card asks to put before questions and before texts is put there. Threads are
    left to torch, as in the tutorials.
    """

    def __init__(self, model: str) -> None:
        from sentence_transformers import SentenceTransformer

        self._model: Any = SentenceTransformer(model, device="cpu")
        own = self._model.prompts
        self._question, self._text = own.get("query") or "", own.get("document") or ""
        if not self._question and "e5" in model.lower():  # says so on its card alone
            self._question, self._text = "query: ", "passage: "

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self._encode(texts, self._text)

    def embed_query(self, text: str) -> list[float]:
        return self._encode([text], self._question)[0]

    def _encode(self, texts: list[str], prompt: str) -> list[list[float]]:
        found: list[list[float]] = self._model.encode(
            texts, prompt=prompt or None, normalize_embeddings=True, show_progress_bar=False
        ).tolist()
        return found


def create_app(procedures: Sequence[Procedure], rank: Rank) -> FastAPI:
    """The one route of the desk: the records nearest to a message, as texts."""
    app = FastAPI(docs_url=None, redoc_url=None)
    by_code = {procedure.code: procedure for procedure in procedures}

    @app.post("/api/chat")
    def chat(body: Message) -> dict[str, Any]:
        codes = rank(body.message)[:NEAREST]
        return {"codes": codes, "text": "\n\n".join(_text(by_code[code]) for code in codes)}

    return app


def _text(procedure: Procedure) -> str:
    return "\n".join([procedure.name, *(paper.name for paper in procedure.documents)])


def main(kind: str, port: int, home: Path, model: str, kept: Path | None) -> None:
    """Read the records of ``home``, prepare, serve."""
    from assistant.desk import open_store
    from knowledge.settings import KnowledgeSettings, LetanSettings

    _, store = open_store(LetanSettings(home=home), KnowledgeSettings(database_url=""))
    procedures = [procedure for procedure, _ in store.live_procedures(LetanSettings().office)]
    if kind == "bm25":
        rank = bm25_on_names(procedures)
    else:
        embeddings = SentenceTransformerEmbeddings(model)
        rank = chroma_top_k(procedures, embeddings, NEAREST, kept)
    app = create_app(procedures, rank)
    uvicorn.run(app, port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    kind, port, home, model, kept = sys.argv[1:]
    main(kind, int(port), Path(home), model, Path(kept) if kept else None)
