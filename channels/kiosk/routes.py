"""The pages of the lobby: kiosk, board, slip, and a number's place on the phone."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from starlette.background import BackgroundTask

from assistant.hearing.ears import heard_languages
from assistant.hearing.settings import HearingSettings
from assistant.language import ENGLISH, VIETNAMESE
from assistant.office_answers import office_facts
from assistant.queue_numbers import Standing, UnknownNumber
from assistant.queue_rules import find_group
from assistant.speaking.settings import VoiceSettings
from assistant.speaking.voice import Voice
from channels.door import PAGE_HEADERS, Door, error
from channels.kiosk.codes import code_routes
from channels.kiosk.floor import floor_svg
from channels.kiosk.hearing import Ears, hearing_routes
from channels.kiosk.printer import SlipPrinter
from channels.kiosk.queue_api import queue_routes
from channels.kiosk.said import said_routes
from channels.kiosk.self_test import SENTENCE, self_test_routes, trial_slip
from channels.kiosk.sentences import Rehearsal, disclosure_of, lobby_sentences, spoken
from channels.kiosk.settings import KioskSettings
from channels.kiosk.slips import slip_of, slip_routes
from channels.kiosk.speaking import speaking_routes
from channels.kiosk.take_along import take_along_routes
from channels.kiosk.taking import number_json
from knowledge.offices import Office
from knowledge.settings import LetanSettings

# The kiosk frames its own slip to print it and plays the sentences it fetched; frames and sound
# of others stay forbidden.
HEADERS = {
    **PAGE_HEADERS,
    "Content-Security-Policy": PAGE_HEADERS["Content-Security-Policy"]
    + "; frame-src 'self'; media-src 'self' blob:",
    "Cache-Control": "no-store",
}


def kiosk_routes(door: Door) -> APIRouter:
    """`/kiosk`, `/board`, `/so/<token>`, slip and floor plan, with all that they ask for."""
    settings = KioskSettings()
    ears = Ears(HearingSettings())
    voice = Voice(VoiceSettings(), LetanSettings().home / "cache" / "voice")
    rehearsal = Rehearsal(door.desk, voice)

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(door.workers.run, rehearsal)
            yield
            rehearsal.stop()
            tasks.cancel_scope.cancel()

    routes = APIRouter(include_in_schema=False, lifespan=lifespan)
    routes.include_router(queue_routes(door, settings), include_in_schema=True)
    routes.include_router(speaking_routes(door, voice), include_in_schema=True)
    routes.include_router(hearing_routes(ears))
    routes.include_router(said_routes(door), include_in_schema=True)
    desk = door.desk

    printer = SlipPrinter(settings.printer)

    def office() -> Office:
        return desk.library.store.office(desk.office_id)

    def here(request: Request) -> str:
        return settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")

    routes.include_router(slip_routes(door, printer, here), include_in_schema=True)
    routes.include_router(self_test_routes(door, ears, voice, printer, here))
    routes.include_router(take_along_routes(door.workers, here), include_in_schema=True)
    routes.include_router(code_routes(door, here))
    voices = " ".join(language for language in ("vi", "en") if voice.has(language))

    def warm() -> None:  # the first resident of the day must not wait for a model to load
        ears.get()
        rehearsal()

    warming = BackgroundTask(door.workers.run, warm)

    async def page(request: Request, name: str, **more: object) -> Response:
        def read() -> dict[str, object]:
            found = office()
            return {"office": found, "facts": office_facts(found, desk.clock())}

        context = await door.workers.run(read)
        return door.templates.TemplateResponse(
            request,
            f"kiosk/{name}.html",
            {"voices": voices, "sentences": lobby_sentences(), **context, **more},
            headers=HEADERS,
            background=warming if name == "kiosk" else None,
        )

    @routes.get("/kiosk", response_class=HTMLResponse)
    async def kiosk(request: Request) -> Response:
        found = await door.workers.run(office)
        reception = found.find_reception()
        return await page(
            request,
            "kiosk",
            disclosure=disclosure_of(found.name, VIETNAMESE),
            disclosure_spoken=spoken(disclosure_of(found.name, VIETNAMESE), VIETNAMESE),
            plan=floor_svg(found, reception.number if reception else None),
            reception=reception,
            disclosure_english=disclosure_of(found.name, ENGLISH),
            ears=" ".join(sorted(heard_languages(ears.settings))),
            has_browser_ear=ears.settings.engine == "browser",
            is_hands_free=settings.hands_free,
            idle_seconds=settings.idle_seconds,
            countdown_seconds=settings.countdown_seconds,
        )

    @routes.get("/kiosk/tu-kiem-tra", response_class=HTMLResponse)
    async def self_test(request: Request) -> Response:
        heard = " ".join(sorted(heard_languages(ears.settings)))
        return await page(request, "self_test", ears=heard, sentence=SENTENCE)

    @routes.get("/kiosk/phieu-thu", response_class=HTMLResponse)
    async def trial(request: Request) -> Response:
        slip = await door.workers.run(lambda: trial_slip(desk, here(request)))
        return await page(request, "slip", slip=slip, code="../static/lotus.svg")

    @routes.get("/board", response_class=HTMLResponse)
    async def board(request: Request) -> Response:
        return await page(request, "board")

    @routes.get("/so/{token}", response_class=HTMLResponse)
    async def place(request: Request, token: str) -> Response:
        def read(standing: Standing) -> dict[str, object]:
            number, found = standing.number, office()
            code = number.procedure_code
            view = desk.library.store.find_view(code, desk.office_id) if code else None
            group = find_group(found, number.waits_at)
            return {
                "number": number_json(standing, found),
                "procedure": view.procedure.title if view else None,
                "plan": floor_svg(found, group.counters[0].number) if group else None,
            }

        return await number_page(request, token, "place", read)

    @routes.get("/kiosk/phieu/{token}", response_class=HTMLResponse)
    async def slip(request: Request, token: str) -> Response:
        def read(standing: Standing) -> dict[str, object]:
            return {"slip": slip_of(desk, standing.number, ""), "code": f"../qr/so/{token}.svg"}

        return await number_page(request, token, "slip", read)

    async def number_page(
        request: Request, token: str, name: str, read: Callable[[Standing], dict[str, object]]
    ) -> Response:
        try:
            context = await door.workers.run(lambda: read(desk.queue.standing(token)))
        except UnknownNumber:
            return await page(request, "no_number")
        return await page(request, name, **context)

    @routes.get("/kiosk/so-do/{counter}.svg")
    async def plan(counter: str) -> Response:
        drawn = await door.workers.run(lambda: floor_svg(office(), counter))
        if drawn is None:
            return error(404, "http_404")
        return Response(drawn, media_type="image/svg+xml")

    return routes
