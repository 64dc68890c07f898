"""Residents at the queue: a number taken, its place, and given up."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, update

from assistant.queue_numbers import Group, NumberState, QueueNumber, Standing, UnknownNumber
from assistant.queue_rows import QueueRows, day_of, group_in, to_number
from assistant.queue_rules import calls_before, check_open, check_room, estimate
from assistant.queue_statements import (
    BEFORE_GIVING,
    BY_TOKEN,
    COUNT_ON,
    GIVE,
    STREAK,
    WAITING,
)
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


class _Given(Exception):
    """This visit has its number: the one counted on for it is taken back."""


# What a number that was just given has not been through.
_FRESH = {"counter": None, "called_at": None, "finished_at": None}


class Taking(QueueRows):
    """What residents do with the queue."""

    def take(self, client_key: str, wanted: Wanted) -> QueueNumber:
        """The number of this visit; the same ``client_key`` always gets the same number.

        Raises QueueClosed when none is given now, UnknownNumber for a group that gives none.
        """
        return self.take_place(client_key, wanted)[0]

    def take_place(self, client_key: str, wanted: Wanted) -> tuple[QueueNumber, Standing | None]:
        """``take``, with the place of a number just given; None for one that was given before."""
        office, now = self._office(), self._clock()
        group = group_in(office, wanted.letter)
        try:
            return self._give(client_key, wanted, office, group, now)
        except DatabaseUnavailable:  # PostgreSQL: the same key, given meanwhile for another group
            if found := self._find(QueueNumberRow.client_key == client_key):
                return found, None
            raise

    def _give(
        self, client_key: str, wanted: Wanted, office: Office, group: Group, now: datetime
    ) -> tuple[QueueNumber, Standing | None]:
        day = day_of(now)
        named = self._named(day, group.letter)
        series = "last_priority" if wanted.is_priority else "last_ordinary"
        try:
            with self._line, writing(self._engine) as connection:
                turn = self._count_on(connection, day, group.letter, series)
                facts = connection.execute(
                    BEFORE_GIVING, self._served(group, now) | named | {"key": client_key}
                ).one()
                if facts.is_given:  # before, or by a double tap that waited for the lock
                    raise _Given
                check_open(office, now, self.rules)
                visits = self._visits(connection, group.letter)
                check_room(
                    office,
                    now,
                    given=turn["last_ordinary"] + turn["last_priority"] - 1,
                    waiting=facts.ordinary + facts.priority,
                    visit_seconds=visits,
                    counters_open=max(1, facts.staffed),
                    rules=self.rules,
                )
                row = {
                    "office_id": self._office_id,
                    "day": day,
                    "letter": group.letter,
                    "is_priority": wanted.is_priority,
                    "number": turn[series],
                    "waits_at": group.letter,
                    "token": secrets.token_urlsafe(12),
                    "client_key": client_key,
                    "state": NumberState.WAITING.value,
                    "procedure_code": wanted.procedure_code,
                    "case_id": wanted.case_id,
                    "missing_papers": list(wanted.missing_papers),
                    "taken_at": now,
                }
                number = to_number(_FRESH | row | {"id": connection.execute(GIVE, row).scalar()})
        except _Given:
            found = self._find(QueueNumberRow.client_key == client_key)
            assert found is not None  # numbers are kept for days
            return found, None
        own, others = facts.ordinary, facts.priority
        if wanted.is_priority:
            own, others = others, own
        ahead = calls_before(
            is_priority=wanted.is_priority,
            own_ahead=own,
            others=others,
            streak=turn["priority_streak"],
            rules=self.rules,
        )
        return number, Standing(number, ahead, estimate(ahead, visits, max(1, facts.staffed)))

    def _count_on(self, connection: Connection, day: date, letter: str, series: str) -> RowMapping:
        """The group's row of the day with one number more given, locked."""
        named = self._named(day, letter)
        row = connection.execute(COUNT_ON[series], named).mappings().first()
        if row is None:  # the first number of the day
            self._lock(connection, day, letter)
            row = connection.execute(COUNT_ON[series], named).mappings().one()
        return row

    def find(self, token: str) -> QueueNumber | None:
        """The number of a slip, whatever its day."""
        return self._find(QueueNumberRow.token == token)

    def standing(self, token: str) -> Standing:
        """The place of a number; raises UnknownNumber unless it was taken today."""
        key = {"office": self._office_id, "key": token}
        return self._standing(BY_TOKEN, key, f"no number with token {token!r} today")

    def standing_of(self, letter: str, number: int, is_priority: bool) -> Standing:
        """The place of the number with this label today; raises UnknownNumber."""
        today = (
            QueueNumberRow.day == day_of(self._clock()),
            QueueNumberRow.letter == letter,
            QueueNumberRow.number == number,
            QueueNumberRow.is_priority == is_priority,
        )
        return self._standing(self._select(*today), {}, f"no number {letter}{number} today")

    def _standing(self, query: Any, key: dict[str, str], otherwise: str) -> Standing:
        now = self._clock()
        with reading(self._engine) as connection:
            row = connection.execute(query, key).mappings().first()
            if row is None or row["day"] != day_of(now):
                raise UnknownNumber(otherwise)
            number = to_number(row)
            if number.state is not NumberState.WAITING:
                return Standing(number, 0, None)
            group = group_in(self._office(), number.waits_at)
            named = self._named(number.day, group.letter)
            waiting = connection.execute(WAITING, named | {"before": number.id}).one()
            ahead = calls_before(
                is_priority=number.is_priority,
                own_ahead=waiting[0 if number.is_priority else 1],
                others=waiting[3 if number.is_priority else 2],
                streak=connection.execute(STREAK, named).scalar() or 0,
                rules=self.rules,
            )
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
