"""The waiting room: what was called, who is at which counter, how many wait."""

from sqlalchemy import func, select

from assistant.queue_numbers import Call, NumberState, label
from assistant.queue_rows import QueueRows, day_of, to_number
from knowledge.database import reading
from knowledge.schema_queue import QueueCallRow, QueueNumberRow


class Board(QueueRows):
    """What everybody may see."""

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
                QueueNumberRow.day == day_of(self._clock()),
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
            QueueNumberRow.day == day_of(self._clock()),
            QueueNumberRow.state == NumberState.CALLED.value,
        )
        with reading(self._engine) as connection:
            rows = [to_number(row) for row in connection.execute(query).mappings()]
        return [(row.counter or "", row.label) for row in rows]

    def waiting_counts(self) -> dict[str, int]:
        """How many wait in each group that anybody waits in."""
        query = (
            select(QueueNumberRow.waits_at, func.count())
            .where(*self._waiting(day_of(self._clock())))
            .group_by(QueueNumberRow.waits_at)
        )
        with reading(self._engine) as connection:
            return {row[0]: row[1] for row in connection.execute(query)}
