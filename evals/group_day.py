"""A day of a neighbours' group as a script, and what a fair reader would say of the desk in it.

The script (`cases/groups.jsonl`) holds everything the group writes, mostly to each other; a run
is what the desk did about each message. Figures are pure functions of the two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Kind = Literal[
    "call", "ask", "fragment", "talk", "between", "thanks", "sticker", "photo", "voice",
    "document", "other_bot", "ad", "notice", "clerk",
]  # fmt: skip
# What people write to each other, or to nobody: the desk has no business there.
BETWEEN_PEOPLE = frozenset(
    {"talk", "between", "thanks", "sticker", "photo", "voice", "document", "other_bot", "ad",
     "notice", "clerk"}
)  # fmt: skip
# The bars of the channel: of addressed questions answered, of people's messages spoken into.
LEAST_ANSWERED = 0.95
MOST_UNINVITED = 0.01


class GroupMessage(BaseModel):
    """One message of the day.

    ``call`` tells how the desk is called: by its name, by a command, by a reply to it. ``re`` is
    the message it replies to, ``bot_re`` the message whose answer it replies to, ``names`` whom
    it mentions. ``accept`` holds every procedure or outcome that is a fair answer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    at: time
    who: str
    kind: Kind
    text: str = ""
    call: Literal["mention", "command", "reply", ""] = ""
    re: str = ""
    bot_re: str = ""
    names: str = ""
    accept: tuple[str, ...] = ()

    @property
    def is_clerk(self) -> bool:
        return self.who.startswith("clerk_")


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the desk said about one message: codes and outcome as kept, text as sent.

    ``offers`` are the procedures a question back offers to choose from, or a pointer names.
    """

    codes: tuple[str, ...]
    outcome: str
    text: str
    offers: tuple[str, ...] = ()

    def is_right(self, accept: Sequence[str]) -> bool:
        """Whether it is one of the fair answers."""
        found = {self.outcome} if self.outcome not in ("answered", "repeated") else set()
        return bool(set(accept) & (found | set(self.codes)))

    def meets(self, accept: Sequence[str]) -> bool:
        """Whether it is fair, or leads there: one question back that offers it, a pointer to it."""
        return self.is_right(accept) or bool(set(accept) & set(self.offers))


@dataclass(frozen=True, slots=True)
class GroupRun:
    """One replay of the day.

    ``reached`` are the messages the platform delivers at all; ``surplus`` is how many messages
    the platform was sent beyond those the desk knows of.
    """

    title: str
    messages: tuple[GroupMessage, ...]
    reached: frozenset[str]
    spoken: dict[str, list[Spoken]]
    surplus: int = 0

    def said(self, message: GroupMessage) -> list[Spoken]:
        return self.spoken.get(message.id, [])

    @property
    def called(self) -> list[GroupMessage]:
        return [m for m in self.messages if m.kind == "call"]

    @property
    def unanswered(self) -> list[GroupMessage]:
        """Addressed questions without a fair answer."""
        return [m for m in self.called if not any(s.meets(m.accept) for s in self.said(m))]

    @property
    def twice(self) -> list[GroupMessage]:
        """Messages the desk spoke about more than once."""
        return [m for m in self.messages if len(self.said(m)) > 1]

    @property
    def uninvited(self) -> list[GroupMessage]:
        """What people said to each other and the desk spoke into."""
        return [m for m in self.messages if m.kind in BETWEEN_PEOPLE | {"fragment"}
                and self.said(m)]  # fmt: skip

    @property
    def misread(self) -> list[GroupMessage]:
        """Open questions of a question room that got an answer about something else."""
        return [
            m for m in self.messages
            if m.kind == "ask" and self.said(m) and not any(s.meets(m.accept) for s in self.said(m))
        ]  # fmt: skip

    def figures(self) -> dict[str, Any]:
        """The figures of the run, JSON-ready."""
        people = [m for m in self.messages if m.kind in BETWEEN_PEOPLE]
        asks = [m for m in self.messages if m.kind == "ask"]
        called = self.called
        return {
            "title": self.title,
            "messages": len(self.messages),
            "people": len({m.who for m in self.messages}),
            "called": len(called),
            "answered": 1 - len(self.unanswered) / len(called),
            "at_once": sum(any(s.is_right(m.accept) for s in self.said(m)) for m in called)
            / len(called),
            "between_people": len(people),
            "uninvited": len(self.uninvited) / max(1, len(people)),
            "asked_openly": len(asks),
            "answered_openly": sum(bool(self.said(m)) for m in asks) - len(self.misread),
            "misread": len(self.misread),
            "twice": len(self.twice) + self.surplus,
            "kinds": self._kinds(),
        }

    def _kinds(self) -> dict[str, dict[str, int]]:
        rows: dict[str, dict[str, int]] = {}
        for message in self.messages:
            row = rows.setdefault(message.kind, {"messages": 0, "delivered": 0, "spoken": 0})
            row["messages"] += 1
            row["delivered"] += message.id in self.reached
            row["spoken"] += bool(self.said(message))
        return rows

    @property
    def holds(self) -> bool:
        """Whether the run keeps both bars, and nothing was answered twice."""
        figures = self.figures()
        return (
            figures["answered"] >= LEAST_ANSWERED
            and figures["uninvited"] <= MOST_UNINVITED
            and not figures["twice"]
        )
