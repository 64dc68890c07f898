"""What the desk says back, everywhere the same: the answer contract as types.

`Answer.to_json` is exactly the shape of `POST /api/chat`; no channel adds to it.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

import pydantic_core


class Outcome(StrEnum):
    """How a turn ended (kết cục)."""

    ANSWERED = "answered"
    CLARIFYING = "clarifying"
    NOT_FOUND = "not_found"
    OUT_OF_SCOPE = "out_of_scope"
    REFUSED = "refused"
    SMALL_TALK = "small_talk"
    OFFICE_INFO = "office_info"
    HANDED_OFF = "handed_off"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: ``message`` is what pressing it says; ``code`` when it stands for a procedure."""

    label: str
    message: str
    code: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {"label": self.label, "message": self.message, "code": self.code}


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a shown section comes from: record, layer and date."""

    code: str
    section: str
    source: str
    as_of: date | None
    verified: bool
    url: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "section": self.section,
            "source": self.source,
            "effective_from": self.as_of.isoformat() if self.as_of else None,
            "verified": self.verified,
            "url": self.url,
        }


@dataclass(frozen=True, slots=True)
class Facts:
    """The fields of the record that the asked topics need, as JSON-ready values."""

    papers: tuple[dict[str, Any], ...] = ()
    fees: tuple[dict[str, Any], ...] = ()
    times: tuple[dict[str, Any], ...] = ()
    counter: dict[str, Any] | None = None
    authority: str | None = None
    channels: tuple[dict[str, Any], ...] = ()
    forms: tuple[dict[str, Any], ...] = ()
    legal_basis: tuple[dict[str, Any], ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "papers": list(self.papers),
            "fees": list(self.fees),
            "times": list(self.times),
            "counter": self.counter,
            "authority": self.authority,
            "channels": list(self.channels),
            "forms": list(self.forms),
            "legal_basis": list(self.legal_basis),
        }


@dataclass(frozen=True, slots=True)
class ProcedureRef:
    """The procedure an answer is about."""

    code: str
    name: str

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code, "name": self.name}


@dataclass(frozen=True, slots=True)
class Answer:
    """One reply (câu trả lời). ``also`` holds further procedures asked in the same message.

    ``inquiry`` is the reference of the question that waits for a clerk, where there is one; it
    is no part of the JSON, the web channel gives it as a header. ``queue_number`` is the id of the
    queue number whose place it tells, no part of the JSON either.
    """

    outcome: Outcome
    text: str
    speech: str = ""
    procedure: ProcedureRef | None = None
    topics: tuple[str, ...] = ()
    facts: Facts = field(default_factory=Facts)
    choices: tuple[Choice, ...] = ()
    citations: tuple[Citation, ...] = ()
    probability: float = 0.0
    conversation_id: str = ""
    turn_id: str = ""
    also: tuple["Answer", ...] = ()
    inquiry: str | None = None
    queue_number: int | None = None
    _written: bytes | None = field(default=None, init=False, repr=False, compare=False)

    def in_turn(self, conversation_id: str, turn_id: str) -> "Answer":
        """The same answer, bound to its conversation and turn."""
        return replace(self, conversation_id=conversation_id, turn_id=turn_id)

    def as_bytes(self) -> bytes:
        """`to_json` as it is stored and sent: written once for both."""
        if self._written is None:
            object.__setattr__(self, "_written", pydantic_core.to_json(self.to_json()))
        return self._written  # type: ignore[return-value]

    def to_json(self) -> dict[str, Any]:
        """The answer in the shape of `POST /api/chat`."""
        body: dict[str, Any] = {
            "conversation_id": self.conversation_id,
            "turn_id": self.turn_id,
            "outcome": self.outcome.value,
            "text": self.text,
            "speech": self.speech or self.text,
            "procedure": self.procedure.to_json() if self.procedure else None,
            "topics": list(self.topics),
            "facts": self.facts.to_json(),
            "choices": [choice.to_json() for choice in self.choices],
            "citations": [citation.to_json() for citation in self.citations],
            "probability": round(self.probability, 4),
        }
        if self.also:
            body["also"] = [answer.to_json() for answer in self.also]
        return body
