"""Residents at the queue: the place of a number, and the number given up."""

from typing import Any

from sqlalchemy import update

from assistant.queue_numbers import NumberState, QueueNumber, Standing, UnknownNumber
from assistant.queue_rows import QueueRows, day_of, group_in, to_number
from assistant.queue_rules import calls_before, estimate
from assistant.queue_statements import BY_TOKEN, STREAK, WAITING
from knowledge.database import reading, writing
from knowledge.schema_queue import QueueNumberRow


class Waiting(QueueRows):
    """What residents do with the numbers they have."""

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
