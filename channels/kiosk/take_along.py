"""`POST /api/kiosk/qr`: what was asked at the kiosk, as a QR code that asks it again on the phone.

The questions stand in the address after "#", which browsers send to nobody; no conversation is
shared, nothing is stored, and nobody says who they are. The same desk gives the same answers.
"""

from collections.abc import Callable
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from assistant.privacy import mask
from channels.kiosk.codes import qr_svg
from channels.threads import Workers

# A code of more than this is too fine for an old phone at arm's length.
MOST_CHARACTERS = 700
Question = Annotated[
    str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)
]  # fmt: skip


class TakeAlong(BaseModel):
    """The body of `POST /api/kiosk/qr`: the questions of this visit, oldest first."""

    model_config = ConfigDict(extra="forbid")

    questions: Annotated[list[Question], Field(min_length=1, max_length=20)]


def take_along_routes(workers: Workers, here: Callable[[Request], str]) -> APIRouter:
    """The code for the phone."""
    routes = APIRouter()

    @routes.post("/api/kiosk/qr")
    async def code(request: Request, body: TakeAlong) -> Response:
        """`{"svg", "questions"}`: the drawing, and how many of the last questions are in it."""
        home = here(request)

        def draw() -> dict[str, object]:
            address, count = address_of(home, body.questions)
            drawing = qr_svg(address, correction="l", inline=True)
            return {"svg": drawing.decode(), "questions": count}

        return JSONResponse(await workers.run(draw), headers={"Cache-Control": "no-store"})

    return routes


def address_of(home: str, questions: list[str]) -> tuple[str, int]:
    """The chat page with as many of the last questions as fit, masked; and how many those are."""
    parts: list[str] = []
    length = len(home) + 2
    for question in reversed(questions):
        part = f"hoi={quote(mask(question).text, safe='')}"
        length += len(part) + 1
        if parts and length > MOST_CHARACTERS:
            break
        parts.insert(0, part)
    return f"{home}/#{'&'.join(parts)}", len(parts)
