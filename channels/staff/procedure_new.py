"""A procedure the office does not hold yet: its code and name, then the form of every record."""

from datetime import date
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from channels.door import Door
from channels.staff.access import Clerk, form_of, leave, show, work
from channels.staff.record_form import BODIES, problems
from channels.staff.shelf import Shelf
from knowledge.procedures import CHECKED_SECTIONS, Body, Procedure
from knowledge.versions import EditConflict

PAGE = "staff/procedure_new.html"
FIELDS = ("code", "name", "sector", "receiving_body", "receiving", "source")


def new_routes(door: Door) -> APIRouter:
    """`/staff/procedures/new`."""
    routes = APIRouter()
    desk = door.desk
    store = desk.library.store
    shelf = Shelf(store, desk.office_id)

    def form(typed: dict[str, str], **more: Any) -> dict[str, Any]:
        known = store.find_known_code(typed["code"]) if typed["code"] else None
        if known:  # the national list has its name; what was typed stands
            typed = typed | {
                "name": typed["name"] or known.name,
                "sector": typed["sector"] or known.sector or "",
            }
        held = store.live_summaries(desk.office_id)
        return {
            "typed": typed, "known": known, "wrong": {}, "held": "", "bodies": BODIES,
            "sectors": sorted({one.sector for one in held}), **more,
        }  # fmt: skip

    @routes.get("/staff/procedures/new")
    async def page(request: Request, staff: Clerk, code: str = "") -> Response:
        empty = dict.fromkeys(FIELDS, "") | {"code": code}
        return await show(request, staff, PAGE, lambda: form(empty))

    @routes.post("/staff/procedures/new")
    async def begin(request: Request, staff: Clerk) -> Response:
        sent = await form_of(request)
        typed = {name: str(sent.get(name, "")) for name in FIELDS}
        code = typed["code"]
        taken = bool(code) and await work(request, lambda: bool(store.history(code)))
        if taken:
            return await show(request, staff, PAGE, lambda: form(typed, held=code), status=409)
        try:
            procedure = _begun(typed, store.today())
        except ValidationError as error:
            wrong = {name.partition("-")[0]: said for name, said in problems(error).items()}
            return await show(request, staff, PAGE, lambda: form(typed, wrong=wrong), status=422)
        try:
            version = await work(request, lambda: _keep(shelf, procedure, staff.name))
        except EditConflict:
            return await show(request, staff, PAGE, lambda: form(typed, held=code), status=409)
        said = "Đã lập bản nháp. Điền tiếp phí, thời hạn, giấy tờ rồi gửi duyệt."
        return leave(request, f"/staff/procedures/{quote(code)}?version={version}", said)

    return routes


def _begun(typed: dict[str, str], today: date) -> Procedure:
    """The record as far as it is known; everything in it is still to be checked."""
    return Procedure.model_validate(
        {
            **{name: typed[name] for name in ("code", "name", "sector", "receiving")},
            "receiving_body": typed["receiving_body"] or Body.COMMUNE,
            "unverified": sorted(CHECKED_SECTIONS),
            "source": {"name": typed["source"], "as_of": today},
        }
    )  # fmt: skip


def _keep(shelf: Shelf, procedure: Procedure, by: str) -> int:
    return shelf.store.save_draft(
        procedure, by=by, note="thủ tục mới", office_id=shelf.scope, seen=0
    )
