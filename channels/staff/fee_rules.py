"""Fees a province or the office sets: amounts by way of handing in, with the resolution's number.

A rule replaces the whole fee section of its procedure from its first day on, and residents see
the resolution as its source. The national record is not touched.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from assistant.wording import fee_lines
from channels.door import Door
from channels.staff.access import Clerk, NotHere, Publisher, Staff, form_of, leave, show, work
from channels.staff.office_change import Front, Refused, sentences_of
from channels.staff.record_form import ALL_CHANNELS, FEE_STATUSES
from knowledge.layers import LocalRule, Scope
from knowledge.procedures import FeeStatus
from knowledge.versions import EditConflict
from knowledge.vietnamese import fold

LIST = "/staff/office/fees"
SUGGESTED = 400  # procedures offered by name while typing; a code can always be typed
# "from" and "until" are carried along, unseen: what set them is the rule's own period elsewhere.
COLUMNS = ("status", "amount", "channel", "per", "note", "from", "until")
SCOPES = {Scope.PROVINCE.value: "Cả tỉnh, thành phố", Scope.OFFICE.value: "Riêng đơn vị này"}


def fingerprint(rule: LocalRule | None) -> str:
    """What a form carries of the rule it started from; empty for a new one."""
    return hashlib.sha256(rule.model_dump_json().encode()).hexdigest()[:16] if rule else ""


def fee_rule_routes(door: Door, front: Front) -> APIRouter:
    """The list of fee rules, and one rule's form."""
    routes = APIRouter()
    store, office_id = door.desk.library.store, door.desk.office_id

    def rules() -> list[LocalRule]:
        """Rules about fees, and what a province says besides; suspensions have their own page."""
        held = store.rules(office_id)
        return [r for r in held if r.fees is not None or (r.scope is Scope.PROVINCE and r.note)]

    def find(rule_id: str) -> LocalRule:
        found = next((rule for rule in rules() if rule.id == rule_id), None)
        if found is None:
            raise NotHere("Không có quy định này.")
        return found

    @routes.get(LIST)
    async def listing(request: Request, staff: Clerk) -> Response:
        def read() -> dict[str, Any]:
            names = {s.code: s.title for s in store.live_summaries(office_id)}
            today, shown = store.today(), []
            for rule in rules():
                view = store.find_view(rule.code, office_id) if rule.code else None
                lines = fee_lines(view.procedure.model_copy(update={"fees": rule.fees})) if (
                    view and rule.fees
                ) else []  # fmt: skip
                started = rule.effective_from is None or rule.effective_from <= today
                over = rule.effective_until is not None and rule.effective_until < today
                shown.append({
                    "rule": rule, "lines": lines, "name": names.get(rule.code or "", rule.sector),
                    "is_left_out": bool(view and rule.id in view.ignored_rules),
                    "is_held": view is not None, "started": started, "over": over,
                })  # fmt: skip
            return {"rules": shown, "scopes": SCOPES}

        return await show(request, staff, "staff/fee_rules.html", read)

    def form(
        rule: LocalRule | None, code: str, typed: Mapping[str, Any] | None = None, **more: Any
    ) -> dict[str, Any]:
        view = store.find_view(code, office_id) if code else None
        return {
            "rule": rule, "code": code, "typed": typed or _fields(rule), "wrong": (),
            "procedure": view.procedure if view else None, "seen": fingerprint(rule),
            "statuses": {s.value: name for s, name in FEE_STATUSES.items()}, "conflict": "",
            "channels": ALL_CHANNELS, "scopes": SCOPES,
            "suggested": [] if code else store.live_summaries(office_id)[:SUGGESTED], **more,
        }  # fmt: skip

    @routes.get("/staff/office/fee")
    async def page(request: Request, staff: Clerk, rule: str = "", code: str = "") -> Response:
        def read() -> dict[str, Any]:
            held = find(rule) if rule else None
            about = (held.code if held else code.split()[0] if code.split() else "") or ""
            if about and held is None and store.find_view(about, office_id) is None:
                raise NotHere(f"Không có thủ tục mã {about}.")
            return form(held, about)

        return await show(request, staff, "staff/fee_rule.html", read)

    @routes.post("/staff/office/fee")
    async def save(request: Request, staff: Publisher) -> Response:
        sent = await form_of(request)
        typed: dict[str, Any] = {key: str(value) for key, value in sent.items()}
        typed["rows"] = [
            {
                **{name: str(sent.get(f"{name}-{n}", "")) for name in COLUMNS},
                "cases": list(map(str, sent.getlist(f"cases-{n}"))),
            }
            for n in range(sum(1 for key in sent if re.fullmatch(r"status-\d+", key)))
        ]
        code = typed.get("code", "")
        if typed.get("do") == "add":
            typed["rows"].append({"cases": []})
            return await again(request, staff, typed, 200)
        try:
            await work(request, lambda: keep(typed, code, staff))
        except Refused as refusal:
            return await again(request, staff, typed, 422, wrong=refusal.sentences)
        except EditConflict as problem:
            return await again(request, staff, typed, 409, conflict=str(problem))
        return leave(request, LIST, f"Đã lưu mức phí của {code}. Câu hỏi tiếp theo theo mức này.")

    async def again(
        request: Request, staff: Staff, typed: Mapping[str, Any], status: int, **more: Any
    ) -> Response:
        def read() -> dict[str, Any]:
            held = find(typed["id"]) if typed.get("id") else None
            return form(held, typed.get("code", ""), typed, **more)

        return await show(request, staff, "staff/fee_rule.html", read, status=status)

    def keep(typed: Mapping[str, Any], code: str, staff: Staff) -> None:
        base = find(typed["id"]) if typed.get("id") else None
        if fingerprint(base) != typed.get("seen", ""):
            raise EditConflict(
                "Quy định này vừa được người khác sửa. Chữ anh/chị gõ vẫn còn đây; xem lại rồi "
                "lưu lần nữa để thay."
            )
        office = front.office()
        scope = Scope(typed.get("scope") or Scope.PROVINCE)
        values = base.model_dump(mode="json") if base else {
            "id": _new_id(scope, office.province, office.id, code, store.rules(office_id)),
            "scope": scope.value, "code": code,
            "province": office.province if scope is Scope.PROVINCE else None,
            "office_id": office.id if scope is Scope.OFFICE else None,
        }  # fmt: skip
        if scope is Scope.PROVINCE and not re.search(r"\d", typed.get("source", "")):
            raise Refused("Nguồn: ghi cả số của nghị quyết, ví dụ Nghị quyết 12/2018/NQ-HĐND.")
        fees = [_fee(row) for row in typed["rows"] if row.get("status")]
        values |= {
            "fees": fees or None, "note": typed.get("note") or None,
            "effective_from": typed.get("effective_from") or None,
            "effective_until": typed.get("effective_until") or None, "verified": True,
            "source": {"name": typed.get("source", ""), "as_of": typed.get("as_of") or None,
                       "url": typed.get("url") or None},
        }  # fmt: skip
        try:
            rule = LocalRule.model_validate(values)
        except ValidationError as error:
            raise Refused(*(s.replace(f"Quy định {values['id']}: ", "")
                            for s in sentences_of(error))) from error  # fmt: skip
        view = store.find_view(code, office_id)
        if view is None:
            raise Refused(f"Mã thủ tục: không có thủ tục {code}.")
        if strange := rule.cases_named() - {case.id for case in view.procedure.cases}:
            raise Refused(f"Thủ tục không còn trường hợp {', '.join(sorted(strange))}.")
        store.put_rule(rule, by=staff.name, base=base)

    @routes.post("/staff/office/fees/drop")
    async def drop(request: Request, staff: Publisher) -> Response:
        sent = await form_of(request)

        def remove() -> None:
            store.drop_rule(find(str(sent.get("rule", ""))).id, by=staff.name)

        await work(request, remove)
        return leave(request, LIST, "Đã bỏ quy định; mức phí trở lại theo thủ tục gốc.")

    return routes


