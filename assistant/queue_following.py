"""Chats that asked after a number: whom to tell what, once each."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from assistant.queue_numbers import News, NumberState
from assistant.queue_rows import QueueRows, day_of, to_number
from assistant.queue_statements import NUMBERS
from knowledge.database import reading, writing
from knowledge.schema_queue import QueueNumberRow, QueueWatchRow

# With so few before it, whoever waits outside has to come in.
NEAR = 3
# Which chat had which number is nobody's business tomorrow.
KEPT = timedelta(hours=20)
_NEARS = "near"
WATCHES: Any = QueueWatchRow.__table__


class Following(QueueRows):
    """Numbers that are followed from Telegram and Zalo."""

    def follow(self, number_id: int, platform: str, chat_id: str) -> bool:
        """Tell this chat of the number from now on; whether it waits and was not followed yet."""
        now = self._clock()
        dialect: Any = postgresql if self._engine.dialect.name == "postgresql" else sqlite
        watch = {
            "office_id": self._office_id, "number_id": number_id, "platform": platform,
            "chat_id": chat_id, "told": "", "asked_at": now,
        }  # fmt: skip
        with writing(self._engine) as connection:
            connection.execute(
                delete(WATCHES).where(
                    WATCHES.c.office_id == self._office_id, WATCHES.c.asked_at < now - KEPT
                )
            )
            waits = connection.execute(
                select(NUMBERS.c.id).where(
                    QueueNumberRow.id == number_id, *self._waiting(day_of(now))
                )
            ).first()
            if waits is None:
                return False
            made = connection.execute(dialect.insert(WATCHES).on_conflict_do_nothing(), watch)
        return bool(made.rowcount)

    def news(self) -> list[News]:
        """What the followers of today's numbers have not been told yet."""
        now = self._clock()
        query = (
            select(NUMBERS, WATCHES.c.id.label("watch_id"), WATCHES.c.platform, WATCHES.c.chat_id,
                   WATCHES.c.told)
            .join(WATCHES, WATCHES.c.number_id == NUMBERS.c.id)
            .where(
                WATCHES.c.office_id == self._office_id,
                NUMBERS.c.day == day_of(now),
                NUMBERS.c.state.in_((NumberState.WAITING.value, NumberState.CALLED.value)),
            )
            .order_by(WATCHES.c.id)
        )  # fmt: skip
        found: list[News] = []
        orders: dict[str, list[int]] = {}
        with reading(self._engine) as connection:
            for row in connection.execute(query).mappings().all():
                number = to_number(row)
                ahead = 0
                if number.state is NumberState.WAITING:
                    if row["told"] == _NEARS:
                        continue
                    letter = number.waits_at
                    if letter not in orders:
                        order = self._order(connection, number.day, letter)
                        orders[letter] = [each.id for each in order]
                    ahead = orders[letter].index(number.id)
                    if ahead > NEAR:
                        continue
                found.append(News(row["watch_id"], row["platform"], row["chat_id"], number, ahead))
        return found

    def told(self, news: News) -> None:
        """The chat knows; after the call there is nothing more to tell."""
        of_watch = WATCHES.c.id == news.watch_id
        with writing(self._engine) as connection:
            if news.is_called:
                connection.execute(delete(WATCHES).where(of_watch))
            else:
                connection.execute(update(WATCHES).where(of_watch).values(told=_NEARS))
