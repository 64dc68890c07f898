"""One slip for each number: whoever claims it first prints it."""

from sqlalchemy import update

from assistant.queue_rows import QueueRows, day_of
from knowledge.database import writing
from knowledge.schema_queue import QueueNumberRow


class Slips(QueueRows):
    """Which numbers of today have their slip."""

    def claim_slip(self, token: str) -> bool:
        """Whether the caller may print the slip now; False when it was printed, or is no number."""
        now = self._clock()
        with self._line, writing(self._engine) as connection:
            claimed = connection.execute(
                update(QueueNumberRow)
                .where(
                    QueueNumberRow.office_id == self._office_id,
                    QueueNumberRow.token == token,
                    QueueNumberRow.day == day_of(now),
                    QueueNumberRow.slip_at.is_(None),
                )
                .values(slip_at=now)
            )
        return claimed.rowcount == 1

    def release_slip(self, token: str) -> None:
        """The printer failed: the slip may be printed after all."""
        with self._line, writing(self._engine) as connection:
            connection.execute(
                update(QueueNumberRow)
                .where(QueueNumberRow.office_id == self._office_id, QueueNumberRow.token == token)
                .values(slip_at=None)
            )
