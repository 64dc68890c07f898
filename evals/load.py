"""A crowd of clients that ask over HTTP and time each answer; light enough not to be the limit.

Runs as a process of its own (``python -m evals.load``), so that the clients do not share the
interpreter with what they measure: a plan comes in on standard input, figures go out as JSON.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import httptools

from evals.scoring import percentile

CONNECT_SECONDS = 10
ANSWER_SECONDS = 60
SUCCESS = ("200", "201")


@dataclass(frozen=True, slots=True)
class Load:
    """What one run of the crowd found; latency in milliseconds, counted over what succeeded."""

    clients: int
    requests: int
    seconds: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    statuses: dict[str, int]
    errors: int

    @property
    def per_second(self) -> float:
        return (self.requests - self.errors) / self.seconds if self.seconds else 0.0


class _Wire(asyncio.Protocol):
    """One kept-alive connection that asks and waits for the whole answer."""

    def __init__(self) -> None:
        self._waiting: asyncio.Future[int] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as problem:
            self._end(ConnectionError(str(problem)))

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(ConnectionError("connection lost"))

    def on_message_complete(self) -> None:
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(self._parser.get_status_code())

    def _end(self, problem: Exception) -> None:
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(problem)

    async def ask(self, request: bytes) -> int:
        """The status of the answer; raises ConnectionError or TimeoutError."""
        if self._transport.is_closing():
            raise ConnectionError("connection closed")
        self._parser = httptools.HttpResponseParser(self)
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await asyncio.wait_for(self._waiting, ANSWER_SECONDS)

    def close(self) -> None:
        self._transport.close()


async def _connect(host: str, port: int) -> _Wire:
    loop = asyncio.get_running_loop()
    opening = loop.create_connection(_Wire, host, port)
    _, wire = await asyncio.wait_for(opening, CONNECT_SECONDS)
    return wire


async def crowd(host: str, port: int, path: str, bodies: Sequence[str], clients: int) -> Load:
    """Ask every body once, ``clients`` at a time."""
    requests = iter([_request(host, path, body) for body in bodies])
    times: list[float] = []
    statuses: Counter[str] = Counter()
    begun = time.perf_counter()
    await asyncio.gather(*(_client(host, port, requests, times, statuses) for _ in range(clients)))
    seconds = time.perf_counter() - begun
    return Load(
        clients,
        len(bodies),
        seconds,
        percentile(times, 0.5) if times else 0.0,
        percentile(times, 0.95) if times else 0.0,
        percentile(times, 0.99) if times else 0.0,
        dict(statuses),
        len(bodies) - sum(statuses[status] for status in SUCCESS),
    )


async def _client(
    host: str, port: int, requests: Iterator[bytes], times: list[float], statuses: Counter[str]
) -> None:
    wire: _Wire | None = None
    for request in requests:
        started = time.perf_counter()
        try:
            wire = wire or await _connect(host, port)
            status = str(await wire.ask(request))
        except (OSError, TimeoutError) as problem:
            status, wire = type(problem).__name__, None
        statuses[status] += 1
        if status in SUCCESS:
            times.append((time.perf_counter() - started) * 1000)
    if wire:
        wire.close()


def _request(host: str, path: str, body: str) -> bytes:
    content = body.encode()
    head = (
        f"POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n"
        f"content-length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def press(address: str, path: str, bodies: Sequence[str], clients: int) -> Load:
    """`crowd` in a process of its own against ``http://host:port``."""
    host, port = address.removeprefix("http://").split(":")
    plan = {"host": host, "port": int(port), "path": path, "bodies": bodies, "clients": clients}
    done = subprocess.run(
        [sys.executable, "-m", "evals.load"],
        input=json.dumps(plan),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the crowd of clients failed: {done.stderr[-2000:]}")
    return Load(**json.loads(done.stdout))


def main() -> None:
    """Read a plan, run it, print its figures."""
    plan: dict[str, Any] = json.load(sys.stdin)
    sys.stdout.write(json.dumps(asdict(asyncio.run(crowd(**plan)))))


if __name__ == "__main__":
    main()
