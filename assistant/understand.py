"""A message read in its conversation: topics, form of address, codes, ordinals, clauses."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.address import Address, find_address
from assistant.answers import Choice
from knowledge.linking.topics import TopicModel
from knowledge.procedures import Procedure, Topic
from knowledge.vietnamese import fold, normalise

_CODE = re.compile(r"(?<!\d)(\d\.\d{6})(?!\d)")
_CLAUSES = re.compile(r"[?;.!\n]+\s*|,?\s+(?:còn|rồi|và|với lại|đồng thời|xong)\s+", re.IGNORECASE)
_MIN_CLAUSE_WORDS = 2


@dataclass(frozen=True, slots=True)
class Question:
    """One masked message, understood (câu hỏi)."""

    text: str
    normalised: str
    topics: tuple[Topic, ...]
    codes: tuple[str, ...]
    address: Address | None

    @property
    def words(self) -> int:
        return len(self.normalised.split())


def understand(text: str, topics: TopicModel) -> Question:
    """Read a masked message; never fails, an empty question has no words."""
    normalised = normalise(text)
    return Question(
        text,
        normalised,
        topics.topics_of(normalised),
        tuple(dict.fromkeys(_CODE.findall(text))),
        find_address(text),
    )


def clauses(text: str) -> list[str]:
    """The parts of a message that may each ask about another matter; one part when it is one."""
    parts = [part.strip() for part in _CLAUSES.split(text) if part and part.strip()]
    return [part for part in parts if len(part.split()) >= _MIN_CLAUSE_WORDS]


def find_choice(question: Question, choices: Sequence[Choice]) -> Choice | None:
    """The offered choice a message names: its own words, its label, or its number."""
    said = fold(question.normalised)
    if said.isdigit() and 1 <= int(said) <= len(choices):
        return choices[int(said) - 1]
    for choice in choices:
        if said in (fold(normalise(choice.label)), fold(normalise(choice.message))):
            return choice
    return None


def find_case(question: Question, procedure: Procedure) -> str | None:
    """The case of a procedure that a message tells, None when it tells none or several.

    A case is told by its label or one of its ``says`` phrases, tones or not;
    the longest phrase decides ("không có giấy chứng sinh" beats "có giấy chứng sinh").
    """
    said = f" {fold(question.normalised)} "
    told: list[tuple[int, str]] = []
    for case in procedure.cases:
        phrases = [case.label, *case.says]
        lengths = [
            len(phrase)
            for phrase in (fold(normalise(p)) for p in phrases)
            if phrase and (f" {phrase} " in said or said.strip() == phrase)
        ]
        if lengths:
            told.append((max(lengths), case.id))
    told.sort(reverse=True)
    if not told or (len(told) > 1 and told[0][0] == told[1][0]):
        return None
    return told[0][1]
