"""The durable inbox of the chats: a message is a row before the platform hears "200"."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, select, update

from channels.asking import is_opener, tells_first
from channels.heard import Heard, Kind
from channels.mail_tables import (
    INBOUND,
    Lane,
    Received,
    chat,
    has_turn,
    in_chat,
    insert_new,
    put_off,
)
from knowledge.database import reading, writing

MAX_FRAGMENTS = 6
LOOKS_AHEAD = 20
# Platforms give times in whole seconds, and a slow network brings two messages together.
BREATH = 3
_FIRST = (
    select(
        INBOUND.c.id, INBOUND.c.payload, INBOUND.c.due_at, INBOUND.c.attempts, INBOUND.c.person_id
    )
    .where(in_chat(INBOUND), INBOUND.c.status == "waiting", has_turn(INBOUND))
    .order_by(INBOUND.c.id)
    .limit(LOOKS_AHEAD)
)
_WAIT_ON = (
    update(INBOUND)
    .where(
        in_chat(INBOUND),
        INBOUND.c.status == "waiting",
        INBOUND.c.person_id == bindparam("of_person"),
        INBOUND.c.attempts == 0,
        INBOUND.c.due_at > bindparam("now"),
    )
    .values(due_at=bindparam("due"))
)


class Inbox:
    """What was heard and waits to be attended to. Safe between threads; blocking."""

    def __init__(
        self,
        engine: Engine,
        office_id: str,
        clock: Callable[[], datetime],
        *,
        burst: timedelta,
        max_attempts: int,
    ) -> None:
        self._engine = engine
        self._office_id = office_id
        self._clock = clock
        self._burst = burst
        self._breath = BREATH * burst
        self._max_attempts = max_attempts

    def put(self, heard: Heard) -> bool:
        """Keep a masked message; False when it has been delivered before.

        A message that only opens a talk, or only tells of somebody, waits a few seconds for the
        question behind it; that question lets it go at once.
        """
        with writing(self._engine) as connection:
            return self._put(connection, heard)

    def _put(self, connection: Connection, heard: Heard) -> bool:
        now = self._clock()
        opens = not heard.command and _opens(heard)
        row = {
            "office_id": self._office_id,
            "platform": heard.platform,
            "key": heard.key,
            "chat_id": heard.chat_id,
            "person_id": heard.person_id,
            "message_id": heard.message_id,
            "status": "waiting",
            "payload": heard.to_json(),
            "attempts": 0,
            "due_at": now + self._burst if opens else now,
            "received_at": now,
        }
        if not insert_new(connection, INBOUND, row):
            return False
        # What the person began before goes with this: at once, or when they have paused.
        place = chat(self._office_id, heard.platform, heard.chat_id)
        mine = {"of_person": heard.person_id, "now": now, "due": row["due_at"]}
        connection.execute(_WAIT_ON, place | mine)
        return True

    def find_status(self, platform: str, key: str) -> str | None:
        """Where a delivery stands: waiting, done, dead; None when it never came."""
        query = select(INBOUND.c.status).where(
            INBOUND.c.office_id == self._office_id,
            INBOUND.c.platform == platform,
            INBOUND.c.key == key,
        )
        with reading(self._engine) as connection:
            status: str | None = connection.scalar(query)
            return status

    def next_received(self, connection: Connection, lane: Lane) -> Received | None:
        """The first waiting message of a chat if it is due, with the fragments it opens.

        Who has only begun to write does not keep the others waiting: what they say meanwhile
        comes first. A message that failed keeps its place.
        """
        now = self._clock()
        place = chat(self._office_id, lane.platform, lane.chat_id) | {"now": now}
        rows = connection.execute(_FIRST, place).all()
        if not rows or rows[0].due_at > now:
            return None
        head = rows[0]
        taken = [(head.id, Heard.from_json(head.payload))]
        for row in rows[1:]:
            if row.person_id != head.person_id:
                continue
            after = Heard.from_json(row.payload)
            is_full = len(taken) >= MAX_FRAGMENTS or row.due_at > now
            if is_full or not self._continues(taken[0][1], taken[-1][1], after):
                break
            taken.append((row.id, after))
        ids = tuple(row_id for row_id, _ in taken)
        return Received(ids, tuple(part for _, part in taken), head.attempts)

    def _continues(self, first: Heard, before: Heard, after: Heard) -> bool:
        """Whether ``after`` goes on with what the same person only opened, in one breath."""
        if before.sent_at and after.sent_at and after.sent_at - before.sent_at > self._breath:
            return False
        return (
            after.kind is Kind.TEXT
            and not after.command
            and after.topic_id == first.topic_id
            and _opens(before)
        )

    def settle(self, connection: Connection, received: Received, reason: str) -> None:
        """Inside a transaction: the message is done; its words are no longer kept."""
        values: dict[str, Any] = {
            "status": "done", "payload": None, "reason": reason, "settled_at": self._clock(),
            "error": None,
        }  # fmt: skip
        connection.execute(update(INBOUND).where(INBOUND.c.id.in_(received.ids)).values(values))

    def put_off(self, received: Received, why: str) -> bool:
        """Try a message again later, or give it up after too often; whether it was given up."""
        attempts = received.attempts + 1
        over = attempts >= self._max_attempts
        put_off(
            self._engine, INBOUND, received.ids,
            attempts=attempts, why=why, now=self._clock(), wait=None, give_up=over,
        )  # fmt: skip
        return over


def _opens(heard: Heard) -> bool:
    """Whether the question is likely to come with the next message."""
    if heard.kind is not Kind.TEXT:
        return False
    return is_opener(heard.text) or (not heard.reply_to and tells_first(heard.text))
