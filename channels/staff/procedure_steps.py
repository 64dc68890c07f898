"""The steps of a version: its history, publish, send back, give up, roll back."""

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from channels.door import Door
from channels.staff.access import (
    Clerk,
    NotAllowed,
    NotHere,
    Staff,
    console_of,
    form_of,
    leave,
    show,
    work,
)
from channels.staff.record_diff import diff
from channels.staff.roles import Role
from channels.staff.shelf import STATUS_NAMES, Shelf
from knowledge.store import KnowledgeStore


def step_routes(door: Door) -> APIRouter:
    """`/staff/procedures/{code}/history` and `…/versions`."""
    routes = APIRouter()
    desk = door.desk
    store = desk.library.store
    shelf = Shelf(store, desk.office_id)

    @routes.get("/staff/procedures/{code}/history")
    async def history_page(request: Request, staff: Clerk, code: str) -> Response:
        def read() -> dict[str, Any]:
            versions = shelf.history(code)
            live = store.find_live_versions(desk.office_id).get(code)
            records = {v.version: store.get_version(code, v.version) for v in versions[:30]}
            steps = []
            for at, version in enumerate(versions[:30]):
                older = versions[at + 1 : at + 2]
                changed = (
                    diff(records[older[0].version], records[version.version])
                    if older and older[0].version in records
                    else []
                )
                steps.append({"info": version, "changed": changed, "older": bool(older)})
            name = records[versions[0].version].title
            return {
                "code": code, "name": name, "steps": steps, "live": live,
                "status_names": STATUS_NAMES,
            }  # fmt: skip

        return await show(request, staff, "staff/procedure_history.html", read)

    @routes.post("/staff/procedures/{code}/versions/{version}/{step}")
    async def step(request: Request, staff: Clerk, code: str, version: int, step: str) -> Response:
        form = await form_of(request)
        reason = str(form.get("reason", ""))
        to = f"/staff/procedures/{quote(code)}"
        if step == "discard":
            task = lambda: store.discard_draft(code, version, by=staff.name)  # noqa: E731
            await work(request, task)
            return leave(request, to, f"Đã bỏ bản nháp {version}.")
        need(staff, Role.PUBLISHER, "Duyệt và công bố")
        if step == "publish":
            await work(request, lambda: publish(store, request, code, version, staff, None))
            return leave(request, to, f"Đã công bố bản {version}.")
        if step == "send_back":
            why = reason or "cần sửa thêm"
            await work(request, lambda: store.send_back(code, version, by=staff.name, reason=why))
            return leave(request, to, f"Đã trả bản {version} cho người soạn.")
        if step == "roll_back":
            new = await work(request, lambda: shelf.roll_back(code, version, by=staff.name))
            return leave(
                request, f"{to}/history", f"Đã quay lại nội dung bản {version} (thành bản {new})."
            )
        raise NotHere("Không có việc này.")

    return routes


def publish(
    store: KnowledgeStore, request: Request, code: str, version: int, staff: Staff, note: str | None
) -> None:
    """A draft answers from now on; by a second person where the office asks for one."""
    second = console_of(request).settings.second_person
    store.publish_draft(code, version, by=staff.name, note=note, second_person=second)


def need(staff: Staff, role: Role, what: str) -> None:
    """Refuse who may not, and say what they can do instead."""
    if not staff.may(role):
        raise NotAllowed(f"{what} cần người có quyền duyệt. Hãy lưu nháp rồi bấm “Gửi duyệt”.")
