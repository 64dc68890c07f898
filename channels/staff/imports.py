"""Import: hand files in, watch them being read, review what was found, take it over.

Nothing is published here but what a publisher decides: drafts go the way of every draft.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from starlette.datastructures import UploadFile

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
from channels.staff.import_jobs import ImportJobs, Job, Upload
from channels.staff.import_review import review_page, typed_in
from channels.staff.page_image import find_page_image
from ingest import review
from ingest.settings import IngestSettings
from knowledge.versions import SecondPersonNeeded, StoreError

HOME = "/staff/nhap"
OUTCOMES = {
    "read": "đã đọc", "imported": "đã nhập", "unchanged": "đã nhập từ trước, không đổi",
    "refused": "từ chối",
}  # fmt: skip
ACCEPTED = (
    ".pdf,.doc,.docx,.xls,.xlsx,.html,.htm,.md,.txt,.png,.jpg,.jpeg,.tif,.tiff,.webp,.json,"
    ".jsonl,.gz"
)


def import_routes(door: Door) -> APIRouter:
    """`/staff/nhap` and everything below."""
    routes = APIRouter()
    desk = door.desk
    store = desk.library.store
    jobs = ImportJobs(desk.library, desk.home, desk.office_id, desk.clock)
    settings = IngestSettings()

    def seen(number: int) -> dict[str, Any]:
        job = jobs.get(number)
        return {"job": job, "outcomes": OUTCOMES, "total": len(job.files), **_share(job)}

    @routes.get(HOME)
    async def page(request: Request, staff: Clerk) -> Response:
        def read() -> dict[str, Any]:
            return {
                "jobs": jobs.latest(), "files": review.files(store), "outcomes": OUTCOMES,
                "accepted": ACCEPTED, "most": settings.max_megabytes,
                "ending": review.expiring(store),
            }  # fmt: skip

        return await show(request, staff, "staff/imports.html", read)

    @routes.post(HOME)
    async def upload(request: Request, staff: Clerk) -> Response:
        form = await form_of(request)
        sent = [f for f in form.getlist("files") if isinstance(f, UploadFile) and f.filename]
        uploads = [Upload(file.filename or "", file.file) for file in sent]
        may = staff.may("publisher")
        try:
            number = await work(
                request, lambda: jobs.start(uploads, by=staff.name, may_publish=may)
            )
        finally:
            await form.close()
        return leave(request, f"{HOME}/viec/{number}")

    @routes.get(f"{HOME}/viec/{{number}}")
    async def job_page(request: Request, staff: Clerk, number: int) -> Response:
        return await show(request, staff, "staff/import_job.html", lambda: seen(number))

    @routes.get("/staff/api/nhap/viec/{number}")
    async def job_part(request: Request, staff: Clerk, number: int) -> Response:
        return await show(request, staff, "staff/import_progress.html", lambda: seen(number))

    @routes.post(f"{HOME}/viec/{{number}}/lai")
    async def again(request: Request, staff: Clerk, number: int) -> Response:
        may = staff.may("publisher")
        new = await work(request, lambda: jobs.again(number, by=staff.name, may_publish=may))
        return leave(request, f"{HOME}/viec/{new}")

    # -- what a file gave -----------------------------------------------------------------------

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

    # -- one draft ------------------------------------------------------------------------------

    def draft(number: int, section: str) -> dict[str, Any]:
        return review_page(store, jobs, desk.home, desk.office_id, number, section)

    @routes.get(f"{HOME}/ban/{{number}}")
    async def draft_page(request: Request, staff: Clerk, number: int, xem: str = "") -> Response:
        return await show(request, staff, "staff/import_draft.html", lambda: draft(number, xem))

    @routes.get("/staff/api/nhap/ban/{number}/trang")
    async def draft_place(request: Request, staff: Clerk, number: int, xem: str = "") -> Response:
        return await show(request, staff, "staff/import_place.html", lambda: draft(number, xem))

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
        version = await work(
            request,
            lambda: review.accept(store, number, sections, by=staff.name, given=given),
        )
        to = f"/staff/procedures/{quote(entry.code or '')}?version={version}"
        said = f"Đã nhận {len(sections)} phần thành bản nháp {version}. Xem lại rồi gửi duyệt."
        return leave(request, to, said)

    return routes


def _share(job: Job) -> Mapping[str, Any]:
    """How far a job is, for a bar: files done, and the share of the file being read."""
    done, total = len(job.report), len(job.files)
    within = job.done / job.pages if job.pages and done < total else 0.0
    return {
        "finished": done, "share": min(done + within, total),
        "now_reading": job.files[min(job.at_file, total) - 1]["name"],
        "is_running": job.status == "running",
    }  # fmt: skip
