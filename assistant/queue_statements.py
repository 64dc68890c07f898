"""Statements of taking a number, built once: building them costs more than running them."""

from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from assistant.queue_numbers import NumberState
from assistant.queue_rules import LAST_VISITS
from knowledge.schema_queue import QueueDayRow, QueueNumberRow

NUMBERS: Any = QueueNumberRow.__table__
DAYS: Any = QueueDayRow.__table__
_number, _day = NUMBERS.c, DAYS.c
_OFFICE: Any = bindparam("office")
_DAY: Any = bindparam("on")
_LETTER: Any = bindparam("of")

BY_TOKEN = select(NUMBERS).where(_number.office_id == _OFFICE, _number.token == bindparam("key"))
LOCKED_DAY = (
    select(DAYS)
    .where(_day.office_id == _OFFICE, _day.day == _DAY, _day.letter == _LETTER)
    .with_for_update()
)
# How many wait in each series of a group, and how many of them came before a number.
WAITING = select(
    func.count().filter(_number.is_priority, _number.id < bindparam("before")),
    func.count().filter(~_number.is_priority, _number.id < bindparam("before")),
    func.count().filter(_number.is_priority),
    func.count().filter(~_number.is_priority),
).where(
    _number.office_id == _OFFICE,
    _number.day == _DAY,
    _number.waits_at == _LETTER,
    _number.state == NumberState.WAITING.value,
)
STREAK = select(_day.priority_streak).where(
    _day.office_id == _OFFICE, _day.day == _DAY, _day.letter == _LETTER
)
VISITS = (
    select(_number.called_at, _number.finished_at)
    .where(
        _number.office_id == _OFFICE,
        _number.waits_at == _LETTER,
        _number.finished_at.is_not(None),
        _number.state == NumberState.DONE.value,
    )
    .order_by(_number.finished_at.desc())
    .limit(LAST_VISITS)
)
STAFFED = select(func.count(func.distinct(_number.counter))).where(
    _number.office_id == _OFFICE,
    _number.day == _DAY,
    _number.counter.in_(bindparam("counters", expanding=True)),
    _number.called_at > bindparam("since"),
)


def _waits(is_priority: bool) -> Any:
    return (
        select(func.count())
        .where(
            _number.office_id == _OFFICE,
            _number.day == _DAY,
            _number.waits_at == _LETTER,
            _number.state == NumberState.WAITING.value,
            _number.is_priority == is_priority,
        )
        .scalar_subquery()
    )


# What giving numbers in a group has to know; each count is read from an index alone, because
# hundreds may wait.
BEFORE_GIVING = select(
    _waits(False).label("ordinary"),
    _waits(True).label("priority"),
    STAFFED.scalar_subquery().label("staffed"),
)
GIVEN = select(NUMBERS).where(
    _number.office_id == _OFFICE, _number.client_key.in_(bindparam("keys", expanding=True))
)
# Ids grow in the order of the rows: they are the order of arrival.
GIVE = insert(NUMBERS).returning(_number.id, sort_by_parameter_order=True)
COUNT_ON = (
    update(DAYS)
    .where(_day.office_id == _OFFICE, _day.day == _DAY, _day.letter == _LETTER)
    .values(last_ordinary=bindparam("ordinary"), last_priority=bindparam("priority"))
)
