"""What pages of other sites may ask: only below `/w/<key>/`, only from an origin that was allowed.

Without this no browser lets another site read our answers; here such requests are also refused
by name, so that the person who embeds the chat learns why.
"""

import re
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.door import error
from channels.widget.permits import KEY, Permit

PREFIX = "/w/"
OPEN = re.compile(r"^/api/(chat|chat/stream(/[^/]+)?|inquiries/[^/]+|widget)$")
EXPOSED = "Letan-Inquiry, Retry-After"
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "content-type, last-event-id",
    "Access-Control-Max-Age": "600",
}

Find = Callable[[str], Awaitable[Permit | None]]


class CrossOrigin:
    """ASGI middleware of one office's application."""

    def __init__(self, app: ASGIApp, find: Find, office_id: str, public_url: str = "") -> None:
        self._app = app
        self._find = find
        self._office_id = office_id
        self._public = urlsplit(public_url).netloc.lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif path.startswith(PREFIX):
            await self._from_widget(scope, receive, send)
        elif path.startswith("/api/") and self._is_foreign(Headers(scope=scope)):
            await error(403, "other_origin")(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _from_widget(self, scope: Scope, receive: Receive, send: Send) -> None:
        key, _, rest = scope["path"].removeprefix(PREFIX).partition("/")
        path = f"/{rest}"
        permit = await self._find(key) if KEY.match(key) else None
        if permit is None or permit.office_id != self._office_id or not OPEN.match(path):
            await error(404, "http_404")(scope, receive, send)
            return
        origin = Headers(scope=scope).get("origin", "")
        if origin not in permit.origins:
            refusal = error(403, "origin_not_allowed", origin=origin or "?")
            if scope["method"] == "GET":  # a sentence for whoever embeds the widget, no secret
                refusal.headers["Access-Control-Allow-Origin"] = "*"
            await refusal(scope, receive, send)
            return

        async def readable(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Access-Control-Allow-Origin"] = origin
                headers["Access-Control-Expose-Headers"] = EXPOSED
                headers.add_vary_header("Origin")
            await send(message)

        if scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=PREFLIGHT)(scope, receive, readable)
            return
        inside = {**scope, "path": path, "raw_path": path.encode()}
        await self._app(inside, receive, readable)

    def _is_foreign(self, headers: Headers) -> bool:
        """Whether a page of another site asks; what is no browser sends no origin."""
        if headers.get("sec-fetch-site") in ("same-origin", "none"):
            return False
        origin = headers.get("origin")
        if origin is None:
            return headers.get("sec-fetch-site") == "cross-site"
        ours = {headers.get("host", "").lower(), headers.get("x-forwarded-host", "").lower()}
        return urlsplit(origin).netloc.lower() not in (ours | {self._public}) - {""}
