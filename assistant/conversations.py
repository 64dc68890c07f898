"""Conversations and turns in SQL, so that a restart forgets nothing.

Only masked text is stored. What a conversation remembers between turns is one
small `State`; everything else is derived again on each turn.
"""

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Dialect, Engine, Table, bindparam, delete, func, insert, select, update

from assistant.address import Address
from assistant.answers import Answer, Choice
from knowledge.database import json_text, reading, writing
from knowledge.prepared import Prepared, write
from knowledge.schema import ConversationRow, TurnRow

_CONVERSATION, _TURN = cast(Table, ConversationRow.__table__), cast(Table, TurnRow.__table__)
# Built once: SQLAlchemy needs longer to build and key a statement than SQLite to run it.
_READ = select(_CONVERSATION.c.channel, _CONVERSATION.c.state, _CONVERSATION.c.updated_at).where(
    _CONVERSATION.c.id == bindparam("conversation_id"),
    _CONVERSATION.c.office_id == bindparam("office"),
)
_START = insert(_CONVERSATION)
_MOVE = (
    update(_CONVERSATION)
    .where(_CONVERSATION.c.id == bindparam("conversation_id"))
    .values(state=bindparam("new_state"), updated_at=bindparam("now"))
)
_ADD_TURN = insert(_TURN).values(
    seq=select(func.coalesce(func.max(_TURN.c.seq), 0) + 1)
    .where(_TURN.c.conversation_id == bindparam("of_conversation"))
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What a turn writes, in the SQL of one kind of database."""

    start: Prepared
    move: Prepared
    add_turn: Prepared


@lru_cache(maxsize=1)  # the offices of a deployment share their database
def _prepared(dialect: Dialect) -> _Prepared:
    columns = [column.name for column in _TURN.columns if column.name != "seq"]
    return _Prepared(
        Prepared(_START, dialect, _CONVERSATION.columns.keys()),
        Prepared(_MOVE, dialect),
        Prepared(_ADD_TURN, dialect, columns),
    )


class UnknownConversation(LookupError):
    """No such conversation in this office (never started, deleted, or another office's)."""


@dataclass(frozen=True, slots=True)
class State:
    """What the desk remembers of a conversation.

    ``code`` is the procedure in hand, ``case`` its chosen case, ``earlier`` the
    procedures before it (latest last). ``choices`` were offered last, for
    ``pending_topics``; ``asked_case`` tells that the last question was the one
    that separates the cases of ``code``. ``offered`` are the choices one of which was taken
    ("không, cái kia"); ``condoled`` that sympathy was said, which is said once; ``language``
    is the one the resident last wrote in; ``told`` marks the urgent banner they have been told.
    """

    code: str | None = None
    case: str | None = None
    topics: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    pending_topics: tuple[str, ...] = ()
    asked_case: bool = False
    earlier: tuple[str, ...] = ()
    address: Address | None = None
    misses: int = 0
    forgotten: bool = False
    offered: tuple[Choice, ...] = ()
    condoled: bool = False
    language: str = "vi"
    told: str = ""

    def with_procedure(self, code: str) -> "State":
        """The state after the resident turned to ``code``; its case starts open."""
        if code == self.code:
            return self
        earlier = (*self.earlier, self.code) if self.code else self.earlier
        return replace(self, code=code, case=None, earlier=earlier[-8:])

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "State":
        address = stored.get("address")
        return cls(
            code=stored.get("code"),
            case=stored.get("case"),
            topics=tuple(stored.get("topics", ())),
            choices=tuple(Choice(**choice) for choice in stored.get("choices", ())),
            pending_topics=tuple(stored.get("pending_topics", ())),
            asked_case=stored.get("asked_case", False),
            earlier=tuple(stored.get("earlier", ())),
            address=Address(**address) if address else None,
            misses=stored.get("misses", 0),
            offered=tuple(Choice(**choice) for choice in stored.get("offered", ())),
            condoled=stored.get("condoled", False),
            language=stored.get("language", "vi"),
            told=stored.get("told", ""),
        )

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads; ``forgotten`` is of one turn only."""
        return {
            "code": self.code,
            "case": self.case,
            "topics": self.topics,
            "choices": [choice.to_json() for choice in self.choices],
            "pending_topics": self.pending_topics,
            "asked_case": self.asked_case,
            "earlier": self.earlier,
            "address": asdict(self.address) if self.address else None,
            "misses": self.misses,
            "offered": [choice.to_json() for choice in self.offered],
            "condoled": self.condoled,
            "language": self.language,
            "told": self.told,
        }


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation (cuộc trò chuyện) as it stands before a turn."""

    id: str
    channel: str
    state: State
    updated_at: datetime
    is_new: bool = False


class Conversations:
    """The conversations of one office."""

    def __init__(self, engine: Engine, office_id: str, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._office_id = office_id
        self._clock = clock
        self._watchers: list[Callable[[Conversation, Answer], None]] = []
        self._prepared = _prepared(engine.dialect)

    def watch(self, told: Callable[[Conversation, Answer], None]) -> None:
        """Tell ``told`` of every answer once it is stored (to count it, say)."""
        self._watchers.append(told)

    def start(self, channel: str) -> Conversation:
        """A new conversation; it is stored with its first turn."""
        return Conversation(secrets.token_urlsafe(16), channel, State(), self._clock(), is_new=True)

    def get(self, conversation_id: str) -> Conversation:
        """A stored conversation; raises UnknownConversation."""
        whose = {"conversation_id": conversation_id, "office": self._office_id}
        with reading(self._engine) as connection:
            row = connection.execute(_READ, whose).first()
        if row is None:
            raise UnknownConversation(f"no conversation {conversation_id!r}")
        return Conversation(
            conversation_id, row.channel, State.from_json(row.state), row.updated_at
        )

    def unstored(
        self, conversation: Conversation, answer: Answer, turn_id: str | None = None
    ) -> Answer:
        """The answer bound to a turn that is kept nowhere."""
        return answer.in_turn(conversation.id, turn_id or secrets.token_urlsafe(12))

    def record(
        self,
        conversation: Conversation,
        asked_masked: str,
        answer: Answer,
        state: State,
        turn_id: str | None = None,
        *,
        seconds: float | None = None,
    ) -> Answer:
        """Store one turn and the new state together; returns the answer bound to its turn.

        ``seconds`` is how long the answer took to make. A ``turn_id`` chosen by who asks can be
        stored once: again raises AlreadyThere.
        """
        now = self._clock()
        turn_id = turn_id or secrets.token_urlsafe(12)
        bound = self.unstored(conversation, answer, turn_id)
        kept = json_text(state.to_json())
        if conversation.is_new:
            opened = (
                self._prepared.start,
                {
                    "id": conversation.id,
                    "office_id": self._office_id,
                    "channel": conversation.channel,
                    "state": kept,
                    "created_at": now,
                    "updated_at": now,
                },
            )
        else:
            opened = (
                self._prepared.move,
                {
                    "conversation_id": conversation.id,
                    "new_state": kept,
                    "now": now,
                },
            )
        added = (
            self._prepared.add_turn,
            {
                "id": turn_id,
                "conversation_id": conversation.id,
                "of_conversation": conversation.id,
                "office_id": self._office_id,
                "asked_masked": asked_masked,
                "outcome": bound.outcome.value,
                "code": bound.procedure.code if bound.procedure else None,
                "topics": json_text(bound.topics),
                "probability": bound.probability,
                "answer": bound.as_bytes().decode(),
                "seconds": seconds,
                "created_at": now,
            },
        )
        write(self._engine, [opened, added])
        for told in self._watchers:
            told(conversation, bound)
        return bound

    def turns(self, conversation_id: str) -> list[dict[str, Any]]:
        """The turns of a conversation in order: asked (masked) and the answer as JSON."""
        query = (
            select(TurnRow.asked_masked, TurnRow.answer)
            .where(TurnRow.conversation_id == conversation_id, TurnRow.office_id == self._office_id)
            .order_by(TurnRow.seq)
        )
        with reading(self._engine) as connection:
            return [
                {"asked": row.asked_masked, "answer": row.answer}
                for row in connection.execute(query)
            ]

    def find_answer(self, turn_id: str) -> dict[str, Any] | None:
        """The answer of one turn as JSON, as it is stored now."""
        query = select(TurnRow.answer).where(
            TurnRow.id == turn_id, TurnRow.office_id == self._office_id
        )
        with reading(self._engine) as connection:
            return connection.execute(query).scalar()

    def asked(self, turn_id: str) -> str:
        """The masked question of one turn; empty when it is gone."""
        query = select(TurnRow.asked_masked).where(
            TurnRow.id == turn_id, TurnRow.office_id == self._office_id
        )
        with reading(self._engine) as connection:
            return connection.execute(query).scalar() or ""

    def reword(self, answer: Answer) -> None:
        """Store other words for a turn that was answered; a turn deleted meanwhile stays so."""
        change = update(TurnRow).where(
            TurnRow.id == answer.turn_id, TurnRow.office_id == self._office_id
        )
        with writing(self._engine) as connection:
            connection.execute(change.values(answer=answer.to_json()))

    def forget(self, conversation_id: str) -> None:
        """Delete a conversation with all its turns."""
        with writing(self._engine) as connection:
            connection.execute(
                delete(ConversationRow).where(
                    ConversationRow.id == conversation_id,
                    ConversationRow.office_id == self._office_id,
                )
            )

    def purge(self, older_than: timedelta) -> int:
        """Delete conversations without a turn for ``older_than``; returns how many."""
        with writing(self._engine) as connection:
            done = connection.execute(
                delete(ConversationRow).where(
                    ConversationRow.office_id == self._office_id,
                    ConversationRow.updated_at < self._clock() - older_than,
                )
            )
            return int(done.rowcount)
