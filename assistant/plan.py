"""Several matters as one list: what to do, what to bring once, where to go in which order."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant import wording
from assistant.address import Address
from assistant.papers import is_conditional, kinds_of
from assistant.replies import say
from assistant.wording import lower_first
from knowledge.layers import ProcedureView
from knowledge.procedures import RequiredDocument
from knowledge.vietnamese import normalise

UNPUBLISHED = "chưa công bố"  # in a plan of several matters only what is known is said
MAX_PAPERS = 12  # on one screen; each matter asked alone shows the rest


@dataclass(frozen=True, slots=True)
class Matter:
    """One procedure of a plan, and who needs it."""

    view: ProcedureView
    condition: str | None = None


def plan_lines(matters: Sequence[Matter], address: Address) -> list[str]:
    """The matters numbered, their papers without repetition, and the way through the counters."""
    lines = [_matter_line(i, matter) for i, matter in enumerate(matters, 1)]
    papers = merged_papers(matters)
    if papers:
        lines.append(say("plan_papers", address))
        lines += [f"• {name}{_for(numbers, matters)}" for name, numbers in papers[:MAX_PAPERS]]
        if len(papers) > MAX_PAPERS:
            lines.append(say("plan_more", address))
    route = _route(matters)
    if len(route) > 1:
        stops = " → ".join(f"{place}{_for(numbers, matters)}" for place, numbers in route)
        lines.append(f"{say('plan_route', address)} {stops}.")
    return lines


def merged_papers(matters: Sequence[Matter]) -> list[tuple[str, list[int]]]:
    """Each paper that everybody brings, once, with the numbers of the matters it is for.

    Declarations stay apart: each matter has its own. Of papers for single cases only those of
    the usual one, the record's first, are named; a matter under a condition brings none.
    """
    merged: dict[object, tuple[str, list[int]]] = {}
    for number, matter in enumerate(matters, 1):
        if matter.condition:
            continue
        procedure = matter.view.procedure
        usual = procedure.cases[0] if procedure.cases else None
        for paper in procedure.documents:
            of_case = bool(paper.cases)
            if is_conditional(paper) or (of_case and usual and usual.id not in paper.cases):
                continue
            name = paper.name
            if of_case and usual:
                name += f" – nếu {lower_first(usual.label)}"
            numbers = merged.setdefault(_key(paper), (name, []))[1]
            if number not in numbers:
                numbers.append(number)
    return list(merged.values())


def _key(paper: RequiredDocument) -> object:
    kinds = kinds_of(paper.name) - {"declaration"}
    return kinds if len(kinds) == 1 else normalise(paper.name)


def _matter_line(number: int, matter: Matter) -> str:
    procedure = matter.view.procedure
    facts = [_where(matter.view)]
    fees, times = wording.fee_lines(procedure), wording.time_lines(procedure)
    if len(fees) == 1 and fees[0] != UNPUBLISHED:
        facts.append(f"lệ phí: {fees[0]}")
    if len(times) == 1 and times[0] != UNPUBLISHED:
        facts.append(f"thời hạn: {times[0]}")
    condition = f" (nếu {matter.condition})" if matter.condition else ""
    return f"{number}. {procedure.title}{condition}: {'; '.join(facts)}."


def _where(view: ProcedureView) -> str:
    if view.counter:
        return f"quầy số {view.counter.number}"
    return view.place.name if view.place else view.procedure.receiving


def _route(matters: Sequence[Matter]) -> list[tuple[str, list[int]]]:
    """The places in the order of the matters, each once: counters of the office before others."""
    stops: dict[str, list[int]] = {}
    inside: dict[str, bool] = {}
    for number, matter in enumerate(matters, 1):
        place = _where(matter.view)
        stops.setdefault(place, []).append(number)
        inside[place] = matter.view.counter is not None
    return sorted(stops.items(), key=lambda stop: (not inside[stop[0]], stop[1][0]))


def _for(numbers: Sequence[int], matters: Sequence[Matter]) -> str:
    return f" (việc {', '.join(map(str, numbers))})" if len(matters) > 1 else ""
