"""Finds published passages of laws, decisions and notices for a question in words.

A passage named by its law, article or clause ("khoản 2 Điều 13 Luật Căn cước") comes first.
Derived from the store at each change and kept in memory: it can never be out of step.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from knowledge.documents import DocumentPassage
from knowledge.legal_names import named_in, same_article
from knowledge.store import KnowledgeStore
from knowledge.vietnamese import normalise
from knowledge.words import WordIndex

# BM25 of a good match is some 10 to 20: naming the place outweighs any words.
NAMED_NUMBER, NAMED_ARTICLE, NAMED_CLAUSE, NAMED_TITLE = 40.0, 25.0, 15.0, 12.0


@dataclass(frozen=True, slots=True)
class LegalHit:
    """A passage with its score; ``is_named`` when the question named its article or number."""

    passage: DocumentPassage
    score: float
    is_named: bool


Indexed = tuple[Sequence[DocumentPassage], WordIndex]


class LegalPassages:
    """Published passages with their words; those shared by all offices are kept once.

    Safe between threads.
    """

    def __init__(self, store: KnowledgeStore) -> None:
        self._store = store
        self._lock = Lock()
        self._revision: int | None = None
        self._of: dict[str | None, Indexed] = {}

    def of(self, office_id: str | None) -> Indexed:
        """What an office may cite: the shared passages and its own."""
        revision = self._store.revision()
        with self._lock:
            if self._revision != revision:
                self._revision, self._of = revision, {}
            if office_id not in self._of:
                self._of[office_id] = self._read(office_id)
            return self._of[office_id]

    def _read(self, office_id: str | None) -> Indexed:
        if office_id is not None and not self._store.has_own_passages(office_id):
            if None not in self._of:
                self._of[None] = self._read(None)
            return self._of[None]
        passages = self._store.live_passages(office_id)
        texts = [normalise(f"{p.title}. {p.citation}. {p.text}") for p in passages]
        return passages, WordIndex.build(texts, toned=True)


class LegalFinder:
    """The published passages an office may cite. Safe to share between threads."""

    def __init__(self, passages: LegalPassages, office_id: str | None = None) -> None:
        self._passages = passages
        self._office_id = office_id

    def find(self, question: str, limit: int = 5) -> list[LegalHit]:
        """The passages that fit a question, best first; none where no word fits."""
        passages, words = self._passages.of(self._office_id)
        if not passages:
            return []
        text = unicodedata.normalize("NFC", question)
        scores = words.scores(normalise(text))
        named_of = named_in(text)
        hits = []
        for passage, score in zip(passages, scores, strict=True):
            named = 0.0
            is_number = named_of.names_number and named_of.means(passage.number, passage.title)
            if is_number:
                named += NAMED_NUMBER
            elif not named_of.names_number and named_of.calls(passage.title):
                named += NAMED_TITLE
            if named_of.article and same_article(passage.article, named_of.article):
                named += NAMED_ARTICLE
                if named_of.clause and passage.clause == named_of.clause:
                    named += NAMED_CLAUSE
            if score > 0 or is_number or (named and named_of.article):
                hits.append(LegalHit(passage, float(score) + named, named > 0))
        return sorted(hits, key=lambda hit: (-hit.score, hit.passage.id))[:limit]
