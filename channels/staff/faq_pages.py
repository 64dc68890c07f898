"""Frequent questions: written from answers, reviewed by a person, published, retired."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from assistant.faq import masked
from assistant.speech import to_speech
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
from channels.staff.roles import Role
from knowledge.faq import OPEN, FaqEntry, FaqStatus, FaqText
from knowledge.versions import EditConflict
from knowledge.vietnamese import fold

STATUS_NAMES = {
    FaqStatus.DRAFT: "bản nháp", FaqStatus.IN_REVIEW: "chờ duyệt",
    FaqStatus.PUBLISHED: "đang dùng", FaqStatus.RETIRED: "đã thôi dùng",
}  # fmt: skip
SOURCE_NAMES = {
    "inquiry": "từ câu hỏi", "group": "từ nhóm chat", "staff": "cán bộ soạn", "file": "từ tệp",
}  # fmt: skip
SUGGESTED = 4
WRONG = {
    "question": "Cần câu hỏi, tối đa 500 ký tự.",
    "answer": "Cần câu trả lời, tối đa 2000 ký tự.",
    "phrasings": "Mỗi cách hỏi một dòng, tối đa 500 ký tự.",
    "code": "Mã thủ tục có dạng 1.001193.",
}


def faq_routes(door: Door) -> APIRouter:
    """`/staff/faq`."""
    routes = APIRouter()
    desk = door.desk
    store, office_id = desk.library.store, desk.office_id

    def page_of(fields: Mapping[str, Any], entry: FaqEntry | None, **more: Any) -> dict[str, Any]:
        titles = {p.code: p.title for p in store.live_summaries(office_id)}
        linked = desk.finder.link(fields["question"]).procedures if fields["question"] else ()
        near = [c.label for c in linked[:SUGGESTED] if c.label in titles]
        if fields["code"] and fields["code"] not in near:
            near.insert(0, fields["code"])
        log = store.audit(subject=f"faq:{entry.id}") if entry else ()
        return {
            "fields": fields, "entry": entry, "suggested": near, "titles": titles, "log": log,
            "status_names": STATUS_NAMES, "source_names": SOURCE_NAMES, "wrong": {},
            "speech": to_speech(fields["answer"]), "conflict": "", "theirs": None, **more,
        }  # fmt: skip

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
        fields = {"question": "", "answer": "", "phrasings": "", "code": ""}
        return await show(request, staff, "staff/faq_entry.html", lambda: page_of(fields, None))

    @routes.get("/staff/faq/{faq_id}")
    async def entry_page(request: Request, staff: Clerk, faq_id: int) -> Response:
        def read() -> dict[str, Any]:
            entry = store.faq_entry(office_id, faq_id)
            return page_of(_fields(entry), entry)

        return await show(request, staff, "staff/faq_entry.html", read)

    @routes.post("/staff/faq/{faq_id}")
    async def change(request: Request, staff: Clerk, faq_id: int) -> Response:
        """``faq_id`` 0 is a new one."""
        form = await form_of(request)
        order = str(form.get("do", "save"))
        if order == "publish":
            _need(staff)
        fields = _typed(form)
        office = await work(request, lambda: store.office(office_id))
        kept = {
            name: "\n".join(masked(line, office) for line in value.split("\n"))
            for name, value in fields.items()
        }
        try:
            text = FaqText(
                question=kept["question"],
                answer=kept["answer"],
                phrasings=tuple(filter(None, map(str.strip, kept["phrasings"].split("\n")))),
                code=fields["code"] or None,
            )
        except ValidationError as error:
            wrong = {str(p["loc"][0]): WRONG[str(p["loc"][0])] for p in error.errors()}
            found = await work(request, lambda: _find(faq_id))
            page = lambda: page_of(fields, found, wrong=wrong)  # noqa: E731
            return await show(request, staff, "staff/faq_entry.html", page, status=422)
        version = _version(form)
        second = console_of(request).settings.second_person

        def keep() -> FaqEntry:
            if faq_id:
                held = store.faq_entry(office_id, faq_id)
                same = held.status in OPEN and FaqText(**held.model_dump(include=_TEXT)) == text
                if same and held.version == version:
                    entry = held
                else:
                    entry = store.save_faq(office_id, faq_id, text, version=version, by=staff.name)
            else:
                entry = store.add_faq(office_id, text, by=staff.name)
            if order == "submit" and entry.status is FaqStatus.DRAFT:
                return store.submit_faq(office_id, entry.id, version=entry.version, by=staff.name)
            if order == "publish":
                return store.publish_faq(
                    office_id, entry.id, version=entry.version, by=staff.name,
                    second_person=second,
                )  # fmt: skip
            return entry

        try:
            entry = await work(request, keep)
        except EditConflict as problem:
            said = str(problem)

            def conflict() -> dict[str, Any]:
                theirs = store.faq_entry(office_id, faq_id)
                return page_of(fields, theirs, conflict=said, theirs=theirs)

            return await show(request, staff, "staff/faq_entry.html", conflict, status=409)
        said = {
            "publish": "Đã công bố. Người dân hỏi câu này được trả lời ngay.",
            "submit": "Đã gửi duyệt.",
        }.get(order, "Đã lưu nháp; người dân chưa thấy.")
        return leave(request, f"/staff/faq/{entry.id}", said)

    @routes.post("/staff/faq/{faq_id}/{step}")
    async def step(request: Request, staff: Clerk, faq_id: int, step: str) -> Response:
        form = await form_of(request)
        version, reason = _version(form), str(form.get("reason", ""))
        to = f"/staff/faq/{faq_id}"
        if step == "send_back":
            _need(staff)
            why = reason or "cần sửa thêm"
            await work(
                request,
                lambda: store.send_back_faq(
                    office_id, faq_id, version=version, by=staff.name, reason=why
                ),
            )
            return leave(request, to, "Đã trả lại cho người soạn.")
        if step == "retire":
            held = await work(request, lambda: store.faq_entry(office_id, faq_id))
            if held.status is FaqStatus.PUBLISHED:
                _need(staff)
            await work(
                request,
                lambda: store.retire_faq(
                    office_id, faq_id, version=version, by=staff.name, reason=reason or None
                ),
            )
            return leave(request, "/staff/faq", "Câu này không còn được dùng để trả lời.")
        raise NotHere("Không có việc này.")

    def _find(faq_id: int) -> FaqEntry | None:
        return store.faq_entry(office_id, faq_id) if faq_id else None

    return routes


_TEXT = set(FaqText.model_fields)


def _fields(entry: FaqText) -> dict[str, str]:
    return {
        "question": entry.question,
        "answer": entry.answer,
        "phrasings": "\n".join(entry.phrasings),
        "code": entry.code or "",
    }


def _typed(form: Mapping[str, Any]) -> dict[str, str]:
    fields = {
        name: str(form.get(name, "")).replace("\r\n", "\n")
        for name in ("question", "answer", "phrasings")
    }
    return fields | {"code": str(form.get("code_other", "")) or str(form.get("code", ""))}


def _version(form: Mapping[str, Any]) -> int:
    value = str(form.get("version", ""))
    return int(value) if value.isdigit() else 0


def _need(staff: Staff) -> None:
    if not staff.may(Role.PUBLISHER):
        raise NotAllowed("Duyệt và công bố cần người có quyền duyệt. Hãy bấm “Gửi duyệt”.")
