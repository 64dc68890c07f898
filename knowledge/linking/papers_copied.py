"""Reads a paper somebody wants a certified copy of as any paper.

"Công chứng sổ lương hưu" is about certifying; the names of papers are the names of procedures
too, and without this the better known name would decide. The table is `papers_copied.yaml`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from knowledge.data_files import parse_yaml
from knowledge.vietnamese import fold, has_tones, normalise

FILE = Path(__file__).parent.parent / "data" / "papers_copied.yaml"
MOST_BETWEEN = 3  # fillers between the action and the paper ("mấy cái bản sao")
MOST_WORDS = 9  # of a paper's name after its first word
# Alone these say nothing yet: "công chứng thẻ" may be "the nao".
SHORT = ("giấy", "bằng", "thẻ", "sổ", "bìa", "bản")


@dataclass(frozen=True, slots=True)
class _Table:
    reads: str
    before: re.Pattern[str]  # the action, then the paper
    behind: re.Pattern[str]  # the paper first: "học bạ photo công chứng"
    copying: re.Pattern[str]
    unless: re.Pattern[str]
    although: re.Pattern[str]
    nowhere: re.Pattern[str]


@lru_cache(maxsize=1)
def _table() -> _Table:
    raw: dict[str, Any] = parse_yaml(FILE.read_text("utf-8"))

    def any_of(key: str, *, wide: bool | None = None) -> str:
        said = {normalise(str(phrase)) for phrase in raw[key]}
        kept = (p for p in said if wide is None or (" " in p) == wide)
        return "|".join(map(_typed, sorted(kept, key=len, reverse=True)))

    ends, short = any_of("ends"), "|".join(map(_typed, SHORT))
    rest = rf"(?: (?!(?:{ends})\b)\S+){{0,{MOST_WORDS}}}"
    spoken = rf"(?!(?:{short})(?: (?:{ends})\b|$))(?:{any_of('papers', wide=False)})"
    paper = rf"(?:(?:{any_of('papers', wide=True)})|{spoken})\b{rest}"
    between = rf"(?:(?:{any_of('between')}|\d+)\b ){{0,{MOST_BETWEEN}}}"
    more = rf"(?: (?:{any_of('and')}) {between}{paper})*"
    named = rf"(?P<paper>{paper}{more})"
    action = rf"(?P<action>\b(?:{any_of('copying')}|{any_of('certifying')}))"
    return _Table(
        normalise(raw["reads"]),
        re.compile(rf"{action} {between}{named}"),
        re.compile(rf"^{named} {action}\b"),
        re.compile(rf"^(?:{any_of('copying')})$"),
        re.compile(rf"\b(?:{any_of('unless')})\b"),
        re.compile(rf"\b(?:{any_of('although')})\b"),
        re.compile(rf"\b(?:{any_of('nowhere')})\b"),
    )


def _typed(phrase: str) -> str:
    """A pattern for a phrase whose words may each lack their marks."""
    return " ".join(rf"(?:{re.escape(w)}|{re.escape(fold(w))})" for w in phrase.split())


def with_any_paper(normalised: str) -> str:
    """A normalised question in which the paper to be copied and certified is any paper."""
    table = _table()
    if table.nowhere.search(normalised):
        return normalised
    for pattern in (table.before, table.behind):
        if (found := pattern.search(normalised)) and _is_copied(table, found):
            copy = table.reads if has_tones(normalised) else fold(table.reads)
            return f"{normalised[: found.start()]}{copy}{normalised[found.end() :]}"
    return normalised


def _is_copied(table: _Table, found: re.Match[str]) -> bool:
    if table.copying.match(found["action"]) or table.although.search(found["paper"]):
        return True
    return not table.unless.search(found["paper"])
