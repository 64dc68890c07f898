"""`/widget.js` and what it shows before the first question."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from assistant.compose import SECTION_NAMES
from assistant.office_answers import office_facts
from assistant.replies import say
from channels.door import Door
from channels.widget.bundle import bundle

# Short enough that a repaired script reaches every site on the same day.
KEEP_SECONDS = 600


def widget_routes(door: Door) -> APIRouter:
    """The script for the office's own site, and `/api/widget`."""
    routes = APIRouter()

    @routes.get("/widget.js", include_in_schema=False)
    async def script(request: Request) -> Response:
        made = bundle()
        headers = {
            "Cache-Control": f"public, max-age={KEEP_SECONDS}",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "ETag": made.etag,
            "Vary": "Accept-Encoding",
        }
        if request.headers.get("if-none-match") == made.etag:
            return Response(status_code=304, headers=headers)
        content = made.plain
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            content = made.compressed
        return Response(content, media_type="text/javascript; charset=utf-8", headers=headers)

    @routes.get("/api/widget")
    async def opening() -> Response:
        """The office and its words, for the chat on another page."""
        found = await door.workers.run(lambda: _opening(door))
        return JSONResponse(found, headers={"Cache-Control": "no-cache"})

    return routes


def _opening(door: Door) -> dict[str, Any]:
    desk = door.desk
    office = desk.library.store.office(desk.office_id)
    facts = office_facts(office, desk.clock())
    return {
        "office": office.name,
        "greeting": say("greeting", office=office.name),
        "disclosure": say("disclosure", office=office.name),
        "notices": facts["notices"],
        "open_now": facts["open_now"],
        "phone": facts["phone"],
        "phones": sorted({facts["phone"], *(phone.number for phone in office.phones)}),
        "sections": dict(SECTION_NAMES),
        "max_chars": door.settings.max_message_chars,
    }
