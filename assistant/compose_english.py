"""The same facts with English labels; names of papers and remarks stay as the record has them."""

from collections.abc import Callable, Sequence

from assistant import wording
from assistant.answers import Answer, Choice, Outcome, ProcedureRef
from assistant.compose import ALL_PAPERS, OVERVIEW_PAPERS, case_choices, narrowed
from assistant.facts import ALL_CASES, cite, gather, shown_topics
from assistant.language import glossary
from knowledge.layers import ProcedureView
from knowledge.procedures import (
    Channel,
    Fee,
    FeeStatus,
    Procedure,
    ProcessingTime,
    RequiredDocument,
    TimeUnit,
    Topic,
)

CHANNELS = {Channel.IN_PERSON: "in person", Channel.ONLINE: "online", Channel.POST: "by post"}
UNITS = {
    TimeUnit.WORKING_DAY: "working day",
    TimeUnit.DAY: "day",
    TimeUnit.HOUR: "hour",
    TimeUnit.MONTH: "month",
}


def compose_english(
    view: ProcedureView,
    topics: Sequence[Topic],
    *,
    phone: str,
    case: str | None = None,
    probability: float = 1.0,
    asks_case: bool = False,
) -> Answer:
    """The answer about one procedure in English, every fact from the record."""
    view = narrowed(view, case)
    procedure = view.procedure
    shown = shown_topics(topics)
    parts = [english_name(procedure) + ":"]
    if case and case != ALL_CASES:
        parts = [f"{english_name(procedure)} ({wording.case_labels(procedure, [case])}):"]
    if view.suspended:
        parts.append(f"Suspended for now: {view.suspended.reason}")
    parts += [block for topic in shown if (block := _BLOCKS[topic](view, not topics))]
    doubtful = any(not citation.verified for citation in cite(view, topics))
    if doubtful:
        parts.append(f"Not all of this has been checked by staff; please ask {phone} first.")
    for source in dict.fromkeys(citation.source for citation in cite(view, topics)):
        parts.append(f"Source: {source}.")
    choices: tuple[Choice, ...] = ()
    if asks_case:
        choices = case_choices(procedure)
        parts.append("Which case is yours?")
        parts += [f"{i}. {choice.label}" for i, choice in enumerate(choices, 1)]
    return Answer(
        Outcome.ANSWERED,
        "\n".join(parts),
        procedure=ProcedureRef(procedure.code, procedure.name),
        topics=tuple(topic.value for topic in topics),
        facts=gather(view, topics),
        choices=choices,
        citations=cite(view, topics),
        probability=probability,
    )


def english_name(procedure: Procedure) -> str:
    """ "Birth registration (Đăng ký khai sinh)"; the Vietnamese name where there is no other."""
    name = glossary().procedures.get(procedure.code)
    return f"{name[0].upper()}{name[1:]} ({procedure.title})" if name else procedure.title


def _papers(view: ProcedureView, brief: bool) -> str:
    procedure = view.procedure
    if not procedure.documents:
        return "Papers: not published."
    limit = OVERVIEW_PAPERS if brief else ALL_PAPERS
    lines = ["Papers:"]
    lines += [
        f"• {english_paper(paper, wording.case_labels(procedure, paper.cases))}"
        for paper in procedure.documents[:limit]
    ]
    if len(procedure.documents) > limit:
        lines.append("… and more: ask for “all documents”.")
    if procedure.not_needed:
        lines.append("Not needed: " + "; ".join(n.name for n in procedure.not_needed[:3]))
    return "\n".join(lines)


def english_paper(paper: RequiredDocument, cases: str = "") -> str:
    """One paper with its quantity and condition, and ``cases`` it is for where none was chosen."""
    amounts = []
    if paper.originals:
        amounts.append(_count(paper.originals, "original"))
    if paper.copies:
        amounts.append(_count(paper.copies, "copy", "copies"))
    if paper.handling == "show":
        amounts.append("to show only")
    line = paper.name + (f" ({', '.join(amounts)})" if amounts else "")
    if cases:
        line += f" – if: {cases}"
    return f"{line} – {paper.when}" if paper.when else line


def _count(count: int, one: str, many: str | None = None) -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


def _fee(view: ProcedureView, brief: bool) -> str:
    fees = view.procedure.fees
    if not fees:
        return "Fee: not published."
    return wording.listed("Fee", english_fees(view.procedure))


