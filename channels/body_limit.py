"""Refuses a request body beyond a limit while it arrives, whatever length it claims."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """ASGI middleware: past ``max_bytes`` the request ends with ``refusal``, the rest is unread.

    ``larger`` gives other limits to paths by how they begin.
    """

    def __init__(
        self,
        app: ASGIApp,
        max_bytes: int,
        refusal: ASGIApp,
        larger: Mapping[str, int] | None = None,
    ) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._refusal = refusal
        self._larger = larger or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limits = [limit for start, limit in self._larger.items() if scope["path"].startswith(start)]
        max_bytes = limits[0] if limits else self._max_bytes
        headers = dict(scope["headers"])
        stated = headers.get(b"content-length", b"0").decode("latin-1")
        if not (stated.isascii() and stated.isdigit()) or int(stated) > max_bytes:
            await self._refusal(scope, receive, send)
            return
        # A body without a stated length is gathered here: to count it inside the application
        # would be too late to refuse it with an answer of our own.
        parts: list[Message] = []
        size = 0
        while b"content-length" not in headers and b"transfer-encoding" in headers:
            part = await receive()
            size += len(part.get("body", b""))
            if size > max_bytes:
                await self._refusal(scope, receive, send)
                return
            parts.append(part)
            if not part.get("more_body", False):
                break

        async def replay() -> Message:
            return parts.pop(0) if parts else await receive()

        await self._app(scope, replay, send)
