"""The HTTP door: chat page, `POST /api/chat`, health; errors a person can read."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version
from typing import Any

import anyio
import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from assistant.compose import SECTION_NAMES
from assistant.desk import Desk
from assistant.office_answers import office_facts
from assistant.replies import say
from channels.body_limit import BodyLimit
from channels.chat_api import chat_routes
from channels.chat_stream import stream_routes
from channels.checklist import checklist_routes
from channels.currency import follow
from channels.door import HERE, PAGE_HEADERS, Door, database_is_down, error
from channels.hooks import chat_hooks
from channels.inquiry_status import inquiry_routes
from channels.kiosk.routes import kiosk_routes
from channels.protection import protect
from channels.protection_settings import ProtectionSettings
from channels.readiness import health_routes
from channels.settings import ChannelSettings
from channels.shared import Shared
from channels.staff.access import is_page, no_such_page, open_console
from channels.staff.console import staff_routes
from channels.staff.settings import StaffSettings
from channels.threads import Workers
from channels.widget.routes import widget_routes
from ingest.settings import IngestSettings
from knowledge.database import DatabaseUnavailable

log = structlog.get_logger()
PURGE_EVERY_SECONDS = 6 * 3600
# pydantic's kinds of error → what a person who calls the API should do about it.
WRONG = {
    "missing": "thiếu {field}",
    "string_type": "{field} phải là chuỗi ký tự",
    "string_too_long": "{field} quá dài",
    "literal_error": "{field} không nhận giá trị này",
    "extra_forbidden": "không có trường {field}",
    "model_attributes_type": "nội dung phải là một đối tượng JSON",
}


def what_is_wrong(problem: Mapping[str, Any]) -> str:
    """One problem that pydantic found in a request, in Vietnamese."""
    field = ".".join(str(part) for part in problem["loc"] if part != "body") or "nội dung"
    return WRONG.get(problem["type"], "{field} không hợp lệ").format(field=field)


def page_routes(door: Door) -> APIRouter:
    """The chat page for residents."""
    routes = APIRouter()

    @routes.get("/", response_class=HTMLResponse)
    async def page(request: Request) -> Response:
        """The chat page for residents."""
        office, facts = await door.workers.run(lambda: _office(door.desk))
        return door.templates.TemplateResponse(
            request,
            "chat.html",
            {
                "office": office,
                "facts": facts,
                "disclosure": say("disclosure", office=office.name),
                "greeting": say("greeting", office=office.name),
                "phones": {facts["phone"], *(phone.number for phone in office.phones)},
                "sections": SECTION_NAMES,
                "max_chars": door.settings.max_message_chars,
            },
            headers=PAGE_HEADERS,
        )

    return routes


# Each part of the application makes its routes from the one door.
PARTS: tuple[Callable[[Door], APIRouter], ...] = (
    page_routes,
    chat_routes,
    stream_routes,
    inquiry_routes,
    kiosk_routes,
    staff_routes,
    health_routes,
    chat_hooks,
    checklist_routes,
    widget_routes,
)


def create_app(
    desk: Desk,
    settings: ChannelSettings | None = None,
    staff: StaffSettings | None = None,
    *,
    protection: ProtectionSettings | None = None,
    shared: Shared | None = None,
    has_chats: bool = True,
) -> FastAPI:
    """The web application around one desk.

    ``shared`` is given where several offices are served together: whoever gives it runs
    `keep_house` for all of them. ``has_chats`` is false for an office whose chats are not answered
    here: a bot belongs to one office.
    """
    settings, staff = settings or ChannelSettings(), staff or StaffSettings()
    keeps_house = shared is None
    shared = shared or Shared.of([desk], settings)
    workers = shared.workers

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with keep_house([desk] if keeps_house else [], workers):
            yield

    app = FastAPI(
        title="Lễ Tân",
        version=version("letan"),
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        # What residents ask goes to no collector, and nobody looks for one at each request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.add_middleware(
        BodyLimit,
        max_bytes=settings.max_body_bytes,
        refusal=error(413, "too_large"),
        larger={  # the first that fits counts; an upload brings a form around its files
            "/staff/nhap": IngestSettings().max_megabytes * 1024 * 1024 + staff.max_body_bytes,
            "/staff/": staff.max_body_bytes,
            "/hooks/": settings.max_hook_bytes,
        },
    )
    door = Door(
        desk, settings, workers, shared.answering, shared.templates, shared.storage, has_chats
    )  # fmt: skip
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")

    @app.exception_handler(RequestValidationError)
    async def refuse(request: Request, problem: RequestValidationError) -> Response:
        if is_page(request):  # its forms are read by hand: only the address can be wrong
            return await no_such_page(request)
        first = problem.errors()[0]
        if first["type"] == "json_invalid":
            return error(400, "not_json")
        return error(422, "bad_request", detail=what_is_wrong(first))

    @app.exception_handler(HTTPException)
    async def refuse_plainly(request: Request, problem: HTTPException) -> Response:
        if problem.status_code in (404, 405) and is_page(request):
            return await no_such_page(request)
        if problem.status_code == 400:  # the only one FastAPI raises itself: unreadable JSON
            return error(400, "not_json")
        answer = error(problem.status_code, f"http_{problem.status_code}")
        answer.headers.update(problem.headers or {})
        return answer

    @app.exception_handler(DatabaseUnavailable)
    async def say_it_is_down(request: Request, problem: DatabaseUnavailable) -> JSONResponse:
        return database_is_down(problem)

    open_console(app, door, staff)
    for part in PARTS:
        if has_chats or part is not chat_hooks:
            app.include_router(part(door))
    protect(app, door, protection or ProtectionSettings(), shared)
    return app


@asynccontextmanager
async def keep_house(desks: Sequence[Desk], workers: Workers) -> AsyncIterator[None]:
    """While it lasts, the desks take over what is published and forget what is old."""
    async with anyio.create_task_group() as tasks:
        if desks:
            tasks.start_soon(_forget_old, desks, workers)
            tasks.start_soon(follow, desks, workers)
        yield
        tasks.cancel_scope.cancel()


async def _forget_old(desks: Sequence[Desk], workers: Workers) -> None:
    """Delete conversations past their retention, at start and every few hours."""

    def forget(desk: Desk) -> None:
        desk.conversations.purge(desk.retention)
        desk.inquiries.purge(desk.retention)

    while True:
        try:
            for desk in desks:
                await workers.run(partial(forget, desk))
        except DatabaseUnavailable:  # the next round finds the same conversations
            log.warning("purge_failed")
        await anyio.sleep(PURGE_EVERY_SECONDS)


def _office(desk: Desk) -> tuple[Any, dict[str, str]]:
    office = desk.library.store.office(desk.office_id)
    return office, office_facts(office, desk.clock())
