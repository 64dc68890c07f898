"""Clerks call the queue: next, again, absent, on to another counter, done; with a brief each."""

from typing import Any

from fastapi import APIRouter, Request, Response

from assistant.queue_numbers import NumberMoved, QueueNumber, UnknownNumber
from assistant.queue_rules import groups
from assistant.queue_words import call_text
from channels.door import Door
from channels.staff.access import Clerk, NotHere, form_of, leave, show, work

MOVED = "Số này vừa được xử lý ở nơi khác; xem lại danh sách bên dưới."


def queue_pages(door: Door) -> APIRouter:
    """`/staff/queue`: the counters, and one counter's queue. Nobody's name is there to see."""
    routes = APIRouter()
    desk = door.desk
    queue = desk.queue

    def brief(number: QueueNumber) -> dict[str, Any]:
        view = (
            desk.library.store.find_view(number.procedure_code, desk.office_id)
            if number.procedure_code
            else None
        )
        cases = {case.id: case.label for case in view.procedure.cases} if view else {}
        return {
            "id": number.id,
            "label": number.label,
            "is_priority": number.is_priority,
            "procedure": view.procedure.title if view else None,
            "case": cases.get(number.case_id or ""),
            "missing": number.missing_papers,
            "taken_at": number.taken_at.astimezone(desk.clock().tzinfo),
        }

    def read(counter: str) -> dict[str, Any]:
        office = desk.library.store.office(desk.office_id)
        found = groups(office)
        context: dict[str, Any] = {
            "counters": [c for group in found for c in group.counters],
            "counts": queue.waiting_counts(),
            "counter": None,
        }
        if not counter:
            return context
        try:
            seen = queue.at_counter(counter)
        except UnknownNumber as problem:
            raise NotHere(f"Quầy {counter!r} không gọi số.") from problem
        return context | {
            "counter": counter,
            "current": brief(seen.current) if seen.current else None,
            "waiting": [brief(number) for number in seen.waiting],
            "skipped": [brief(number) for number in seen.skipped],
            "others": [group for group in found if group.letter != seen.letter],
        }

    @routes.get("/staff/queue")
    async def page(request: Request, staff: Clerk, counter: str = "") -> Response:
        return await show(request, staff, "staff/queue.html", lambda: read(counter))

    @routes.post("/staff/queue")
    async def act(request: Request, staff: Clerk) -> Response:
        """One action at a counter; what somebody else did first is said, not undone."""
        form = await form_of(request)
        counter, action = str(form.get("counter", "")), str(form.get("action", ""))
        given = str(form.get("number", ""))
        number = int(given) if given.isascii() and given.isdigit() else 0

        def do() -> str:
            match action:
                case "next":
                    called = queue.call_next(counter, current=number or None)
                    return call_text(called.label, counter) if called else "Không còn ai chờ."
                case "recall":
                    queue.recall(number, counter)
                    return "Đã gọi lại."
                case "skip":
                    queue.skip(number)
                    return "Đã ghi vắng mặt; số này gọi lại được."
                case "finish":
                    queue.finish(number)
                    return "Đã xong lượt này."
                case "transfer":
                    queue.transfer(number, str(form.get("letter", "")))
                    return "Đã chuyển; số giữ nguyên và giữ thứ tự đến."
            raise NotHere(f"Không có thao tác {action!r}.")

        try:
            said = await work(request, do)
        except NumberMoved:
            said = MOVED
        except UnknownNumber as problem:
            raise NotHere("Quầy hoặc nhóm quầy này không gọi số.") from problem
        return leave(request, f"/staff/queue?counter={counter}", said)

    return routes
