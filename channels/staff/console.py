"""Every page of the console, put together."""

from fastapi import APIRouter, Request, Response

from assistant.office_answers import office_facts
from channels.dead_letters import DeadLetters
from channels.door import Door
from channels.staff.access import Clerk, show
from channels.staff.canned import canned_routes
from channels.staff.chat_pages import chat_pages
from channels.staff.faq_pages import faq_routes
from channels.staff.fee_proposals import FeeDesk
from channels.staff.imports import import_routes
from channels.staff.inbox import inbox_routes
from channels.staff.log_page import log_routes
from channels.staff.numbers import number_routes
from channels.staff.office import office_routes
from channels.staff.people import people_routes
from channels.staff.procedures import procedure_routes
from channels.staff.queue_pages import queue_pages
from channels.staff.shelf import Shelf
from channels.staff.sign_in import sign_in_routes
from channels.staff.try_out import try_out_routes
from knowledge.faq import FaqStatus
from knowledge.versions import Status

PAGES = (
    sign_in_routes,
    inbox_routes,
    canned_routes,
    faq_routes,
    procedure_routes,
    queue_pages,
    import_routes,
    try_out_routes,
    number_routes,
    office_routes,
    chat_pages,
    people_routes,
    log_routes,
)


def staff_routes(door: Door) -> APIRouter:
    """Everything below `/staff` that belongs to the console itself."""
    routes = APIRouter(include_in_schema=False)
    desk = door.desk
    store = desk.library.store
    shelf = Shelf(store, desk.office_id)
    fees = FeeDesk(store, desk.office_id, desk.clock)
    letters = DeadLetters(desk.library.engine, desk.office_id, desk.clock)

    @routes.get("/staff")
    async def today(request: Request, staff: Clerk) -> Response:
        def read() -> dict[str, object]:
            office = store.office(desk.office_id)
            rules = store.rules(desk.office_id)
            drafts = shelf.drafts()
            return {
                "open_now": office_facts(office, desk.clock())["open_now"],
                "waiting": desk.inquiries.waiting(),
                "reviews": [one for one in drafts if one.status is Status.IN_REVIEW],
                "mine": [
                    one
                    for one in drafts
                    if one.status is Status.DRAFT and one.created_by == staff.name
                ],
                "names": {s.code: s.title for s in store.live_summaries(desk.office_id)},
                "faq_reviews": store.faq_entries(desk.office_id, FaqStatus.IN_REVIEW),
                "fee_reviews": fees.waiting(),
                "stuck": sum(counts.get("dead", 0) for counts in letters.counts().values()),
                "suspended": [rule for rule in rules if rule.suspended and rule.code],
            }

        return await show(request, staff, "staff/today.html", read)

    for page in PAGES:
        routes.include_router(page(door))
    return routes
