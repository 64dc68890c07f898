"""The facts of a procedure that the asked topics need, as the contract's JSON values."""

from collections.abc import Callable, Collection
from typing import Any

from assistant.answers import Citation, Facts
from assistant.wording import case_labels
from knowledge.layers import ProcedureView
from knowledge.procedures import Procedure, Topic

# A question without a topic gets what people need before they leave the house.
OVERVIEW = (Topic.PAPERS, Topic.PLACE, Topic.FEE, Topic.TIME, Topic.CHANNEL)
SECTION = {
    Topic.PAPERS: "papers",
    Topic.FEE: "fee",
    Topic.TIME: "time",
    Topic.PLACE: "place",
    Topic.CHANNEL: "channel",
    Topic.STEPS: "steps",
    Topic.FORM: "forms",
    Topic.LEGAL_BASIS: "legal_basis",
    Topic.CONDITIONS: "conditions",
    Topic.RESULT: "result",
}


def shown_topics(topics: Collection[Topic]) -> tuple[Topic, ...]:
    """The topics an answer covers: those asked, or the overview."""
    return tuple(topics) or OVERVIEW


ALL_CASES = "*"  # the resident cannot tell the case: everything is shown, and not asked again


def depends_on_case(procedure: Procedure, topics: Collection[Topic]) -> bool:
    """Whether what was asked differs between the cases of a procedure."""
    if not procedure.cases or not procedure.case_question:
        return False
    shown = set(shown_topics(topics))
    parts: list[tuple[Topic, tuple[Any, ...]]] = [
        (Topic.PAPERS, procedure.documents),
        (Topic.FEE, procedure.fees),
        (Topic.TIME, procedure.times),
    ]
    return any(topic in shown and any(e.cases for e in entries) for topic, entries in parts)


def select_case(procedure: Procedure, case: str | None) -> Procedure:
    """The record with only what holds for one case; unchanged without a case."""
    if case is None or case == ALL_CASES:
        return procedure

    def holds(entry: Any) -> bool:
        return not entry.cases or case in entry.cases

    return procedure.model_copy(
        update={
            "documents": tuple(  # of the told case: without an "if"
                d.model_copy(update={"cases": ()}) for d in procedure.documents if holds(d)
            ),
            "fees": tuple(f.model_copy(update={"cases": ()}) for f in procedure.fees if holds(f)),
            "times": tuple(t.model_copy(update={"cases": ()}) for t in procedure.times if holds(t)),
        }
    )


def gather(view: ProcedureView, topics: Collection[Topic]) -> Facts:
    """Facts for the topics; what was not asked stays empty."""
    wanted = set(shown_topics(topics))
    procedure = view.procedure
    return Facts(
        papers=_if(Topic.PAPERS in wanted, _papers, procedure),
        fees=_if(Topic.FEE in wanted, _fees, procedure),
        times=_if(Topic.TIME in wanted, _times, procedure),
        counter=counter_fact(view) if Topic.PLACE in wanted else None,
        authority=procedure.authority if Topic.PLACE in wanted else None,
        channels=_if(Topic.CHANNEL in wanted, _channels, procedure),
        forms=_if(Topic.FORM in wanted, _forms, procedure),
        legal_basis=_if(Topic.LEGAL_BASIS in wanted, _legal_basis, procedure),
    )


def cite(view: ProcedureView, topics: Collection[Topic]) -> tuple[Citation, ...]:
    """One citation for each shown section, from the layer that spoke last."""
    citations = []
    for topic in shown_topics(topics):
        section = SECTION[topic]
        said_by = view.provenance.get(section)
        if said_by:
            citations.append(
                Citation(
                    view.procedure.code,
                    section,
                    said_by.source.name,
                    said_by.effective_from or said_by.source.as_of,
                    said_by.verified,
                    said_by.source.url,
                )
            )
    return tuple(citations)


def counter_fact(view: ProcedureView) -> dict[str, Any] | None:
    """The counter of this office, or the other office that receives; None when unknown."""
    if view.counter:
        return {"number": view.counter.number, "name": view.counter.name}
    if view.place:
        return {"number": None, "name": view.place.name}
    return None


def _if(
    wanted: bool, facts: Callable[[Procedure], tuple[dict[str, Any], ...]], procedure: Procedure
) -> tuple[dict[str, Any], ...]:
    return facts(procedure) if wanted else ()


def _papers(procedure: Procedure) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "name": paper.name,
            "originals": paper.originals,
            "copies": paper.copies,
            "when": paper.when,
            "handling": paper.handling,
            "case": case_labels(procedure, paper.cases) or None,
        }
        for paper in procedure.documents
    )


def _fees(procedure: Procedure) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "amount_vnd": fee.amount_vnd,
            "status": fee.status.value,
            "per": fee.per,
            "channel": fee.channel.value if fee.channel else None,
            "case": case_labels(procedure, fee.cases) or None,
            "note": fee.note,
        }
        for fee in procedure.fees
    )


def _times(procedure: Procedure) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "amount": entry.amount,
            "unit": entry.unit.value,
            "channel": entry.channel.value if entry.channel else None,
            "case": case_labels(procedure, entry.cases) or None,
            "note": entry.note,
        }
        for entry in procedure.times
    )


def _channels(procedure: Procedure) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "channel": way.channel.value,
            "where": way.where,
            "note": way.note,
            "url": way.url,
        }
        for way in procedure.channels
    )


def _forms(procedure: Procedure) -> tuple[dict[str, Any], ...]:
    return tuple(
        {"name": form.name, "number": form.number, "issued_with": form.issued_with}
        for form in procedure.forms
    )


def _legal_basis(procedure: Procedure) -> tuple[dict[str, Any], ...]:
    return tuple({"number": law.number, "title": law.title} for law in procedure.legal_basis)
