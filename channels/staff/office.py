"""The office's own page: notices, special days, urgent banner, channels, hours, phones, counters.

What changes in one day (a notice, a special day, the banner, a channel) is a publisher's; hours,
phones and counters are an administrator's. All of it holds from the next question on.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from assistant.office_answers import office_facts
from channels.door import Door
from channels.staff import office_form
from channels.staff.access import Admin, Clerk, Publisher, Staff, form_of, leave, show, work
from channels.staff.fee_rules import fee_rule_routes
from channels.staff.office_change import Front, Refused, seen
from channels.staff.office_counters import counter_routes
from channels.staff.office_plan import plan_routes
from knowledge.offices import Office
from knowledge.versions import EditConflict

HOME = "/staff/office"
CHANNELS = {
    "web": "Trang web", "kiosk": "Màn hình ở sảnh", "telegram": "Telegram", "zalo": "Zalo",
}  # fmt: skip
TIMETABLE = ("hours", "hours_note", "holidays")
CONTACT = ("name", "address", "phones", "email", "website")


def office_routes(door: Door) -> APIRouter:
    """`/staff/office` and everything below."""
    routes = APIRouter()
    desk = door.desk
    front = Front(desk.library.store, desk.office_id)
    routes.include_router(counter_routes(door, front))
    routes.include_router(plan_routes(door, front))
    routes.include_router(fee_rule_routes(door, front))

    def today(typed: Mapping[str, Any] | None = None, *wrong: str) -> dict[str, Any]:
        office, day = front.office(), desk.library.store.today()
        return {
            "facts": office_facts(office, desk.clock()), "channel_names": CHANNELS,
            "today": day, "tomorrow": day + timedelta(days=1), "typed": typed or {},
            "wrong": wrong, "banner": office.banner if office.banner_on(day) else None,
            "notices": [(n, n.is_shown(day), n.shown_until < day) for n in office.notices],
            "days": sorted(office.special_days, key=lambda d: d.date),
            "spans_line": office_form.spans_line,
        }  # fmt: skip

    @routes.get(HOME)
    async def page(request: Request, staff: Clerk) -> Response:
        return await show(request, staff, "staff/office.html", today)

    async def change(
        request: Request,
        staff: Staff,
        edit: Callable[[Mapping[str, str], Office], Mapping[str, Any]],
        said: str,
    ) -> Response:
        """Change what a form of the first page is about; on a mistake it comes back as typed."""
        form = await form_of(request)
        typed = {key: str(value) for key, value in form.items()}
        typed["closed"] = ",".join(map(str, form.getlist("closed")))
        try:
            await work(
                request, lambda: front.change(lambda office: edit(typed, office), by=staff.name)
            )
        except Refused as refusal:
            wrong = refusal.sentences
            return await show(
                request, staff, "staff/office.html", lambda: today(typed, *wrong), status=422
            )
        return leave(request, HOME, said)

    @routes.post(f"{HOME}/notices")
    async def notice(request: Request, staff: Publisher) -> Response:
        def add(typed: Mapping[str, str], office: Office) -> dict[str, Any]:
            new = {
                "text": typed.get("text", ""),
                "shown_from": office_form.read_day(typed.get("shown_from"), "Từ ngày"),
                "shown_until": office_form.read_day(typed.get("shown_until"), "Đến hết ngày"),
            }
            return {"notices": [*(n.model_dump(mode="json") for n in office.notices), new]}

        return await change(request, staff, add, "Đã đăng thông báo.")

    @routes.post(f"{HOME}/notices/drop")
    async def drop_notice(request: Request, staff: Publisher) -> Response:
        def drop(typed: Mapping[str, str], office: Office) -> dict[str, Any]:
            kept = [
                n for n in office.notices
                if (n.text, n.shown_from.isoformat()) != (typed.get("text"), typed.get("from"))
            ]  # fmt: skip
            return {"notices": [n.model_dump(mode="json") for n in kept]}

        return await change(request, staff, drop, "Đã gỡ thông báo.")

    @routes.post(f"{HOME}/days")
    async def special_day(request: Request, staff: Publisher) -> Response:
        def add(typed: Mapping[str, str], office: Office) -> dict[str, Any]:
            on = office_form.read_day(typed.get("date"), "Ngày")
            spans = office_form.read_spans(typed.get("hours", ""), "Giờ làm việc")
            new = {
                "date": on.isoformat(), "closed": not spans, "hours": spans,
                "reason": typed.get("reason", ""),
            }  # fmt: skip
            others = [d.model_dump(mode="json") for d in office.special_days if d.date != on]
            return {"special_days": [*others, new]}

        return await change(request, staff, add, "Đã ghi ngày đặc biệt.")

    @routes.post(f"{HOME}/days/drop")
    async def drop_day(request: Request, staff: Publisher) -> Response:
        def drop(typed: Mapping[str, str], office: Office) -> dict[str, Any]:
            kept = [d for d in office.special_days if d.date.isoformat() != typed.get("date")]
            return {"special_days": [d.model_dump(mode="json") for d in kept]}

        return await change(request, staff, drop, "Đã bỏ ngày đặc biệt.")

    @routes.post(f"{HOME}/banner")
    async def banner(request: Request, staff: Publisher) -> Response:
        def put(typed: Mapping[str, str], office: Office) -> dict[str, Any]:
            text = typed.get("text", "")
            if not text or typed.get("do") == "drop":
                return {"banner": None}
            return {"banner": {"text": text, "until": typed.get("until") or None}}

        return await change(request, staff, put, "Đã lưu thông báo khẩn.")

    @routes.post(f"{HOME}/channels")
    async def channels(request: Request, staff: Publisher) -> Response:
        def switch(typed: Mapping[str, str], office: Office) -> dict[str, Any]:
            off = typed["closed"].split(",")
            return {"closed_channels": [name for name in CHANNELS if name in off]}

        return await change(request, staff, switch, "Đã lưu. Câu hỏi tiếp theo theo cài đặt này.")

    # -- hours and contact: a page each ---------------------------------------------------------

    def timetable(typed: Mapping[str, str] | None = None, **more: Any) -> dict[str, Any]:
        office = front.office()
        held = {key: line for key, _, line in office_form.hours_lines(office.hours)}
        held |= {
            "holidays": office_form.holidays_text(office.holidays),
            "hours_note": office.hours_note or "",
        }
        return {
            "week": office_form.WEEK, "typed": typed or held, "held": held, "wrong": (),
            "conflict": "", "seen": seen(office, *TIMETABLE), **more,
        }  # fmt: skip

    def contact(typed: Mapping[str, str] | None = None, **more: Any) -> dict[str, Any]:
        office = front.office()
        held = {
            "name": office.name, "address": office.address, "email": office.email or "",
            "website": office.website or "", "phones": office_form.phones_text(office.phones),
        }  # fmt: skip
        return {
            "typed": typed or held, "held": held, "wrong": (), "conflict": "",
            "seen": seen(office, *CONTACT), **more,
        }  # fmt: skip

    async def save(
        request: Request,
        staff: Staff,
        template: str,
        again: Callable[..., dict[str, Any]],
        edit: Callable[[Mapping[str, str]], Mapping[str, Any]],
        parts: tuple[str, ...],
    ) -> Response:
        form = await form_of(request)
        typed = {key: str(value) for key, value in form.items()}
        as_seen = (typed.get("seen", ""), parts)
        try:
            await work(
                request,
                lambda: front.change(lambda office: edit(typed), by=staff.name, as_seen=as_seen),
            )
        except Refused as refusal:
            wrong = refusal.sentences
            return await show(
                request, staff, template, lambda: again(typed, wrong=wrong), status=422
            )
        except EditConflict as problem:
            said = str(problem)
            return await show(
                request, staff, template, lambda: again(typed, conflict=said), status=409
            )
        return leave(request, HOME, "Đã lưu. Câu hỏi tiếp theo được trả lời theo bản này.")

    @routes.get(f"{HOME}/hours")
    async def hours_page(request: Request, staff: Clerk) -> Response:
        return await show(request, staff, "staff/office_hours.html", timetable)

    @routes.post(f"{HOME}/hours")
    async def hours(request: Request, staff: Admin) -> Response:
        def edit(typed: Mapping[str, str]) -> dict[str, Any]:
            return {
                "hours": office_form.read_hours(dict(typed)),
                "holidays": office_form.read_holidays(typed.get("holidays")),
                "hours_note": typed.get("hours_note") or None,
            }

        return await save(request, staff, "staff/office_hours.html", timetable, edit, TIMETABLE)

    @routes.get(f"{HOME}/contact")
    async def contact_page(request: Request, staff: Clerk) -> Response:
        return await show(request, staff, "staff/office_contact.html", contact)

    @routes.post(f"{HOME}/contact")
    async def contact_change(request: Request, staff: Admin) -> Response:
        def edit(typed: Mapping[str, str]) -> dict[str, Any]:
            return {
                "name": typed.get("name", ""), "address": typed.get("address", ""),
                "email": typed.get("email") or None, "website": typed.get("website") or None,
                "phones": office_form.read_phones(typed.get("phones")),
            }  # fmt: skip

        return await save(request, staff, "staff/office_contact.html", contact, edit, CONTACT)

    return routes
