"""The queue over HTTP: papers to check, a number, its place, the calls as they happen."""

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from typing import Any

import anyio
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from sse_starlette import EventSourceResponse

from assistant.queue_numbers import Call, UnknownNumber
from assistant.queue_words import call_speech, call_text
from channels.door import Door, error
from channels.fair_places import FairPlaces, Full
from channels.kiosk.checklist import checklist
from channels.kiosk.settings import KioskSettings
from channels.kiosk.taking import Language, NumberRequest, number_json, take_numbers
from channels.threads import Together
from knowledge.offices import Office

# A call is on the board within this and one reading of the database: well below a second.
LOOK_EVERY_SECONDS = 0.4


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
    boards = FairPlaces(settings.boards)

    def office() -> Office:
        return desk.library.store.office(desk.office_id)

    taking = Together(door.workers, partial(take_numbers, desk))

    @routes.post("/api/queue", status_code=201)
    async def take_number(body: NumberRequest) -> Response:
        """A queue number; the same `client_key` always gets the same one."""
        return await taking.run(body)

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
        address = request.client.host if request.client else ""
        if not boards.has_one_for(address):
            return error(503, "too_many_boards")
        header = request.headers.get("last-event-id", "")
        last = int(header) if header.isascii() and header.isdigit() else after

        async def stream() -> AsyncIterator[dict[str, str]]:
            nonlocal last
            with suppress(Full), boards.taken_by(address) as place:
                while not place.is_lost:
                    for call in await door.workers.run(partial(desk.queue.calls, after=last)):
                        last = call.id
                        data = json.dumps(call_json(call), ensure_ascii=False)
                        yield {"id": str(call.id), "event": "call", "data": data}
                    await anyio.sleep(LOOK_EVERY_SECONDS)

        return EventSourceResponse(stream(), ping=10)

    return routes
