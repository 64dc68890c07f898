"""Durable inbox and outbox of the chat platforms: nothing lost, one chat in order.

A message is a row before the platform hears "200"; an answer is a row before it is sent, written
in the same transaction that settles the question. A chat is worked on by one holder of its lane
at a time, whatever the number of processes; chats run side by side.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, select, update

from channels.dead_letters import DeadLetters
from channels.heard import Say
from channels.inbox import Inbox
from channels.lane_book import LaneBook
from channels.mail_tables import INBOUND, OUTBOUND, Lane, Received, Waiting, chat, in_chat
from channels.outbox import Outbox
from knowledge.database import reading, writing


class Mailbox:
    """The mail of one office: inbox, outbox, who holds which chat, and what was given up.

    Safe between threads and processes; blocking.
    """

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
        self.inbox = Inbox(engine, office_id, clock, burst=burst, max_attempts=max_attempts)
        self.outbox = Outbox(engine, office_id, clock, max_attempts=max_attempts)
        self.lanes = LaneBook(engine, office_id, clock)
        self.letters = DeadLetters(engine, office_id, clock)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction for settling a message together with what else it changes."""
        with writing(self._engine) as connection:
            yield connection

    def next(self, lane: Lane) -> Waiting | Received | None:
        """What is due in a chat: first what is to be sent, then what is to be attended to.

        A message that waits for its moment (a flood limit, an outage) does not keep the chat
        from being heard: what comes of it waits behind in order.
        """
        with reading(self._engine) as connection:
            waiting = self.outbox.next_to_send(connection, lane)
            return waiting or self.inbox.next_received(connection, lane)

    def settle(
        self, connection: Connection, received: Received, reason: str, says: Sequence[Say]
    ) -> None:
        """Inside ``writing()``: the message is done, what is said about it waits to be sent."""
        self.inbox.settle(connection, received, reason)
        if says:
            last = received.parts[-1]
            self.outbox.post(connection, last.platform, last.key, says)

    def move(self, connection: Connection, platform: str, old: str, new: str) -> None:
        """Inside ``writing()``: what waits for a chat waits under its new id."""
        place = chat(self._office_id, platform, old)
        waiting = select(OUTBOUND.c.id, OUTBOUND.c.payload).where(
            in_chat(OUTBOUND), OUTBOUND.c.status == "waiting"
        )
        for row in connection.execute(waiting, place).all():
            connection.execute(
                update(OUTBOUND)
                .where(OUTBOUND.c.id == row.id)
                .values(chat_id=new, payload=row.payload | {"chat_id": new})
            )
        connection.execute(update(INBOUND).where(in_chat(INBOUND)).values(chat_id=new), place)

    def drop(self, connection: Connection, platform: str, chat_id: str) -> None:
        """Inside ``writing()``: nothing is sent to a chat any more, its words are deleted."""
        now = self._clock()
        place = chat(self._office_id, platform, chat_id)
        connection.execute(
            update(OUTBOUND)
            .where(in_chat(OUTBOUND), OUTBOUND.c.status != "sent")
            .values(status="cancelled", payload=None, settled_at=now),
            place,
        )
        connection.execute(
            update(INBOUND)
            .where(in_chat(INBOUND), INBOUND.c.status != "done")
            .values(status="done", payload=None, reason="removed", settled_at=now),
            place,
        )
