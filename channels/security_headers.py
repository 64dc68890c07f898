"""Puts the security headers on every response, whoever made it."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.door import PAGE_HEADERS

# A kiosk listens through the microphone of our own page; nothing else is ever asked for.
EVERYWHERE = {name: text for name, text in PAGE_HEADERS.items() if name != "Cache-Control"} | {
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
}


# As they go over the wire, made once: every response of the site passes here.
_EVERYWHERE = [(name.lower().encode(), text.encode()) for name, text in EVERYWHERE.items()]
_NOT_KEPT = (b"cache-control", b"no-store")


class SecurityHeaders:
    """ASGI middleware: a header a route has set itself stays as it is; API answers are not kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        ours = [*_EVERYWHERE, _NOT_KEPT] if scope["path"].startswith("/api/") else _EVERYWHERE

        async def protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                theirs = {name.lower() for name, _ in headers}
                headers += [header for header in ours if header[0] not in theirs]
                message["headers"] = headers
            await send(message)

        await self._app(scope, receive, protected)
