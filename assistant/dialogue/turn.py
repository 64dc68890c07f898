"""One turn while it is worked on, and what a step can reach to answer it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from assistant.address import UNKNOWN, Address
from assistant.answers import Answer, Outcome
from assistant.composed import Composed
from assistant.conversations import Conversation, Conversations, State
from assistant.decide import Decision, Meant, Thresholds, Unsure
from assistant.facts import ALL_CASES
from assistant.faq import FrequentQuestions
from assistant.inquiries import Inquiries
from assistant.model.desk import ModelDesk
from assistant.office_answers import office_facts
from assistant.queue_numbers import Standing
from assistant.replies import say
from assistant.understand import Question
from knowledge.finder import Finder
from knowledge.known_names import KnownNames
from knowledge.layers import ProcedureView
from knowledge.legal import LegalFinder
from knowledge.linking.linker import Linking
from knowledge.linking.topics import TopicModel
from knowledge.offices import Office
from knowledge.store import KnowledgeStore

Reply = tuple[Answer, State]


@dataclass(frozen=True, slots=True)
class Turn:
    """What was asked, in which conversation, what it may mean, and what to do about it."""

    question: Question
    conversation: Conversation
    linking: Linking
    decision: Decision
    now: datetime
    masked: str
    reply_to: dict[str, Any] | None = None
    language: str = "vi"

    @property
    def state(self) -> State:
        return self.conversation.state

    @property
    def address(self) -> Address:
        return self.question.address or self.state.address or UNKNOWN


@dataclass(frozen=True, slots=True)
class Backroom:
    """Records, search, conversations, inquiries and frequent questions of one office."""

    store: KnowledgeStore
    finder: Finder
    conversations: Conversations
    inquiries: Inquiries
    topics: TopicModel
    thresholds: Thresholds
    faq: FrequentQuestions
    legal: LegalFinder
    known: KnownNames
    office_id: str
    model: ModelDesk | None = None
    public_url: str = ""
    standing: Callable[[str, int, bool], Standing] | None = None
    composed: Composed = field(default_factory=Composed)

    def view(self, code: str | None) -> ProcedureView | None:
        """The record as it holds here today; None when it is not held (or no code is given)."""
        return self.store.find_view(code, self.office_id) if code else None

    def office(self, turn: Turn) -> tuple[Office, dict[str, str]]:
        """The office and what fixed replies say about it at this moment."""
        office = self.store.office(self.office_id)
        return office, office_facts(office, turn.now)

    def open_inquiry(self, turn: Turn, code: str | None, kind: str) -> str:
        """Pass the question on to the staff; gives the reference to tell the resident."""
        return self.inquiries.open(
            turn.conversation, turn.masked, kind=kind, procedure_code=code, address=turn.reply_to
        )

    def checklist_url(self, code: str, case: str | None) -> str | None:
        """Where the papers of a procedure can be seen and printed; None without a public page."""
        if not self.public_url:
            return None
        query = f"?case={case}" if case and case != ALL_CASES else ""
        return f"{self.public_url.rstrip('/')}/t/{code}{query}"


Step = Callable[[Backroom, Turn], Reply | None]


def fixed(turn: Turn, name: str, outcome: Outcome, state: State | None = None) -> Reply:
    """A fixed sentence as the whole reply."""
    return Answer(outcome, say(name, turn.address)), state or turn.state


def is_open(room: Backroom, turn: Turn) -> bool:
    """Whether no procedure held here and nothing else is clearly meant."""
    decision = turn.decision
    if isinstance(decision, Meant):
        candidate = decision.candidate
        return candidate.is_intent and room.finder.intents[candidate.label].outcome == "not_found"
    if isinstance(decision, Unsure):
        return decision.candidates[0].probability < room.thresholds.leading
    return True
