"""The inbox: questions residents wait for, oldest first, like ones together; take, answer, close.

The answer is stored with the inquiry, under the code the resident was given; each channel brings
it back from there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from assistant.inquiries import Inquiry, InquirySettled
from channels.door import Door
from channels.staff.access import Clerk, NotHere, Staff, console_of, form_of, leave, show, work
from channels.staff.canned import canned_texts
from channels.staff.grouping import grouped
from channels.staff.roles import ROLE_NAMES
from knowledge.linking.alike import Alike
from knowledge.versions import StoreError

LONGEST_ANSWER = 2000
SHOWN = 60
CHANNEL_NAMES = {
    "web": "trang web", "widget": "trang web", "kiosk": "màn hình sảnh", "telegram": "Telegram",
    "telegram_group": "nhóm Telegram", "zalo": "Zalo", "zalo_group": "nhóm Zalo",
    "api": "chương trình",
}  # fmt: skip
# Where the clerk's answer appears, said beside the question so that nobody telephones as well.
WAYS_BACK = {
    "web": "trả lời hiện ngay trên trang người dân đã hỏi",
    "kiosk": "người dân xem bằng mã câu hỏi",
    "api": "người dân xem bằng mã câu hỏi",
}
DEFAULT_WAY = "trả lời gửi lại đúng nơi đã hỏi"


@dataclass(frozen=True, slots=True)
class Late:
    """An answer that came second: whose stands, and what the other had typed."""

    inquiries: tuple[Inquiry, ...]
    text: str


def inbox_routes(door: Door) -> APIRouter:
    """`/staff/inbox`."""
    routes = APIRouter()
    desk = door.desk
    inquiries, store = desk.inquiries, desk.library.store
    alike = Alike.load(desk.finder.encoder)

    async def _page(
        request: Request, staff: Staff, *, late: Late | None = None, status: int = 200
    ) -> Response:
        accounts = console_of(request).accounts

        def read() -> dict[str, Any]:
            waiting = inquiries.waiting()
            mine = {staff.display_name, ROLE_NAMES[staff.role]}
            groups = grouped(waiting, alike)
            return {
                "groups": groups[:SHOWN], "count": len(waiting), "more": len(groups) - SHOWN,
                "mine": [i for i in waiting if i.forwarded_to in mine],
                "channels": CHANNEL_NAMES, "ways_back": WAYS_BACK, "default_way": DEFAULT_WAY,
                "longest": LONGEST_ANSWER, "late": late,
                "canned": canned_texts(store, desk.office_id),
                "colleagues": [
                    a.display_name for a in accounts.all()
                    if not a.is_disabled and a.name != staff.name
                ],
                "roles": list(ROLE_NAMES.values()),
            }  # fmt: skip

        return await show(request, staff, "staff/inbox.html", read, status=status)

    @routes.get("/staff/inbox")
    async def page(request: Request, staff: Clerk) -> Response:
        return await _page(request, staff)

    @routes.get("/staff/inbox/answered")
    async def answered(request: Request, staff: Clerk) -> Response:
        def read() -> dict[str, Any]:
            return {
                "answered": inquiries.settled(),
                "channels": CHANNEL_NAMES,
                "filed": {e.reference for e in store.faq_entries(desk.office_id)},
            }

        return await show(request, staff, "staff/inbox_answered.html", read)

    @routes.post("/staff/inbox/answer")
    async def answer(request: Request, staff: Clerk) -> Response:
        form = await form_of(request)
        text = str(form.get("text", "")).replace("\r\n", "\n")
        codes = [str(code) for code in form.getlist("code")]
        if not text or not codes:
            raise StoreError("Hãy ghi câu trả lời và chọn ít nhất một câu hỏi.")
        if len(text) > LONGEST_ANSWER:
            raise StoreError(f"Câu trả lời dài quá {LONGEST_ANSWER} ký tự.")

        def settle() -> tuple[list[str], list[str]]:
            done, late = [], []
            for code in codes:
                try:
                    inquiries.answer(code, text, by=staff.display_name)
                    done.append(code)
                except InquirySettled:
                    late.append(code)
            return done, late

        done, late = await work(request, settle)
        if late and not done:
            found = await work(request, lambda: [inquiries.find(code) for code in late])
            return await _page(
                request, staff, late=Late(tuple(i for i in found if i), text), status=409
            )
        said = f"Đã trả lời {len(done)} câu hỏi."
        if late:
            said += f" {len(late)} câu đã được người khác trả lời trước, giữ nguyên."
        if form.get("faq"):
            entry_id = await work(request, lambda: _propose(done, staff))
            said += " Câu hỏi thường gặp đã có bản nháp; xem lại lời rồi gửi duyệt."
            return leave(request, f"/staff/faq/{entry_id}", said)
        return leave(request, "/staff/inbox", said)

    @routes.post("/staff/inbox/{code}/{step}")
    async def step(request: Request, staff: Clerk, code: str, step: str) -> Response:
        form = await form_of(request)
        to = str(form.get("to_other", "")) or str(form.get("to", ""))
        match step:
            case "take":
                instead = str(form.get("instead", "")) or None
                name = staff.display_name
                await work(request, lambda: inquiries.take(code, by=name, instead=instead))
                said = f"Anh/chị nhận câu hỏi {code}."
            case "forward" if to:
                note = str(form.get("note", ""))[:500] or None
                await work(
                    request,
                    lambda: inquiries.forward(code, to=to[:200], by=staff.display_name, note=note),
                )
                said = f"Đã chuyển câu hỏi {code} cho {to}."
            case "forward":
                raise StoreError("Hãy chọn hoặc ghi chuyển cho ai.")
            case "close":
                await work(request, lambda: inquiries.close(code, by=staff.display_name))
                said = f"Đã đóng câu hỏi {code}."
            case "faq":
                entry_id = await work(request, lambda: _propose([code], staff))
                said = "Đã có bản nháp; xem lại lời rồi gửi duyệt."
                return leave(request, f"/staff/faq/{entry_id}", said)
            case _:
                raise NotHere("Không có việc này.")
        return leave(request, "/staff/inbox", said)

    def _propose(codes: Sequence[str], staff: Staff) -> int:
        """The draft made of answered inquiries; the first asks, the others are its phrasings."""
        found = [inquiry for code in codes if (inquiry := inquiries.find(code))]
        first = next((inquiry for inquiry in found if inquiry.answer), None)
        if first is None or first.answer is None:
            raise NotHere("Câu này chưa có câu trả lời.")
        entry = desk.faq.propose(
            first.question,
            first.answer,
            by=staff.name,
            source="inquiry",
            reference=first.code,
            code=first.procedure_code,
            phrasings=[other.question for other in found if other is not first],
        )
        return entry.id

    return routes
