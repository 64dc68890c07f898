"""Durable inbox and outbox of the chat platforms: nothing lost, one chat in order.

A message is a row before the platform hears "200"; an answer is a row before it is sent, written
in the same transaction that settles the question. A chat is worked on by one holder of its lane
at a time, whatever the number of processes; chats run side by side.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Table, and_, delete, func, select, union, update
from sqlalchemy.dialects import postgresql, sqlite

from channels.asking import is_opener
from channels.heard import Heard, Kind, Say
from channels.holders import holder_name, is_gone
from knowledge.database import reading, writing
from knowledge.schema_groups import InboundRow, LaneRow, OutboundRow

INBOUND: Table = InboundRow.__table__  # type: ignore[assignment]
OUTBOUND: Table = OutboundRow.__table__  # type: ignore[assignment]
LANE: Table = LaneRow.__table__  # type: ignore[assignment]
# Longer than one message ever takes; a killed worker's chats wait this long at most.
LEASE = timedelta(seconds=90)
BACKOFF_SECONDS = (2, 5, 15, 60, 180, 600, 1800)
MAX_FRAGMENTS = 6


@dataclass(frozen=True, slots=True)
class Lane:
    """A chat that this worker holds."""

    platform: str
    chat_id: str
    held_by: str


@dataclass(frozen=True, slots=True)
class Received:
    """What waits to be answered: one message, or fragments to be read as one."""

    ids: tuple[int, ...]
    parts: tuple[Heard, ...]
    attempts: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that waits to be sent."""

    id: int
    key: str
    say: Say
    attempts: int


@dataclass(frozen=True, slots=True)
class Dead:
    """What was given up, and why. ``way`` is "in" or "out"."""

    way: str
    id: int
    platform: str
    chat_id: str
    attempts: int
    error: str
    text: str
    at: datetime


def backoff(attempts: int) -> timedelta:
    """How long to wait after the given number of failures, with a little jitter."""
    seconds = BACKOFF_SECONDS[min(attempts, len(BACKOFF_SECONDS)) - 1]
    return timedelta(seconds=seconds * (1 + secrets.randbelow(200) / 1000))


