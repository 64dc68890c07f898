"""What was given up, for a person to see, try again or put away; and how much stands where."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Engine, Table, delete, func, select, update

from channels.mail_tables import INBOUND, OUTBOUND
from knowledge import audit
from knowledge.audit import Change
from knowledge.database import reading, writing
from knowledge.offices import HANOI

Way = Literal["in", "out"]
TABLES: dict[Way, Table] = {"in": INBOUND, "out": OUTBOUND}


@dataclass(frozen=True, slots=True)
class Dead:
    """What was given up, and why: "in" was not answered, "out" was not sent."""

    way: Way
    id: int
    platform: str
    chat_id: str
    attempts: int
    error: str
    text: str
    at: datetime


class DeadLetters:
    """The dead letters of one office. Safe between threads; blocking."""

    def __init__(self, engine: Engine, office_id: str, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._office_id = office_id
        self._clock = clock

    def all(self) -> list[Dead]:
        """Everything given up, newest first."""
        found = []
        with reading(self._engine) as connection:
            for way, table in TABLES.items():
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

    def revive(self, way: Way, row_id: int, *, by: str) -> bool:
        """Try a dead message again from now; False when there is none."""
        return self._change(way, row_id, "waiting", by, "letter.retry")

    def discard(self, way: Way, row_id: int, *, by: str) -> bool:
        """Put a dead message away for good, with its words; False when there is none."""
        status = "done" if way == "in" else "cancelled"
        return self._change(way, row_id, status, by, "letter.discard")

    def _change(self, way: Way, row_id: int, status: str, by: str, action: str) -> bool:
        table = TABLES[way]
        now = self._clock()
        if status == "waiting":
            values = {"status": status, "attempts": 0, "due_at": now}
        else:
            values = {"status": status, "payload": None, "settled_at": now}
        dead = update(table).where(
            table.c.id == row_id, table.c.office_id == self._office_id, table.c.status == "dead"
        )
        change = Change(by, now, now.astimezone(HANOI).date(), self._office_id)
        with writing(self._engine) as connection:
            if connection.execute(dead.values(values)).rowcount != 1:
                return False
            audit.write(connection, change.entry(action, f"letter:{way}:{row_id}"))
        return True

    def counts(self, platform: str | None = None) -> dict[str, dict[str, int]]:
        """How many messages stand where, each way; of one platform, or of all."""
        result: dict[str, dict[str, int]] = {}
        with reading(self._engine) as connection:
            for way, table in TABLES.items():
                query = (
                    select(table.c.status, func.count())
                    .where(table.c.office_id == self._office_id)
                    .group_by(table.c.status)
                )
                if platform is not None:
                    query = query.where(table.c.platform == platform)
                result[way] = {row[0]: row[1] for row in connection.execute(query)}
        return result

    def purge(self, older_than: timedelta) -> int:
        """Delete settled rows past their use for telling repeated deliveries; how many."""
        before = self._clock() - older_than
        done = 0
        with writing(self._engine) as connection:
            for table in TABLES.values():
                done += connection.execute(
                    delete(table).where(
                        table.c.office_id == self._office_id,
                        table.c.status != "waiting",
                        table.c.settled_at < before,
                    )
                ).rowcount
        return done
