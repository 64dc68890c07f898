"""A stand-in platform in a process of its own, steered over HTTP: it survives what is tested.

Run as a script with a port and a platform. ``/sim/…`` belongs to the test: what was sent, what
waits to be polled, whether sends are held up or refused.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

ROOT = Path(__file__).parent.parent
POLL_SECONDS = 0.2


class Steered:
    """A fake whose sends can be held up; who is gone before the end has sent nothing."""

    def __init__(self, fake: Any) -> None:
        self.fake = fake
        self.held = False
        self.in_flight = 0

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/sim", self.steer, methods=["GET", "POST"]),
                Route("/{path:path}", self.serve, methods=["GET", "POST"]),
            ]
        )

    async def steer(self, request: Request) -> Response:
        wish = json.loads(await request.body() or b"{}")
        self.held = wish.get("held", self.held)
        self.fake.down = wish.get("down", self.fake.down)
        self.fake.updates += wish.get("updates", [])
        return JSONResponse(
            {"sent": self.fake.sent, "in_flight": self.in_flight, "waiting": len(self.fake.updates)}
        )

    async def serve(self, request: Request) -> Response:
        path = request.path_params["path"]
        if path.endswith("sendMessage"):
            await request.body()
            self.in_flight += 1
            try:
                while self.held:
                    if await request.is_disconnected():
                        return Response(status_code=499)
                    await asyncio.sleep(0.02)
            finally:
                self.in_flight -= 1
        if path.endswith("getUpdates") and not self.fake.updates:
            await asyncio.sleep(POLL_SECONDS)
        answer: Response = await self.fake.serve(request)
        return answer


class Process:
    """The test's end of a stand-in that runs elsewhere."""

    def __init__(self, address: str) -> None:
        self.address = address

    def steer(self, **wish: Any) -> dict[str, Any]:
        return dict(httpx.post(f"{self.address}/sim", json=wish, timeout=10).json())

    def sent(self) -> list[dict[str, Any]]:
        return list(self.steer()["sent"])


@contextmanager
def standing(platform: str, port: int) -> Iterator[Process]:
    """The stand-in of ``platform`` on ``port`` until the block ends."""
    process = subprocess.Popen([sys.executable, __file__, platform, str(port)], cwd=ROOT)
    there = Process(f"http://127.0.0.1:{port}")
    try:
        wait_for(lambda: there.steer() is not None, process)
        yield there
    finally:
        process.kill()
        process.wait(timeout=10)


def wait_for(
    happens: Any, process: "subprocess.Popen[Any] | None" = None, seconds: int = 90
) -> None:
    """Look until ``happens()`` is true; a transport error means "not yet"."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            if happens():
                return
        except httpx.TransportError:
            pass
        assert process is None or process.poll() is None, "the process ended"
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    from evals.fakes.telegram_server import FakeTelegram
    from evals.fakes.zalo_bot_server import FakeZaloBot

    kinds = {"telegram": FakeTelegram, "zalo-bot": FakeZaloBot}
    steered = Steered(kinds[sys.argv[1]]())
    uvicorn.run(steered.app, port=int(sys.argv[2]), log_level="error", ws="none")
