"""Finds published passages of laws, decisions and notices for a question in words.

A passage named by its law, article or clause ("khoản 2 Điều 13 Luật Căn cước") comes first.
Derived from the store at each change and kept in memory: it can never be out of step.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from knowledge.documents import DocumentPassage
from knowledge.store import KnowledgeStore
from knowledge.vietnamese import normalise
from knowledge.words import WordIndex

_ARTICLE = re.compile(r"\bđiều\s+(\d{1,3}[a-zđ]?)\b", re.IGNORECASE)
_CLAUSE = re.compile(r"\bkhoản\s+(\d{1,2})\b", re.IGNORECASE)
_NUMBER = re.compile(r"\b\d{1,4}/(?:\d{4}/)?[A-ZĐ]{2,}[\w-]*", re.IGNORECASE)
# BM25 of a good match is some 10 to 20: naming the place outweighs any words.
NAMED_NUMBER, NAMED_ARTICLE, NAMED_CLAUSE, NAMED_TITLE = 40.0, 25.0, 15.0, 12.0


@dataclass(frozen=True, slots=True)
class LegalHit:
    """A passage with its score; ``is_named`` when the question named its article or number."""

    passage: DocumentPassage
    score: float
    is_named: bool


class LegalFinder:
    """The published passages an office may cite. Safe to share between threads."""

    def __init__(self, store: KnowledgeStore, office_id: str | None = None) -> None:
        self._store = store
        self._office_id = office_id
        self._lock = Lock()
        self._held: tuple[int, Sequence[DocumentPassage], WordIndex] | None = None

    def find(self, question: str, limit: int = 5) -> list[LegalHit]:
        """The passages that fit a question, best first; none where no word fits."""
        passages, words = self._index()
        if not passages:
            return []
        text = unicodedata.normalize("NFC", question)
        scores = words.scores(normalise(text))
        article, clause = _ARTICLE.search(text), _CLAUSE.search(text)
        numbers = {number.upper() for number in _NUMBER.findall(text)}
        lowered = text.lower()
        hits = []
        for passage, score in zip(passages, scores, strict=True):
            named = 0.0
            is_number = bool(passage.number and passage.number.upper() in numbers)
            is_title = passage.title.lower() in lowered
            if is_number:
                named += NAMED_NUMBER
            elif is_title:
                named += NAMED_TITLE
            if article and passage.article == article[1].lower():
                named += NAMED_ARTICLE
                if clause and passage.clause == clause[1]:
                    named += NAMED_CLAUSE
            if score > 0 or is_number or (named and article):
                hits.append(LegalHit(passage, float(score) + named, named > 0))
        return sorted(hits, key=lambda hit: (-hit.score, hit.passage.id))[:limit]

    def _index(self) -> tuple[Sequence[DocumentPassage], WordIndex]:
        revision = self._store.revision()
        with self._lock:
            if self._held is None or self._held[0] != revision:
                passages = self._store.live_passages(self._office_id)
                texts = [normalise(f"{p.title}. {p.citation}. {p.text}") for p in passages]
                self._held = (revision, passages, WordIndex.build(texts, toned=True))
            return self._held[1], self._held[2]
