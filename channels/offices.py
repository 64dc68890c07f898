"""Several offices in one deployment: which office's application a request is for.

By host name, by path (`/o/<office>/…`) or by widget key (`/w/<key>/…`), else the first office.
Each office has an application of its own around its own desk, so that nothing inside needs to
know of the others; what they share is the national knowledge below.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from http.cookies import CookieError, SimpleCookie
from threading import Lock
from typing import Any

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.desk import Desk
from channels.door import error
from channels.protection_settings import ProtectionSettings
from channels.settings import ChannelSettings
from channels.shared import Shared
from channels.staff.settings import StaffSettings
from channels.threads import Workers
from channels.web import create_app, keep_house
from channels.widget.cross_origin import PREFIX as WIDGET
from channels.widget.permits import KEY, Permits

PATH = "/o/"
STAFF = "/staff"
# Which office's console a browser is in, where the offices share one host. It opens nothing: to
# sign in there takes an account of that office.
OFFICE_COOKIE = "letan_office"
HOST_SETTING = "hosts"


def create_site(
    desks: Sequence[Desk],
    settings: ChannelSettings | None = None,
    staff: StaffSettings | None = None,
    *,
    protection: ProtectionSettings | None = None,
) -> ASGIApp:
    """The application of one office, or of several behind one door; the first is the default."""
    if len(desks) == 1:
        return create_app(desks[0], settings, staff, protection=protection)
    settings = settings or ChannelSettings()
    shared = Shared.of(desks, settings)
    store = desks[0].library.store
    served = {desk.office_id for desk in desks}
    hosts = {
        host: office_id
        for office_id, names in store.settings_named(HOST_SETTING).items()
        for host in names
        if office_id in served
    }

    def make(desk: Desk) -> FastAPI:
        return create_app(
            desk, settings, staff, protection=protection, shared=shared,
            has_chats=desk is desks[0],
        )  # fmt: skip

    return Offices(desks, make, hosts, Permits(store), shared.workers)


class Offices:
    """ASGI application that passes each request on to its office.

    An office's application is made when somebody first comes: a province serves many that nobody
    asks for hours, and each takes a tenth of a second to make.
    """

    def __init__(
        self,
        desks: Sequence[Desk],
        make: Callable[[Desk], FastAPI],
        hosts: Mapping[str, str],
        permits: Permits,
        workers: Workers,
    ) -> None:
        self.desks = {desk.office_id: desk for desk in desks}
        self._make = make
        self._hosts = hosts
        self._permits = permits
        self._workers = workers
        self._first = desks[0].office_id
        self._making = Lock()
        self._apps = {self._first: make(desks[0])}
        self._lifespan = Starlette(lifespan=self._living)

    def app_of(self, office_id: str) -> FastAPI:
        """The application of an office served here; blocks when it is the first to ask."""
        with self._making:
            if office_id not in self._apps:
                self._apps[office_id] = self._make(self.desks[office_id])
            return self._apps[office_id]

    async def _app_of(self, office_id: str) -> FastAPI:
        if held := self._apps.get(office_id):
            return held
        return await self._workers.run(lambda: self.app_of(office_id))

    @asynccontextmanager
    async def _living(self, _: Starlette) -> AsyncIterator[None]:
        # Only the first office's application has something that lives: the chats' lanes.
        first = self._apps[self._first]
        async with (
            first.router.lifespan_context(first),
            keep_house(list(self.desks.values()), self._workers),
        ):
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
            return
        path = scope["path"]
        if path.startswith(PATH):
            await self._by_path(scope, receive, send)
        elif path.startswith(WIDGET):
            app = await self._app_of(await self._by_key(path))
            await app(scope, receive, send)
        else:
            app = await self._app_of(self._of(scope))
            await app(scope, receive, send)

    async def _by_path(self, scope: Scope, receive: Receive, send: Send) -> None:
        office_id, slash, rest = scope["path"].removeprefix(PATH).partition("/")
        answer: ASGIApp
        if office_id not in self.desks:
            answer = error(404, "http_404")
        elif not slash:
            answer = RedirectResponse(f"{PATH}{office_id}/", status_code=307)
        elif f"/{rest}" == STAFF or f"/{rest}".startswith(f"{STAFF}/"):
            answer = _into_console(scope, office_id, f"/{rest}")
        elif rest.startswith("static/"):  # the same for all, and no page of an office
            answer = _at(await self._app_of(office_id), f"/{rest}", "")
        else:
            answer = _at(await self._app_of(office_id), f"/{rest}", f"{PATH}{office_id}")
        await answer(scope, receive, send)

    async def _by_key(self, path: str) -> str:
        key = path.removeprefix(WIDGET).partition("/")[0]
        permit = None
        if KEY.match(key):
            permit = await self._workers.run(lambda: self._permits.find(key))
        # the first office's application refuses a key that is not its own
        return permit.office_id if permit and permit.office_id in self.desks else self._first

    def _of(self, scope: Scope) -> str:
        """The office of a host name; in a console on a shared host, the one that was opened."""
        headers = Headers(scope=scope)
        host = headers.get("host", "").lower().rpartition(":")[0] or headers.get("host", "").lower()
        if named := self._hosts.get(host):
            return named
        if scope["path"] == STAFF or scope["path"].startswith(f"{STAFF}/"):
            chosen = _cookie(headers)
            if chosen in self.desks:
                return chosen
        return self._first


def _at(app: ASGIApp, path: str, prefix: str) -> ASGIApp:
    """``app`` asked for ``path``; addresses it makes begin with ``prefix``."""

    async def inside(scope: Scope, receive: Receive, send: Send) -> None:
        moved: dict[str, Any] = {**scope, "path": path, "raw_path": path.encode()}
        moved["root_path"] = scope.get("root_path", "") + prefix
        await app(moved, receive, send)

    return inside


def _into_console(scope: Scope, office_id: str, path: str) -> ASGIApp:
    if scope["method"] not in {"GET", "HEAD"}:
        return error(404, "http_404")
    query = scope.get("query_string", b"").decode("latin-1")
    answer = RedirectResponse(path + (f"?{query}" if query else ""), status_code=303)
    answer.set_cookie(
        OFFICE_COOKIE, office_id, path=STAFF, httponly=True, samesite="lax",
        secure=scope.get("scheme") == "https",
    )  # fmt: skip
    return answer


def _cookie(headers: Headers) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(OFFICE_COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""
