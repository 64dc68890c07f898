"""Who works on which chat: one holder at a time, whatever the number of processes."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Table,
    and_,
    bindparam,
    delete,
    func,
    select,
    union_all,
    update,
)

from channels.holders import holder_name, is_gone
from channels.mail_tables import INBOUND, LANE, OUTBOUND, Lane, chat, has_turn, in_chat, insert_new
from knowledge.database import reading, writing

# Longer than one message ever takes; a killed worker's chats wait this long at most.
LEASE = timedelta(seconds=90)


def _due(table: Table, *where: Any) -> Any:
    """Chats whose first waiting row, of those ``where`` holds for, is due."""
    heads = (
        select(func.min(table.c.id).label("id"))
        .where(
            table.c.status == "waiting",
            *where,
            table.c.office_id == bindparam("of_office"),
            table.c.platform.in_(bindparam("of_platforms", expanding=True)),
        )
        .group_by(table.c.platform, table.c.chat_id)
        .subquery()
    )
    return (
        select(table.c.platform, table.c.chat_id, table.c.due_at)
        .join(heads, table.c.id == heads.c.id)
        .where(table.c.due_at <= bindparam("now"))
    )


_WORK = union_all(_due(INBOUND, has_turn(INBOUND)), _due(OUTBOUND)).subquery()
# Who has waited longest comes first: when more is due than can be done, nobody waits for ever.
_FREE = (
    select(_WORK.c.platform, _WORK.c.chat_id)
    .outerjoin(
        LANE,
        and_(
            LANE.c.office_id == bindparam("of_office"),
            LANE.c.platform == _WORK.c.platform,
            LANE.c.chat_id == _WORK.c.chat_id,
            LANE.c.held_until > bindparam("now"),
        ),
    )
    .where(LANE.c.chat_id.is_(None))
    .group_by(_WORK.c.platform, _WORK.c.chat_id)
    .order_by(func.min(_WORK.c.due_at))
    .limit(bindparam("most"))
)
_RELEASE = delete(LANE).where(in_chat(LANE), LANE.c.held_by == bindparam("of_holder"))
_RENEW = (
    update(LANE)
    .where(in_chat(LANE), LANE.c.held_by == bindparam("of_holder"))
    .values(held_until=bindparam("until"))
)


class LaneBook:
    """The lanes of one office as one worker sees them. Safe between threads; blocking."""

    def __init__(self, engine: Engine, office_id: str, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._office_id = office_id
        self._clock = clock
        self._name = holder_name()

    def claim(self, platforms: Sequence[str], most: int) -> list[Lane]:
        """Up to ``most`` chats with something due that nobody works on, now held."""
        now = self._clock()
        wanted = {
            "of_office": self._office_id, "of_platforms": list(platforms), "now": now, "most": most,
        }  # fmt: skip
        with reading(self._engine) as connection:  # most rounds find nothing: no write lock
            found = connection.execute(_FREE, wanted).all()
        if not found:
            return []
        lanes = []
        with writing(self._engine) as connection:
            for platform, chat_id in found:
                if self._hold(connection, platform, chat_id, now):
                    lanes.append(Lane(platform, chat_id, self._name))
        return lanes

    def _hold(self, connection: Connection, platform: str, chat_id: str, now: datetime) -> bool:
        taken = {"held_by": self._name, "held_until": now + LEASE}
        row = {"office_id": self._office_id, "platform": platform, "chat_id": chat_id}
        if insert_new(connection, LANE, row | taken):
            return True
        over = update(LANE).where(in_chat(LANE), LANE.c.held_until <= now).values(taken)
        place = chat(self._office_id, platform, chat_id)
        return connection.execute(over, place).rowcount == 1

    def take_over(self) -> int:
        """Free the chats of processes that were killed on this machine; how many."""
        query = select(LANE.c.held_by).where(LANE.c.office_id == self._office_id).distinct()
        with reading(self._engine) as connection:
            gone = [holder for holder in connection.scalars(query) if is_gone(holder)]
        if not gone:
            return 0
        with writing(self._engine) as connection:
            return connection.execute(
                delete(LANE).where(LANE.c.office_id == self._office_id, LANE.c.held_by.in_(gone))
            ).rowcount

    def renew(self, lane: Lane) -> bool:
        """Hold on for another lease; False when the lane was lost in the meantime."""
        until = {"until": self._clock() + LEASE}
        with writing(self._engine) as connection:
            return connection.execute(_RENEW, self._mine(lane) | until).rowcount == 1

    def release(self, lane: Lane) -> None:
        """Let the next worker have the chat."""
        with writing(self._engine) as connection:
            connection.execute(_RELEASE, self._mine(lane))

    def _mine(self, lane: Lane) -> dict[str, Any]:
        place = chat(self._office_id, lane.platform, lane.chat_id)
        return place | {"of_holder": lane.held_by}
