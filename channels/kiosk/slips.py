"""Slips: what they say, their page for the browser to print, and the printer beside the kiosk."""

from collections.abc import Callable

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from assistant.desk import Desk
from assistant.queue_numbers import QueueNumber, UnknownNumber
from assistant.queue_rules import find_group
from assistant.wording import upper_first
from channels.door import Door, error
from channels.kiosk.checklist import checklist
from channels.kiosk.floor import way_text
from channels.kiosk.printer import PrinterTrouble, SlipPrinter
from channels.kiosk.slip_image import Slip, SlipPaper, slip_image

log = structlog.get_logger()


def slip_of(desk: Desk, number: QueueNumber, address: str) -> Slip:
    """What the slip of a number says; ``address`` is what its QR code opens."""
    office = desk.library.store.office(desk.office_id)
    group = find_group(office, number.waits_at)
    counters = group.counters if group else ()
    papers = (
        checklist(desk, number.procedure_code, number.case_id, "vi")
        if number.procedure_code
        else None
    )
    return Slip(
        office=upper_first(office.name),
        title="SỐ ƯU TIÊN" if number.is_priority else "SỐ THỨ TỰ",
        label=number.label,
        counters=tuple(f"Quầy {counter.number} – {counter.name}" for counter in counters),
        way=way_text(counters[0]) if counters else "",
        taken_at=f"{number.taken_at.astimezone(desk.clock().tzinfo):%H:%M %d/%m/%Y}",
        procedure=papers["name"] if papers else None,
        papers=tuple(
            SlipPaper(paper["name"], paper["name"] in number.missing_papers)
            for paper in (papers["papers"] if papers else ())
        ),
        address=address,
    )


def slip_routes(door: Door, printer: SlipPrinter, here: Callable[[Request], str]) -> APIRouter:
    """`POST /api/queue/<token>/slip`: one slip for each number, by whoever prints here."""
    routes = APIRouter()
    desk = door.desk

    def print_slip(token: str, address: str) -> Response:
        number = desk.queue.find(token)
        if number is None:
            return error(404, "unknown_number")
        if not desk.queue.claim_slip(token):
            return error(409, "slip_printed")
        if not printer.is_set:
            return JSONResponse({"by": "browser"})
        try:
            printer.print(slip_image(slip_of(desk, number, f"{address}/so/{token}")))
        except PrinterTrouble as problem:
            desk.queue.release_slip(token)
            log.warning("slip_not_printed", problem=str(problem))
            return error(503, "no_printer")
        return JSONResponse({"by": "printer"})

    @routes.post("/api/queue/{token}/slip")
    async def slip(request: Request, token: str) -> Response:
        """Print the slip, or tell the page to do it (`{"by": "browser"}`); 409 once it was."""
        address = here(request)
        try:
            return await door.workers.run(lambda: print_slip(token, address))
        except UnknownNumber:
            return error(404, "unknown_number")

    return routes
