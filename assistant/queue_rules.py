"""The rules of the queue as pure functions: groups, whose turn it is, the wait, when it closes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from statistics import fmean, median
from typing import TypeVar

from assistant.queue_numbers import ClosedReason, Group, QueueClosed, Wait
from knowledge.offices import HANOI, Counter, Office, Place, counter_for, day_plan, opening
from knowledge.procedures import Procedure

T = TypeVar("T")

# Fewer measured visits than this say nothing about the next one.
MIN_VISITS = 5
# The last visits that an estimate looks at: about half a day of one counter.
LAST_VISITS = 40
# A visit the clerk forgot to finish lasts until lunch; it counts as a long one, not as hours.
LONGEST_IN_MEDIANS = 3
# People are told a span in steps of five minutes: a to-the-minute promise would be a lie.
STEP_MINUTES = 5


@dataclass(frozen=True, slots=True)
class QueueRules:
    """What an office may set. ``daily_capacity`` 0 means no limit for a group."""

    open_before: timedelta = timedelta(minutes=30)
    priority_in_a_row: int = 2
    daily_capacity: int = 0
    keep: timedelta = timedelta(days=30)


def groups(office: Office) -> tuple[Group, ...]:
    """The groups of counters that give numbers, in the order of their first counter."""
    by_letter: dict[str, list[Counter]] = {}
    for counter in office.counters:
        if counter.queue:
            by_letter.setdefault(counter.queue, []).append(counter)
    return tuple(Group(letter, tuple(counters)) for letter, counters in by_letter.items())


def find_group(office: Office, letter: str) -> Group | None:
    """The group with this letter."""
    return next((group for group in groups(office) if group.letter == letter), None)


def where_to_queue(office: Office, procedure: Procedure | None) -> Group | Place | None:
    """The group whose number a resident needs, or another body's place, which has no number here.

    Without a procedure, or where no counter is known for it, the reception desk; None when that
    desk gives no numbers either.
    """
    where = counter_for(office, procedure) if procedure else None
    if isinstance(where, Place):
        return where
    counter = where if where and where.queue else office.find_reception()
    return find_group(office, counter.queue) if counter and counter.queue else None


def is_priority_turn(
    *, priority_waits: bool, ordinary_waits: bool, streak: int, rules: QueueRules
) -> bool | None:
    """Whether the next call is from the priority series; None when nobody waits.

    Priority goes first, but after ``priority_in_a_row`` of them one ordinary number is called,
    so that nobody waits for ever.
    """
    if not priority_waits and not ordinary_waits:
        return None
    if not ordinary_waits:
        return True
    return priority_waits and streak < rules.priority_in_a_row


def in_calling_order(
    priority: Sequence[T], ordinary: Sequence[T], streak: int, rules: QueueRules
) -> list[T]:
    """Everybody who waits, in the order they will be called if nobody else comes."""
    order: list[T] = []
    first, second = list(priority), list(ordinary)
    while first or second:
        if is_priority_turn(
            priority_waits=bool(first), ordinary_waits=bool(second), streak=streak, rules=rules
        ):
            order.append(first.pop(0))
            streak += 1
        else:
            order.append(second.pop(0))
            streak = 0
    return order


def calls_before(
    *, is_priority: bool, own_ahead: int, others: int, streak: int, rules: QueueRules
) -> int:
    """How many are called before a number, as ``in_calling_order`` would call them.

    ``own_ahead`` wait before it in its own series, ``others`` in the other one.
    """
    row = rules.priority_in_a_row
    first = max(0, row - streak)  # priority calls left before an ordinary one is due
    if not is_priority:
        return own_ahead + min(others, first + own_ahead * row)
    if own_ahead < first:
        return own_ahead
    due = 1 + (own_ahead - first) // row if row else others
    return own_ahead + min(others, due)


def estimate(ahead: int, visit_seconds: Sequence[float], counters_open: int) -> Wait | None:
    """The wait behind ``ahead`` others at ``counters_open`` counters, from measured visits."""
    seconds = mean_visit(visit_seconds)
    if seconds is None:
        return None
    minutes = ceil(ahead / max(1, counters_open)) * seconds / 60
    low = int(minutes * 0.7 // STEP_MINUTES) * STEP_MINUTES
    high = max(low + STEP_MINUTES, ceil(minutes * 1.3 / STEP_MINUTES) * STEP_MINUTES)
    return Wait(low, high)


def mean_visit(visit_seconds: Sequence[float]) -> float | None:
    """The mean visit, long ones cut at a few medians; None when too few were measured."""
    if len(visit_seconds) < MIN_VISITS:
        return None
    longest = median(visit_seconds) * LONGEST_IN_MEDIANS
    return fmean(min(seconds, longest) for seconds in visit_seconds)


def check_open(office: Office, now: datetime, rules: QueueRules) -> None:
    """Raises QueueClosed unless the office is open, or opens within ``open_before``."""
    state = opening(office, now)
    if state.is_open:
        return
    opens_at = state.next_opening
    if opens_at is None or opens_at - now > rules.open_before:
        raise QueueClosed(ClosedReason.CLOSED, opens_at)


def check_room(
    office: Office,
    now: datetime,
    *,
    given: int,
    waiting: int,
    visit_seconds: Sequence[float],
    counters_open: int,
    rules: QueueRules,
) -> None:
    """Raises QueueClosed when the group has given all its numbers, or cannot serve one more today.

    What is left of the day counts without lunch; ``now`` is aware.
    """
    if rules.daily_capacity and given >= rules.daily_capacity:
        raise QueueClosed(ClosedReason.FULL, _next_day_opening(office, now))
    seconds = mean_visit(visit_seconds)
    if seconds is None:
        return
    needed = ceil((waiting + 1) / max(1, counters_open)) * seconds
    if needed > _seconds_left(office, now):
        raise QueueClosed(ClosedReason.TOO_LATE, _next_day_opening(office, now))


def _seconds_left(office: Office, now: datetime) -> float:
    local = now.astimezone(HANOI)
    spans, _ = day_plan(office, local.date())
    left = 0.0
    for span in spans:
        opens = max(datetime.combine(local.date(), span.opens, HANOI), local)
        closes = datetime.combine(local.date(), span.closes, HANOI)
        left += max(0.0, (closes - opens).total_seconds())
    return left


def _next_day_opening(office: Office, now: datetime) -> datetime | None:
    midnight = now.astimezone(HANOI).replace(hour=0, minute=0, second=0, microsecond=0)
    return opening(office, midnight + timedelta(days=1)).next_opening
