"""Many conversations with an open stream at once: `letan bench streams`.

A real server whose language model does not answer keeps every stream open after its facts. What
is measured is how long the facts take to come meanwhile, what the server's memory grows by, and
whether every stream ends as it should once the model is let go. Loopback only.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx

from evals.bench import memory_mib, serving
from evals.scripted_model import Scripted, serving_script

QUESTION = "thủ tục 1.001193 cần giấy tờ gì"
MODEL_SECONDS = 60  # the longest a model may be waited for; all streams open well within it
AT_ONCE = 32  # who opens a stream at the same moment; below the bound on those who wait


@dataclass(frozen=True, slots=True)
class StreamsReport:
    """``opened`` streams showed their facts and stayed open; ``ended`` of them ended in order."""

    asked: int
    opened: int
    held: int
    ended: int
    facts_p50_ms: float
    facts_p95_ms: float
    other_answers_p95_ms: float
    mib_before: float
    mib_held: float

    def to_json(self) -> dict[str, Any]:
        return {k: round(v, 1) if isinstance(v, float) else v for k, v in asdict(self).items()}


def bench_streams(
    folder: Path,
    environment: Mapping[str, str],
    *,
    streams: int = 1000,
    step: Callable[[str], None] = lambda _: None,
) -> StreamsReport:
    """Open ``streams`` conversations on a server of its own below ``folder``, then let them end."""
    with serving_script(lambda body: Scripted("Dạ [F1]", held=True)) as model:
        own = {
            **environment,
            "LETAN_HOME": str(folder / "home"),
            "ASSISTANT_CHAT_MODEL": "openai:held",
            "ASSISTANT_CHAT_BASE_URL": model.address,
            "ASSISTANT_CHAT_API_KEY": "held",
            "ASSISTANT_CHAT_TIMEOUT_SECONDS": str(MODEL_SECONDS),
            "ASSISTANT_CHAT_CONCURRENCY": "64",
            "CHANNELS_PROTECTION_PER_ADDRESS_A_MINUTE": "0",
            "CHANNELS_PROTECTION_OPEN_STREAMS": str(streams + 10),
        }
        step("Mở máy chủ")
        with serving(own) as (address, _, pid):
            before = memory_mib(pid)
            crowd = _Crowd(address, streams)
            return asyncio.run(crowd.measure(pid, before, model.release.set, step))


class _Crowd:
    """Residents who each hold one stream open."""

    def __init__(self, address: str, streams: int) -> None:
        self._address = address
        self._streams = streams
        self._facts: list[float] = []
        self._ended = 0
        self._settled = 0
        self._all_open = asyncio.Event()
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def measure(
        self, pid: int, before: float, release: Callable[[], None], step: Callable[[str], None]
    ) -> StreamsReport:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        async with httpx.AsyncClient(base_url=self._address, limits=limits, timeout=120) as http:
            step(f"Mở {self._streams} luồng")
            talks = [asyncio.create_task(self._talk(http)) for _ in range(self._streams)]
            await self._all_open.wait()
            held = len(self._facts) - self._ended
            during = memory_mib(pid)
            step("Hỏi giữa lúc các luồng đang mở")
            others = [await self._ask(http) for _ in range(100)]
            step("Cho mô hình trả lời")
            release()
            await asyncio.gather(*talks)
        facts, answers = sorted(self._facts), sorted(others)
        return StreamsReport(
            asked=self._streams,
            opened=len(facts),
            held=held,
            ended=self._ended,
            facts_p50_ms=_at(facts, 0.5),
            facts_p95_ms=_at(facts, 0.95),
            other_answers_p95_ms=_at(answers, 0.95),
            mib_before=before,
            mib_held=during,
        )

    async def _talk(self, http: httpx.AsyncClient) -> None:
        settled = False

        def settle() -> None:
            nonlocal settled
            if not settled:
                settled = True
                self._settled += 1
                if self._settled == self._streams:
                    self._all_open.set()

        try:
            await self._gate.acquire()
            opening = True
            started = time.perf_counter()
            try:
                async with http.stream(
                    "POST", "/api/chat/stream", json={"message": QUESTION}
                ) as got:
                    async for line in got.aiter_lines():
                        if line == "event: answer":
                            self._facts.append((time.perf_counter() - started) * 1000)
                            self._gate.release()
                            opening = False
                            settle()
                        elif line == "event: end":
                            self._ended += 1
            finally:
                if opening:
                    self._gate.release()
        except httpx.HTTPError:
            return  # counted as not opened, or as not ended
        finally:
            settle()

    async def _ask(self, http: httpx.AsyncClient) -> float:
        started = time.perf_counter()
        (await http.post("/api/chat", json={"message": "xin chào"})).raise_for_status()
        return (time.perf_counter() - started) * 1000


def _at(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))] if values else float("nan")
