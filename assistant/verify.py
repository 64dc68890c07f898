"""Checks every number, code and link of an answer against its record; what fails is dropped.

For answers rendered from the record this never fires; it is the guard that
lets wording come from elsewhere without a fact changing on the way.
"""

import re
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from threading import Lock

import structlog

from assistant.answers import Answer
from knowledge.layers import ProcedureView
from knowledge.offices import Office

log = structlog.get_logger()

_GROUPED = re.compile(r"(?<=\d)\.(?=\d{3}(?!\d))")
_NUMBER = re.compile(r"\d+")
_LINK = re.compile(r"https?://[^\s)\"”]+")
_ENUMERATION = re.compile(r"^\s*\d{1,2}\.\s")
# Numbers of our own fixed sentences: emergency calls and the 90 days of `replies.yaml`.
OWN_NUMBERS = frozenset({"90", "113", "114", "115", "1022", "24", "7"})

dropped: Counter[str] = Counter()
_lock = Lock()


def numbers(text: str) -> set[str]:
    """The numbers a text states, without grouping points or leading zeros."""
    return {n.lstrip("0") or "0" for n in _NUMBER.findall(_GROUPED.sub("", text))}


@lru_cache(maxsize=2048)
def _supported(record: str) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(numbers(record)), frozenset(_LINK.findall(record))


def is_supported(line: str, record: str) -> bool:
    """Whether every number and link of a line stands in the record."""
    known, links = _supported(record)
    links_said = _LINK.findall(line)
    rest = _ENUMERATION.sub("", _LINK.sub(" ", line))
    return numbers(rest) <= known | OWN_NUMBERS and all(
        any(said.rstrip(".,;") == link.rstrip(".,;") for link in links) for said in links_said
    )


def verify(answer: Answer, view: ProcedureView, office: Office) -> Answer:
    """The answer without the lines that state something the record does not."""
    record = view.model_dump_json() + office.model_dump_json()
    lines = answer.text.split("\n")
    kept = [line for line in lines if is_supported(line, record)]
    if len(kept) < len(lines):
        with _lock:
            dropped[view.procedure.code] += len(lines) - len(kept)
        log.warning("lines_dropped", code=view.procedure.code, count=len(lines) - len(kept))
    return replace(answer, text="\n".join(kept))
