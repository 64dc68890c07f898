"""What is usually shipped, on the same questions: BM25 on names, plain vectors, their RRF.

Each baseline ranks procedure codes for a question. None of them knows when not
to answer, so only their rankings are compared.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import bm25s
import chromadb
from chromadb.config import Settings
from langchain_chroma import Chroma
from langchain_core.embeddings import Embeddings

from knowledge.procedures import Procedure

Rank = Callable[[str], list[str]]
TOP = 20
AT_ONCE = 500  # texts embedded and stored together


def bm25_on_names(procedures: Sequence[Procedure]) -> Rank:
    """BM25 (bm25s, its own tokenizer) over procedure names."""
    names = [procedure.name for procedure in procedures]
    codes = [procedure.code for procedure in procedures]
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(names, stopwords=None, show_progress=False), show_progress=False)

    def rank(question: str) -> list[str]:
        asked = bm25s.tokenize([question], stopwords=None, show_progress=False)
        found, scores = retriever.retrieve(asked, k=min(TOP, len(codes)), show_progress=False)
        return [codes[i] for i, score in zip(found[0], scores[0], strict=True) if score > 0]

    return rank


def chroma_top_k(
    procedures: Sequence[Procedure],
    embeddings: Embeddings,
    nearest: int = TOP,
    kept: Path | None = None,
) -> Rank:
    """Records as texts in Chroma, `similarity_search`, as a LangChain tutorial builds it.

    In the folder ``kept`` the vectors stay, and only texts that are new there are embedded.
    """
    texts = {f"{p.code}-{_digest(_text(p))}": (p.code, _text(p)) for p in procedures}
    passing = None
    folder = kept
    if folder is None:
        passing = TemporaryDirectory(prefix="letan-baseline-", ignore_cleanup_errors=True)
        folder = Path(passing.name)
    client = chromadb.PersistentClient(folder, settings=Settings(anonymized_telemetry=False))
    store = Chroma(client=client, collection_name="tutorial", embedding_function=embeddings)
    present = set(store.get(include=[])["ids"])
    if gone := sorted(present - texts.keys()):
        store.delete(gone)
    missing = [id_ for id_ in texts if id_ not in present]
    for start in range(0, len(missing), AT_ONCE):
        ids = missing[start : start + AT_ONCE]
        store.add_texts(
            [texts[id_][1] for id_ in ids],
            metadatas=[{"code": texts[id_][0]} for id_ in ids],
            ids=ids,
        )

    def rank(question: str, _keep: object = passing) -> list[str]:
        return [str(d.metadata["code"]) for d in store.similarity_search(question, k=nearest)]

    return rank


def _text(procedure: Procedure) -> str:
    papers = (paper.name for paper in procedure.documents)
    return "\n".join([procedure.name, *papers, *procedure.steps, *procedure.conditions])[:2000]


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


def reciprocal_rank_fusion(rankings: Sequence[Rank], k: int = 60) -> Rank:
    """RRF of several rankings (Cormack, Clarke, Büttcher, SIGIR 2009; k = 60 as there)."""

    def rank(question: str) -> list[str]:
        scores: dict[str, float] = {}
        for ranking in rankings:
            for position, code in enumerate(ranking(question), 1):
                scores[code] = scores.get(code, 0.0) + 1 / (k + position)
        return sorted(scores, key=scores.__getitem__, reverse=True)

    return rank
