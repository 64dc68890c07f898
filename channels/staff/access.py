"""Who may open a page of the console, and how such a page is made.

A part of the console is an ordinary ``router(door)``. Its routes ask for a role by the type of
one argument, and get the person who is signed in::

    from channels.staff.access import Clerk, form_of, leave, show, work

    def queue_routes(door: Door) -> APIRouter:
        routes = APIRouter()

        @routes.get("/staff/queue")
        async def page(request: Request, staff: Clerk) -> Response:
            return await show(request, staff, "staff/queue.html",
                              lambda: {"waiting": numbers.waiting()})

        @routes.post("/staff/queue/call")
        async def call(request: Request, staff: Clerk) -> Response:
            form = await form_of(request)
            await work(request, lambda: numbers.call(form["counter"], by=staff.name))
            return leave(request, "/staff/queue", "Đã gọi số tiếp theo.")

``Clerk``, ``Editor``, ``Publisher`` and ``Admin`` are the roles, each covering those before it.
Whoever is not signed in is sent to the sign-in page (303), or refused with 401 below
``/staff/api/`` and when JSON is asked for; who is signed in but may not gets 403. Every request
that changes something must carry the session's CSRF token: ``{{ csrf }}`` in a template writes
the hidden field, a script sends ``X-CSRF-Token`` with the value of ``<meta name="csrf">``.

A template extends ``staff/frame.html`` and fills ``title`` and ``content``; it finds ``staff``,
``office``, ``csrf``, ``said`` (the sentence of ``leave``), ``here`` (the path), ``age(time)``,
how long ago it was, and ``person(name)``, the name people know an account by. A page enters the
navigation with a line in ``menu.NAVIGATION``. A ``ValueError`` of ours that a handler lets
through (``StoreError``, ``AccountError`` …) becomes a page with its sentence and a way back.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from urllib.parse import quote, urlsplit

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse
from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from markupsafe import Markup
from starlette.datastructures import FormData

from assistant.inquiries import InquirySettled, InquiryTaken, UnknownInquiry
from channels.door import PAGE_HEADERS, Door
from channels.staff.accounts import ROLE_NAMES, AccountError, Accounts, Role, Session
from channels.staff.ages import age
from channels.staff.menu import menu
from channels.staff.sealing import Secrets
from channels.staff.settings import StaffSettings
from knowledge.versions import StoreError

T = TypeVar("T")

BROKEN = (
    "Máy chủ gặp lỗi nên có thể chưa lưu. Quay lại, tải lại trang để xem đã lưu chưa rồi làm lại; "
    "vẫn lỗi thì báo người quản trị kèm giờ này."
)
NO_PAGE = "Địa chỉ này không có trong trang cán bộ, có thể đã gõ nhầm."
SIGN_IN = "/staff/login"
PASSWORD = "/staff/password"
# What a person may do before an initial password is changed.
BEFORE_PASSWORD = frozenset({PASSWORD, "/staff/logout"})
SESSION_COOKIE = "letan_staff"
SAID_COOKIE = "letan_said"
HEADERS = {**PAGE_HEADERS, "Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Staff:
    """The person who is signed in; ``name`` is what the audit log calls them."""

    name: str
    display_name: str
    role: Role
    office_id: str
    session: Session

    def may(self, role: Role | str) -> bool:
        """Whether their role covers ``role``."""
        return self.role.may(Role(role))


class SignInNeeded(Exception):
    """Nobody is signed in."""


class NotAllowed(Exception):
    """The person's role does not cover this."""


class StaleForm(Exception):
    """The form does not carry the session's token: it is old, or not ours."""


class NotHere(LookupError):
    """There is no such thing; the message says so in a sentence."""


@dataclass(frozen=True, slots=True)
class Console:
    """What the pages of the console share; kept in ``app.state.console``."""

    door: Door
    settings: StaffSettings
    accounts: Accounts
    signed: URLSafeSerializer
    signed_for_minutes: URLSafeTimedSerializer
    throttle: MovingWindowRateLimiter
    attempts: RateLimitItemPerMinute


