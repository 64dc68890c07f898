"""How long a resident waits at the lobby's screen: from the end of speech to the answer.

A running server of its own gets recordings over the kiosk's web socket in real time, a tenth of a
second at a time, and is asked what it heard, as the page asks. The end of speech is the last sound
of the recording that is no room; the pause by which the server knows that it was the end counts.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from assistant.hearing.ears import BYTES_PER_SECOND, RATE
from evals.bench import UNBOUND, machine, serving
from evals.hearing import BEFORE_SECONDS, STEP_SECONDS
from evals.scoring import percentile
from evals.sounds import NoSound, Sound, in_a_room, pcm

STEP = BYTES_PER_SECOND // 10
AFTER_SECONDS = 5.0  # of quiet, far beyond any pause that ends a turn
Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class AnswerTimes:
    """Figures of one run; milliseconds from the end of speech to the whole answer."""

    machine: str
    turns: int
    heard: int
    sure: int
    cut_off: int
    p50_ms: float
    p95_ms: float
    max_ms: float

    def to_json(self) -> dict[str, Any]:
        return {key: round(v) if isinstance(v, float) else v for key, v in asdict(self).items()}


def measure_answers(
    environment: Mapping[str, str], sounds: Mapping[str, Sound], *, rounds: int, step: Step
) -> AnswerTimes:
    """Speak every recording ``rounds`` times to a server, one after the other."""
    waits: list[float] = []
    turns = sure = cut_off = 0
    with serving(dict(environment) | UNBOUND) as (address, _, _), httpx.Client() as client:
        client.post(f"{address}/api/chat", json={"message": "xin chào", "channel": "kiosk"})
        _speak(address, next(iter(sounds.values())))  # the recogniser is loaded by who needs it
        for number in range(rounds):
            for name, sound in sounds.items():
                step(f"{number + 1}/{rounds} {name}")
                turns += 1
                said, ended = _speak(address, sound)
                if "heard" not in said:
                    continue
                cut_off += time.perf_counter() < ended
                sure += bool(said["sure"])
                body = {"text": said["heard"], "screen": "home"}
                client.post(f"{address}/api/kiosk/said", json=body).raise_for_status()
                asked = {"message": said["heard"], "channel": "kiosk"}
                client.post(f"{address}/api/chat", json=asked).raise_for_status()
                waits.append((time.perf_counter() - ended) * 1000)
    return _figures(turns, sure, cut_off, waits)


def _figures(turns: int, sure: int, cut_off: int, waits: Sequence[float]) -> AnswerTimes:
    if not waits:
        raise NoSound("nothing was heard in any recording")
    return AnswerTimes(
        machine(), turns, len(waits), sure, cut_off,
        median(waits), percentile(waits, 0.95), max(waits),
    )  # fmt: skip


def _speak(address: str, sound: Sound) -> tuple[dict[str, Any], float]:
    """What the server heard, and when (`perf_counter`) the speech of ``sound`` had ended."""
    everything = pcm(in_a_room(sound, BEFORE_SECONDS, AFTER_SECONDS))
    url = address.replace("http", "ws", 1) + "/api/kiosk/hear"
    with connect(url) as socket:
        begun = time.perf_counter()
        for number, start in enumerate(range(0, len(everything), STEP), 1):
            told = _until(socket, begun + number * STEP_SECONDS)
            if told is not None:
                return told, begun + BEFORE_SECONDS + len(sound) / RATE
            socket.send(everything[start : start + STEP])
        socket.send("stop")
        told = _until(socket, time.perf_counter() + 10)
    return told or {}, begun + BEFORE_SECONDS + len(sound) / RATE


def _until(socket: ClientConnection, moment: float) -> dict[str, Any] | None:
    """What ends the turn, if the server tells it before ``moment``; words on the way are passed."""
    while (left := moment - time.perf_counter()) > 0:
        try:
            told: dict[str, Any] = json.loads(socket.recv(timeout=left))
        except TimeoutError:
            return None
        if "words" not in told:
            return told
    return None
