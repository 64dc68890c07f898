"""The inbox: questions residents wait for, oldest first, like ones together; take, answer, close.

The answer is stored with the inquiry, under the code the resident was given; each channel brings
it back from there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from fastapi import APIRouter, Request, Response

from assistant.inquiries import Inquiry, InquirySettled
from channels.door import Door
from channels.staff.access import Clerk, NotHere, form_of, leave, show, work
from knowledge.linking.views import Encoder
from knowledge.versions import StoreError
from knowledge.vietnamese import normalise

# Cosine of the shipped encoder from which two questions are offered as one group; a clerk still
# ticks which of them the answer is for, so too wide costs a click and too narrow a retyping.
ALIKE = 0.72
LONGEST_ANSWER = 2000
CHANNEL_NAMES = {
    "web": "trang web", "kiosk": "màn hình sảnh", "telegram": "Telegram", "zalo": "Zalo",
    "api": "chương trình",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """Inquiries that ask about alike; the oldest leads."""

    inquiries: tuple[Inquiry, ...]


def grouped(inquiries: Sequence[Inquiry], encoder: Encoder) -> list[Group]:
    """Each inquiry joins the first group whose leader it resembles; the order of age stays."""
    if not inquiries:
        return []
    vectors = encoder.encode([normalise(i.question) or i.question for i in inquiries])
    vectors = np.asarray(vectors, dtype=np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    leaders: list[int] = []
    members: list[list[Inquiry]] = []
    for at, inquiry in enumerate(inquiries):
        near = [float(vectors[at] @ vectors[leader]) for leader in leaders]
        best = int(np.argmax(near)) if near else -1
        if near and near[best] >= ALIKE:
            members[best].append(inquiry)
        else:
            leaders.append(at)
            members.append([inquiry])
    return [Group(tuple(group)) for group in members]


def inbox_routes(door: Door) -> APIRouter:
    """`/staff/inbox`."""
    routes = APIRouter()
    inquiries, encoder = door.desk.inquiries, door.desk.finder.encoder

    @routes.get("/staff/inbox")
    async def page(request: Request, staff: Clerk) -> Response:
        def read() -> dict[str, object]:
            waiting = inquiries.waiting()
            return {
                "groups": grouped(waiting, encoder), "count": len(waiting),
                "channels": CHANNEL_NAMES, "longest": LONGEST_ANSWER,
            }  # fmt: skip

        return await show(request, staff, "staff/inbox.html", read)

    @routes.post("/staff/inbox/answer")
    async def answer(request: Request, staff: Clerk) -> Response:
        form = await form_of(request)
        text = str(form.get("text", "")).replace("\r\n", "\n")
        codes = [str(code) for code in form.getlist("code")]
        if not text or not codes:
            raise StoreError("Hãy ghi câu trả lời và chọn ít nhất một câu hỏi.")
        if len(text) > LONGEST_ANSWER:
            raise StoreError(f"Câu trả lời dài quá {LONGEST_ANSWER} ký tự.")

        def settle() -> tuple[int, int]:
            late = 0
            for code in codes:
                try:
                    inquiries.answer(code, text, by=staff.display_name)
                except InquirySettled:
                    late += 1
            return len(codes) - late, late

        done, late = await work(request, settle)
        said = f"Đã trả lời {done} câu hỏi."
        if late:
            said += f" {late} câu đã được người khác trả lời trước, giữ nguyên."
        return leave(request, "/staff/inbox", said)

    @routes.post("/staff/inbox/{code}/{step}")
    async def step(request: Request, staff: Clerk, code: str, step: str) -> Response:
        form = await form_of(request)
        to = str(form.get("to", ""))
        match step:
            case "take":
                await work(request, lambda: inquiries.take(code, by=staff.display_name))
                said = f"Anh/chị nhận câu hỏi {code}."
            case "forward" if to:
                await work(
                    request, lambda: inquiries.forward(code, to=to[:200], by=staff.display_name)
                )
                said = f"Đã chuyển câu hỏi {code} cho {to}."
            case "forward":
                raise StoreError("Hãy ghi chuyển cho ai.")
            case "close":
                await work(request, lambda: inquiries.close(code, by=staff.display_name))
                said = f"Đã đóng câu hỏi {code}."
            case _:
                raise NotHere("Không có việc này.")
        return leave(request, "/staff/inbox", said)

    return routes
