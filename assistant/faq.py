"""Frequent questions as the desk uses them: proposed from what clerks answered, found again.

What is proposed is masked and waits as a draft for somebody who may publish. Only a published
entry is ever found; it is read from the store with each question, so that publishing and retiring
count from the next question on, in every worker.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock

from assistant.privacy import mask, without_placeholders
from knowledge.faq import FaqEntry, FaqText, Origin
from knowledge.linking.alike import Alike, Read
from knowledge.offices import Office
from knowledge.store import KnowledgeStore
from knowledge.vietnamese import clean

# From here on an entry is offered where nothing else is found: of the questions that ask the
# same in other words about half reach it, of unrelated ones 4 in 1,000 (`letan eval alike`).
OFFERED = 0.3
MOST_OFFERED = 2


@dataclass(frozen=True, slots=True)
class Found:
    """An entry, how probably it is what was asked, and whether the words are nearly the same."""

    entry: FaqEntry
    probability: float
    is_same: bool


class FrequentQuestions:
    """The frequent questions of one office. Safe between threads; blocking."""

    def __init__(self, store: KnowledgeStore, office_id: str, alike: Alike) -> None:
        self._store = store
        self._office_id = office_id
        self._alike = alike
        self._read: dict[str, Read] = {}
        self._lock = Lock()

    def propose(
        self,
        question: str,
        answer: str,
        *,
        by: str,
        source: Origin = "inquiry",
        reference: str | None = None,
        code: str | None = None,
        phrasings: Iterable[str] = (),
    ) -> FaqEntry:
        """File a clerk's answer as a draft for review; it answers nobody before it is published.

        Question and answer are masked, the office's own numbers excepted. ``reference`` says
        where it came from (an inquiry's code, a chat and its message): the same reference, or
        the same question with the same answer, gives the entry that is there already.
        Raises ValidationError when question or answer is empty or too long.
        """
        office = self._store.office(self._office_id)
        asked = [masked(text, office) for text in (question, *phrasings)]
        text = FaqText(
            question=asked[0],
            answer=masked(answer, office),
            phrasings=tuple(dict.fromkeys(one for one in asked[1:] if one and one != asked[0])),
            code=code,
        )
        return self._store.add_faq(self._office_id, text, by=by, source=source, reference=reference)

    def find(self, question: str) -> list[Found]:
        """Published entries that may answer a masked question, most probable first."""
        entries = self._store.published_faq(self._office_id)
        if not entries:
            return []
        self._learn(text for entry in entries for text in entry.asked)
        (asked,) = self._alike.read([question])
        found = []
        for entry in entries:
            known = [self._read[text] for text in entry.asked]
            best = max(self._alike.probability(asked, one) for one in known)
            if best >= OFFERED:
                same = any(self._alike.is_same(asked, one) for one in known)
                found.append(Found(entry, best, same))
        return sorted(found, key=lambda one: (one.is_same, one.probability), reverse=True)

    def find_exact(self, question: str) -> FaqEntry | None:
        """The published entry whose question is exactly this (a pressed button)."""
        entries = self._store.published_faq(self._office_id)
        return next((entry for entry in entries if question in entry.asked), None)

    def _learn(self, texts: Iterable[str]) -> None:
        new = [text for text in dict.fromkeys(texts) if text not in self._read]
        if new:
            read = self._alike.read([without_placeholders(text) for text in new])
            with self._lock:
                self._read.update(zip(new, read, strict=True))


def masked(text: str, office: Office) -> str:
    """The text without identifiers; the office's own telephone numbers stay."""
    kept = [phone.number for phone in office.phones]
    for place, number in enumerate(kept):
        text = text.replace(number, f"[[{place}]]")
    lines = (mask(clean(line)).text for line in text.split("\n"))
    text = "\n".join(lines).strip()
    for place, number in enumerate(kept):
        text = text.replace(f"[[{place}]]", number)
    return text
