"""`/t/<code>`: the papers of one procedure as a page to share, tick off and print on one sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import urlencode

import segno
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from assistant import wording
from assistant.desk import Desk
from assistant.facts import select_case
from assistant.office_answers import office_facts
from assistant.papers import is_conditional
from assistant.replies import say
from channels.door import PAGE_HEADERS, Door
from knowledge.layers import ProcedureView
from knowledge.offices import Office
from knowledge.procedures import Procedure, RequiredDocument

QR_HEADERS = {"Cache-Control": "public, max-age=86400", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class Group:
    """Papers under one heading, each as a line of the record."""

    heading: str
    papers: tuple[str, ...]


def groups_of(procedure: Procedure, chosen: bool) -> list[Group]:
    """The papers of a record by what to do with them.

    With a ``chosen`` case its papers are simply to hand in; without one every case has its group.
    """
    submit: list[RequiredDocument] = []
    show: list[RequiredDocument] = []
    sometimes: list[RequiredDocument] = []
    by_case: dict[tuple[str, ...], list[RequiredDocument]] = {}
    for paper in procedure.documents:
        if paper.cases and not chosen:
            by_case.setdefault(paper.cases, []).append(paper)
        elif is_conditional(paper):
            sometimes.append(paper)
        else:
            (show if paper.handling == "show" else submit).append(paper)
    groups = [
        ("Giấy tờ phải nộp", submit),
        *((f"Nếu: {wording.case_labels(procedure, cases)}", p) for cases, p in by_case.items()),
        ("Mang theo để xuất trình", show),
        ("Chỉ cần khi rơi vào trường hợp ghi bên cạnh", sometimes),
    ]
    return [
        Group(heading, tuple(wording.paper_line(paper) for paper in papers))
        for heading, papers in groups
        if papers
    ]


# How many letters one A4 sheet takes in each print, a line counted as LINE_LETTERS more; found by
# printing the sample's and the portal's longest records (see tests/test_checklist_page.py).
LINE_LETTERS = 60
SHEETS = (
    ("", 2_300),
    ("dense", 4_600),
    ("denser", 7_000),
    ("clipped", 12_500),
    ("short", 30_000),
)

MOST_LINES = 64  # more, at two rows a line, do not fit


def sheet_of(lines: Sequence[str]) -> str:
    """The print that brings these lines on one sheet: smaller letters, two columns, cut lines.

    What is cut on paper says so, and stands whole behind the QR code.
    """
    letters = sum(len(line) + LINE_LETTERS for line in lines)
    if len(lines) > MOST_LINES:
        return "names"
    return next((name for name, most in SHEETS if letters <= most), "names")


def checklist_routes(door: Door) -> APIRouter:
    """The checklist page and its QR code."""
    routes = APIRouter()

    @routes.get("/t/{code}", response_class=HTMLResponse)
    async def checklist(request: Request, code: str, case: str | None = None) -> Response:
        """The papers of one procedure, of one case with ``?case=``; an unknown case shows all."""
        view, office, facts = await door.workers.run(lambda: _read(door.desk, code))
        known = case in {one.id for one in view.procedure.cases}
        procedure = select_case(view.procedure, case if known else None)
        sections = ("papers", "fee", "time", "place")
        groups = groups_of(procedure, known)
        fees, times = wording.fee_lines(procedure), wording.time_lines(procedure)
        said_by = {view.provenance[s].source: None for s in sections if s in view.provenance}
        return door.templates.TemplateResponse(
            request,
            "checklist/checklist.html",
            {
                "office": office,
                "facts": facts,
                "procedure": procedure,
                "view": view,
                "case": case if known else None,
                "case_label": wording.case_labels(procedure, [case]) if known and case else "",
                "groups": groups,
                "fees": fees,
                "times": times,
                "sheet": sheet_of(
                    [
                        *(line for g in groups for line in (g.heading, *g.papers)),
                        *(note.text for note in view.notes),
                        *(f"{n.name}: {n.rule}" for n in procedure.not_needed),
                        *fees,
                        *times,
                    ]
                ),
                "channels": [wording.CHANNELS[way.channel] for way in procedure.channels],
                "sources": [(source, wording.day(source.as_of)) for source in said_by],
                "verified": all(
                    view.provenance[s].verified for s in sections if s in view.provenance
                ),
                "today": wording.day(view.on),
                "query": f"?{urlencode({'case': case})}" if known else "",
                "disclosure": say("checklist_disclosure", office=office.name),
            },
            headers=PAGE_HEADERS,
        )

    @routes.get("/t/{code}/qr.svg")
    async def qr(request: Request, code: str, case: str | None = None) -> Response:
        """The address of the checklist as a QR code."""
        view, _, _ = await door.workers.run(lambda: _read(door.desk, code))
        address = str(request.url_for("checklist", code=code))
        if case in {one.id for one in view.procedure.cases}:
            address += f"?{urlencode({'case': case})}"
        picture = await door.workers.run(lambda: _drawn(address))
        return Response(picture, media_type="image/svg+xml", headers=QR_HEADERS)

    return routes


def _drawn(address: str) -> bytes:
    picture = BytesIO()
    segno.make(address, error="m", micro=False).save(
        picture, kind="svg", border=2, scale=4, xmldecl=False, svgns=True
    )
    return picture.getvalue()


def _read(desk: Desk, code: str) -> tuple[ProcedureView, Office, dict[str, str]]:
    view = desk.library.store.find_view(code, desk.office_id)
    if view is None:
        raise HTTPException(404)
    office = desk.library.store.office(desk.office_id)
    return view, office, office_facts(office, desk.clock())
