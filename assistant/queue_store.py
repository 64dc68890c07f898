"""The queue of one office in SQL: every number given once, called once, in the ruled order.

Any number of workers may share the database. Whoever gives or calls a number holds the row of
its group and day until the transaction ends; on SQLite the write lock does the same.
"""

import secrets
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    RowMapping,
    Select,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from assistant.queue_numbers import (
    Call,
    CounterView,
    Group,
    NumberMoved,
    NumberState,
    QueueNumber,
    Standing,
    UnknownNumber,
    label,
)
from assistant.queue_rules import (
    LAST_VISITS,
    QueueRules,
    check_open,
    check_room,
    estimate,
    find_group,
    in_calling_order,
    is_priority_turn,
)
from knowledge.database import DatabaseUnavailable, reading, writing
from knowledge.offices import HANOI, Office
from knowledge.schema_queue import QueueCallRow, QueueDayRow, QueueNumberRow

# A counter that called somebody within the last hour counts as open.
STAFFED_WITHIN = timedelta(hours=1)
NUMBERS = QueueNumberRow.__table__


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a resident takes along with the number; nothing in it tells who they are."""

    letter: str
    is_priority: bool = False
    procedure_code: str | None = None
    case_id: str | None = None
    missing_papers: tuple[str, ...] = ()


class Queue:
    """The queue of one office. Safe between threads and processes; blocking."""

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

    # -- residents ----------------------------------------------------------------------------

    def take(self, client_key: str, wanted: Wanted) -> QueueNumber:
        """The number of this visit; the same ``client_key`` always gets the same number.

        Raises QueueClosed when none is given now, UnknownNumber for a group that gives none.
        """
        office, now = self._office(), self._clock()
        group = _group(office, wanted.letter)
        if found := self._find(QueueNumberRow.client_key == client_key):
            return found
        check_open(office, now, self.rules)
        try:
            return self._give(client_key, wanted, office, group, now)
        except DatabaseUnavailable:  # PostgreSQL: the same key, given meanwhile for another group
            if found := self._find(QueueNumberRow.client_key == client_key):
                return found
            raise

    def _give(
        self, client_key: str, wanted: Wanted, office: Office, group: Group, now: datetime
    ) -> QueueNumber:
        day = _day(now)
        with self._line, writing(self._engine) as connection:
            turn = self._lock(connection, day, group.letter)
            # a double tap that waited for the lock
            if row := self._row(connection, QueueNumberRow.client_key == client_key):
                return _number(row)
            check_room(
                office,
                now,
                given=turn["last_ordinary"] + turn["last_priority"],
                waiting=self._waiting_count(connection, day, group.letter),
                visit_seconds=self._visits(connection, group.letter),
                counters_open=self._staffed(connection, group, now),
                rules=self.rules,
            )
            series = "last_priority" if wanted.is_priority else "last_ordinary"
            number = turn[series] + 1
            self._change_day(connection, day, group.letter, {series: number})
            token = secrets.token_urlsafe(12)
            connection.execute(
                insert(QueueNumberRow).values(
                    office_id=self._office_id,
                    day=day,
                    letter=group.letter,
                    is_priority=wanted.is_priority,
                    number=number,
                    waits_at=group.letter,
                    token=token,
                    client_key=client_key,
                    state=NumberState.WAITING.value,
                    procedure_code=wanted.procedure_code,
                    case_id=wanted.case_id,
                    missing_papers=list(wanted.missing_papers),
                    taken_at=now,
                )
            )
            row = self._row(connection, QueueNumberRow.token == token)
        assert row is not None
        return _number(row)

    def find(self, token: str) -> QueueNumber | None:
        """The number of a slip, whatever its day."""
        return self._find(QueueNumberRow.token == token)

    def standing(self, token: str) -> Standing:
        """The place of a number; raises UnknownNumber unless it was taken today."""
        now = self._clock()
        with reading(self._engine) as connection:
            row = self._row(connection, QueueNumberRow.token == token)
            if row is None or row["day"] != _day(now):
                raise UnknownNumber(f"no number with token {token!r} today")
            number = _number(row)
            if number.state is not NumberState.WAITING:
                return Standing(number, 0, None)
            order = self._order(connection, number.day, number.waits_at)
            ahead = [other.id for other in order].index(number.id)
            group = _group(self._office(), number.waits_at)
            wait = estimate(
                ahead,
                self._visits(connection, group.letter),
                self._staffed(connection, group, now),
            )
        return Standing(number, ahead, wait)

    def leave(self, token: str) -> None:
        """The resident gives the number up while waiting; otherwise nothing changes."""
        number = self.find(token)
        if number is None:
            return
        with self._line, writing(self._engine) as connection:
            self._lock(connection, number.day, number.waits_at)  # not while it is being called
            connection.execute(
                update(QueueNumberRow)
                .where(
                    QueueNumberRow.office_id == self._office_id,
                    QueueNumberRow.token == token,
                    QueueNumberRow.state == NumberState.WAITING.value,
                )
                .values(state=NumberState.LEFT.value, finished_at=self._clock())
            )

    # -- clerks -------------------------------------------------------------------------------

    def at_counter(self, counter: str) -> CounterView:
        """What the clerk of a counter sees; raises UnknownNumber for a counter without numbers."""
        group = self._group_of(counter)
        day = _day(self._clock())
        with reading(self._engine) as connection:
            current = self._row(connection, *self._called_at(day, counter))
            skipped = connection.execute(
                self._select(
                    QueueNumberRow.day == day,
                    QueueNumberRow.waits_at == group.letter,
                    QueueNumberRow.state == NumberState.SKIPPED.value,
                )
            ).mappings()
            return CounterView(
                counter,
                group.letter,
                _number(current) if current else None,
                tuple(self._order(connection, day, group.letter)),
                tuple(_number(row) for row in skipped),
            )

    def call_next(self, counter: str, *, current: int | None = None) -> QueueNumber | None:
        """Finish ``current`` and call the next number; None when nobody waits.

        ``current`` is the number the clerk saw at the counter. When another one is there already
        (a second tap), that one is returned and nobody else is called.
        """
        group = self._group_of(counter)
        now = self._clock()
        day = _day(now)
        with self._line, writing(self._engine) as connection:
            turn = self._lock(connection, day, group.letter)
            here = self._row(connection, *self._called_at(day, counter))
            if here is not None and here["id"] != current:
                return _number(here)
            if here is not None:
                self._end(connection, here["id"], NumberState.DONE, now)
            row = self._next_row(connection, day, group.letter, turn["priority_streak"])
            if row is None:
                return None
            streak = turn["priority_streak"] + 1 if row["is_priority"] else 0
            self._change_day(connection, day, group.letter, {"priority_streak": streak})
            self._call(connection, row["id"], counter, now, is_repeat=False)
            called = self._row(connection, QueueNumberRow.id == row["id"])
        assert called is not None
        return _number(called)

    def recall(self, number_id: int, counter: str) -> None:
        """Say a number again, or call one that did not come before.

        Raises NumberMoved when it is neither at this counter nor skipped in its group, or when
        the counter is busy with another.
        """
        group = self._group_of(counter)
        now = self._clock()
        day = _day(now)
        with self._line, writing(self._engine) as connection:
            self._lock(connection, day, group.letter)
            row = self._row(connection, QueueNumberRow.id == number_id, QueueNumberRow.day == day)
            here = self._row(connection, *self._called_at(day, counter))
            is_here = here is not None and here["id"] == number_id
            was_skipped = (
                row is not None
                and row["state"] == NumberState.SKIPPED.value
                and row["waits_at"] == group.letter
            )
            if not is_here and (here is not None or not was_skipped):
                raise NumberMoved(f"number {number_id} cannot be called to counter {counter!r}")
            self._call(connection, number_id, counter, now, is_repeat=is_here)

    def skip(self, number_id: int) -> None:
        """Nobody came; raises NumberMoved unless the number is being called."""
        self._leave_counter(number_id, NumberState.SKIPPED)

    def finish(self, number_id: int) -> None:
        """The visit is over; raises NumberMoved unless the number is at a counter."""
        self._leave_counter(number_id, NumberState.DONE)

    def transfer(self, number_id: int, letter: str) -> None:
        """Send a number that is at a counter to another group, where its time of arrival counts.

        Raises NumberMoved unless it is at a counter, UnknownNumber for a group without numbers.
        """
        group = _group(self._office(), letter)
        day = _day(self._clock())
        with self._line, writing(self._engine) as connection:
            self._lock(connection, day, group.letter)
            changed = connection.execute(
                update(QueueNumberRow)
                .where(*self._is_called(number_id))
                .values(
                    waits_at=group.letter,
                    state=NumberState.WAITING.value,
                    counter=None,
                    called_at=None,
                )
            ).rowcount
            if not changed:
                raise NumberMoved(f"number {number_id} is not at a counter")

    # -- the board ----------------------------------------------------------------------------

    def calls(self, *, after: int | None = None, limit: int = 20) -> list[Call]:
        """Today's calls in order: those after call ``after``, or without it the last ``limit``."""
        query = (
            select(
                QueueCallRow.id,
                QueueCallRow.counter,
                QueueCallRow.is_repeat,
                QueueCallRow.called_at,
                QueueNumberRow.letter,
                QueueNumberRow.number,
                QueueNumberRow.is_priority,
            )
            .join(QueueNumberRow, QueueNumberRow.id == QueueCallRow.number_id)
            .where(
                QueueCallRow.office_id == self._office_id,
                QueueNumberRow.day == _day(self._clock()),
            )
            .limit(limit)
        )
        if after is None:
            query = query.order_by(QueueCallRow.id.desc())
        else:
            query = query.where(QueueCallRow.id > after).order_by(QueueCallRow.id)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        found = [
            Call(
                row.id,
                label(row.letter, row.number, row.is_priority),
                row.counter,
                row.is_repeat,
                row.called_at,
            )
            for row in rows
        ]
        return found[::-1] if after is None else found

    def now_serving(self) -> list[tuple[str, str]]:
        """(counter, label) for every counter that has called somebody who is there now."""
        query = self._select(
            QueueNumberRow.day == _day(self._clock()),
            QueueNumberRow.state == NumberState.CALLED.value,
        )
        with reading(self._engine) as connection:
            rows = [_number(row) for row in connection.execute(query).mappings()]
        return [(row.counter or "", row.label) for row in rows]

    def waiting_counts(self) -> dict[str, int]:
        """How many wait in each group that anybody waits in."""
        query = (
            select(QueueNumberRow.waits_at, func.count())
            .where(*self._waiting(_day(self._clock())))
            .group_by(QueueNumberRow.waits_at)
        )
        with reading(self._engine) as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    # -- rows ---------------------------------------------------------------------------------

    def _lock(self, connection: Connection, day: date, letter: str) -> RowMapping:
        """The group's row of the day, locked; the first of a day also clears out old days."""
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        keys = {"office_id": self._office_id, "day": day, "letter": letter}
        fresh = {"last_ordinary": 0, "last_priority": 0, "priority_streak": 0}
        query = select(QueueDayRow.__table__).filter_by(**keys).with_for_update()
        row = connection.execute(query).mappings().first()
        if row is not None:
            return row
        statement: Any = dialect.insert(QueueDayRow)
        connection.execute(statement.values(**keys, **fresh).on_conflict_do_nothing())
        oldest = day - self.rules.keep
        for table in (QueueNumberRow, QueueDayRow):
            connection.execute(
                delete(table).where(table.office_id == self._office_id, table.day < oldest)
            )
        return connection.execute(query).mappings().one()

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

    def _call(
        self,
        connection: Connection,
        number_id: int,
        counter: str,
        now: datetime,
        *,
        is_repeat: bool,
    ) -> None:
        if not is_repeat:
            connection.execute(
                update(QueueNumberRow)
                .where(QueueNumberRow.id == number_id)
                .values(
                    state=NumberState.CALLED.value,
                    counter=counter,
                    called_at=now,
                    finished_at=None,
                )
            )
        connection.execute(
            insert(QueueCallRow).values(
                office_id=self._office_id,
                number_id=number_id,
                counter=counter,
                is_repeat=is_repeat,
                called_at=now,
            )
        )

    def _leave_counter(self, number_id: int, state: NumberState) -> None:
        with self._line, writing(self._engine) as connection:
            if not self._end(connection, number_id, state, self._clock()):
                raise NumberMoved(f"number {number_id} is not at a counter")

    def _end(
        self, connection: Connection, number_id: int, state: NumberState, now: datetime
    ) -> bool:
        done = connection.execute(
            update(QueueNumberRow)
            .where(*self._is_called(number_id))
            .values(state=state.value, finished_at=now)
        )
        return bool(done.rowcount)

    def _order(self, connection: Connection, day: date, letter: str) -> list[QueueNumber]:
        rows = connection.execute(
            self._select(*self._waiting(day), QueueNumberRow.waits_at == letter)
        ).mappings()
        waiting = [_number(row) for row in rows]
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

    def _next_row(
        self, connection: Connection, day: date, letter: str, streak: int
    ) -> RowMapping | None:
        first: dict[bool, RowMapping | None] = {}
        for is_priority in (True, False):
            query = self._select(
                *self._waiting(day),
                QueueNumberRow.waits_at == letter,
                QueueNumberRow.is_priority == is_priority,
            ).limit(1)
            first[is_priority] = connection.execute(query).mappings().first()
        turn = is_priority_turn(
            priority_waits=first[True] is not None,
            ordinary_waits=first[False] is not None,
            streak=streak,
            rules=self.rules,
        )
        return None if turn is None else first[turn]

    def _visits(self, connection: Connection, letter: str) -> list[float]:
        """Seconds of the group's last finished visits, over days."""
        query = (
            select(QueueNumberRow.called_at, QueueNumberRow.finished_at)
            .where(
                QueueNumberRow.office_id == self._office_id,
                QueueNumberRow.waits_at == letter,
                QueueNumberRow.finished_at.is_not(None),
                QueueNumberRow.state == NumberState.DONE.value,
            )
            .order_by(QueueNumberRow.finished_at.desc())
            .limit(LAST_VISITS)
        )
        return [
            (row.finished_at - row.called_at).total_seconds() for row in connection.execute(query)
        ]

    def _staffed(self, connection: Connection, group: Group, now: datetime) -> int:
        query = select(func.count(func.distinct(QueueNumberRow.counter))).where(
            QueueNumberRow.office_id == self._office_id,
            QueueNumberRow.day == _day(now),
            QueueNumberRow.counter.in_([counter.number for counter in group.counters]),
            QueueNumberRow.called_at > now - STAFFED_WITHIN,
        )
        return max(1, connection.execute(query).scalar() or 0)

    def _waiting_count(self, connection: Connection, day: date, letter: str) -> int:
        query = select(func.count()).where(*self._waiting(day), QueueNumberRow.waits_at == letter)
        return connection.execute(query).scalar() or 0

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
        return _number(row) if row else None

    def _group_of(self, counter: str) -> Group:
        office = self._office()
        for found in office.counters:
            if found.number == counter and found.queue:
                return _group(office, found.queue)
        raise UnknownNumber(f"counter {counter!r} gives no numbers")


def _group(office: Office, letter: str) -> Group:
    group = find_group(office, letter)
    if group is None:
        raise UnknownNumber(f"no group of counters has the letter {letter!r}")
    return group


def _day(moment: datetime) -> date:
    return moment.astimezone(HANOI).date()


def _number(row: RowMapping) -> QueueNumber:
    kept = {name: row[name] for name in QueueNumber.__dataclass_fields__}
    kept |= {
        "state": NumberState(row["state"]),
        "missing_papers": tuple(row["missing_papers"] or ()),
    }
    return QueueNumber(**kept)
