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
        size = 0
        is_over = begun = False

        async def counted() -> Message:
            nonlocal size, is_over
            if is_over:
                return {"type": "http.disconnect"}
            message = await receive()
            size += len(message.get("body", b""))
            is_over = is_over or size > max_bytes
            return {"type": "http.disconnect"} if is_over else message

        async def ours(message: Message) -> None:
            """What the application makes of a body that ends in the middle is not sent."""
            nonlocal begun
            if not is_over or begun:
                begun = True
                await send(message)

        # Counted as it arrives and never gathered: who asks is not known yet, and a body for the
        # uploads may be large.
        try:
            await self._app(scope, counted, ours)
        except Exception:
            if not is_over or begun:
                raise
        if is_over and not begun:
            await self._refusal(scope, receive, send)
