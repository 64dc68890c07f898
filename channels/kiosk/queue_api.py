"""The queue over HTTP: papers to check, a number, its place, the calls as they happen."""

import json
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sse_starlette import EventSourceResponse

from assistant import wording
from assistant.facts import select_case
from assistant.queue_numbers import Call, Group, QueueClosed, Standing, UnknownNumber
from assistant.queue_rules import find_group, where_to_queue
from assistant.queue_store import Wanted
from assistant.queue_words import call_speech, call_text, place_text, refusal_text
from channels.door import Door, error
from channels.kiosk.floor import way_text
from channels.kiosk.settings import KioskSettings
from knowledge.offices import Office, Place

# A call is on the board within this and one reading of the database: well below a second.
LOOK_EVERY_SECONDS = 0.4
Key = Annotated[str, StringConstraints(min_length=8, max_length=64)]
Code = Annotated[str, StringConstraints(max_length=20)]


class NumberRequest(BaseModel):
    """The body of `POST /api/queue`; ``client_key`` is one for each visit, made by the client."""

    model_config = ConfigDict(extra="forbid")

    client_key: Key
    code: Code | None = None
    case: Annotated[str, StringConstraints(max_length=60)] | None = None
    is_priority: bool = False
    missing: Annotated[list[str], Field(max_length=60)] = []


def checklist(door: Door, code: str, case: str | None) -> dict[str, Any] | None:
    """What to have ready for a procedure and case, as lines to show; None for an unknown code."""
    desk = door.desk
    view = desk.library.store.find_view(code, desk.office_id)
    if view is None:
        return None
    whole = view.procedure
    chosen = case if case in {c.id for c in whole.cases} else None
    procedure = select_case(whole, chosen)
    papers = [p for p in procedure.documents if chosen or not p.cases]
    where = where_to_queue(desk.library.store.office(desk.office_id), whole)
    counter = view.counter
    return {
        "code": whole.code,
        "name": whole.title,
        "case": chosen,
        "case_question": whole.case_question,
        "cases": [{"id": c.id, "label": c.label} for c in whole.cases],
        "papers": [{"name": p.name, "line": wording.paper_line(p)} for p in papers],
        "fees": wording.fee_lines(procedure),
        "times": wording.time_lines(procedure),
        "counter": counter.number if counter else None,
        "counter_name": counter.name if counter else view.place.name if view.place else None,
        "way": way_text(counter) if counter else (view.place.address or "") if view.place else "",
        "gives_numbers": isinstance(where, Group),
        "suspended": view.suspended.reason if view.suspended else None,
        "verified": view.is_section_verified("papers"),
    }


def number_json(standing: Standing, office: Office) -> dict[str, Any]:
    """A number and its place, for the screen and the phone."""
    number = standing.number
    group = find_group(office, number.waits_at)
    return {
        "label": number.label,
        "token": number.token,
        "state": number.state.value,
        "is_priority": number.is_priority,
        "counters": [
            {"number": c.number, "name": c.name, "way": way_text(c)}
            for c in (group.counters if group else ())
        ],
        "counter": number.counter,
        "ahead": standing.ahead,
        "wait_minutes": [standing.wait.low, standing.wait.high] if standing.wait else None,
        "text": place_text(standing),
        "missing": list(number.missing_papers),
    }


def call_json(call: Call) -> dict[str, Any]:
    """A call for the board: what it shows and what it says."""
    return {
        "id": call.id,
        "label": call.label,
        "counter": call.counter,
        "text": call_text(call.label, call.counter),
        "speech": call_speech(call.label, call.counter),
    }


