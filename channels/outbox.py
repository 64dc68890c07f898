"""The durable outbox of the chats: an answer is a row before it is sent, and sent once."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, bindparam, select, update

from channels.heard import Heard, Say
from channels.mail_tables import (
    OUTBOUND,
    Lane,
    Waiting,
    chat,
    in_chat,
    insert_new,
    out_key,
    put_off,
    set_rows,
)
from knowledge.database import writing

_FIRST = (
    select(
        OUTBOUND.c.id, OUTBOUND.c.key, OUTBOUND.c.payload, OUTBOUND.c.attempts, OUTBOUND.c.due_at
    )
    .where(in_chat(OUTBOUND), OUTBOUND.c.status == "waiting")
    .order_by(OUTBOUND.c.id)
    .limit(1)
)
_SENT = (
    update(OUTBOUND)
    .where(OUTBOUND.c.id == bindparam("of_id"))
    .values(
        status="sent", payload=None, sent_id=bindparam("new_id"), settled_at=bindparam("now"),
        error=None,
    )
)  # fmt: skip


class Outbox:
    """What is to be said in the chats. Safe between threads; blocking."""

    def __init__(
        self, engine: Engine, office_id: str, clock: Callable[[], datetime], *, max_attempts: int
    ) -> None:
        self._engine = engine
        self._office_id = office_id
        self._clock = clock
        self._max_attempts = max_attempts

    def post(self, connection: Connection, platform: str, key: str, says: Sequence[Say]) -> None:
        """Inside a transaction: messages to send, once each whatever happens."""
        now = self._clock()
        for i, say in enumerate(says):
            row = {
                "office_id": self._office_id,
                "platform": platform,
                "key": out_key(key, i),
                "chat_id": say.chat_id,
                "reply_to": say.reply_to or None,
                "status": "waiting",
                "payload": say.to_json(),
                "attempts": 0,
                "due_at": now,
                "created_at": now,
            }
            insert_new(connection, OUTBOUND, row)

    def next_to_send(self, connection: Connection, lane: Lane) -> Waiting | None:
        """The first message of a chat that waits to be sent, if it is due."""
        place = chat(self._office_id, lane.platform, lane.chat_id)
        row = connection.execute(_FIRST, place).first()
        if row is None or row.due_at > self._clock():
            return None
        return Waiting(row.id, row.key, Say.from_json(row.payload), row.attempts)

    def sent(self, waiting: Waiting, sent_id: str) -> None:
        """The platform has it; the words are no longer kept here."""
        row = {"of_id": waiting.id, "new_id": sent_id or None, "now": self._clock()}
        with writing(self._engine) as connection:
            connection.execute(_SENT, row)

    def not_sent(self, waiting: Waiting, why: str, retry_after: float | None) -> bool:
        """Try again later, or give up; whether it was given up.

        ``retry_after`` None gives up at once, 0 lets the backoff decide.
        """
        attempts = waiting.attempts + 1
        over = retry_after is None or attempts >= self._max_attempts
        wait = timedelta(seconds=retry_after) if retry_after else None
        put_off(
            self._engine, OUTBOUND, (waiting.id,),
            attempts=attempts, why=why, now=self._clock(), wait=wait, give_up=over,
        )  # fmt: skip
        return over

    def wait(self, waiting: Waiting, seconds: float, why: str) -> None:
        """Send later without counting it as a failure (flood limits, moved chats)."""
        due = self._clock() + timedelta(seconds=seconds)
        set_rows(self._engine, OUTBOUND, (waiting.id,), due_at=due, error=why[:500])

    def cancel_answers(self, connection: Connection, heard: Heard, asked_id: str) -> int:
        """Inside a transaction: what was not sent yet in reply to a message is dropped."""
        done = connection.execute(
            update(OUTBOUND)
            .where(
                in_chat(OUTBOUND), OUTBOUND.c.reply_to == asked_id, OUTBOUND.c.status == "waiting"
            )
            .values(status="cancelled", payload=None, settled_at=self._clock()),
            chat(self._office_id, heard.platform, heard.chat_id),
        )
        return done.rowcount