def _fields(rule: LocalRule | None) -> dict[str, Any]:
    if rule is None:
        return {"rows": [{"cases": []}, {"cases": []}], "scope": Scope.PROVINCE.value}
    rows = [
        {
            "status": fee.status.value, "amount": f"{fee.amount_vnd or ''}",
            "channel": fee.channel.value if fee.channel else "", "per": fee.per or "",
            "note": fee.note or "", "cases": list(fee.cases),
            "from": fee.effective_from.isoformat() if fee.effective_from else "",
            "until": fee.effective_until.isoformat() if fee.effective_until else "",
        }
        for fee in rule.fees or ()
    ]  # fmt: skip
    return {
        "rows": rows or [{"cases": []}], "scope": rule.scope.value, "note": rule.note or "",
        "source": rule.source.name, "as_of": rule.source.as_of.isoformat(),
        "url": rule.source.url or "",
        "effective_from": rule.effective_from.isoformat() if rule.effective_from else "",
        "effective_until": rule.effective_until.isoformat() if rule.effective_until else "",
    }  # fmt: skip


def _fee(row: Mapping[str, Any]) -> dict[str, Any]:
    status = FeeStatus(row["status"]) if row["status"] in set(FeeStatus) else FeeStatus.UNPUBLISHED
    digits = re.sub(r"[.,\s]|đồng|đ$", "", row.get("amount", ""))
    amount: int | str | None = None
    if status is FeeStatus.FREE:
        amount = 0
    elif status is FeeStatus.FIXED:
        if not digits.isdigit() or int(digits) == 0:
            raise Refused(f"Mức phí: ghi số tiền lớn hơn 0 (đang là “{row.get('amount', '')}”).")
        amount = int(digits)
    return {
        "status": status.value, "amount_vnd": amount, "channel": row.get("channel") or None,
        "per": row.get("per") or None, "note": row.get("note") or None, "cases": row["cases"],
        "effective_from": row.get("from") or None, "effective_until": row.get("until") or None,
    }  # fmt: skip


def _new_id(scope: Scope, province: str, office_id: str, code: str, held: Any) -> str:
    start = fold(province.lower()) if scope is Scope.PROVINCE else office_id
    slug = "-".join(re.findall(r"[a-z0-9]+", f"{start} {code} fee".replace(".", "-")))
    taken = {rule.id for rule in held}
    if slug not in taken:
        return slug
    return next(f"{slug}-{n}" for n in range(2, 1000) if f"{slug}-{n}" not in taken)
