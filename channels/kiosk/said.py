"""`POST /api/kiosk/said`: what something said at the screen does there."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from assistant.facts import select_case
from assistant.spoken_words import Meant, meant
from channels.door import Door

Screen = Literal["home", "ask", "answer", "papers", "missing", "priority", "number", "person"]


class Said(BaseModel):
    """What was said, and what stands on the screen: choices, a procedure, its case."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    screen: Screen
    options: Annotated[int, Field(ge=0, le=60)] = 0
    code: Annotated[str, StringConstraints(max_length=20)] | None = None
    case: Annotated[str, StringConstraints(max_length=60)] | None = None


def said_routes(door: Door) -> APIRouter:
    """The commands and choices of a visit by voice. Nothing of them is kept."""
    routes = APIRouter()
    desk = door.desk

    def read(body: Said) -> Meant:
        view = desk.library.store.find_view(body.code, desk.office_id) if body.code else None
        if view is None:
            return meant(body.text, body.screen, options=body.options)
        whole = view.procedure
        case = body.case if body.case in {c.id for c in whole.cases} else None
        papers = [p for p in select_case(whole, case).documents if case or not p.cases]
        return meant(
            body.text,
            body.screen,
            options=body.options,
            procedure=whole if whole.cases and case is None else None,
            papers=[paper.name for paper in papers],
        )

    @routes.post("/api/kiosk/said")
    async def said(body: Said) -> dict[str, Any]:
        """What it does: a command, a choice, papers to tick, or a question to ask."""
        does = await door.workers.run(lambda: read(body))
        return {
            "does": does.does.value,
            "option": does.option,
            "case": does.case,
            "papers": list(does.papers),
            "rest": does.rest,
        }

    return routes
