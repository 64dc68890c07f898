"""Answers about a procedure, composed and checked, kept for the next question on the same topics.

What they say depends on the record as it holds here today, on the office and on what was asked,
on nothing else of a conversation. A changed record, rule or office, or another day, is another
view of it, so that nothing old is found again.
"""

from dataclasses import dataclass, replace
from weakref import ref

from assistant.address import Address
from assistant.answers import Answer
from assistant.compose import compose
from assistant.verify import verify
from knowledge.layers import ProcedureView
from knowledge.offices import Office
from knowledge.procedures import Topic

KEPT = 512  # answers of some 5 kB


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer about one procedure depends on besides its record; see ``compose``."""

    topics: tuple[Topic, ...]
    address: Address
    phone: str
    case: str | None
    asks_case: bool
    follows: bool
    brief: bool


class Composed:
    """The answers kept by one desk. Safe between threads: at worst one is composed twice."""

    def __init__(self) -> None:
        self._kept: dict[
            tuple[int, int, Asked], tuple[ref[ProcedureView], ref[Office], Answer]
        ] = {}

    def answer(
        self, view: ProcedureView, office: Office, asked: Asked, probability: float
    ) -> Answer:
        """The answer as ``compose`` and ``verify`` give it."""
        key = (id(view), id(office), asked)
        kept = self._kept.get(key)
        # An id may have gone to another view since.
        if kept is None or kept[0]() is not view or kept[1]() is not office:
            if len(self._kept) >= KEPT:
                self._kept = {}
            kept = self._kept[key] = (ref(view), ref(office), _compose(view, office, asked))
        return replace(kept[2], probability=probability)


def _compose(view: ProcedureView, office: Office, asked: Asked) -> Answer:
    answer = compose(
        view,
        asked.topics,
        address=asked.address,
        office_name=office.name,
        phone=asked.phone,
        case=asked.case,
        asks_case=asked.asks_case,
        follows=asked.follows,
        brief=asked.brief,
    )
    return verify(answer, view, office)
