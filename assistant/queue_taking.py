"""Residents at the queue: a number taken, its place, and given up."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, update

from assistant.queue_numbers import Group, NumberState, QueueNumber, Standing, UnknownNumber
from assistant.queue_rows import QueueRows, day_of, group_in, to_number
from assistant.queue_rules import check_open, check_room, estimate
from knowledge.database import DatabaseUnavailable, reading, writing
from knowledge.offices import Office
from knowledge.schema_queue import QueueNumberRow


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a resident takes along with the number; nothing in it tells who they are."""

    letter: str
    is_priority: bool = False
    procedure_code: str | None = None
    case_id: str | None = None
    missing_papers: tuple[str, ...] = ()


class Taking(QueueRows):
    """What residents do with the queue."""

    def take(self, client_key: str, wanted: Wanted) -> QueueNumber:
        """The number of this visit; the same ``client_key`` always gets the same number.

        Raises QueueClosed when none is given now, UnknownNumber for a group that gives none.
        """
        office, now = self._office(), self._clock()
        group = group_in(office, wanted.letter)
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
        day = day_of(now)
        with self._line, writing(self._engine) as connection:
            turn = self._lock(connection, day, group.letter)
            # a double tap that waited for the lock
            if row := self._row(connection, QueueNumberRow.client_key == client_key):
                return to_number(row)
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
        return to_number(row)

    def find(self, token: str) -> QueueNumber | None:
        """The number of a slip, whatever its day."""
        return self._find(QueueNumberRow.token == token)

    def standing(self, token: str) -> Standing:
        """The place of a number; raises UnknownNumber unless it was taken today."""
        now = self._clock()
        with reading(self._engine) as connection:
            row = self._row(connection, QueueNumberRow.token == token)
            if row is None or row["day"] != day_of(now):
                raise UnknownNumber(f"no number with token {token!r} today")
            number = to_number(row)
            if number.state is not NumberState.WAITING:
                return Standing(number, 0, None)
            ahead = self._ahead(connection, number)
            group = group_in(self._office(), number.waits_at)
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