def insert_new(connection: Connection, table: Table, values: dict[str, Any]) -> bool:
    """Insert a row unless its key is there already; whether it was new."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(values).on_conflict_do_nothing()
    return connection.execute(statement).rowcount == 1


class Mailbox:
    """Inbox and outbox of one office. Safe between threads and processes; blocking."""

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
        self._max_attempts = max_attempts
        self._name = holder_name()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction for settling a message together with what else it changes."""
        with writing(self._engine) as connection:
            yield connection

    # -- receiving --------------------------------------------------------------------------

    def put(self, heard: Heard) -> bool:
        """Keep a masked message; False when it has been delivered before.

        A message that only opens a talk waits a few seconds for the question behind it; that
        question lets it go at once.
        """
        now = self._clock()
        opens = heard.kind is Kind.TEXT and not heard.command and is_opener(heard.text)
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
        with writing(self._engine) as connection:
            if not insert_new(connection, INBOUND, row):
                return False
            if not opens:
                connection.execute(
                    update(INBOUND)
                    .where(
                        self._of(INBOUND, heard.platform, heard.chat_id),
                        INBOUND.c.status == "waiting",
                        INBOUND.c.person_id == heard.person_id,
                        INBOUND.c.attempts == 0,
                        INBOUND.c.due_at > now,
                    )
                    .values(due_at=now)
                )
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

    # -- lanes ------------------------------------------------------------------------------

    def claim(self, platforms: Sequence[str], most: int) -> list[Lane]:
        """Up to ``most`` chats with something due that nobody works on, now held."""
        now = self._clock()
        due = union(*(self._due(table, platforms, now) for table in (INBOUND, OUTBOUND))).subquery()
        held = and_(
            LANE.c.office_id == self._office_id,
            LANE.c.platform == due.c.platform,
            LANE.c.chat_id == due.c.chat_id,
            LANE.c.held_until > now,
        )
        query = (
            select(due.c.platform, due.c.chat_id)
            .outerjoin(LANE, held)
            .where(LANE.c.chat_id.is_(None))
            .limit(most)
        )
        with reading(self._engine) as connection:  # most rounds find nothing: no write lock
            found = connection.execute(query).all()
        if not found:
            return []
        lanes = []
        with writing(self._engine) as connection:
            for platform, chat_id in found:
                if self._hold(connection, platform, chat_id, now):
                    lanes.append(Lane(platform, chat_id, self._name))
        return lanes

    def _hold(self, connection: Connection, platform: str, chat_id: str, now: datetime) -> bool:
        taken = {"held_by": self._name, "held_until": now + LEASE}
        row = {"office_id": self._office_id, "platform": platform, "chat_id": chat_id}
        if insert_new(connection, LANE, row | taken):
            return True
        over = update(LANE).where(self._of(LANE, platform, chat_id), LANE.c.held_until <= now)
        return connection.execute(over.values(taken)).rowcount == 1

    def take_over(self) -> int:
        """Free the chats of processes that were killed on this machine; how many."""
        query = select(LANE.c.held_by).where(LANE.c.office_id == self._office_id).distinct()
        with reading(self._engine) as connection:
            gone = [holder for holder in connection.scalars(query) if is_gone(holder)]
        if not gone:
            return 0
        with writing(self._engine) as connection:
            return connection.execute(
                delete(LANE).where(LANE.c.office_id == self._office_id, LANE.c.held_by.in_(gone))
            ).rowcount

    def renew(self, lane: Lane) -> bool:
        """Hold on for another lease; False when the lane was lost in the meantime."""
        mine = self._of(LANE, lane.platform, lane.chat_id) & (LANE.c.held_by == lane.held_by)
        with writing(self._engine) as connection:
            changed = connection.execute(
                update(LANE).where(mine).values(held_until=self._clock() + LEASE)
            )
        return changed.rowcount == 1

    def release(self, lane: Lane) -> None:
        """Let the next worker have the chat."""
        with writing(self._engine) as connection:
            connection.execute(
                delete(LANE).where(
                    self._of(LANE, lane.platform, lane.chat_id), LANE.c.held_by == lane.held_by
                )
            )

    def _due(self, table: Table, platforms: Sequence[str], now: datetime) -> Any:
        heads = (
            select(func.min(table.c.id).label("id"))
            .where(
                table.c.status == "waiting",
                table.c.office_id == self._office_id,
                table.c.platform.in_(platforms),
            )
            .group_by(table.c.platform, table.c.chat_id)
            .subquery()
        )
        return (
            select(table.c.platform, table.c.chat_id)
            .join(heads, table.c.id == heads.c.id)
            .where(table.c.due_at <= now)
        )

    # -- answering --------------------------------------------------------------------------

    def next_received(self, lane: Lane) -> Received | None:
        """The first waiting message of a chat if it is due, with the fragments it opens."""
        query = (
            select(
                INBOUND.c.id, INBOUND.c.payload, INBOUND.c.due_at,
                INBOUND.c.attempts, INBOUND.c.person_id,
            )
            .where(self._of(INBOUND, lane.platform, lane.chat_id), INBOUND.c.status == "waiting")
            .order_by(INBOUND.c.id)
            .limit(20)
        )  # fmt: skip
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        if not rows or rows[0].due_at > self._clock():
            return None
        head = rows[0]
        taken = [(head.id, Heard.from_json(head.payload))]
        for row in rows[1:]:
            first = taken[0][1]
            if row.person_id != head.person_id:
                continue
            after = Heard.from_json(row.payload)
            if (
                len(taken) >= MAX_FRAGMENTS
                or any(part.kind is not Kind.TEXT for part in (first, after))
                or after.command
                or after.topic_id != first.topic_id
                or not is_opener(taken[-1][1].text)
            ):
                break
            taken.append((row.id, after))
        ids = tuple(row_id for row_id, _ in taken)
        return Received(ids, tuple(part for _, part in taken), head.attempts)

    def settle(
        self,
        connection: Connection,
        received: Received,
        reason: str,
        says: Sequence[Say],
    ) -> None:
        """Inside ``writing()``: the message is done, what is said about it waits to be sent."""
        now = self._clock()
        connection.execute(
            update(INBOUND)
            .where(INBOUND.c.id.in_(received.ids))
            .values(status="done", payload=None, reason=reason, settled_at=now, error=None)
        )
        if says:
            last = received.parts[-1]
            self.post(connection, last.platform, last.key, says)

    def post(self, connection: Connection, platform: str, key: str, says: Sequence[Say]) -> None:
        """Inside ``writing()``: messages to send, once each whatever happens."""
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

    def put_off(self, received: Received, why: str) -> bool:
        """Try a message again later, or give it up after too often; whether it was given up."""
        return self._failed(INBOUND, received.ids, received.attempts + 1, why, None)

    # -- sending ----------------------------------------------------------------------------

    def next_to_send(self, lane: Lane) -> Waiting | None:
        """The first message of a chat that waits to be sent, if it is due."""
        query = (
            select(
                OUTBOUND.c.id, OUTBOUND.c.key, OUTBOUND.c.payload,
                OUTBOUND.c.attempts, OUTBOUND.c.due_at,
            )
            .where(self._of(OUTBOUND, lane.platform, lane.chat_id), OUTBOUND.c.status == "waiting")
            .order_by(OUTBOUND.c.id)
            .limit(1)
        )  # fmt: skip
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        if row is None or row.due_at > self._clock():
            return None
        return Waiting(row.id, row.key, Say.from_json(row.payload), row.attempts)

    def sent(self, waiting: Waiting, sent_id: str) -> None:
        """The platform has it; the words are no longer kept here."""
        with writing(self._engine) as connection:
            connection.execute(
                update(OUTBOUND)
                .where(OUTBOUND.c.id == waiting.id)
                .values(
                    status="sent",
                    payload=None,
                    sent_id=sent_id or None,
                    settled_at=self._clock(),
                    error=None,
                )
            )

    def not_sent(self, waiting: Waiting, why: str, retry_after: float | None) -> bool:
        """Try again later, or give up; whether it was given up.

        ``retry_after`` None gives up at once, 0 lets the backoff decide.
        """
        if retry_after is None:
            self._set(OUTBOUND, (waiting.id,), status="dead", error=why, settled_at=self._clock(),
                      attempts=waiting.attempts + 1)  # fmt: skip
            return True
        wait = timedelta(seconds=retry_after) if retry_after else None
        return self._failed(OUTBOUND, (waiting.id,), waiting.attempts + 1, why, wait)

    def wait(self, waiting: Waiting, seconds: float, why: str) -> None:
        """Send later without counting it as a failure (flood limits, moved chats)."""
        due = self._clock() + timedelta(seconds=seconds)
        self._set(OUTBOUND, (waiting.id,), due_at=due, error=why)

    def cancel_answers(self, connection: Connection, heard: Heard, asked_id: str) -> int:
        """Inside ``writing()``: what was not sent yet in reply to a message is dropped."""
        done = connection.execute(
            update(OUTBOUND)
            .where(
                self._of(OUTBOUND, heard.platform, heard.chat_id),
                OUTBOUND.c.reply_to == asked_id,
                OUTBOUND.c.status == "waiting",
            )
            .values(status="cancelled", payload=None, settled_at=self._clock())
        )
        return done.rowcount

    # -- chats that move or go --------------------------------------------------------------

    def move(self, connection: Connection, platform: str, old: str, new: str) -> None:
        """Inside ``writing()``: what waits for a chat waits under its new id."""
        for row in connection.execute(
            select(OUTBOUND.c.id, OUTBOUND.c.payload).where(
                self._of(OUTBOUND, platform, old), OUTBOUND.c.status == "waiting"
            )
        ).all():
            connection.execute(
                update(OUTBOUND)
                .where(OUTBOUND.c.id == row.id)
                .values(chat_id=new, payload=row.payload | {"chat_id": new})
            )
        connection.execute(
            update(INBOUND).where(self._of(INBOUND, platform, old)).values(chat_id=new)
        )

    def drop(self, connection: Connection, platform: str, chat_id: str) -> None:
        """Inside ``writing()``: nothing is sent to a chat any more, its words are deleted."""
        now = self._clock()
        connection.execute(
            update(OUTBOUND)
            .where(self._of(OUTBOUND, platform, chat_id), OUTBOUND.c.status != "sent")
            .values(status="cancelled", payload=None, settled_at=now)
        )
        connection.execute(
            update(INBOUND)
            .where(self._of(INBOUND, platform, chat_id), INBOUND.c.status != "done")
            .values(status="done", payload=None, reason="removed", settled_at=now)
        )

    # -- what was given up ------------------------------------------------------------------

    def dead(self) -> list[Dead]:
        """Everything given up, newest first."""
        found = []
        with reading(self._engine) as connection:
            for way, table in (("in", INBOUND), ("out", OUTBOUND)):
                query = select(table).where(
                    table.c.office_id == self._office_id, table.c.status == "dead"
                )
                for row in connection.execute(query):
                    text = (row.payload or {}).get("text", "")
                    found.append(
                        Dead(way, row.id, row.platform, row.chat_id, row.attempts,
                             row.error or "", text, row.settled_at)
                    )  # fmt: skip
        return sorted(found, key=lambda letter: letter.at, reverse=True)

    def revive(self, way: str, row_id: int) -> bool:
        """Try a dead message again from now; False when there is none."""
        table = INBOUND if way == "in" else OUTBOUND
        alive = update(table).where(
            table.c.id == row_id, table.c.office_id == self._office_id, table.c.status == "dead"
        )
        with writing(self._engine) as connection:
            return (
                connection.execute(
                    alive.values(status="waiting", attempts=0, due_at=self._clock())
                ).rowcount
                == 1
            )

    def counts(self) -> dict[str, dict[str, int]]:
        """How many messages stand where, each way."""
        result: dict[str, dict[str, int]] = {}
        with reading(self._engine) as connection:
            for way, table in (("in", INBOUND), ("out", OUTBOUND)):
                query = (
                    select(table.c.status, func.count())
                    .where(table.c.office_id == self._office_id)
                    .group_by(table.c.status)
                )
                result[way] = {row[0]: row[1] for row in connection.execute(query)}
        return result

    def purge(self, older_than: timedelta) -> int:
        """Delete settled rows past their use for telling repeated deliveries; how many."""
        before = self._clock() - older_than
        done = 0
        with writing(self._engine) as connection:
            for table in (INBOUND, OUTBOUND):
                done += connection.execute(
                    delete(table).where(
                        table.c.office_id == self._office_id,
                        table.c.status != "waiting",
                        table.c.settled_at < before,
                    )
                ).rowcount
        return done

    # -- rows -------------------------------------------------------------------------------

    def _failed(
        self, table: Table, ids: Sequence[int], attempts: int, why: str, wait: timedelta | None
    ) -> bool:
        now = self._clock()
        over = attempts >= self._max_attempts
        self._set(
            table,
            ids,
            attempts=attempts,
            error=why[:500],
            status="dead" if over else "waiting",
            due_at=now + (wait or backoff(attempts)),
            settled_at=now if over else None,
        )
        return over

    def _set(self, table: Table, ids: Sequence[int], **values: Any) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(table).where(table.c.id.in_(ids)).values(**values))

    def _of(self, table: Table, platform: str, chat_id: str) -> Any:
        return and_(
            table.c.office_id == self._office_id,
            table.c.platform == platform,
            table.c.chat_id == chat_id,
        )


def out_key(key: str, part: int = 0) -> str:
    """The key of one message that answers ``key``."""
    return f"{key}:{part}"
