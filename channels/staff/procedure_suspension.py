"""Taking a procedure out: for a while with a reason residents read, or for good."""

from datetime import date
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from channels.door import Door
from channels.staff.access import Publisher, form_of, leave, work
from channels.staff.shelf import Shelf
from knowledge.versions import StoreError

LONGEST = 300


def suspension_routes(door: Door) -> APIRouter:
    """`/staff/procedures/{code}/suspend`, `…/resume`, `…/retire`."""
    routes = APIRouter()
    desk = door.desk
    store = desk.library.store
    shelf = Shelf(store, desk.office_id)

    @routes.post("/staff/procedures/{code}/suspend")
    async def suspend(request: Request, staff: Publisher, code: str) -> Response:
        form = await form_of(request)
        reason, until = str(form.get("reason", "")), str(form.get("until", ""))
        if not reason:
            raise StoreError("Hãy ghi lý do; người dân sẽ đọc đúng câu này.")
        if len(reason) > LONGEST:
            raise StoreError(f"Lý do dài quá {LONGEST} ký tự.")
        office = await work(request, lambda: store.office(desk.office_id))
        last = _day(until)
        if last and last < store.today():
            raise StoreError("Ngày cuối đã qua; hãy chọn từ hôm nay trở đi, hoặc để trống.")
        await work(
            request,
            lambda: shelf.suspend(
                code, reason, last, by=staff.name, source=f"Thông báo của {office.name}"
            ),
        )
        said = "Đã tạm dừng. Người dân hỏi sẽ được báo ngay."
        return leave(request, f"/staff/procedures/{quote(code)}", said)

    @routes.post("/staff/procedures/{code}/resume")
    async def resume(request: Request, staff: Publisher, code: str) -> Response:
        await work(request, lambda: shelf.resume(code, by=staff.name))
        return leave(request, f"/staff/procedures/{quote(code)}", "Đã nhận hồ sơ trở lại.")

    @routes.post("/staff/procedures/{code}/retire")
    async def retire(request: Request, staff: Publisher, code: str) -> Response:
        reason = str((await form_of(request)).get("reason", ""))
        if not reason:
            raise StoreError("Hãy ghi lý do thôi dùng.")
        await work(request, lambda: shelf.retire(code, by=staff.name, reason=reason))
        return leave(request, "/staff/procedures", f"Thủ tục {code} không còn được trả lời.")

    return routes


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as problem:
        raise StoreError("Ngày chưa đúng.") from problem
