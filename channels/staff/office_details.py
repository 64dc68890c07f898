"""Hours and holidays, name and contact: what an administrator changes once in a year."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from channels.door import Door
from channels.staff import office_form
from channels.staff.access import Admin, Clerk, leave, show, typed_in
from channels.staff.office_change import Front, seen
from channels.staff.office_saving import refusal_of
from knowledge.offices import Office

HOME = "/staff/office"


@dataclass(frozen=True, slots=True)
class Part:
    """A page that changes some fields of the office: as lines of text, and back."""

    path: str
    template: str
    fields: tuple[str, ...]
    to_lines: Callable[[Office], dict[str, str]]
    from_lines: Callable[[Mapping[str, str]], dict[str, Any]]


def hours_lines(office: Office) -> dict[str, str]:
    """Hours, their note and the holidays as the form shows them."""
    week = {key: line for key, _, line in office_form.hours_lines(office.hours)}
    return week | {
        "holidays": office_form.holidays_text(office.holidays),
        "hours_note": office.hours_note or "",
    }


def hours_typed(typed: Mapping[str, str]) -> dict[str, Any]:
    """The fields of the office that the form of hours makes."""
    return {
        "hours": office_form.read_hours(dict(typed)),
        "holidays": office_form.read_holidays(typed.get("holidays")),
        "hours_note": typed.get("hours_note") or None,
    }


def contact_lines(office: Office) -> dict[str, str]:
    """Name, address, phones as the form shows them."""
    return {
        "name": office.name, "address": office.address, "email": office.email or "",
        "website": office.website or "", "phones": office_form.phones_text(office.phones),
    }  # fmt: skip


def contact_typed(typed: Mapping[str, str]) -> dict[str, Any]:
    """The fields of the office that the form of its contact makes."""
    return {
        "name": typed.get("name", ""), "address": typed.get("address", ""),
        "email": typed.get("email") or None, "website": typed.get("website") or None,
        "phones": office_form.read_phones(typed.get("phones")),
    }  # fmt: skip


PARTS = (
    Part("hours", "staff/office_hours.html", ("hours", "hours_note", "holidays"),
         hours_lines, hours_typed),
    Part("contact", "staff/office_contact.html",
         ("name", "address", "phones", "email", "website"), contact_lines, contact_typed),
)  # fmt: skip


def detail_routes(door: Door, front: Front) -> APIRouter:
    """`/staff/office/hours` and `…/contact`."""
    routes = APIRouter()
    for part in PARTS:
        _add(routes, front, part)
    return routes


def _add(routes: APIRouter, front: Front, part: Part) -> None:
    path = f"{HOME}/{part.path}"

    def form(typed: Mapping[str, str] | None = None, **more: Any) -> dict[str, Any]:
        office = front.office()
        held = part.to_lines(office)
        return {
            "week": office_form.WEEK, "typed": typed or held, "held": held, "wrong": (),
            "conflict": "", "seen": seen(office, *part.fields), **more,
        }  # fmt: skip

    @routes.get(path)
    async def page(request: Request, staff: Clerk) -> Response:
        return await show(request, staff, part.template, form)

    @routes.post(path)
    async def save(request: Request, staff: Admin) -> Response:
        typed = await typed_in(request)
        as_seen = (typed.get("seen", ""), part.fields)

        def change() -> bool:
            return front.change(lambda office: part.from_lines(typed), by=staff.name,
                                as_seen=as_seen)  # fmt: skip

        again = partial(form, typed)
        if refused := await refusal_of(request, staff, change, part.template, again):
            return refused
        return leave(request, HOME, "Đã lưu. Câu hỏi tiếp theo được trả lời theo bản này.")
