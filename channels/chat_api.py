"""`POST /api/chat`: one message, one answer, in the contract of the project.

Whoever asks may name the turn with ``turn_id``: the same turn asked again, by a client that got
no answer in time say, is not answered twice; its stored answer comes back.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

import pydantic_core
from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from assistant.answers import Answer
from assistant.privacy_text import visible
from channels.door import Door, error
from channels.once import TurnId, answer_once

# Beside the answer, whose shape is fixed: the reference to ask `GET /api/inquiries/<code>` with.
INQUIRY_HEADER = "Letan-Inquiry"


class ChatRequest(BaseModel):
    """The body of a question; ``turn_id`` is made by who asks, one for each turn."""

    model_config = ConfigDict(extra="forbid")

    message: str
    conversation_id: Annotated[str, StringConstraints(max_length=64)] | None = None
    channel: Literal["web", "kiosk", "telegram", "zalo", "api"] = "api"
    turn_id: TurnId | None = None


def read_message(door: Door, body: ChatRequest) -> str | Response:
    """What was said, or why it is not taken."""
    message = visible(body.message).strip()
    if not message:
        return error(422, "empty")
    if len(message) > door.settings.max_message_chars:
        return error(413, "too_long", limit=door.settings.max_message_chars)
    return message


def inquiry_header(answer: Answer) -> dict[str, str]:
    """The header that carries the reference of a question for a clerk, where there is one."""
    return {INQUIRY_HEADER: answer.inquiry} if answer.inquiry else {}


def _as_json(content: bytes, headers: Mapping[str, str]) -> Response:
    return Response(content, headers=headers, media_type="application/json")


async def answer_question(door: Door, body: ChatRequest) -> Response:
    """The answer to one question, or why there is none, as JSON."""
    message = read_message(door, body)
    if isinstance(message, Response):
        return message
    answer = await answer_once(
        door, message, body.conversation_id, body.channel, body.turn_id, worded=True
    )
    if isinstance(answer, Response):
        return answer
    if isinstance(answer, dict):
        return _as_json(pydantic_core.to_json(answer), {})
    return _as_json(answer.as_bytes(), inquiry_header(answer))


def chat_routes(door: Door) -> APIRouter:
    """`POST /api/chat`; a question in good order is answered before it gets here (`Straight`)."""
    routes = APIRouter()

    @routes.post("/api/chat")
    async def chat(body: ChatRequest) -> Response:
        """One turn of a conversation; the answer contract of the project."""
        return await answer_question(door, body)

    return routes
