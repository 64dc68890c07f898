"""Clerks at the queue: next, again, absent, on to another counter, done."""

from datetime import date, datetime

from sqlalchemy import Connection, RowMapping, insert, update

from assistant.queue_numbers import (
    CounterView,
    Group,
    NumberMoved,
    NumberState,
    QueueNumber,
    UnknownNumber,
)
from assistant.queue_rows import QueueRows, day_of, group_in, to_number
from assistant.queue_rules import is_priority_turn
from knowledge.database import reading, writing
from knowledge.schema_queue import QueueCallRow, QueueNumberRow


class Calling(QueueRows):
    """What clerks do with the queue."""

    def at_counter(self, counter: str) -> CounterView:
        """What the clerk of a counter sees; raises UnknownNumber for a counter without numbers."""
        group = self._group_of(counter)
        day = day_of(self._clock())
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
                to_number(current) if current else None,
                tuple(self._order(connection, day, group.letter)),
                tuple(to_number(row) for row in skipped),
            )

    def call_next(self, counter: str, *, current: int | None = None) -> QueueNumber | None:
        """Finish ``current`` and call the next number; None when nobody waits.

        ``current`` is the number the clerk saw at the counter. When another one is there already
        (a second tap), that one is returned and nobody else is called.
        """
        group = self._group_of(counter)
        now = self._clock()
        day = day_of(now)
        with self._line, writing(self._engine) as connection:
            turn = self._lock(connection, day, group.letter)
            here = self._row(connection, *self._called_at(day, counter))
            if here is not None and here["id"] != current:
                return to_number(here)
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
        return to_number(called)

    def recall(self, number_id: int, counter: str) -> None:
        """Say a number again, or call one that did not come before.

        Raises NumberMoved when it is neither at this counter nor skipped in its group, or when
        the counter is busy with another.
        """
        group = self._group_of(counter)
        now = self._clock()
        day = day_of(now)
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
        group = group_in(self._office(), letter)
        day = day_of(self._clock())
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

    def _group_of(self, counter: str) -> Group:
        office = self._office()
        for found in office.counters:
            if found.number == counter and found.queue:
                return group_in(office, found.queue)
        raise UnknownNumber(f"counter {counter!r} gives no numbers")
