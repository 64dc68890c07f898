"""What changes in one day: notices, special days, the urgent banner, channels switched off.

All of it is a publisher's and holds from the next question on (docs/decisions/0052).
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from assistant.office_answers import office_facts
from channels.door import Door
from channels.staff import office_form
from channels.staff.access import Clerk, Publisher, form_of, leave, show, work
from channels.staff.office_change import Front, Refused
from knowledge.offices import Office

HOME = "/staff/office"
CHANNELS = {
    "web": "Trang web", "kiosk": "Màn hình ở sảnh", "telegram": "Telegram", "zalo": "Zalo",
}  # fmt: skip
LONGEST_NOTICE = 500
Typed = Mapping[str, str]
Edit = Callable[[Typed, Office], Mapping[str, Any]]


def today_routes(door: Door, front: Front) -> APIRouter:
    """`/staff/office` and the forms on it."""
    routes = APIRouter()
    desk = door.desk

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

    def form(path: str, edit: Edit, said: str) -> None:
        """One form of the page; on a mistake the page comes back with what was typed."""

        async def change(request: Request, staff: Publisher) -> Response:
            sent = await form_of(request)
            typed = {key: str(value) for key, value in sent.items()}
            typed["closed"] = ",".join(map(str, sent.getlist("closed")))
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

        routes.add_api_route(f"{HOME}/{path}", change, methods=["POST"])

    form("notices", add_notice, "Đã đăng thông báo.")
    form("notices/drop", drop_notice, "Đã gỡ thông báo.")
    form("days", add_day, "Đã ghi ngày đặc biệt.")
    form("days/drop", drop_day, "Đã bỏ ngày đặc biệt.")
    form("banner", put_banner, "Đã lưu thông báo khẩn.")
    form("channels", switch_channels, "Đã lưu. Câu hỏi tiếp theo theo cài đặt này.")
    return routes


def add_notice(typed: Typed, office: Office) -> dict[str, Any]:
    """The office's notices with the new one at their end."""
    if len(typed.get("text", "")) > LONGEST_NOTICE:
        raise Refused(f"Thông báo: dài quá {LONGEST_NOTICE} ký tự; người dân đọc trên điện thoại.")
    new = {
        "text": typed.get("text", ""),
        "shown_from": office_form.read_day(typed.get("shown_from"), "Từ ngày"),
        "shown_until": office_form.read_day(typed.get("shown_until"), "Đến hết ngày"),
    }
    return {"notices": [*(n.model_dump(mode="json") for n in office.notices), new]}


def drop_notice(typed: Typed, office: Office) -> dict[str, Any]:
    """The notices without the one of this text and first day."""
    gone = (typed.get("text"), typed.get("from"))
    kept = [n for n in office.notices if (n.text, n.shown_from.isoformat()) != gone]
    return {"notices": [n.model_dump(mode="json") for n in kept]}


def add_day(typed: Typed, office: Office) -> dict[str, Any]:
    """The special days with this one; without hours it is a day off."""
    on = office_form.read_day(typed.get("date"), "Ngày")
    spans = office_form.read_spans(typed.get("hours", ""), "Giờ làm việc")
    new = {
        "date": on.isoformat(), "closed": not spans, "hours": spans,
        "reason": typed.get("reason", ""),
    }  # fmt: skip
    others = [d.model_dump(mode="json") for d in office.special_days if d.date != on]
    return {"special_days": [*others, new]}


def drop_day(typed: Typed, office: Office) -> dict[str, Any]:
    """The special days without one."""
    kept = [d for d in office.special_days if d.date.isoformat() != typed.get("date")]
    return {"special_days": [d.model_dump(mode="json") for d in kept]}


def put_banner(typed: Typed, office: Office) -> dict[str, Any]:
    """The urgent banner, or none."""
    text = typed.get("text", "")
    if not text or typed.get("do") == "drop":
        return {"banner": None}
    return {"banner": {"text": text, "until": typed.get("until") or None}}


def switch_channels(typed: Typed, office: Office) -> dict[str, Any]:
    """The channels that are off."""
    off = typed["closed"].split(",")
    return {"closed_channels": [name for name in CHANNELS if name in off]}
