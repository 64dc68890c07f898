"""Checks every number, code and link of an answer against its record; what fails is dropped.

For answers rendered from the record this never fires; it is the guard that
lets wording come from elsewhere without a fact changing on the way.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from threading import Lock
from typing import Generic, TypeVar

import structlog

from assistant.answers import Answer
from knowledge.layers import ProcedureView
from knowledge.offices import Office

log = structlog.get_logger()

_GROUPED = re.compile(r"(?<=\d)[.,](?=\d{3}(?!\d))")  # 15.000 đồng, 15,000 VND
_NUMBER = re.compile(r"\d+")
_DATE = re.compile(r"(?<!\d)(?:(\d{4})-(\d{2})-(\d{2})|(\d{1,2})/(\d{1,2})/(\d{4}))(?!\d)")
_PHONE = re.compile(r"(?<![\d.])0\d{2,3}(?:[ .-]?\d{3,4}){2}(?!\d)")
# Where a number, date or phone number can stand: what is searched instead of a whole record, in a
# tenth of the time. A point before the first digit decides whether it begins a phone number.
_DIGITS = re.compile(r"[.\d][\d.,/ -]*")
_LINK = re.compile(r"https?://[^\s)\"”]+")
_MAY_STATE = re.compile(r"\d|https?://")
_ENUMERATION = re.compile(r"^\s*\d{1,2}\.\s")
# What our own fixed sentences say with numbers: emergency calls, and the 90 days and the count
# of papers left out in `replies.yaml`. Whole phrases: a bare "7" or "90" would let a wrong time
# limit through.
_OWN = re.compile(
    r"đã hơn 90 ngày|\(việc \d(?:, \d)*\)|… và \d+ giấy tờ khác|24/7"
    r"|(?<![\d.,])(?:113|114|115|1022)(?![.,]?\d| *(?:đồng|ngày))"
)

KEPT_VALUES = 512
V = TypeVar("V")

dropped: Counter[str] = Counter()
_lock = Lock()


def numbers(text: str) -> frozenset[str]:
    """The numbers a text states, without grouping points or leading zeros.

    A date or a phone number is one thing: 024 0000 0100 does not support "24 ngày".
    """
    text = "\n".join(_DIGITS.findall(text))
    dates = {
        "-".join(str(int(part)) for part in (y or year, m or month, d or day))
        for y, m, d, day, month, year in _DATE.findall(text)
    }
    rest = _DATE.sub(" ", text) if dates else text
    phones = {re.sub(r"\D", "", found) for found in _PHONE.findall(rest)}
    rest = _GROUPED.sub("", _PHONE.sub(" ", rest) if phones else rest)
    return frozenset(dates | phones | {n.lstrip("0") or "0" for n in _NUMBER.findall(rest)})


@dataclass(frozen=True, slots=True)
class _Stated:
    """The numbers and the links that a text states."""

    numbers: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()

    def is_in(self, records: Sequence["_Stated"]) -> bool:
        numbers = self.numbers.difference(*(held.numbers for held in records))
        return not numbers and not self.links.difference(*(held.links for held in records))


_NOTHING = _Stated()


def _stated(record: str) -> _Stated:
    return _Stated(numbers(_LINK.sub(" ", record)), _links(record))


@lru_cache(maxsize=4096)  # the lines of a record are said again and again
def _said(line: str) -> _Stated:
    """What a line states that a record must hold: its place in a list and our own are left out."""
    if not _MAY_STATE.search(line):
        return _NOTHING
    rest = _OWN.sub(" ", _ENUMERATION.sub("", _LINK.sub(" ", line)))
    return _Stated(numbers(rest), _links(line))


def _links(text: str) -> frozenset[str]:
    return frozenset(link.rstrip(".,;") for link in _LINK.findall(text))


def is_supported(line: str, *records: str) -> bool:
    """Whether every number and link of a line stands in the records."""
    return _said(line).is_in([_stated(record) for record in records])


class _Kept(Generic[V]):
    """What values state; kept while a value lives, since most answers repeat few records."""

    def __init__(self, write: Callable[[V], str]) -> None:
        self._write = write
        self._kept: dict[int, tuple[V, _Stated]] = {}

    def stated(self, value: V) -> _Stated:
        kept = self._kept.get(id(value))
        if kept is None or kept[0] is not value:
            if len(self._kept) >= KEPT_VALUES:
                self._kept = {}
            kept = self._kept[id(value)] = (value, _stated(self._write(value)))
        return kept[1]


_of_view: _Kept[ProcedureView] = _Kept(lambda v: v.model_dump_json(exclude={"on", "version"}))
_of_office: _Kept[Office] = _Kept(
    lambda o: o.model_dump_json(
        include={"name", "address", "phones", "website", "counters", "places"}
    )
)


def verify(
    answer: Answer, view: ProcedureView, office: Office, others: Sequence[ProcedureView] = ()
) -> Answer:
    """The answer without the lines that state something the record does not.

    ``others`` are the further records of an answer about several procedures.
    """
    records = [*(_of_view.stated(one) for one in (view, *others)), _of_office.stated(office)]
    lines = answer.text.split("\n")
    kept = [line for line in lines if _said(line).is_in(records)]
    if len(kept) == len(lines):
        return answer
    with _lock:
        dropped[view.procedure.code] += len(lines) - len(kept)
    log.warning("lines_dropped", code=view.procedure.code, count=len(lines) - len(kept))
    return replace(answer, text="\n".join(kept))
