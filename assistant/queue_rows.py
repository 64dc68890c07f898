"""The rows of the queue: the office's own numbers, locked, ordered, measured.

Any number of workers may share the database. Whoever gives or calls a number holds the row of
its group and day until the transaction ends; on SQLite the write lock does the same.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, Select, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from assistant.queue_numbers import Group, NumberState, QueueNumber, UnknownNumber
from assistant.queue_rules import QueueRules, find_group, in_calling_order
from assistant.queue_statements import LOCKED_DAY, NUMBERS, STAFFED, VISITS
from knowledge.database import reading
from knowledge.offices import HANOI, Office
from knowledge.schema_queue import QueueDayRow, QueueNumberRow

# A counter that called somebody within the last hour counts as open.
STAFFED_WITHIN = timedelta(hours=1)


class QueueRows:
    """What residents, clerks and the board share. Safe between threads and processes; blocking."""

    def __init__(
        self,
        engine: Engine,
        office: Callable[[], Office],
        office_id: str,
        clock: Callable[[], datetime],
        rules: QueueRules | None = None,
    ) -> None:
        self._engine = engine
        self._office = office
        self._office_id = office_id
        self._clock = clock
        self.rules = rules or QueueRules()
        # SQLite lets waiting writers sleep and guess; in one process they can stand in line.
        self._line = Lock() if engine.dialect.name == "sqlite" else nullcontext()

    def _lock(self, connection: Connection, day: date, letter: str) -> RowMapping:
        """The group's row of the day, locked; the first of a day also clears out old days."""
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        keys = {"office_id": self._office_id, "day": day, "letter": letter}
        fresh = {"last_ordinary": 0, "last_priority": 0, "priority_streak": 0}
        named = self._named(day, letter)
        row = connection.execute(LOCKED_DAY, named).mappings().first()
        if row is not None:
            return row
        statement: Any = dialect.insert(QueueDayRow)
        connection.execute(statement.values(**keys, **fresh).on_conflict_do_nothing())
        oldest = day - self.rules.keep
        for table in (QueueNumberRow, QueueDayRow):
            connection.execute(
                delete(table).where(table.office_id == self._office_id, table.day < oldest)
            )
        return connection.execute(LOCKED_DAY, named).mappings().one()

    def _named(self, day: date, letter: str) -> dict[str, Any]:
        return {"office": self._office_id, "on": day, "of": letter}

    def _change_day(
        self, connection: Connection, day: date, letter: str, values: dict[str, int]
    ) -> None:
        connection.execute(
            update(QueueDayRow)
            .where(
                QueueDayRow.office_id == self._office_id,
                QueueDayRow.day == day,
                QueueDayRow.letter == letter,
            )
            .values(**values)
        )

    def _order(self, connection: Connection, day: date, letter: str) -> list[QueueNumber]:
        rows = connection.execute(
            self._select(*self._waiting(day), QueueNumberRow.waits_at == letter)
        ).mappings()
        waiting = [to_number(row) for row in rows]
        streak = connection.execute(
            select(QueueDayRow.priority_streak).filter_by(
                office_id=self._office_id, day=day, letter=letter
            )
        ).scalar()
        return in_calling_order(
            [number for number in waiting if number.is_priority],
            [number for number in waiting if not number.is_priority],
            streak or 0,
            self.rules,
        )

    def _visits(self, connection: Connection, letter: str) -> list[float]:
        """Seconds of the group's last finished visits, over days."""
        named = {"office": self._office_id, "of": letter}
        return [
            (row.finished_at - row.called_at).total_seconds()
            for row in connection.execute(VISITS, named)
        ]

    def _staffed(self, connection: Connection, group: Group, now: datetime) -> int:
        named = {"office": self._office_id, "on": day_of(now)} | self._served(group, now)
        return max(1, connection.execute(STAFFED, named).scalar() or 0)

    def _served(self, group: Group, now: datetime) -> dict[str, Any]:
        return {
            "counters": [counter.number for counter in group.counters],
            "since": now - STAFFED_WITHIN,
        }

    def _waiting(self, day: date) -> Sequence[Any]:
        return (
            QueueNumberRow.office_id == self._office_id,
            QueueNumberRow.day == day,
            QueueNumberRow.state == NumberState.WAITING.value,
        )

    def _called_at(self, day: date, counter: str) -> Sequence[Any]:
        return (
            QueueNumberRow.day == day,
            QueueNumberRow.counter == counter,
            QueueNumberRow.state == NumberState.CALLED.value,
        )

    def _is_called(self, number_id: int) -> Sequence[Any]:
        return (
            QueueNumberRow.office_id == self._office_id,
            QueueNumberRow.id == number_id,
            QueueNumberRow.state == NumberState.CALLED.value,
        )

    def _select(self, *conditions: Any) -> Select[Any]:
        """Numbers in the order of their arrival: ids grow within every series."""
        return (
            select(NUMBERS)
            .where(QueueNumberRow.office_id == self._office_id, *conditions)
            .order_by(QueueNumberRow.id)
        )

    def _row(self, connection: Connection, *conditions: Any) -> RowMapping | None:
        return connection.execute(self._select(*conditions)).mappings().first()

    def _find(self, *conditions: Any) -> QueueNumber | None:
        with reading(self._engine) as connection:
            row = self._row(connection, *conditions)
        return to_number(row) if row else None


def group_in(office: Office, letter: str) -> Group:
    """The group of this letter; raises UnknownNumber."""
    group = find_group(office, letter)
    if group is None:
        raise UnknownNumber(f"no group of counters has the letter {letter!r}")
    return group


def day_of(moment: datetime) -> date:
    """The day in Vietnam."""
    return moment.astimezone(HANOI).date()


def to_number(row: Mapping[Any, Any]) -> QueueNumber:
    """A row as a value."""
    kept = {name: row[name] for name in QueueNumber.__dataclass_fields__}
    kept |= {
        "state": NumberState(row["state"]),
        "missing_papers": tuple(row["missing_papers"] or ()),
    }
    return QueueNumber(**kept)
