"""Frequent questions: written from answers, reviewed by a person, published, retired."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from assistant.faq import masked
from channels.door import Door
from channels.staff.access import Clerk, NotHere, Staff, console_of, form_of, leave, show, work
from channels.staff.faq_form import (
    EMPTY,
    SOURCE_NAMES,
    STATUS_NAMES,
    Mistyped,
    fields_of,
    form_page,
    text_of,
    typed_in,
)
from channels.staff.procedure_steps import need
from channels.staff.roles import Role
from knowledge.faq import OPEN, FaqEntry, FaqStatus, FaqText
from knowledge.store import KnowledgeStore
from knowledge.versions import EditConflict, SecondPersonNeeded
from knowledge.vietnamese import fold

PAGE = "staff/faq_entry.html"
SAID = {
    "publish": "Đã công bố. Người dân hỏi câu này được trả lời ngay.",
    "submit": "Đã gửi duyệt.",
    "second": "Đã gửi duyệt: cần người thứ hai công bố.",
    "save": "Đã lưu nháp; người dân chưa thấy.",
}
_TEXT = set(FaqText.model_fields)


def faq_routes(door: Door) -> APIRouter:
    """`/staff/faq`."""
    routes = APIRouter()
    for part in (_reading, _changing, _stepping):
        routes.include_router(part(door))
    return routes


def _reading(door: Door) -> APIRouter:
    routes = APIRouter()
    desk = door.desk
    store, office_id = desk.library.store, desk.office_id

    @routes.get("/staff/faq")
    async def listing(
        request: Request, staff: Clerk, q: str = "", retired: bool = False
    ) -> Response:
        def read() -> dict[str, Any]:
            words = fold(q).split()
            entries = [
                e for e in store.faq_entries(office_id)
                if all(word in fold(" ".join((*e.asked, e.answer))) for word in words)
            ]  # fmt: skip
            shown = (FaqStatus.IN_REVIEW, FaqStatus.DRAFT, FaqStatus.PUBLISHED)
            states = (*shown, FaqStatus.RETIRED) if retired else shown
            return {
                "q": q, "retired": retired, "status_names": STATUS_NAMES,
                "source_names": SOURCE_NAMES,
                "groups": [(s, [e for e in entries if e.status is s]) for s in states],
            }  # fmt: skip

        return await show(request, staff, "staff/faq.html", read)

    @routes.get("/staff/faq/new")
    async def new(request: Request, staff: Clerk) -> Response:
        return await show(request, staff, PAGE, lambda: form_page(desk, EMPTY, None))

    @routes.get("/staff/faq/{faq_id}")
    async def entry_page(request: Request, staff: Clerk, faq_id: int) -> Response:
        def read() -> dict[str, Any]:
            entry = store.faq_entry(office_id, faq_id)
            return form_page(desk, fields_of(entry), entry)

        return await show(request, staff, PAGE, read)

    return routes


def _changing(door: Door) -> APIRouter:
    routes = APIRouter()
    desk = door.desk
    store, office_id = desk.library.store, desk.office_id

    @routes.post("/staff/faq/{faq_id}")
    async def change(request: Request, staff: Clerk, faq_id: int) -> Response:
        """``faq_id`` 0 is a new one."""
        form = await form_of(request)
        order = str(form.get("do", "save"))
        if order == "publish":
            need(staff, Role.PUBLISHER, "Công bố")
        fields = typed_in(form)

        def written() -> FaqText:
            office = store.office(office_id)
            return text_of(fields, lambda line: masked(line, office))

        try:
            text = await work(request, written)
        except Mistyped as mistake:
            wrong = mistake.wrong

            def again() -> dict[str, Any]:
                held = store.faq_entry(office_id, faq_id) if faq_id else None
                return form_page(desk, fields, held, wrong=wrong)

            return await show(request, staff, PAGE, again, status=422)
        version, second = _version(form), console_of(request).settings.second_person

        def submitted(entry: FaqEntry) -> FaqEntry:
            if entry.status is not FaqStatus.DRAFT:
                return entry
            return store.submit_faq(office_id, entry.id, version=entry.version, by=staff.name)

        def keep() -> tuple[FaqEntry, str]:
            """The entry after what was ordered, and the sentence about it."""
            entry = _kept(store, office_id, faq_id, text, version, staff)
            if order == "submit":
                return submitted(entry), SAID["submit"]
            if order != "publish":
                return entry, SAID["save"]
            try:
                done = store.publish_faq(
                    office_id, entry.id, version=entry.version, by=staff.name,
                    second_person=second,
                )  # fmt: skip
            except SecondPersonNeeded:
                return submitted(entry), SAID["second"]
            return done, SAID["publish"]

        try:
            entry, told = await work(request, keep)
        except EditConflict as problem:
            said = str(problem)

            def conflict() -> dict[str, Any]:
                theirs = store.faq_entry(office_id, faq_id)
                return form_page(desk, fields, theirs, conflict=said, theirs=theirs)

            return await show(request, staff, PAGE, conflict, status=409)
        return leave(request, f"/staff/faq/{entry.id}", told)

    return routes


def _kept(
    store: KnowledgeStore, office_id: str, faq_id: int, text: FaqText, version: int, staff: Staff
) -> FaqEntry:
    """The entry with this text; an open one that says it already stays its writer's."""
    if not faq_id:
        return store.add_faq(office_id, text, by=staff.name)
    held = store.faq_entry(office_id, faq_id)
    same = held.status in OPEN and FaqText(**held.model_dump(include=_TEXT)) == text
    if same and held.version == version:
        return held
    return store.save_faq(office_id, faq_id, text, version=version, by=staff.name)


def _stepping(door: Door) -> APIRouter:
    routes = APIRouter()
    store, office_id = door.desk.library.store, door.desk.office_id

    @routes.post("/staff/faq/{faq_id}/{step}")
    async def step(request: Request, staff: Clerk, faq_id: int, step: str) -> Response:
        form = await form_of(request)
        version, reason = _version(form), str(form.get("reason", ""))
        if step == "send_back":
            need(staff, Role.PUBLISHER, "Trả lại")
            why = reason or "cần sửa thêm"
            await work(
                request,
                lambda: store.send_back_faq(
                    office_id, faq_id, version=version, by=staff.name, reason=why
                ),
            )
            return leave(request, f"/staff/faq/{faq_id}", "Đã trả lại cho người soạn.")
        if step == "retire":
            held = await work(request, lambda: store.faq_entry(office_id, faq_id))
            if held.status is FaqStatus.PUBLISHED:
                need(staff, Role.PUBLISHER, "Thôi dùng")
            await work(
                request,
                lambda: store.retire_faq(
                    office_id, faq_id, version=version, by=staff.name, reason=reason or None
                ),
            )
            return leave(request, "/staff/faq", "Câu này không còn được dùng để trả lời.")
        raise NotHere("Không có việc này.")

    return routes


def _version(form: Mapping[str, Any]) -> int:
    value = str(form.get("version", ""))
    return int(value) if value.isdigit() else 0
