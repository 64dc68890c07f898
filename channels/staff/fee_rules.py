"""Fees a province or the office sets: amounts by way of handing in, with the resolution's number.

A rule replaces the whole fee section of its procedure from its first day on, and residents see
the resolution as its source. The national record is not touched. Everybody may write one and hand
it in; who may publish puts it in force, a second person where the office asks for one.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from assistant.wording import fee_lines
from channels.door import Door
from channels.staff.access import (
    Clerk,
    NotHere,
    Publisher,
    Staff,
    console_of,
    form_of,
    leave,
    show,
    work,
)
from channels.staff.fee_form import fields_of, rule_of, typed_in
from channels.staff.fee_proposals import CHANGED, FeeDesk, FeeProposal, fingerprint
from channels.staff.office_change import Front, Refused
from channels.staff.procedure_steps import need
from channels.staff.record_form import ALL_CHANNELS, FEE_STATUSES
from channels.staff.roles import Role
from knowledge.layers import LocalRule, ProcedureView, Scope
from knowledge.store import KnowledgeStore
from knowledge.versions import EditConflict, SecondPersonNeeded

LIST = "/staff/office/fees"
SUGGESTED = 400  # procedures offered by name while typing; a code can always be typed
SCOPES = {Scope.PROVINCE.value: "Cả tỉnh, thành phố", Scope.OFFICE.value: "Riêng đơn vị này"}


def fee_rules_of(store: KnowledgeStore, office_id: str) -> list[LocalRule]:
    """Rules about fees, and what a province says besides; suspensions have their own page."""
    held = store.rules(office_id)
    return [r for r in held if r.fees is not None or (r.scope is Scope.PROVINCE and r.note)]


def listed(store: KnowledgeStore, office_id: str, proposals: FeeDesk) -> dict[str, Any]:
    """The rules and what waits for review, as the list shows them."""
    names = {s.code: s.title for s in store.live_summaries(office_id)}
    today = store.today()

    def view_of(rule: LocalRule) -> ProcedureView | None:
        return store.find_view(rule.code, office_id) if rule.code else None

    def lines(rule: LocalRule, view: ProcedureView | None) -> list[str]:
        if view is None or not rule.fees:
            return []
        return fee_lines(view.procedure.model_copy(update={"fees": rule.fees}))

    def shown(rule: LocalRule) -> dict[str, Any]:
        view = view_of(rule)
        return {
            "rule": rule, "lines": lines(rule, view),
            "name": names.get(rule.code or "", rule.sector),
            "is_left_out": bool(view and rule.id in view.ignored_rules),
            "is_held": view is not None,
            "started": rule.effective_from is None or rule.effective_from <= today,
            "over": rule.effective_until is not None and rule.effective_until < today,
        }  # fmt: skip

    def proposed(one: FeeProposal) -> dict[str, Any]:
        view = view_of(one.rule)
        return {
            "one": one, "lines": lines(one.rule, view), "seen": fingerprint(one),
            "name": names.get(one.rule.code or "", one.rule.sector),
            "before": fee_lines(view.procedure) if view else [],
        }  # fmt: skip

    return {
        "rules": [shown(rule) for rule in fee_rules_of(store, office_id)],
        "waiting": [proposed(one) for one in proposals.waiting()], "scopes": SCOPES,
    }  # fmt: skip


def fee_rule_routes(door: Door, front: Front) -> APIRouter:
    """The list of fee rules, one rule's form, and the review."""
    routes = APIRouter()
    store, office_id = door.desk.library.store, door.desk.office_id
    proposals = FeeDesk(store, office_id, door.desk.clock)

    @routes.get(LIST)
    async def listing(request: Request, staff: Clerk) -> Response:
        return await show(
            request, staff, "staff/fee_rules.html", lambda: listed(store, office_id, proposals)
        )

    routes.include_router(_writing(store, front, proposals))
    routes.include_router(_deciding(store, office_id, proposals))
    return routes


