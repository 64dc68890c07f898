"""Ends a request whose body does not arrive: a client that trickles must not hold a place."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class SlowBody:
    """ASGI middleware: each piece of a body arrives within ``seconds``, or ``refusal`` is sent."""

    def __init__(self, app: ASGIApp, seconds: float, refusal: ASGIApp) -> None:
        self._app = app
        self._seconds = seconds
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._seconds <= 0:
            await self._app(scope, receive, send)
            return
        arrived = False

        async def in_time() -> Message:
            nonlocal arrived
            if arrived:  # the body is whole; what is waited for now is the end of the connection
                return await receive()
            async with asyncio.timeout(self._seconds):
                message = await receive()
            arrived = not message.get("more_body", False)
            return message

        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, in_time, watched)
        except TimeoutError:
            if started or arrived:
                raise
            await self._refusal(scope, receive, send)
