"""The stand-in of Telegram as a process that keeps when each reply arrived: for measuring."""

import asyncio
import sys
import time
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from evals.fakes.telegram_server import FakeTelegram

# A server across the sea answers no faster; a chat is busy that long with each message.
ROUND_TRIP_SECONDS = 0.1


def timed(fake: FakeTelegram) -> Starlette:
    """``fake`` with ``/log``: chat and arrival (monotonic seconds) of every reply it took."""
    log: list[dict[str, Any]] = []

    def taken() -> None:
        log.append({"chat": str(fake.sent[-1]["chat_id"]), "at": time.monotonic()})

    async def show(_: Request) -> Response:
        return JSONResponse(log)

    fake.after_send = taken

    async def serve(request: Request) -> Response:
        answer = await fake.serve(request)
        await asyncio.sleep(ROUND_TRIP_SECONDS)
        return answer

    paths = [Route("/log", show), Route("/{path:path}", serve, methods=["GET", "POST"])]
    return Starlette(routes=paths)


if __name__ == "__main__":
    uvicorn.run(timed(FakeTelegram()), port=int(sys.argv[1]), log_level="error", ws="none")
