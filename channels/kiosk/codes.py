"""QR codes of the lobby: a number's place, a procedure's source, its list of papers."""

import io
from collections.abc import Callable
from urllib.parse import urlencode

import segno
from fastapi import APIRouter, Request, Response

from channels.door import Door, error


def qr_svg(text: str, *, correction: str = "m", inline: bool = False) -> bytes:
    """A QR code as SVG, with the quiet zone that readers need; ``inline`` to stand in a page.

    Pure Python and slow: a long text takes a tenth of a second, so never on the event loop.
    """
    drawing = io.BytesIO()
    size = {"omitsize": True, "xmldecl": False} if inline else {"scale": 4}
    segno.make(text, error=correction).save(
        drawing, kind="svg", border=4, svgclass=None, lineclass=None, **size
    )
    return drawing.getvalue()


def code_routes(door: Door, here: Callable[[Request], str]) -> APIRouter:
    """`/kiosk/qr/…`: what a phone opens from the screen."""
    routes = APIRouter()
    desk = door.desk

    async def drawn(address: Callable[[], str | None], unknown: str) -> Response:
        def draw() -> bytes | None:
            found = address()
            return qr_svg(found) if found else None

        drawing = await door.workers.run(draw)
        if drawing is None:
            return error(404, unknown)
        return Response(drawing, media_type="image/svg+xml")

    @routes.get("/kiosk/qr/so/{token}.svg")
    async def place(request: Request, token: str) -> Response:
        home = here(request)
        return await drawn(
            lambda: f"{home}/so/{token}" if desk.queue.find(token) else None, "unknown_number"
        )

    @routes.get("/kiosk/qr/thu-tuc/{code}.svg")
    async def source(code: str) -> Response:
        """The procedure's page on the national portal, where its source has an address."""

        def address() -> str | None:
            view = desk.library.store.find_view(code, desk.office_id)
            return view.procedure.source.url if view else None

        return await drawn(address, "unknown_procedure")

    @routes.get("/kiosk/qr/giay-to/{code}.svg")
    async def checklist(request: Request, code: str, case: str = "") -> Response:
        """The checklist page of a procedure and case, to take along on the phone."""
        home = here(request)
        query = f"?{urlencode({'case': case})}" if case else ""

        def address() -> str | None:
            view = desk.library.store.find_view(code, desk.office_id)
            return f"{home}/t/{code}{query}" if view else None

        return await drawn(address, "unknown_procedure")

    return routes
