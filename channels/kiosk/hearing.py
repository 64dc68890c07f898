"""The kiosk's microphone: sound comes in over a web socket, words go back. Nothing is stored."""

from functools import partial
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import anyio
import structlog
from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from assistant.hearing.ears import BYTES_PER_SECOND, Ear, EarUnavailable, load_ear
from assistant.hearing.settings import HearingSettings
from assistant.hearing.turn import LONGEST_SECONDS, Heard, SpokenTurn
from channels.fair_places import FairPlaces, Full
from channels.threads import Workers

log = structlog.get_logger()
# The page sends a tenth of a second at a time; more than two seconds is no microphone.
MOST_BYTES = 2 * BYTES_PER_SECOND
# A page that opened the microphone and sends nothing is gone.
PATIENCE_SECONDS = LONGEST_SECONDS + 10
BUSY, REFUSED, TOO_BIG = 1013, 1008, 1009


class Ears:
    """The one recogniser of this process, loaded by whoever needs it first."""

    def __init__(self, settings: HearingSettings) -> None:
        self.settings = settings
        self._lock = Lock()
        self._ear: Ear | None = None
        self._problem: str | None = None
        self._is_loaded = False

    def get(self) -> Ear | None:
        """The loaded recogniser; None where there is none, and then ``problem`` may say why."""
        with self._lock:
            if not self._is_loaded:
                try:
                    self._ear = load_ear(self.settings)
                except EarUnavailable as problem:
                    self._problem = str(problem)
                    log.warning("hearing_unavailable", problem=str(problem))
                self._is_loaded = True
        return self._ear

    @property
    def problem(self) -> str | None:
        return self._problem


def hearing_routes(ears: Ears) -> APIRouter:
    """`/api/kiosk/hear`: binary messages are 16-bit PCM at 16 kHz, any text message means stop.

    Answers are JSON: ``{"words"}`` while somebody speaks; at the end ``{"heard", "sure"}``,
    ``{"nothing": "silence" | "noise" | "unclear"}`` or ``{"problem"}``.
    """
    routes = APIRouter()
    workers = Workers(ears.settings.speakers)
    microphones = FairPlaces(ears.settings.speakers)

    @routes.websocket("/api/kiosk/hear")
    async def hear(socket: WebSocket, lang: str = "vi") -> None:
        await socket.accept()
        if not _is_own_page(socket):
            return await socket.close(REFUSED)
        try:
            with microphones.taken_by(socket.client.host if socket.client else "") as place:
                ear = await workers.run(ears.get)
                if ear is None or lang not in ear.languages:
                    await socket.send_json({"problem": "unavailable"})
                else:
                    with anyio.move_on_after(PATIENCE_SECONDS) as patience:
                        place.on_loss = patience.cancel
                        turn = SpokenTurn(ear, lang)
                        await _take(socket, turn, workers)
                        await socket.send_json(_said(await workers.run(turn.finish)))
            return await socket.close()
        except Full:
            await socket.send_json({"problem": "busy"})
            return await socket.close(BUSY)
        except WebSocketDisconnect:
            return None

    return routes


async def _take(socket: WebSocket, turn: SpokenTurn, workers: Workers) -> None:
    """Feed the turn until it is over or the page says stop."""
    shown = ""
    while not turn.is_over:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        pcm = message.get("bytes")
        if pcm is None:
            return
        if len(pcm) > MOST_BYTES or len(pcm) % 2:
            await socket.close(TOO_BIG)
            raise WebSocketDisconnect(TOO_BIG)
        words = await workers.run(partial(turn.accept, pcm))
        if words != shown:
            shown = words
            await socket.send_json({"words": words})


def _said(result: Any) -> dict[str, Any]:
    if isinstance(result, Heard):
        return {"heard": result.text, "sure": result.is_sure}
    return {"nothing": result.value}


def _is_own_page(socket: WebSocket) -> bool:
    """Whether our own page opened the socket; browsers let any page open one anywhere."""
    origin = socket.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == socket.headers.get("host")
