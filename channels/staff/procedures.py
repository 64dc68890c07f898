"""Procedures: find one, correct it, have it reviewed, publish, roll back, suspend.

A deployment of one office edits the records everybody sees; with several offices each edits a
copy of its own, which beats the national record there (docs/decisions/0050).
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from assistant.address import UNKNOWN
from assistant.compose import compose
from assistant.office_answers import office_facts
from assistant.speech import to_speech
from channels.door import Door
from channels.staff import record_form
from channels.staff.access import (
    Clerk,
    NotAllowed,
    NotHere,
    Publisher,
    Staff,
    console_of,
    form_of,
    leave,
    show,
    work,
)
from channels.staff.accounts import Role
from channels.staff.record_diff import diff
from knowledge.layers import LocalRule, Scope, overlay
from knowledge.procedures import Procedure, Source, Topic
from knowledge.store import KnowledgeStore
from knowledge.versions import EditConflict, Status, StoreError, UnknownProcedure, VersionInfo
from knowledge.vietnamese import fold

SHOWN = 60
PREVIEWED = (Topic.FEE, Topic.PAPERS, Topic.TIME, Topic.PLACE)
STATUS_NAMES = {
    Status.DRAFT: "bản nháp", Status.IN_REVIEW: "chờ duyệt", Status.SCHEDULED: "chờ đến ngày",
    Status.LIVE: "đang dùng", Status.RETIRED: "đã thôi dùng",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Edit:
    """What an editor's page started from: the live version, the draft, the newest of all."""

    base: int | None
    draft: int | None
    newest: int


class Shelf:
    """The procedures as one office edits them."""

    def __init__(self, store: KnowledgeStore, office_id: str) -> None:
        self.store = store
        self.office_id = office_id

    @property
    def scope(self) -> str | None:
        """Whose records are written: everybody's (None), or the office's own."""
        return None if len(self.store.offices()) < 2 else self.office_id

    def history(self, code: str) -> list[VersionInfo]:
        """The versions this office may see, newest first; NotHere for an unknown code."""
        seen = [v for v in self.store.history(code) if v.office_id in (None, self.office_id)]
        if not seen:
            raise NotHere(f"Không có thủ tục mã {code}.")
        return seen

    def standing(self, code: str, version: int | None = None) -> tuple[Procedure, Edit]:
        """The record to edit (a draft, else what is live, else the newest) and its start."""
        history, scope = self.history(code), self.scope
        mine = [v for v in history if v.office_id == scope]
        live = next((v.version for v in mine if v.status is Status.LIVE), None)
        drafts = [v for v in mine if v.status in (Status.DRAFT, Status.IN_REVIEW)]
        draft = next((v for v in drafts if version in (None, v.version)), None)
        chosen = draft.version if draft and version else None
        if version is None:
            chosen = self.store.find_live_versions(self.office_id).get(code)
            draft = None
        record = self.store.get_version(code, chosen or version or history[0].version)
        newest = max((v.version for v in mine), default=0)
        return record, Edit(live, draft.version if draft else None, newest)

    def save(self, procedure: Procedure, edit: Edit, *, by: str, note: str | None) -> int:
        """Keep a draft; EditConflict when anybody saved anything since the page was opened."""
        mine = [v for v in self.store.history(procedure.code) if v.office_id == self.scope]
        newest = max((v.version for v in mine), default=0)
        if newest != edit.newest:
            other = next(v for v in mine if v.version == newest)
            raise EditConflict(
                f"{other.created_by} vừa lưu bản {newest} ({STATUS_NAMES[other.status]}) trong lúc "
                "anh/chị đang sửa. Chưa có gì bị ghi đè."
            )
        return self.store.save_draft(
            procedure, by=by, note=note, office_id=self.scope,
            base_version=edit.base, replaces=edit.draft,
        )  # fmt: skip

    def roll_back(self, code: str, version: int, *, by: str) -> int:
        """The content of an earlier version, published as a new one."""
        old = next((v for v in self.history(code) if v.version == version), None)
        if old is None or old.published_at is None:
            raise StoreError(f"Bản {version} chưa từng được công bố.")
        note = f"quay lại bản {version}"
        _, edit = self.standing(code)
        draft = self.store.save_draft(
            self.store.get_version(code, version), by=by, note=note,
            office_id=self.scope, base_version=edit.base,
        )  # fmt: skip
        self.store.publish_draft(code, draft, by=by, note=note)
        return draft

    def retire(self, code: str, *, by: str, reason: str) -> None:
        """No answer any more; a national record shared with others is only suspended."""
        if self.scope and not any(
            v.office_id and v.status in (Status.LIVE, Status.SCHEDULED) for v in self.history(code)
        ):
            raise StoreError(
                "Đây là bản chung của nhiều đơn vị, không thôi dùng riêng được. Hãy tạm dừng."
            )
        self.store.retire(code, by=by, reason=reason, office_id=self.scope)

    def suspension(self, code: str) -> LocalRule | None:
        """The rule by which this office has stopped taking the procedure."""
        return next((r for r in self.store.rules(self.office_id) if r.id == self._rule(code)), None)

    def suspend(self, code: str, reason: str, until: date | None, *, by: str, source: str) -> None:
        """Residents are told the reason with their next question."""
        today = self.store.today()
        self.store.put_rule(
            LocalRule(
                id=self._rule(code), scope=Scope.OFFICE, office_id=self.office_id, code=code,
                suspended=reason, effective_from=today, effective_until=until,
                source=Source(name=source, as_of=today),
            ),
            by=by,
        )  # fmt: skip

    def resume(self, code: str, *, by: str) -> None:
        """The procedure is taken again."""
        self.store.drop_rule(self._rule(code), by=by)

    def _rule(self, code: str) -> str:
        return f"{self.office_id}-suspended-{code.replace('.', '-')}"


