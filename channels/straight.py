"""A question in good order goes straight to the desk, past FastAPI's routing and dependencies.

They take a third of what an answer costs around the desk. Whatever is not in good order goes on
to the route of `channels.chat_api`, which says what is wrong with it.
"""

from pydantic import ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.chat_api import ChatRequest, answer_question
from channels.door import Door, database_is_down
from channels.rate_limits import QUESTIONS
from knowledge.database import DatabaseUnavailable


class Straight:
    """ASGI middleware, the innermost: what protects the site stands before it."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != QUESTIONS or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        parts: list[Message] = []
        while not parts or parts[-1].get("more_body", False):  # a disconnect has none
            parts.append(await receive())
        question = _question(scope, b"".join(part.get("body", b"") for part in parts))
        if question is None or parts[-1]["type"] != "http.request":

            async def replay() -> Message:
                return parts.pop(0) if parts else await receive()

            await self._app(scope, replay, send)
            return
        try:
            response = await answer_question(self._door, question)
        except DatabaseUnavailable as problem:
            response = database_is_down(problem)
        await response(scope, receive, send)


def _question(scope: Scope, body: bytes) -> ChatRequest | None:
    """The question of a request that says it is JSON and is as it should be."""
    kinds = [value for name, value in scope["headers"] if name == b"content-type"]
    if not kinds or kinds[0].partition(b";")[0].strip().lower() != b"application/json":
        return None
    try:
        return ChatRequest.model_validate_json(body)
    except ValidationError:
        return None