def open_console(app: FastAPI, door: Door, settings: StaffSettings) -> None:
    """Make the console ready in ``app``; called once, where the application is built."""
    desk = door.desk
    sealing = Secrets.open(desk.home, settings.secret_key)
    accounts = Accounts(desk.library.engine, desk.office_id, desk.clock, settings, sealing)
    accounts.seal_secrets()
    key = accounts.signing_key()
    app.state.console = Console(
        door,
        settings,
        accounts,
        URLSafeSerializer(key, salt="letan-staff"),
        URLSafeTimedSerializer(key, salt="letan-staff-minutes"),
        MovingWindowRateLimiter(MemoryStorage()),
        RateLimitItemPerMinute(settings.attempts_per_minute),
    )
    app.add_exception_handler(SignInNeeded, _to_sign_in)
    for problem, status in (
        (NotAllowed, 403), (StaleForm, 403), (NotHere, 404), (UnknownInquiry, 404),
        (StoreError, 409), (AccountError, 409), (InquirySettled, 409),
        (InquiryTaken, 409),
    ):  # fmt: skip
        app.add_exception_handler(problem, _refusal(status))
    app.add_exception_handler(Exception, _broken)


def console_of(request: Request) -> Console:
    """The console a request came to."""
    console: Console = request.app.state.console
    return console


async def work(request: Request, task: Callable[[], T]) -> T:
    """The result of a blocking ``task``, run in one of the door's threads."""
    return await console_of(request).door.workers.run(task)


async def form_of(request: Request) -> FormData:
    """The fields of a form; texts come without spaces at their ends."""
    form = await request.form()
    tidy = [(k, v.strip() if isinstance(v, str) else v) for k, v in form.multi_items()]
    return FormData(tidy)


async def typed_in(request: Request) -> dict[str, str]:
    """The fields of a form in which each name stands once."""
    return {key: str(value) for key, value in (await form_of(request)).items()}


async def find_session(request: Request) -> Session | None:
    """The session of the request's cookie, whether or not it may do anything."""
    console = console_of(request)
    try:
        token = console.signed.loads(request.cookies.get(SESSION_COOKIE, ""))
    except BadSignature:
        return None
    return await work(request, lambda: console.accounts.find_session(str(token)))


def require(role: Role) -> Callable[[Request], Awaitable[Staff]]:
    """A dependency that gives the signed-in person, or refuses; checks the token of a form too."""

    async def staff(request: Request) -> Staff:
        session = await find_session(request)
        if session is None:
            raise SignInNeeded
        if request.method not in {"GET", "HEAD"}:
            await _check_token(request, session.csrf)
        account = session.account
        if account.must_change and request.url.path not in BEFORE_PASSWORD:
            raise SignInNeeded
        if not account.role.may(role):
            raise NotAllowed(
                f"Việc này cần quyền “{ROLE_NAMES[role]}”; tài khoản của anh/chị là "
                f"“{ROLE_NAMES[account.role]}”. Hãy nhờ người có quyền, hoặc quản trị viên."
            )
        office_id = console_of(request).door.desk.office_id
        return Staff(account.name, account.display_name, account.role, office_id, session)

    return staff


Clerk = Annotated[Staff, Depends(require(Role.CLERK))]
Editor = Annotated[Staff, Depends(require(Role.EDITOR))]
Publisher = Annotated[Staff, Depends(require(Role.PUBLISHER))]
Admin = Annotated[Staff, Depends(require(Role.ADMIN))]


async def _check_token(request: Request, expected: str) -> None:
    given = request.headers.get("x-csrf-token")
    if given is None:
        given = str((await request.form()).get("csrf", ""))
    if given != expected or request.headers.get("sec-fetch-site") == "cross-site":
        raise StaleForm(
            "Trang này đã cũ (hoặc mở từ nơi khác) nên chưa lưu gì. Quay lại, tải lại trang rồi "
            "làm lại."
        )


async def show(
    request: Request,
    staff: Staff | None,
    template: str,
    read: Callable[[], Mapping[str, Any]] | None = None,
    *,
    status: int = 200,
) -> Response:
    """A page; ``read`` gathers what it shows and may block, it runs in a thread."""
    console = console_of(request)
    said = _said(request)

    def render() -> Response:
        desk = console.door.desk
        path, now = request.url.path, desk.clock()
        context = {
            "staff": staff,
            "office": desk.library.store.office(desk.office_id),
            "now": now,
            "age": lambda at: age(at, now),
            "csrf": _field(staff.session.csrf) if staff else Markup(""),
            "csrf_token": staff.session.csrf if staff else "",
            "said": said,
            "here": path,
            "navigation": menu(staff.role, path) if staff else [],
            "person": _namer(console.accounts),
            "role_names": ROLE_NAMES,
            **(read() if read else {}),
        }
        return console.door.templates.TemplateResponse(
            request, template, context, status_code=status, headers=HEADERS
        )

    response = await work(request, render)
    if said:
        response.delete_cookie(SAID_COOKIE, path="/staff")
    return response


