"""`/staff/office/widget`: which web sites may show the office's chat, and the line they paste.

An administrator's page. Nothing is allowed until it stands here; every change is in the audit
log and holds from the next question on, in every worker.
"""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response

from channels.door import Door
from channels.staff.access import Admin, Clerk, form_of, leave, show, work
from channels.widget.permits import BadOrigin, Permits

PAGE = "/staff/office/widget"
TEMPLATE = "staff/office_widget.html"


def widget_site_routes(door: Door) -> APIRouter:
    """The page and its three changes: allow a site, deny one, another key."""
    routes = APIRouter()
    desk = door.desk
    permits = Permits(desk.library.store)
    office_id = desk.office_id

    def held(request: Request, typed: str = "", wrong: str = "") -> Callable[[], dict[str, Any]]:
        here = desk.public_url.rstrip("/") or str(request.base_url).rstrip("/")

        def read() -> dict[str, Any]:
            return {
                "permit": permits.of(office_id), "typed": typed, "here": here,
                "wrong": [wrong] if wrong else [],
            }  # fmt: skip

        return read

    @routes.get(PAGE)
    async def page(request: Request, staff: Clerk) -> Response:
        return await show(request, staff, TEMPLATE, held(request))

    @routes.post(f"{PAGE}/allow")
    async def allow(request: Request, staff: Admin) -> Response:
        typed = str((await form_of(request)).get("origin", ""))
        try:
            await work(request, lambda: permits.allow(office_id, typed, by=staff.name))
        except BadOrigin as problem:
            said = held(request, typed, str(problem))
            return await show(request, staff, TEMPLATE, said, status=422)
        return leave(request, PAGE, "Đã cho phép. Dán đoạn mã vào trang đó là dùng được ngay.")

    @routes.post(f"{PAGE}/deny")
    async def deny(request: Request, staff: Admin) -> Response:
        origin = str((await form_of(request)).get("origin", ""))
        try:
            await work(request, lambda: permits.deny(office_id, origin, by=staff.name))
        except BadOrigin as problem:
            return await show(request, staff, TEMPLATE, held(request, "", str(problem)), status=422)
        return leave(request, PAGE, "Đã thôi cho phép. Khung chat ở trang đó không hỏi được nữa.")

    @routes.post(f"{PAGE}/key")
    async def key(request: Request, staff: Admin) -> Response:
        await work(request, lambda: permits.new_key(office_id, by=staff.name))
        said = "Đã đổi khóa. Hãy dán lại đoạn mã mới ở mọi trang; đoạn mã cũ đã hết tác dụng."
        return leave(request, PAGE, said)

    return routes
