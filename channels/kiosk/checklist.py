"""The papers of a procedure and case as the kiosk shows them: lines to tick, fee, time, counter."""

from typing import Any

from assistant import wording
from assistant.compose_english import english_fees, english_name, english_paper, english_times
from assistant.desk import Desk
from assistant.facts import select_case
from assistant.language import ENGLISH
from assistant.papers import kinds_of, shipped_papers
from assistant.queue_numbers import Group, QueueClosed
from assistant.queue_rules import check_open, where_to_queue
from assistant.queue_words import refusal_text
from channels.kiosk.floor import way_text
from channels.kiosk.sentences import spoken
from knowledge.procedures import Procedure, RequiredDocument


def checklist(desk: Desk, code: str, case: str | None, language: str) -> dict[str, Any] | None:
    """What to have ready for a procedure and case, as lines to show; None for an unknown code.

    In English the labels change; names of papers stay as the record and the counter know them.
    """
    view = desk.library.store.find_view(code, desk.office_id)
    if view is None:
        return None
    whole = view.procedure
    chosen = case if case in {c.id for c in whole.cases} else None
    procedure = select_case(whole, chosen)
    papers = [p for p in procedure.documents if chosen or not p.cases]
    where = where_to_queue(desk.library.store.office(desk.office_id), whole)
    counter = view.counter
    is_english = language == ENGLISH
    return {
        "code": whole.code,
        "name": english_name(whole) if is_english else whole.title,
        "case": chosen,
        "case_question": None if is_english else whole.case_question,
        "spoken_cases": _numbered(whole.case_question, [c.label for c in whole.cases], language),
        "spoken_papers": _numbered(None, [p.name for p in papers], language),
        "cases": [{"id": c.id, "label": c.label} for c in whole.cases],
        "papers": [
            {
                "name": p.name,
                "line": english_paper(p) if is_english else wording.paper_line(p),
                "get": None if is_english else where_to_get(desk, whole.code, p),
            }
            for p in papers
        ],
        **_fees_and_times(procedure, is_english),
        "counter": counter.number if counter else None,
        "counter_name": counter.name if counter else view.place.name if view.place else None,
        "way": way_text(counter) if counter else (view.place.address or "") if view.place else "",
        "gives_numbers": isinstance(where, Group),
        "no_number_now": _no_number_now(desk, language),
        "suspended": view.suspended.reason if view.suspended else None,
        "has_source": bool(whole.source.url),
        "verified": view.is_section_verified("papers"),
    }


def _no_number_now(desk: Desk, language: str) -> str | None:
    """Why no number is given at this hour: told before the papers are gone through, not after."""
    now = desk.clock()
    try:
        check_open(desk.library.store.office(desk.office_id), now, desk.queue.rules)
    except QueueClosed as refusal:
        return refusal_text(refusal, now, language)
    return None


def _numbered(question: str | None, lines: list[str], language: str) -> str:
    """Things to choose from as they are read aloud: "Số một: …"."""
    number = "Number" if language == ENGLISH else "Số"
    said = [f"{number} {n}: {line.rstrip('. ')}." for n, line in enumerate(lines, 1)]
    return spoken(" ".join([question, *said] if question else said), language)


# A paper of the same name that another country or an embassy gives is not had here.
FROM_ABROAD = ("nước ngoài", "cơ quan đại diện")


def where_to_get(desk: Desk, code: str, paper: RequiredDocument) -> str | None:
    """Where a missing paper is to be had; None when the records do not say.

    A form is at the counter; a paper that another procedure held here gives out is had by that
    procedure, at its counter. Nothing is guessed.
    """
    kinds = kinds_of(paper.name)
    if paper.form or "declaration" in kinds:
        return "Mẫu có tại nơi nộp hồ sơ."
    if any(word in paper.name.lower() for word in FROM_ABROAD):
        return None
    said = []
    for kind in shipped_papers():
        if kind.id not in kinds or not kind.issued_by or kind.issued_by == code:
            continue
        view = desk.library.store.find_view(kind.issued_by, desk.office_id)
        if view is None:
            continue
        place = f"quầy {view.counter.number}" if view.counter else None
        place = place or (view.place.name if view.place else None)
        said.append(f"{view.procedure.title}{f' ({place})' if place else ''}")
    return f"Xin bằng thủ tục: {'; '.join(said)}." if said else None


def _fees_and_times(procedure: Procedure, is_english: bool) -> dict[str, Any]:
    if is_english:
        return {"fees": english_fees(procedure), "times": english_times(procedure)}
    return {"fees": wording.fee_lines(procedure), "times": wording.time_lines(procedure)}
