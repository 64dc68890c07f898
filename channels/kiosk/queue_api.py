"""The queue over HTTP: papers to check, a number, its place, the calls as they happen."""

import json
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Any, Literal

import anyio
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sse_starlette import EventSourceResponse

from assistant.queue_numbers import Call, QueueClosed, Standing, UnknownNumber
from assistant.queue_rules import find_group, where_to_queue
from assistant.queue_store import Wanted
from assistant.queue_words import (
    call_speech,
    call_text,
    place_text,
    refusal_text,
    spoken_label,
)
from channels.door import Door, error
from channels.kiosk.checklist import checklist
from channels.kiosk.floor import way_text
from channels.kiosk.sentences import spoken
from channels.kiosk.settings import KioskSettings
from knowledge.offices import Office, Place

# A call is on the board within this and one reading of the database: well below a second.
LOOK_EVERY_SECONDS = 0.4
Key = Annotated[str, StringConstraints(min_length=8, max_length=64)]
Language = Literal["vi", "en"]
Code = Annotated[str, StringConstraints(max_length=20)]


ENGLISH_ERRORS = {
    "queue_elsewhere": "This is done at {name}{address}; there are no numbers for it here.",
    "no_queue": "There are no numbers for this here. Please ask at the reception desk.",
}


class NumberRequest(BaseModel):
    """The body of `POST /api/queue`; ``client_key`` is one for each visit, made by the client."""

    model_config = ConfigDict(extra="forbid")

    client_key: Key
    code: Code | None = None
    case: Annotated[str, StringConstraints(max_length=60)] | None = None
    is_priority: bool = False
    missing: Annotated[list[str], Field(max_length=60)] = []
    language: Language = "vi"


def number_json(standing: Standing, office: Office, language: str = "vi") -> dict[str, Any]:
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
        "text": place_text(standing, language),
        "speech": spoken(place_text(standing, language), language),
        "spoken_label": spoken_label(number.label) if language == "vi" else number.label,
        "missing": list(number.missing_papers),
    }


def refuse(language: str, code: str, **details: Any) -> JSONResponse:
    """A 409 in the language of the screen."""
    if language == "vi":
        return error(409, code, **details)
    message = ENGLISH_ERRORS[code].format(**details)
    return JSONResponse({"error": {"code": code, "message": message}}, status_code=409)


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
        here = office()
        where = where_to_queue(here, view.procedure if view else None)
        if isinstance(where, Place):
            address = f" ({where.address})" if where.address else ""
            return refuse(body.language, "queue_elsewhere", name=where.name, address=address)
        if where is None:
            return refuse(body.language, "no_queue")
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
            number, standing = desk.queue.take_place(body.client_key, wanted)
            standing = standing or desk.queue.standing(number.token)
        except QueueClosed as refusal:
            sentence = refusal_text(refusal, desk.clock(), body.language)
            return error(409, "no_number_now", sentence=sentence)
        except UnknownNumber:  # the key of another day
            return error(404, "unknown_number")
        return JSONResponse(number_json(standing, here, body.language), status_code=201)

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
    async def papers(code: str, case: str | None = None, lang: Language = "vi") -> Response:
        """The papers of a procedure and case, with fee, time and counter, as lines to show."""
        found = await door.workers.run(lambda: checklist(door.desk, code, case, lang))
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
