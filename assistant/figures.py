"""What residents asked in a span of days, counted: from turns that hold masked text only.

Conversations go after their retention, and when a resident deletes theirs; what is gone is not
counted any more. Nothing here names a conversation or a person.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from statistics import median
from typing import cast

from sqlalchemy import Engine, Table, select

from assistant.answers import Outcome
from knowledge.database import reading
from knowledge.linking.alike import Alike
from knowledge.offices import HANOI
from knowledge.schema import ConversationRow, TurnRow

_TURN, _CONVERSATION = cast(Table, TurnRow.__table__), cast(Table, ConversationRow.__table__)
# Comparing is quadratic; a ward has some tens of unanswered questions a week.
MOST_COMPARED = 400
# As in the inbox: from this probability on two questions stand together (`letan eval alike`).
TOGETHER = 0.3


@dataclass(frozen=True, slots=True)
class Asked:
    """One question and how it ended; ``talk`` numbers conversations within the span."""

    at: datetime
    talk: int
    channel: str
    question: str
    outcome: Outcome
    code: str | None
    probability: float
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Alikes:
    """Questions that ask the same; ``question`` is the shortest of them."""

    question: str
    count: int


@dataclass(frozen=True, slots=True)
class AnswerTime:
    """Seconds; of answers that were timed."""

    median: float
    slowest_in_twenty: float
    count: int


def asked_between(engine: Engine, office_id: str, first: date, last: date) -> list[Asked]:
    """Every question of these days (Hà Nội), conversation by conversation, in order."""
    start = datetime.combine(first, time(), HANOI)
    end = datetime.combine(last + timedelta(days=1), time(), HANOI)
    query = (
        select(
            _TURN.c.created_at, _TURN.c.conversation_id, _CONVERSATION.c.channel,
            _TURN.c.asked_masked, _TURN.c.outcome, _TURN.c.code, _TURN.c.probability,
            _TURN.c.seconds,
        )
        .join(_CONVERSATION, _CONVERSATION.c.id == _TURN.c.conversation_id)
        .where(
            _TURN.c.office_id == office_id,
            _TURN.c.created_at >= start,
            _TURN.c.created_at < end,
        )
        .order_by(_TURN.c.conversation_id, _TURN.c.seq)
    )  # fmt: skip
    with reading(engine) as connection:
        rows = connection.execute(query).all()
    numbers: dict[str, int] = {}
    return [
        Asked(
            row.created_at.astimezone(HANOI),
            numbers.setdefault(row.conversation_id, len(numbers)),
            row.channel, row.asked_masked, Outcome(row.outcome), row.code,
            row.probability or 0.0, row.seconds,
        )
        for row in rows
    ]  # fmt: skip


def days_of(first: date, last: date) -> list[date]:
    """Every day of the span."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def by_day(asked: Iterable[Asked]) -> Counter[tuple[date, str]]:
    """How many questions on each day through each channel."""
    return Counter((one.at.date(), one.channel) for one in asked)


def by_hour(asked: Iterable[Asked]) -> Counter[tuple[int, str]]:
    """How many questions in each hour of the day through each channel."""
    return Counter((one.at.hour, one.channel) for one in asked)


def top_procedures(asked: Iterable[Asked]) -> list[tuple[str, int]]:
    """Codes that were answered, most asked first."""
    counts = Counter(one.code for one in asked if one.code and one.outcome is Outcome.ANSWERED)
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def not_found(asked: Iterable[Asked]) -> list[Asked]:
    """Questions nothing was found for."""
    return [one for one in asked if one.outcome is Outcome.NOT_FOUND]


def unsure(asked: Iterable[Asked], below: float) -> list[Asked]:
    """Questions answered from a procedure with a lower probability than ``below``."""
    return [
        one for one in asked
        if one.outcome is Outcome.ANSWERED and one.code and 0 < one.probability < below
    ]  # fmt: skip


def failed_clarifications(asked: Sequence[Asked]) -> list[Asked]:
    """Questions that were asked back about and led to no answer with the next message."""
    following = {id(one): after for one, after in pairwise(asked) if one.talk == after.talk}
    ends_well = (Outcome.ANSWERED, Outcome.OFFICE_INFO, Outcome.OUT_OF_SCOPE)
    return [
        one for one in asked
        if one.outcome is Outcome.CLARIFYING
        and ((after := following.get(id(one))) is None or after.outcome not in ends_well)
    ]  # fmt: skip


def answer_time(asked: Iterable[Asked]) -> AnswerTime | None:
    """How long answers took; None when none was timed."""
    seconds = sorted(one.seconds for one in asked if one.seconds is not None)
    if not seconds:
        return None
    slow = seconds[min(len(seconds) - 1, int(len(seconds) * 0.95))]
    return AnswerTime(median(seconds), slow, len(seconds))


def by_meaning(questions: Sequence[str], alike: Alike) -> list[Alikes]:
    """The questions grouped by what they ask, largest group first."""
    known = Counter(question for question in questions if question)
    texts = [text for text, _ in known.most_common(MOST_COMPARED)]
    read = alike.read(texts)
    groups: list[list[int]] = []
    for at in range(len(texts)):
        near = [alike.probability(read[group[0]], read[at]) for group in groups]
        best = max(range(len(near)), key=near.__getitem__, default=-1)
        if near and near[best] >= TOGETHER:
            groups[best].append(at)
        else:
            groups.append([at])
    found = [
        Alikes(min((texts[at] for at in group), key=len), sum(known[texts[at]] for at in group))
        for group in groups
    ]
    return sorted(found, key=lambda one: -one.count)