def leave(request: Request, to: str, said: str = "") -> Response:
    """After a change: on to another page, which shows the sentence ``said`` once."""
    response = RedirectResponse(to, status_code=303, headers={"Cache-Control": "no-store"})
    if said:
        value = console_of(request).signed.dumps(said)
        set_cookie(request, response, SAID_COOKIE, value)
    return response


def set_cookie(request: Request, response: Response, name: str, value: str) -> None:
    """A cookie for the console only, out of reach of scripts and of other sites."""
    response.set_cookie(
        name, value, path="/staff", httponly=True, samesite="lax",
        secure=request.url.scheme == "https",
    )  # fmt: skip


def wants_json(request: Request) -> bool:
    """Whether a program asks, not a person's browser."""
    accept = request.headers.get("accept", "")
    is_api = request.url.path.startswith("/staff/api/")
    return is_api or ("application/json" in accept and "text/html" not in accept)


def is_page(request: Request) -> bool:
    """Whether a person's browser asks for a page of the console."""
    path = request.url.path
    return (path == "/staff" or path.startswith("/staff/")) and not wants_json(request)


async def no_such_page(request: Request) -> Response:
    """The page for an address of the console that leads nowhere."""
    return await _refusal(404)(request, NotHere(NO_PAGE))


def _field(token: str) -> Markup:
    return Markup('<input type="hidden" name="csrf" value="{}">').format(token)


def _said(request: Request) -> str:
    try:
        return str(console_of(request).signed.loads(request.cookies[SAID_COOKIE]))
    except (KeyError, BadSignature):
        return ""


def _namer(accounts: Accounts) -> Callable[[str | None], str]:
    """Full names for the names of accounts, read once a page and only where one is shown."""
    known: dict[str, str] = {}

    def person(name: str | None) -> str:
        if not known:
            known.update({account.name: account.display_name for account in accounts.all()})
            known.setdefault("letan", "Lễ Tân (máy)")
        return known.get(name or "", name or "")

    return person


async def _to_sign_in(request: Request, problem: Exception) -> Response:
    if wants_json(request):
        body = {"error": {"code": "sign_in_needed", "message": "Hãy đăng nhập trước."}}
        return JSONResponse(body, status_code=401)
    session = await find_session(request)
    if session is not None:  # signed in, but the initial password is still in use
        return RedirectResponse(PASSWORD, status_code=303)
    back = request.url.path if request.method == "GET" else "/staff"
    if request.method == "GET" and request.url.query:
        back += f"?{request.url.query}"
    return RedirectResponse(f"{SIGN_IN}?next={quote(back, safe='')}", status_code=303)


async def _broken(request: Request, problem: Exception) -> Response:
    """A page instead of a bare line when something of ours fails; the server still logs it."""
    plain = PlainTextResponse("Internal Server Error", status_code=500)
    if not is_page(request):
        return plain
    try:
        return await _refusal(500)(request, RuntimeError(BROKEN))
    except Exception:  # the page needs the database, which may be what failed
        return plain


def _refusal(status: int) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def refuse(request: Request, problem: Exception) -> Response:
        sentence = str(problem)
        console = getattr(request.app.state, "console", None)
        if console is None or not is_page(request):
            body = {"error": {"code": f"http_{status}", "message": sentence}}
            return JSONResponse(body, status_code=status)
        session = await find_session(request)
        staff = None
        if session:
            account = session.account
            office_id = console.door.desk.office_id
            staff = Staff(account.name, account.display_name, account.role, office_id, session)
        back = urlsplit(request.headers.get("referer", ""))
        is_ours = back.netloc == request.url.netloc and back.path.startswith("/staff")
        return await show(
            request,
            staff,
            "staff/refused.html",
            lambda: {
                "sentence": sentence,
                "status": status,
                "back": back._replace(scheme="", netloc="").geturl() if is_ours else "/staff",
            },
            status=status,
        )

    return refuse