def queue_routes(door: Door, settings: KioskSettings) -> APIRouter:
    """`/api/queue`, `/api/kiosk/checklist`, `/api/board` and the deletion of a conversation."""
    routes = APIRouter()
    desk = door.desk
    boards = 0

    def office() -> Office:
        return desk.library.store.office(desk.office_id)

    def take(body: NumberRequest) -> Response:
        store = desk.library.store
        view = store.find_view(body.code, desk.office_id) if body.code else None
        if body.code and view is None:
            return error(404, "unknown_procedure")
        where = where_to_queue(office(), view.procedure if view else None)
        if isinstance(where, Place):
            address = f" ({where.address})" if where.address else ""
            return error(409, "queue_elsewhere", name=where.name, address=address)
        if where is None:
            return error(409, "no_queue")
        # only names of the record travel on: nothing a person typed is kept with a number
        known = {p.name for p in view.procedure.documents} if view else set()
        case = body.case if view and body.case in {c.id for c in view.procedure.cases} else None
        wanted = Wanted(
            where.letter,
            body.is_priority,
            body.code,
            case,
            tuple(name for name in dict.fromkeys(body.missing) if name in known),
        )
        try:
            number = desk.queue.take(body.client_key, wanted)
            standing = desk.queue.standing(number.token)
        except QueueClosed as refusal:
            sentence = refusal_text(refusal, desk.clock())
            return error(409, "no_number_now", sentence=sentence)
        except UnknownNumber:  # the key of another day
            return error(404, "unknown_number")
        return JSONResponse(number_json(standing, office()), status_code=201)

    @routes.post("/api/queue", status_code=201)
    async def take_number(body: NumberRequest) -> Response:
        """A queue number; the same `client_key` always gets the same one."""
        return await door.workers.run(lambda: take(body))

    @routes.get("/api/queue/{token}")
    async def place(token: str) -> Response:
        """The place of a number taken today."""
        try:
            found = await door.workers.run(
                lambda: number_json(desk.queue.standing(token), office())
            )
        except UnknownNumber:
            return error(404, "unknown_number")
        return JSONResponse(found, headers={"Cache-Control": "no-store"})

    @routes.delete("/api/queue/{token}", status_code=204)
    async def leave(token: str) -> Response:
        """Give a waiting number back."""
        await door.workers.run(lambda: desk.queue.leave(token))
        return Response(status_code=204)

    @routes.get("/api/kiosk/checklist/{code}")
    async def papers(code: str, case: str | None = None) -> Response:
        """The papers of a procedure and case, with fee, time and counter, as lines to show."""
        found = await door.workers.run(lambda: checklist(door, code, case))
        return JSONResponse(found) if found else error(404, "unknown_procedure")

    @routes.delete("/api/conversations/{conversation_id}", status_code=204)
    async def forget(conversation_id: str) -> Response:
        """Delete a conversation with all its turns; whoever knows its id may."""
        await door.workers.run(lambda: desk.conversations.forget(conversation_id))
        return Response(status_code=204)

    @routes.get("/api/board")
    async def board() -> dict[str, Any]:
        """The latest calls, oldest first, and who is at which counter."""
        calls, serving = await door.workers.run(
            lambda: (desk.queue.calls(limit=8), desk.queue.now_serving())
        )
        return {
            "calls": [call_json(call) for call in calls],
            "serving": [{"counter": counter, "label": label} for counter, label in serving],
        }

    @routes.get("/api/board/events")
    async def events(request: Request, after: int = 0) -> Response:
        """Server-sent events: every call after number `after` (or `Last-Event-ID`), in order."""
        nonlocal boards
        if boards >= settings.boards:
            return error(503, "too_many_boards")
        header = request.headers.get("last-event-id", "")
        last = int(header) if header.isascii() and header.isdigit() else after

        async def stream() -> AsyncIterator[dict[str, str]]:
            nonlocal boards, last
            boards += 1
            try:
                while True:
                    for call in await door.workers.run(partial(desk.queue.calls, after=last)):
                        last = call.id
                        data = json.dumps(call_json(call), ensure_ascii=False)
                        yield {"id": str(call.id), "event": "call", "data": data}
                    await anyio.sleep(LOOK_EVERY_SECONDS)
            finally:
                boards -= 1

        return EventSourceResponse(stream(), ping=10)

    return routes