def english_fees(procedure: Procedure) -> list[str]:
    """Each fee as a line."""
    return [_entry(procedure, fee, _amount(fee)) for fee in procedure.fees]


def _amount(fee: Fee) -> str:
    match fee.status:
        case FeeStatus.FREE:
            return "free"
        case FeeStatus.SET_BY_PROVINCE:
            return "set by the province, no amount given here"
        case FeeStatus.UNPUBLISHED:
            return "not published"
        case _:
            amount = f"{fee.amount_vnd or 0:,} VND"
            return f"{amount} per {fee.per}" if fee.per else amount


def _entry(procedure: Procedure, entry: Fee | ProcessingTime, text: str) -> str:
    holds = [CHANNELS[entry.channel]] if entry.channel else []
    if entry.cases:
        holds.append(wording.case_labels(procedure, entry.cases))
    text = f"{', '.join(holds)}: {text}" if holds else text
    return f"{text} ({entry.note})" if entry.note else text


def _time(view: ProcedureView, brief: bool) -> str:
    times = view.procedure.times
    if not times:
        return "Processing time: not published."
    return wording.listed("Processing time", english_times(view.procedure))


def english_times(procedure: Procedure) -> list[str]:
    """Each processing time as a line."""
    return [_entry(procedure, entry, _duration(entry)) for entry in procedure.times]


def _duration(entry: ProcessingTime) -> str:
    if entry.unit is TimeUnit.SAME_DAY:
        return "same day"
    if entry.amount is None:
        return "not published"
    if entry.unit is TimeUnit.UNKNOWN:
        return f"{entry.amount} (the source does not say days or hours)"
    return _count(entry.amount, UNITS[entry.unit])


def _place(view: ProcedureView, brief: bool) -> str:
    if counter := view.counter:
        return f"Where: counter {counter.number} ({counter.name})."
    if place := view.place:
        where = ", ".join(filter(None, [place.name, place.address]))
        return f"Where: {where}." if not place.phone else f"Where: {where}, phone {place.phone}."
    return f"Where: {view.procedure.receiving}."


def _channel(view: ProcedureView, brief: bool) -> str:
    ways = list(dict.fromkeys(way.channel for way in view.procedure.channels))
    if not ways:
        return "How to apply: not published."
    online = "" if Channel.ONLINE in ways else " (online is not published)"
    return "How to apply: " + ", ".join(CHANNELS[way] for way in ways) + online + "."


def _steps(view: ProcedureView, brief: bool) -> str:
    steps = [f"{i}. {step}" for i, step in enumerate(view.procedure.steps[:12], 1)]
    return "\n".join(["Steps:", *steps]) if steps else "Steps: not published."


def _form(view: ProcedureView, brief: bool) -> str:
    forms = view.procedure.forms
    names = [f"{f.name} – {f.number}" if f.number else f.name for f in forms[:12]]
    return wording.listed("Forms", names) if names else "Forms: none published."


def _legal_basis(view: ProcedureView, brief: bool) -> str:
    laws = [f"{law.title} ({law.number})" if law.title else law.number
            for law in view.procedure.legal_basis[:20]]  # fmt: skip
    return wording.listed("Legal basis", laws) if laws else "Legal basis: not published."


def _conditions(view: ProcedureView, brief: bool) -> str:
    procedure = view.procedure
    lines = [line for line in (procedure.who_can_apply, *procedure.conditions[:12]) if line]
    return wording.listed("Conditions", lines) if lines else "Conditions: none published."


def _result(view: ProcedureView, brief: bool) -> str:
    lines = [line for line in (view.procedure.result, view.procedure.validity) if line]
    return "Result: " + ". ".join(lines) if lines else "Result: not published."


_BLOCKS: dict[Topic, Callable[[ProcedureView, bool], str]] = {
    Topic.PAPERS: _papers,
    Topic.FEE: _fee,
    Topic.TIME: _time,
    Topic.PLACE: _place,
    Topic.CHANNEL: _channel,
    Topic.STEPS: _steps,
    Topic.FORM: _form,
    Topic.LEGAL_BASIS: _legal_basis,
    Topic.CONDITIONS: _conditions,
    Topic.RESULT: _result,
}
