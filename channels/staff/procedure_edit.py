"""Editing one procedure: the form, its live preview, save, hand in, publish."""

from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from channels.door import Door
from channels.staff import record_form
from channels.staff.access import Clerk, NotHere, form_of, leave, show, work
from channels.staff.procedure_page import editing
from channels.staff.procedure_steps import need, publish
from channels.staff.record_diff import diff
from channels.staff.roles import Role
from channels.staff.shelf import Edit, Shelf
from knowledge.procedures import Procedure
from knowledge.versions import EditConflict, SecondPersonNeeded, UnknownProcedure


def edit_routes(door: Door) -> APIRouter:
    """`/staff/procedures/{code}` and its preview."""
    routes = APIRouter()
    desk = door.desk
    store = desk.library.store
    shelf = Shelf(store, desk.office_id)

    @routes.get("/staff/procedures/{code}")
    async def edit_page(
        request: Request, staff: Clerk, code: str, version: int | None = None
    ) -> Response:
        def read() -> dict[str, Any]:
            try:
                record, edit = shelf.standing(code, version)
            except UnknownProcedure as problem:
                raise NotHere(f"Không có bản {version} của thủ tục {code}.") from problem
            return editing(desk, shelf, code, record_form.to_fields(record), edit)

        return await show(request, staff, "staff/procedure.html", read)

    @routes.post("/staff/procedures/{code}")
    async def change(request: Request, staff: Clerk, code: str) -> Response:
        form = await form_of(request)
        edit = _edit(form)
        order = str(form.get("do", "preview"))
        held = await work(request, lambda: shelf.standing(code)[0])
        fields = record_form.read_fields(form, held)
        note = str(form.get("note", "")) or None
        if order not in ("save", "submit", "publish"):
            fields = record_form.change_rows(fields, order)
            page = lambda: editing(  # noqa: E731
                desk, shelf, code, fields, edit, focus=order, note=note, unsaved=True
            )
            return await show(request, staff, "staff/procedure.html", page)
        if order == "publish":
            need(staff, Role.PUBLISHER, "Công bố")
        try:
            procedure = record_form.to_procedure(fields)
        except ValidationError:
            page = lambda: editing(desk, shelf, code, fields, edit, note=note, unsaved=True)  # noqa: E731
            return await show(request, staff, "staff/procedure.html", page, status=422)
        try:
            version = await work(
                request, lambda: shelf.save(procedure, edit, by=staff.name, note=note)
            )
        except EditConflict as problem:
            said = str(problem)

            def conflict() -> dict[str, Any]:
                newest = shelf.history(code)[0]
                theirs = store.get_version(code, newest.version)
                _, now = shelf.standing(code)
                return editing(
                    desk, shelf, code, fields, replace(now, draft=None), conflict=said,
                    difference=diff(theirs, procedure), other=newest, note=note, unsaved=True,
                )  # fmt: skip

            return await show(request, staff, "staff/procedure.html", conflict, status=409)
        to = f"/staff/procedures/{quote(code)}"
        if order == "publish":
            try:
                await work(request, lambda: publish(store, request, code, version, staff, note))
            except SecondPersonNeeded:
                await work(request, lambda: store.submit(code, version, by=staff.name, note=note))
                said = f"Đã lưu và gửi duyệt bản {version}: cần người thứ hai công bố."
                return leave(request, f"{to}?version={version}", said)
            return leave(request, to, _published(procedure, version, store.today()))
        if order == "submit":
            await work(request, lambda: store.submit(code, version, by=staff.name, note=note))
            said = f"Đã gửi duyệt bản {version}."
        else:
            said = f"Đã lưu nháp bản {version}; người dân chưa thấy thay đổi."
        return leave(request, f"{to}?version={version}", said)

    @routes.post("/staff/api/procedures/{code}/preview")
    async def live_preview(request: Request, staff: Clerk, code: str) -> Response:
        form = await form_of(request)

        def read() -> dict[str, Any]:
            held, _ = shelf.standing(code)
            return editing(desk, shelf, code, record_form.read_fields(form, held), _edit(form))

        return await show(request, staff, "staff/procedure_preview.html", read)

    return routes


def _published(procedure: Procedure, version: int, today: date) -> str:
    """What follows from publishing: from the next question on, or from a later day."""
    first = procedure.effective_from
    if first and first > today:
        return (
            f"Đã công bố bản {version}. Bản này được dùng từ ngày {first:%d/%m/%Y}; "
            "đến hôm đó Lễ Tân vẫn trả lời theo bản cũ."
        )
    return f"Đã công bố bản {version}. Câu hỏi tiếp theo được trả lời theo bản này."


def _edit(form: FormData) -> Edit:
    def number(name: str) -> int | None:
        value = str(form.get(name, ""))
        return int(value) if value.isdigit() else None

    return Edit(number("base"), number("draft"), number("newest") or 0)