def procedure_routes(door: Door) -> APIRouter:
    """`/staff/procedures` and everything below."""
    routes = APIRouter()
    desk = door.desk
    store = desk.library.store
    shelf = Shelf(store, desk.office_id)

    def preview(procedure: Procedure) -> dict[str, Any]:
        office, rules = store.office(desk.office_id), store.rules(desk.office_id)
        view = overlay(procedure, rules, store.today(), office=office)
        phone = office_facts(office, desk.clock())["phone"]

        def answer(*topics: Topic) -> str:
            return compose(view, topics, address=UNKNOWN, office_name=office.name, phone=phone).text

        text = answer()
        topics = [(record_form.SECTIONS[t.value], answer(t)) for t in PREVIEWED]
        return {"text": text, "speech": to_speech(text), "topics": topics}

    def editing(code: str, fields: dict[str, Any], edit: Edit, **more: Any) -> dict[str, Any]:
        try:
            shown, wrong = preview(record_form.to_procedure(fields)), {}
        except ValidationError as error:
            shown, wrong = None, record_form.problems(error)
        drafts = [
            v for v in shelf.history(code)
            if v.status in (Status.DRAFT, Status.IN_REVIEW) and v.version != edit.draft
        ]  # fmt: skip
        is_review = next(
            (v.status is Status.IN_REVIEW for v in shelf.history(code) if v.version == edit.draft),
            False,
        )
        return {
            "code": code, "fields": fields, "edit": edit, "preview": shown, "wrong": wrong,
            "form": record_form, "drafts": drafts, "conflict": "", "difference": [],
            "suspension": shelf.suspension(code), "status_names": STATUS_NAMES,
            "is_review": is_review, "focus": "", **more,
        }  # fmt: skip

    @routes.get("/staff/procedures")
    async def listing(
        request: Request, staff: Clerk, q: str = "", sector: str = "", state: str = ""
    ) -> Response:
        def read() -> dict[str, Any]:
            held = store.live_summaries(desk.office_id)
            drafts = {
                v.code: v
                for v in reversed(store.versions_in(Status.DRAFT, Status.IN_REVIEW))
                if v.office_id in (None, desk.office_id)
            }
            suspended = {
                r.code: r for r in store.rules(desk.office_id)
                if r.suspended and r.code and r.scope is Scope.OFFICE
            }  # fmt: skip
            words = fold(q.lower()).split()
            found = [
                p for p in held
                if (not sector or p.sector == sector)
                and (state != "draft" or p.code in drafts)
                and (state != "suspended" or p.code in suspended)
                and _contains(words, p.code, p.name, p.short_name or "", *p.aliases)
            ]  # fmt: skip
            found.sort(key=lambda p: (-p.popularity, p.title))
            return {
                "found": found[:SHOWN], "count": len(found), "q": q, "sector": sector,
                "state": state, "sectors": sorted({p.sector for p in held}),
                "drafts": drafts, "suspended": suspended, "status_names": STATUS_NAMES,
            }  # fmt: skip

        return await show(request, staff, "staff/procedures.html", read)

    @routes.get("/staff/procedures/{code}")
    async def edit_page(
        request: Request, staff: Clerk, code: str, version: int | None = None
    ) -> Response:
        def read() -> dict[str, Any]:
            try:
                record, edit = shelf.standing(code, version)
            except UnknownProcedure as problem:
                raise NotHere(f"Không có bản {version} của thủ tục {code}.") from problem
            return editing(code, record_form.to_fields(record), edit)

        return await show(request, staff, "staff/procedure.html", read)

    @routes.post("/staff/procedures/{code}")
    async def change(request: Request, staff: Clerk, code: str) -> Response:
        form = await form_of(request)
        edit = _edit(form)
        order = str(form.get("do", "preview"))
        held = await work(request, lambda: shelf.standing(code)[0])
        fields = record_form.read_fields(form, held)
        if order not in ("save", "submit", "publish"):
            fields = record_form.change_rows(fields, order)
            page = lambda: editing(code, fields, edit, focus=order)  # noqa: E731
            return await show(request, staff, "staff/procedure.html", page)
        if order == "publish":
            _need(staff, Role.PUBLISHER, "Công bố")
        try:
            procedure = record_form.to_procedure(fields)
        except ValidationError:
            page = lambda: editing(code, fields, edit)  # noqa: E731
            return await show(request, staff, "staff/procedure.html", page, status=422)
        note = str(form.get("note", "")) or None
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
                    code, fields, replace(now, draft=None), conflict=said,
                    difference=diff(theirs, procedure), other=newest,
                )  # fmt: skip

            return await show(request, staff, "staff/procedure.html", conflict, status=409)
        to = f"/staff/procedures/{quote(code)}"
        if order == "publish":
            await work(request, lambda: _publish(request, code, version, staff, note))
            said = f"Đã công bố bản {version}. Câu hỏi tiếp theo được trả lời theo bản này."
            return leave(request, to, said)
        if order == "submit":
            await work(request, lambda: store.submit(code, version, by=staff.name, note=note))
            said = f"Đã gửi duyệt bản {version}."
        else:
            said = f"Đã lưu nháp bản {version}; người dân chưa thấy thay đổi."
        return leave(request, f"{to}?version={version}", said)

    def _publish(request: Request, code: str, version: int, staff: Staff, note: str | None) -> None:
        second = console_of(request).settings.second_person
        store.publish_draft(code, version, by=staff.name, note=note, second_person=second)

    @routes.post("/staff/api/procedures/{code}/preview")
    async def live_preview(request: Request, staff: Clerk, code: str) -> Response:
        form = await form_of(request)

        def read() -> dict[str, Any]:
            held, _ = shelf.standing(code)
            return editing(code, record_form.read_fields(form, held), _edit(form))

        return await show(request, staff, "staff/procedure_preview.html", read)

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
        _need(staff, Role.PUBLISHER, "Duyệt và công bố")
        if step == "publish":
            await work(request, lambda: _publish(request, code, version, staff, None))
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

    @routes.post("/staff/procedures/{code}/suspend")
    async def suspend(request: Request, staff: Publisher, code: str) -> Response:
        form = await form_of(request)
        reason, until = str(form.get("reason", "")), str(form.get("until", ""))
        if not reason:
            raise StoreError("Hãy ghi lý do; người dân sẽ đọc đúng câu này.")
        office = await work(request, lambda: store.office(desk.office_id))
        last = _day(until)
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


def _contains(words: list[str], *texts: str) -> bool:
    whole = fold(" ".join(texts).lower())
    return all(word in whole for word in words)


def _need(staff: Staff, role: Role, what: str) -> None:
    if not staff.may(role):
        raise NotAllowed(f"{what} cần người có quyền duyệt. Hãy lưu nháp rồi bấm “Gửi duyệt”.")


def _edit(form: FormData) -> Edit:
    def number(name: str) -> int | None:
        value = str(form.get(name, ""))
        return int(value) if value.isdigit() else None

    return Edit(number("base"), number("draft"), number("newest") or 0)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as problem:
        raise StoreError("Ngày chưa đúng.") from problem
