"""Counters: what each takes, where it stands, and the sectors nobody takes yet."""

from collections import Counter as Tally
from collections.abc import Mapping
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from channels.door import Door
from channels.staff import office_form
from channels.staff.access import Admin, Clerk, NotHere, leave, show, typed_in
from channels.staff.office_change import Front, seen
from channels.staff.office_saving import refusal_of
from channels.staff.record_form import BODIES
from knowledge.offices import Counter, Office, Place, same_sector
from knowledge.procedures import Body
from knowledge.store import KnowledgeStore
from knowledge.versions import ProcedureSummary

LIST = "/staff/office/counters"
TEMPLATE = "staff/office_counter.html"
PARTS = ("counters",)


def unserved(store: KnowledgeStore, office: Office) -> list[tuple[str, int]]:
    """Sectors of the ward's own procedures that no counter takes, with how many there are."""
    places: tuple[Counter | Place, ...] = (*office.counters, *office.places)
    codes = {code for place in places for code in place.codes}
    served = [sector for counter in office.counters for sector in counter.sectors]
    found = Tally(
        summary.sector
        for summary in store.live_summaries(office.id)
        if summary.receiving_body is Body.COMMUNE
        and summary.code not in codes
        and not any(same_sector(sector, summary.sector) for sector in served)
    )
    return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))


def counter_routes(door: Door, front: Front) -> APIRouter:
    """The list of counters, and one counter's form."""
    routes = APIRouter()
    store = door.desk.library.store

    @routes.get(LIST)
    async def listing(request: Request, staff: Clerk) -> Response:
        def read() -> dict[str, Any]:
            return {"unserved": unserved(store, front.office()), "bodies": BODIES}

        return await show(request, staff, "staff/office_counters.html", read)

    def form(number: str, typed: Mapping[str, str] | None = None, **more: Any) -> dict[str, Any]:
        office = front.office()
        held = next((c for c in office.counters if c.number == number), None)
        if number and held is None:
            raise NotHere(f"Không có quầy {number}.")
        takes = [s.title for s in store.live_summaries(office.id) if held and _takes(held, s)]
        return {
            "number": number, "typed": typed or _fields(held), "wrong": (), "conflict": "",
            "seen": seen(office, *PARTS), "bodies": {b.value: n for b, n in BODIES.items()},
            "takes": takes[:12], "count": len(takes), "unserved": unserved(store, office), **more,
        }  # fmt: skip

    @routes.get("/staff/office/counter")
    async def page(request: Request, staff: Clerk, number: str = "") -> Response:
        return await show(request, staff, TEMPLATE, lambda: form(number))

    @routes.post("/staff/office/counter")
    async def save(request: Request, staff: Admin) -> Response:
        typed = await typed_in(request)
        number = typed.get("was", "")
        if typed.get("do") == "drop":
            edit = lambda office: {"counters": _without(office, number)}  # noqa: E731
        else:
            edit = lambda office: {"counters": _with(office, number, typed)}  # noqa: E731
        as_seen = (typed.get("seen", ""), PARTS)

        def change() -> bool:
            return front.change(edit, by=staff.name, as_seen=as_seen)

        again = partial(form, number, typed)
        if refused := await refusal_of(request, staff, change, TEMPLATE, again):
            return refused
        said = f"Đã bỏ quầy {number}." if typed.get("do") == "drop" else "Đã lưu quầy."
        return leave(request, LIST, said)

    return routes


def _takes(counter: Counter, summary: ProcedureSummary) -> bool:
    """Whether a counter names the procedure or, for its body, the sector."""
    return summary.code in counter.codes or (
        summary.receiving_body is counter.body
        and any(same_sector(sector, summary.sector) for sector in counter.sectors)
    )


def _fields(counter: Counter | None) -> dict[str, str]:
    if counter is None:
        return {"body": Body.COMMUNE.value}
    return {
        "number": counter.number, "name": counter.name, "sectors": "\n".join(counter.sectors),
        "codes": "\n".join(counter.codes), "body": counter.body.value,
        "is_reception": "1" if counter.is_reception else "", "phone": counter.phone or "",
        "floor": counter.floor or "", "position": counter.position or "",
        "queue": counter.queue or "", "note": counter.note or "",
    }  # fmt: skip


def _with(office: Office, was: str, typed: Mapping[str, str]) -> list[dict[str, Any]]:
    new: dict[str, Any] = {
        "number": typed.get("number", ""), "name": typed.get("name", ""),
        "sectors": office_form.lines_of(typed.get("sectors")),
        "codes": office_form.lines_of(typed.get("codes")),
        "body": typed.get("body") or Body.COMMUNE.value,
        "is_reception": typed.get("is_reception") == "1",
        **{name: typed.get(name) or None for name in ("phone", "floor", "position", "note")},
        "queue": typed.get("queue", "").upper() or None,
    }  # fmt: skip
    counters = [c.model_dump(mode="json") for c in office.counters]
    if not was:
        return [*counters, new]
    # The spot on the floor plan has a page of its own and stays.
    return [c | new if c["number"] == was else c for c in counters]


def _without(office: Office, was: str) -> list[dict[str, Any]]:
    return [c.model_dump(mode="json") for c in office.counters if c.number != was]
