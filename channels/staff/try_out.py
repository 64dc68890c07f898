"""Try it: a question through the very code of the chat, and why it is answered so.

"Đây là sai" keeps the masked question with the right procedure as an evaluation case.
"""

from typing import Any

from fastapi import APIRouter, Request, Response

from assistant.reported import Reported
from channels.door import Door
from channels.staff.access import HEADERS, Clerk, Publisher, form_of, leave, show, work
from channels.staff.explaining import explain
from knowledge.versions import StoreError

HOME = "/staff/thu"
NO_PROCEDURE = "none"
SUGGESTED = 400


def try_out_routes(door: Door) -> APIRouter:
    """`/staff/thu` and the reported cases."""
    routes = APIRouter()
    desk = door.desk
    store = desk.library.store
    reported = Reported(desk.library.engine, desk.office_id, desk.clock)

    def title_of(code: str) -> str | None:
        view = store.find_view(code, desk.office_id)
        return view.procedure.title if view else None

    def read(question: str) -> dict[str, Any]:
        """The page; without a question it only invites one."""
        question = question[: door.settings.max_message_chars]
        if not question:
            return {"question": "", "trial": None}
        trial = desk.receptionist.try_out(question)
        why = explain(trial, title_of)
        offered = [c for c in why.candidates if c.code][:6]
        codes = {c.code for c in offered}
        others = [
            s for s in store.live_summaries(desk.office_id)[:SUGGESTED] if s.code not in codes
        ]
        return {
            "question": question, "asked": trial.masked.text, "trial": trial, "why": why,
            "offered": offered, "others": others, "no_procedure": NO_PROCEDURE,
        }  # fmt: skip

    @routes.get(HOME)
    async def page(request: Request, staff: Clerk, q: str = "") -> Response:
        return await show(request, staff, "staff/try_out.html", lambda: read(q.strip()))

    @routes.post(HOME)
    async def ask(request: Request, staff: Clerk) -> Response:
        form = await form_of(request)
        question = str(form.get("q", ""))
        return await show(request, staff, "staff/try_out.html", lambda: read(question))

    @routes.post(f"{HOME}/sai")
    async def wrong(request: Request, staff: Clerk) -> Response:
        form = await form_of(request)
        question, right = str(form.get("q", "")), str(form.get("right", ""))
        typed = str(form.get("other", "")).split()
        if not right and typed:
            right = "other"

        def keep() -> None:
            code = typed[0] if right == "other" and typed else right
            if not question or not code or code == "other":
                raise StoreError("Hãy chọn thủ tục đúng, hoặc chọn “không thủ tục nào”.")
            if code != NO_PROCEDURE and title_of(code) is None:
                raise StoreError(f"Đơn vị không có thủ tục mã {code}. Hãy chọn trong danh sách.")
            trial = desk.receptionist.try_out(question)
            got = trial.answer.procedure
            reported.add(
                trial.masked.text,
                [] if code == NO_PROCEDURE else [code],
                got_code=got.code if got else None,
                got_outcome=trial.answer.outcome.value,
                probability=trial.answer.probability,
                note=str(form.get("note", ""))[:300] or None,
                by=staff.name,
            )

        await work(request, keep)
        return leave(request, f"{HOME}/sai", "Đã ghi câu này. Người bảo trì sẽ dùng để sửa máy.")

    @routes.get(f"{HOME}/sai")
    async def cases(request: Request, staff: Clerk) -> Response:
        def listed() -> dict[str, Any]:
            found = reported.all()
            named = {c for case in found for c in (*case.codes, case.got_code) if c}
            return {"cases": found, "names": {code: title_of(code) or code for code in named}}

        return await show(request, staff, "staff/reported.html", listed)

    @routes.get(f"{HOME}/sai.jsonl")
    async def export(request: Request, staff: Clerk) -> Response:
        text = await work(request, reported.to_jsonl)
        name = f"attachment; filename={desk.office_id}-cau-sai.jsonl"
        return Response(
            text,
            media_type="application/x-ndjson; charset=utf-8",
            headers={**HEADERS, "Content-Disposition": name},
        )

    @routes.post(f"{HOME}/sai/{{number}}/bo")
    async def drop(request: Request, staff: Publisher, number: int) -> Response:
        await work(request, lambda: reported.drop(number, by=staff.name))
        return leave(request, f"{HOME}/sai", "Đã bỏ câu này.")

    return routes
