"""What an import gave: a file with its drafts, proposals and passages, and one draft's review."""

import re
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from channels.door import Door
from channels.staff.access import (
    HEADERS,
    Clerk,
    NotHere,
    Publisher,
    console_of,
    form_of,
    leave,
    show,
    work,
)
from channels.staff.import_jobs import ImportJobs
from channels.staff.import_review import review_page, typed_in
from channels.staff.page_image import find_page_image
from channels.staff.shelf import Shelf
from ingest import review
from knowledge.procedures import CODE_PATTERN
from knowledge.versions import SecondPersonNeeded, StoreError

HOME = "/staff/nhap"


def file_routes(door: Door, jobs: ImportJobs) -> APIRouter:
    """`/staff/nhap/tep` and `…/de-xuat`."""
    routes = APIRouter()
    desk = door.desk
    store = desk.library.store

    @routes.get(f"{HOME}/tep/{{number}}")
    async def file_page(request: Request, staff: Clerk, number: int) -> Response:
        def read() -> dict[str, Any]:
            held = store.get_ingested(number)
            shown = next((file for file in review.files(store) if file.id == number), None)
            if shown is None:
                raise NotHere("Tệp này đã có bản mới hơn; mở bản mới ở danh sách.")
            return {
                "file": shown, "drafts": review.drafts(store, number, waiting_only=False),
                "proposals": review.proposals(store, number, waiting_only=False),
                "passages": review.passages(store, number), "today": store.today(),
                "is_kept": jobs.find_file(held.name, held.content_hash) is not None,
            }  # fmt: skip

        return await show(request, staff, "staff/import_file.html", read)

    @routes.get(f"{HOME}/tep/{{number}}/trang/{{page}}.png")
    async def picture(request: Request, staff: Clerk, number: int, page: int) -> Response:
        def find() -> str:
            held = store.get_ingested(number)
            kept = jobs.find_file(held.name, held.content_hash)
            drawn = find_page_image(kept, held.kind, page, desk.home) if kept else None
            if drawn is None:
                raise NotHere("Không có ảnh của trang này.")
            return str(drawn.path)

        path = await work(request, find)
        # The page's picture never changes: its name in the cache is the hash of the file.
        headers = {**HEADERS, "Cache-Control": "private, max-age=3600"}
        return FileResponse(path, media_type="image/png", headers=headers)

    @routes.post(f"{HOME}/tep/{{number}}/doan")
    async def passages(request: Request, staff: Publisher, number: int) -> Response:
        if (await form_of(request)).get("do") == "retire":
            await work(request, lambda: store.retire_passages(number, by=staff.name))
            return leave(
                request, f"{HOME}/tep/{number}", "Thôi trả lời từ các đoạn trích của tệp này."
            )
        second = console_of(request).settings.second_person

        def publish() -> int:
            if second and store.get_ingested(number).created_by == staff.name:
                raise SecondPersonNeeded(
                    "Tệp này do anh/chị nhập; cần người khác cho phép trả lời."
                )
            return review.publish_passages(store, number, by=staff.name)

        count = await work(request, publish)
        said = f"Nay trả lời được từ {count} đoạn trích của tệp này."
        return leave(request, f"{HOME}/tep/{number}", said)

    @routes.post(f"{HOME}/de-xuat/{{number}}")
    async def proposal(request: Request, staff: Publisher, number: int) -> Response:
        form = await form_of(request)
        file_id = (await work(request, lambda: store.get_proposal(number))).file_id
        if form.get("do") == "accept":
            await work(request, lambda: review.accept_proposal(store, number, by=staff.name))
            said = "Đã thôi dùng mã này."
        else:
            await work(request, lambda: review.dismiss_proposal(store, number, by=staff.name))
            said = "Giữ mã này, không bãi bỏ."
        return leave(request, f"{HOME}/tep/{file_id}", said)

    return routes


def draft_routes(door: Door, jobs: ImportJobs) -> APIRouter:
    """`/staff/nhap/ban`: one draft beside its place in the file, taken over part by part."""
    routes = APIRouter()
    desk = door.desk
    store = desk.library.store
    shelf = Shelf(store, desk.office_id)

    def draft(number: int, section: str, code: str) -> dict[str, Any]:
        return review_page(store, jobs, desk.home, desk.office_id, number, section, code)

    @routes.get(f"{HOME}/ban/{{number}}")
    async def draft_page(
        request: Request, staff: Clerk, number: int, xem: str = "", ma: str = "", ma_khac: str = ""
    ) -> Response:
        """``ma`` or ``ma_khac`` is the code of a draft whose file says none."""
        code = _code_in(ma_khac or ma)
        page = lambda: draft(number, xem, code)  # noqa: E731
        return await show(request, staff, "staff/import_draft.html", page)

    @routes.get("/staff/api/nhap/ban/{number}/trang")
    async def draft_place(request: Request, staff: Clerk, number: int, xem: str = "") -> Response:
        page = lambda: draft(number, xem, "")  # noqa: E731
        return await show(request, staff, "staff/import_place.html", page)

    @routes.post(f"{HOME}/ban/{{number}}")
    async def decide(request: Request, staff: Clerk, number: int) -> Response:
        form = await form_of(request)
        entry = await work(request, lambda: store.get_ingested_draft(number))
        if form.get("do") == "discard":
            reason = str(form.get("reason", "")) or None
            await work(request, lambda: review.discard(store, number, by=staff.name, reason=reason))
            return leave(request, f"{HOME}/tep/{entry.file_id}", "Đã bỏ bản thảo.")
        sections = [str(section) for section in form.getlist("section")]
        if not sections:
            raise StoreError("Hãy chọn ít nhất một phần để nhận.")
        given = typed_in({key: str(value) for key, value in form.items()})
        code = entry.code or _code_in(str(form.get("ma", "")))
        version = await work(
            request,
            lambda: review.accept(
                store,
                number,
                sections,
                by=staff.name,
                given=given,
                code=code,
                office_id=shelf.scope,
            ),
        )
        to = f"/staff/procedures/{quote(code)}?version={version}"
        said = f"Đã nhận {len(sections)} phần thành bản nháp {version}. Xem lại rồi gửi duyệt."
        return leave(request, to, said)

    return routes


def _code_in(text: str) -> str:
    """The code at the start of what was typed or chosen ("1.001193 Đăng ký khai sinh")."""
    found = text.split()[:1]
    if found and not re.match(CODE_PATTERN, found[0]):
        raise StoreError(f"“{found[0]}” không phải mã thủ tục; mã viết như 1.001193.")
    return found[0] if found else ""
