"""Queue numbers as values: what a number is, where it stands, what was called."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from knowledge.offices import Counter

# A slip has room for three digits; a group that passes 999 in a day only prints a longer number.
DIGITS = 3


class NumberState(StrEnum):
    """Where a queue number stands."""

    WAITING = "waiting"
    CALLED = "called"
    DONE = "done"
    SKIPPED = "skipped"
    LEFT = "left"


class ClosedReason(StrEnum):
    """Why no number is given now."""

    CLOSED = "closed"
    FULL = "full"
    TOO_LATE = "too_late"


class QueueClosed(Exception):
    """No number now; ``reason`` says why, ``opens_at`` from when there is one again."""

    def __init__(self, reason: ClosedReason, opens_at: datetime | None = None) -> None:
        super().__init__(f"no queue number: {reason.value}")
        self.reason = reason
        self.opens_at = opens_at


class UnknownNumber(LookupError):
    """No such number in this office today."""


class NumberMoved(ValueError):
    """The number is no longer where the clerk saw it; somebody else was faster."""


@dataclass(frozen=True, slots=True)
class Group:
    """Counters that call from one series of numbers (nhóm quầy), by its letter."""

    letter: str
    counters: tuple[Counter, ...]


@dataclass(frozen=True, slots=True)
class QueueNumber:
    """A queue number (số thứ tự). ``token`` lets its holder see the place, without identity."""

    id: int
    day: date
    letter: str
    number: int
    is_priority: bool
    waits_at: str
    token: str
    state: NumberState
    counter: str | None
    procedure_code: str | None
    case_id: str | None
    missing_papers: tuple[str, ...]
    taken_at: datetime
    called_at: datetime | None
    finished_at: datetime | None

    @property
    def label(self) -> str:
        """ "A012", and "UA003" in the priority series (U for ưu tiên)."""
        return label(self.letter, self.number, self.is_priority)


@dataclass(frozen=True, slots=True)
class Wait:
    """An estimated wait: between ``low`` and ``high`` minutes."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A number's place: how many are called before it, and about how long that takes.

    ``wait`` is None while too few visits were measured to say.
    """

    number: QueueNumber
    ahead: int
    wait: Wait | None


@dataclass(frozen=True, slots=True)
class News:
    """What a chat that asked after a number has not been told: it is called, or nearly."""

    watch_id: int
    platform: str
    chat_id: str
    number: QueueNumber
    ahead: int

    @property
    def is_called(self) -> bool:
        return self.number.state is NumberState.CALLED


@dataclass(frozen=True, slots=True)
class Call:
    """A number called to a counter; ``id`` grows in the order the calls were made."""

    id: int
    label: str
    counter: str
    is_repeat: bool
    called_at: datetime


@dataclass(frozen=True, slots=True)
class CounterView:
    """What the clerk of one counter sees: who is here, who waits (in order), who did not come."""

    counter: str
    letter: str
    current: QueueNumber | None
    waiting: tuple[QueueNumber, ...]
    skipped: tuple[QueueNumber, ...]


def label(letter: str, number: int, is_priority: bool) -> str:
    """The number as it is printed."""
    return f"{'U' if is_priority else ''}{letter}{number:0{DIGITS}d}"
