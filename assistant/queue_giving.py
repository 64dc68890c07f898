"""Numbers are given: all that are wanted at one moment in one transaction.

A transaction costs more than the numbers in it, so in a crowd whoever waits for one to end is
served by the next together with everybody else who waits.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from assistant.queue_numbers import (
    NumberState,
    QueueClosed,
    QueueNumber,
    Standing,
    UnknownNumber,
    Wait,
)
from assistant.queue_rows import QueueRows, day_of, group_in, to_number
from assistant.queue_rules import (
    QueueRules,
    calls_before,
    check_open,
    check_room,
    estimate,
    groups,
)
from assistant.queue_statements import BEFORE_GIVING, COUNT_ON, GIVE, GIVEN
from knowledge.database import AlreadyThere, reading, writing
from knowledge.offices import Office


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a resident takes along with the number; nothing in it tells who they are."""

    letter: str
    is_priority: bool = False
    procedure_code: str | None = None
    case_id: str | None = None
    missing_papers: tuple[str, ...] = ()


Taken = tuple[QueueNumber, Standing | None]
Refusal = QueueClosed | UnknownNumber


# What a number that was just given has not been through.
_FRESH = {"counter": None, "called_at": None, "finished_at": None}


@dataclass(slots=True)
class _Line:
    """A group while its row of the day is held; its two series by whether they are priority."""

    last: dict[bool, int]
    waiting: dict[bool, int]
    streak: int
    staffed: int
    visits: Sequence[float]

    def join(
        self, wanted: Wanted, office: Office, now: datetime, rules: QueueRules
    ) -> tuple[int, int, Wait | None]:
        """The next number of the series with its place; raises QueueClosed when there is none."""
        check_room(
            office,
            now,
            given=sum(self.last.values()),
            waiting=sum(self.waiting.values()),
            visit_seconds=self.visits,
            counters_open=self.staffed,
            rules=rules,
        )
        series = wanted.is_priority
        ahead = calls_before(
            is_priority=series,
            own_ahead=self.waiting[series],
            others=self.waiting[not series],
            streak=self.streak,
            rules=rules,
        )
        self.last[series] += 1
        self.waiting[series] += 1
        return self.last[series], ahead, estimate(ahead, self.visits, self.staffed)


class Giving(QueueRows):
    """How residents get their numbers."""

    def take(self, client_key: str, wanted: Wanted) -> QueueNumber:
        """The number of this visit; the same ``client_key`` always gets the same number.

        Raises QueueClosed when none is given now, UnknownNumber for a group that gives none.
        """
        (taken,) = self.take_places([(client_key, wanted)])
        if isinstance(taken, Exception):
            raise taken
        return taken[0]

    def take_places(self, visits: Sequence[tuple[str, Wanted]]) -> list[Taken | Refusal]:
        """What ``take`` gives or raises for each client key and wish, in their order.

        With the place of a number just given; None for one that was given before. A refusal
        leaves the others their numbers; DatabaseUnavailable is raised for all, and who comes again
        with the same key gets what was given all the same.
        """
        wishes: dict[str, Wanted] = {}
        for key, wanted in visits:
            wishes.setdefault(key, wanted)
        taken = self._take(wishes)
        return [taken[key] for key, _ in visits]

    def _take(self, wishes: Mapping[str, Wanted]) -> dict[str, Taken | Refusal]:
        try:
            return self._give(wishes)
        except AlreadyThere:  # PostgreSQL: a key that was given meanwhile for another group
            if len(wishes) > 1:
                alone = [self._take({key: wanted}) for key, wanted in wishes.items()]
                return {key: taken for each in alone for key, taken in each.items()}
            with reading(self._engine) as connection:
                given = self._given(connection, wishes)
            if not given:
                raise
            return given

    def _give(self, wishes: Mapping[str, Wanted]) -> dict[str, Taken | Refusal]:
        office, now = self._office(), self._clock()
        try:
            check_open(office, now, self.rules)
        except QueueClosed as closed:
            with reading(self._engine) as connection:
                return dict.fromkeys(wishes, closed) | self._given(connection, wishes)
        refused: dict[str, Taken | Refusal] = {}
        rows: list[dict[str, Any]] = []
        places: list[tuple[int, Wait | None]] = []
        with self._line, writing(self._engine) as connection:
            lines = self._hold(connection, office, now, {each.letter for each in wishes.values()})
            given = self._given(connection, wishes)  # before, or by a tap that had the lock first
            for key, wanted in wishes.items():
                if key in given:
                    continue
                try:
                    group_in(office, wanted.letter)
                    number, ahead, wait = lines[wanted.letter].join(wanted, office, now, self.rules)
                except (QueueClosed, UnknownNumber) as refusal:
                    refused[key] = refusal
                    continue
                rows.append(self._row_of(key, wanted, number, now))
                places.append((ahead, wait))
            fresh = self._write(connection, rows, lines)
        standings = [Standing(number, *place) for number, place in zip(fresh, places, strict=True)]
        taken = {row["client_key"]: (s.number, s) for row, s in zip(rows, standings, strict=True)}
        return refused | given | taken

    def _given(
        self, connection: Connection, wishes: Mapping[str, Wanted]
    ) -> dict[str, Taken | Refusal]:
        """The numbers that these keys have already."""
        named = {"office": self._office_id, "keys": list(wishes)}
        rows = connection.execute(GIVEN, named).mappings()
        return {row["client_key"]: (to_number(row), None) for row in rows}

    def _hold(
        self, connection: Connection, office: Office, now: datetime, letters: Collection[str]
    ) -> dict[str, _Line]:
        """The groups that are wanted, as they stay until the transaction ends.

        In the order of their letters, so that two workers never wait for each other.
        """
        day = day_of(now)
        lines = {}
        for group in sorted(groups(office), key=lambda group: group.letter):
            if group.letter not in letters:
                continue
            turn = self._lock(connection, day, group.letter)
            named = self._named(day, group.letter) | self._served(group, now)
            facts = connection.execute(BEFORE_GIVING, named).one()
            lines[group.letter] = _Line(
                {False: turn["last_ordinary"], True: turn["last_priority"]},
                {False: facts.ordinary, True: facts.priority},
                turn["priority_streak"],
                max(1, facts.staffed),
                self._visits(connection, group.letter),
            )
        return lines

    def _row_of(self, key: str, wanted: Wanted, number: int, now: datetime) -> dict[str, Any]:
        return {
            "office_id": self._office_id,
            "day": day_of(now),
            "letter": wanted.letter,
            "is_priority": wanted.is_priority,
            "number": number,
            "waits_at": wanted.letter,
            "token": secrets.token_urlsafe(12),
            "client_key": key,
            "state": NumberState.WAITING.value,
            "procedure_code": wanted.procedure_code,
            "case_id": wanted.case_id,
            "missing_papers": list(wanted.missing_papers),
            "taken_at": now,
        }

    def _write(
        self, connection: Connection, rows: Sequence[dict[str, Any]], lines: Mapping[str, _Line]
    ) -> list[QueueNumber]:
        """The rows as numbers; their groups go on counting from them."""
        if not rows:
            return []
        ids = connection.execute(GIVE, rows).scalars().all()
        day = rows[0]["day"]
        for letter in {row["letter"] for row in rows}:
            last = lines[letter].last
            counted = {"ordinary": last[False], "priority": last[True]}
            connection.execute(COUNT_ON, self._named(day, letter) | counted)
        return [to_number(_FRESH | row | {"id": id_}) for row, id_ in zip(rows, ids, strict=True)]
