"""Numbers over HTTP: what is asked for, and what everybody who asks at one moment gets."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from assistant.desk import Desk
from assistant.queue_giving import Refusal, Taken, Wanted
from assistant.queue_numbers import QueueClosed, Standing, UnknownNumber
from assistant.queue_rules import find_group, where_to_queue
from assistant.queue_words import place_text, refusal_text, spoken_label
from channels.door import error
from channels.kiosk.floor import way_text
from channels.kiosk.sentences import spoken
from knowledge.offices import Office, Place

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


def take_numbers(desk: Desk, bodies: Sequence[NumberRequest]) -> list[Response]:
    """The answer to each, in their order; all numbers are given in one transaction. Blocking."""
    answers: dict[int, Response] = {}
    wishes: dict[int, tuple[str, Wanted]] = {}
    with desk.library.store.steady():
        here = desk.library.store.office(desk.office_id)
        for n, body in enumerate(bodies):
            wish = _wish(desk, here, body)
            if isinstance(wish, Response):
                answers[n] = wish
            else:
                wishes[n] = (body.client_key, wish)
        taken = desk.queue.take_places(list(wishes.values())) if wishes else []
        for n, each in zip(wishes, taken, strict=True):
            answers[n] = _answer(desk, here, each, bodies[n].language)
    return [answers[n] for n in range(len(bodies))]


def _answer(desk: Desk, office: Office, taken: Taken | Refusal, language: str) -> Response:
    if isinstance(taken, QueueClosed):
        sentence = refusal_text(taken, desk.clock(), language)
        return error(409, "no_number_now", sentence=sentence)
    if isinstance(taken, UnknownNumber):  # the counters changed a moment ago
        return error(404, "unknown_number")
    number, standing = taken
    try:
        standing = standing or desk.queue.standing(number.token)
    except UnknownNumber:  # the key of another day
        return error(404, "unknown_number")
    return JSONResponse(number_json(standing, office, language), status_code=201)


def _wish(desk: Desk, office: Office, body: NumberRequest) -> Wanted | Response:
    """What the number is for, or why there is none here."""
    view = desk.library.store.find_view(body.code, desk.office_id) if body.code else None
    if body.code and view is None:
        return error(404, "unknown_procedure")
    where = where_to_queue(office, view.procedure if view else None)
    if isinstance(where, Place):
        address = f" ({where.address})" if where.address else ""
        return refuse(body.language, "queue_elsewhere", name=where.name, address=address)
    if where is None:
        return refuse(body.language, "no_queue")
    # only names of the record travel on: nothing a person typed is kept with a number
    known = {p.name for p in view.procedure.documents} if view else set()
    case = body.case if view and body.case in {c.id for c in view.procedure.cases} else None
    return Wanted(
        where.letter,
        body.is_priority,
        body.code,
        case,
        tuple(name for name in dict.fromkeys(body.missing) if name in known),
    )
