"""`/api/chat/stream`: the record's answer at once, a model's words for it once they are checked.

Server-sent events, in this order: ``answer`` (in the shape of `POST /api/chat`), ``worded`` (the
same answer in a model's words, where a model is on and said something usable), ``end``. What is
wrong before there is an answer is refused as `POST /api/chat` refuses it; afterwards it is an
``error`` event with a sentence, and the answer stands.

A turn asked again is not answered twice (`channels.once`). `GET /api/chat/stream/<turn>` brings
it back too, after ``Last-Event-ID`` where a browser's EventSource sends one.
"""

import json
from collections.abc import AsyncIterator
from typing import Any

import anyio
import structlog
from fastapi import APIRouter, Request, Response
from sse_starlette import EventSourceResponse

from assistant.answers import Answer
from assistant.conversations import UnknownConversation
from channels.chat_api import ChatRequest, inquiry_header, read_message
from channels.door import ERRORS, Door, error
from channels.once import PATIENCE_SECONDS, TurnId, answer_once, find_stored
from channels.threads import Workers

log = structlog.get_logger()
PING_SECONDS = 10
WORDED = ".worded"
Event = dict[str, str]


def stream_routes(door: Door) -> APIRouter:
    """`POST /api/chat/stream` and `GET /api/chat/stream/<turn>`."""
    routes = APIRouter()
    # A model takes seconds: its waiting must not take the threads that answer.
    worders = Workers(door.settings.work_threads)
    wording: dict[str, anyio.Event] = {}
    receptionist, conversations = door.desk.receptionist, door.desk.conversations

    @routes.post("/api/chat/stream", response_class=EventSourceResponse)
    async def ask(body: ChatRequest) -> Response:
        """One turn: the answer as an event, then its wording by a model, then the end."""
        message = read_message(door, body)
        if isinstance(message, Response):
            return message
        answer = await answer_once(
            door, message, body.conversation_id, body.channel, body.turn_id, worded=False
        )
        if isinstance(answer, Response):
            return answer
        if isinstance(answer, dict):
            return respond(again(answer["turn_id"], answer, seen=False))
        return respond(told(answer), inquiry_header(answer))

    @routes.get("/api/chat/stream/{turn_id}", response_class=EventSourceResponse)
    async def resume(turn_id: TurnId, request: Request) -> Response:
        """What a turn was answered, from the event after `Last-Event-ID`; 204 when that was all."""
        seen = request.headers.get("last-event-id", "")
        if seen == turn_id + WORDED:
            return Response(status_code=204)
        stored = await find_stored(door, turn_id)
        if stored is None:
            return error(404, "unknown_turn")
        return respond(again(turn_id, stored, seen=seen == turn_id))

    async def kept(turn_id: str) -> dict[str, Any] | None:
        return await door.workers.run(lambda: conversations.find_answer(turn_id))

    async def told(answer: Answer) -> AsyncIterator[Event]:
        turn_id = answer.turn_id
        yield _event("answer", answer.to_json(), turn_id)
        done = wording[turn_id] = anyio.Event()
        try:
            worded = await worders.run(lambda: receptionist.word(answer))
        except UnknownConversation:  # deleted meanwhile: nothing is left to word
            worded = answer
        except Exception:  # the response has begun: only an event can still say it
            log.exception("wording_failed")
            yield _event("error", {"error": {"code": "lost", "message": ERRORS["lost"]}})
            return
        finally:
            del wording[turn_id]
            done.set()
        if worded.text != answer.text:
            yield _event("worded", worded.to_json(), turn_id + WORDED)
        yield _event("end", {})

    async def again(turn_id: str, stored: dict[str, Any], *, seen: bool) -> AsyncIterator[Event]:
        if not seen:
            yield _event("answer", stored, turn_id)
        newer: dict[str, Any] | None = stored
        if under_way := wording.get(turn_id):
            with anyio.move_on_after(PATIENCE_SECONDS):
                await under_way.wait()
            newer = await kept(turn_id)
        if newer and (seen or newer["text"] != stored["text"]):
            yield _event("worded", newer, turn_id + WORDED)
        yield _event("end", {})

    return routes


def respond(events: AsyncIterator[Event], headers: dict[str, str] | None = None) -> Response:
    """Events as a response that no proxy holds back."""
    return EventSourceResponse(events, headers=headers, ping=PING_SECONDS)


def _event(name: str, data: dict[str, Any], number: str | None = None) -> Event:
    event = {"event": name, "data": json.dumps(data, ensure_ascii=False)}
    return {"id": number, **event} if number else event
