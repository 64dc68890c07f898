"""Import: hand files in, watch them being read, review what was found, take it over.

Nothing is published here but what a publisher decides: drafts go the way of every draft.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import UploadFile

from channels.door import Door
from channels.staff.access import Clerk, form_of, leave, show, work
from channels.staff.import_jobs import ImportJobs, Job, Upload
from channels.staff.import_results import HOME, draft_routes, file_routes
from ingest import review
from ingest.settings import IngestSettings

OUTCOMES = {
    "read": "đã đọc", "imported": "đã nhập", "unchanged": "đã nhập từ trước, không đổi",
    "refused": "từ chối",
}  # fmt: skip
ACCEPTED = (
    ".pdf,.doc,.docx,.odt,.rtf,.xls,.xlsx,.ods,.csv,.ppt,.pptx,.odp,.html,.htm,.md,.txt,.png,.jpg,"
    ".jpeg,.tif,.tiff,.webp,.json,.jsonl,.gz,.eml,.mhtml,.mht"
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

    for part in (file_routes, draft_routes):
        routes.include_router(part(door, jobs))
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