def _writing(store: KnowledgeStore, front: Front, proposals: FeeDesk) -> APIRouter:
    routes = APIRouter()
    office_id = front.office_id

    def form(
        rule_id: str, code: str, typed: Mapping[str, Any] | None = None, **more: Any
    ) -> dict[str, Any]:
        rule, waiting = _find(store, office_id, proposals, rule_id)
        start = waiting.rule if waiting else rule
        code = (start.code if start else code) or ""
        view = store.find_view(code, office_id) if code else None
        if code and start is None and view is None:
            raise NotHere(f"Không có thủ tục mã {code}.")
        return {
            "rule": start, "waiting": waiting, "code": code, "typed": typed or fields_of(start),
            "procedure": view.procedure if view else None, "wrong": (), "conflict": "",
            "seen": fingerprint(rule), "seen_waiting": fingerprint(waiting),
            "statuses": {s.value: name for s, name in FEE_STATUSES.items()},
            "channels": ALL_CHANNELS, "scopes": SCOPES, "unsaved": typed is not None,
            "suggested": [] if code else store.live_summaries(office_id)[:SUGGESTED], **more,
        }  # fmt: skip

    @routes.get("/staff/office/fee")
    async def page(request: Request, staff: Clerk, rule: str = "", code: str = "") -> Response:
        about = (code.split() or [""])[0]
        return await show(request, staff, "staff/fee_rule.html", lambda: form(rule, about))

    def hand_in(typed: Mapping[str, Any], code: str, staff: Staff) -> FeeProposal:
        """What the form says, as a proposal of the person's own."""
        base, waiting = _find(store, office_id, proposals, typed.get("id", ""))
        if fingerprint(base) != typed.get("seen", ""):
            raise EditConflict(CHANGED)
        view = store.find_view(code, office_id)
        if view is None:
            raise Refused(f"Mã thủ tục: không có thủ tục {code}.")
        taken = {r.id for r in store.rules(office_id)} | {p.id for p in proposals.waiting()}
        start = waiting.rule if waiting else base
        rule = rule_of(typed, start, view.procedure, front.office(), taken)
        if waiting and rule == waiting.rule and not waiting.is_removal:
            return waiting  # looked at, not changed: it stays its writer's
        seen = typed.get("seen_waiting", "")
        return proposals.propose(rule, base, by=staff.name, seen=seen)

    @routes.post("/staff/office/fee")
    async def save(request: Request, staff: Clerk) -> Response:
        typed = typed_in(await form_of(request))
        code, order = typed.get("code", ""), typed.get("do", "submit")

        async def again(status: int, **more: Any) -> Response:
            page = lambda: form(typed.get("id", ""), code, typed, **more)  # noqa: E731
            return await show(request, staff, "staff/fee_rule.html", page, status=status)

        if order == "add":
            typed["rows"].append({"cases": []})
            return await again(200)
        if order == "save":
            need(staff, Role.PUBLISHER, "Công bố mức phí")
        try:
            proposal = await work(request, lambda: hand_in(typed, code, staff))
        except Refused as refusal:
            return await again(422, wrong=refusal.sentences)
        except EditConflict as problem:
            return await again(409, conflict=str(problem))
        said = f"Đã gửi duyệt mức phí của {code}; người dân chưa thấy."
        if order == "save":
            try:
                await work(request, lambda: _publish(request, proposals, proposal, staff))
                said = f"Đã công bố mức phí của {code}. Câu hỏi tiếp theo theo mức này."
            except SecondPersonNeeded:
                said = f"Đã gửi duyệt mức phí của {code}: cần người thứ hai công bố."
        return leave(request, LIST, said)

    return routes


def _deciding(store: KnowledgeStore, office_id: str, proposals: FeeDesk) -> APIRouter:
    routes = APIRouter()

    @routes.post("/staff/office/fees/drop")
    async def drop(request: Request, staff: Publisher) -> Response:
        rule_id = str((await form_of(request)).get("rule", ""))

        def remove() -> str:
            rule, waiting = _find(store, office_id, proposals, rule_id)
            if rule is None:
                raise NotHere("Không có quy định này.")
            seen = fingerprint(waiting)
            proposal = proposals.propose(rule, rule, by=staff.name, seen=seen, removal=True)
            try:
                _publish(request, proposals, proposal, staff)
            except SecondPersonNeeded:
                return "Đã gửi duyệt việc bỏ quy định này: cần người thứ hai công bố."
            return "Đã bỏ quy định; mức phí trở lại theo thủ tục gốc."

        return leave(request, LIST, await work(request, remove))

    @routes.post("/staff/office/fees/review")
    async def review(request: Request, staff: Clerk) -> Response:
        sent = await form_of(request)
        rule_id, seen = str(sent.get("rule", "")), str(sent.get("seen", ""))
        if sent.get("do") == "give_up":

            def take_back() -> None:
                waiting = proposals.find(rule_id)
                if waiting and waiting.by != staff.name:
                    need(staff, Role.PUBLISHER, "Bỏ bản của người khác")
                proposals.give_up(rule_id, by=staff.name)

            await work(request, take_back)
            return leave(request, LIST, "Đã bỏ bản chờ duyệt; mức đang dùng giữ nguyên.")
        need(staff, Role.PUBLISHER, "Duyệt, công bố mức phí")
        second = console_of(request).settings.second_person
        done = await work(
            request,
            lambda: proposals.publish(rule_id, by=staff.name, second_person=second, seen=seen),
        )
        what = "Đã bỏ quy định" if done.is_removal else "Đã công bố mức phí của"
        return leave(request, LIST, f"{what} {done.rule.code or done.rule.sector}.")

    return routes


def _find(
    store: KnowledgeStore, office_id: str, proposals: FeeDesk, rule_id: str
) -> tuple[LocalRule | None, FeeProposal | None]:
    """The rule of this id and what waits about it; none for a new one."""
    rules = fee_rules_of(store, office_id)
    rule = next((rule for rule in rules if rule.id == rule_id), None)
    waiting = proposals.find(rule_id)
    if rule_id and rule is None and waiting is None:
        raise NotHere("Không có quy định này.")
    return rule, waiting


def _publish(request: Request, proposals: FeeDesk, proposal: FeeProposal, staff: Staff) -> None:
    """What was just written holds from now on; by a second person where the office asks for one."""
    proposals.publish(
        proposal.id, by=staff.name, seen=fingerprint(proposal),
        second_person=console_of(request).settings.second_person,
    )  # fmt: skip
