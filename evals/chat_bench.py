"""Measures the chat channel as processes: messages a second through the webhook, time to reply.

Three processes, as in life: the platform (a stand-in), the desk, and the platform's deliveries,
which come at their own pace whether or not earlier ones were answered.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from evals.bench import Step, free_port, letan, machine, serving
from evals.cases import LinkCase, read_cases
from evals.fakes import telegram_server
from evals.load import _connect
from evals.scoring import percentile

GROUP_SHARE = 5  # every fifth message is asked in a group
GROUPS = 60
PEOPLE = 400
SETTLE_SECONDS = 60
WARM = 80
# A process that answers builds its desk first; it takes no message before that.
START_SECONDS = 12


@dataclass(frozen=True, slots=True)
class ChatBenchReport:
    """Figures of one run; milliseconds from the delivery's first byte to the reply's arrival."""

    machine: str
    wanted_per_second: float
    delivered_per_second: float
    messages: int
    replies: int
    lost: int
    twice: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    webhook_p95_ms: float
    cores_used: float

    @property
    def holds(self) -> bool:
        """Whether nobody waited too long and nobody was forgotten or told twice."""
        return not self.lost and not self.twice and self.p95_ms <= 1000

    def to_json(self) -> dict[str, Any]:
        return {k: round(v, 1) if isinstance(v, float) else v for k, v in asdict(self).items()}


def bench_chats(
    home: Path,
    environment: Mapping[str, str],
    *,
    per_second: float,
    seconds: float,
    step: Step,
    more_processes: int = 1,
) -> ChatBenchReport:
    """Deliver ``per_second`` messages for ``seconds`` to a fresh desk and wait for all replies.

    Besides the server there are ``more_processes`` that answer (`letan channels work`), one for
    each further core.
    """
    with platform() as there:
        environment = dict(environment) | {
            "LETAN_HOME": str(home),
            "CHANNELS_TELEGRAM_TOKEN": telegram_server.TOKEN,
            "CHANNELS_TELEGRAM_WEBHOOK_SECRET": telegram_server.SECRET,
            "CHANNELS_TELEGRAM_API_URL": there,
            "CHANNELS_TELEGRAM_MESSAGES_A_SECOND": "0",
            "CHANNELS_TELEGRAM_GROUP_MESSAGES_A_MINUTE": "0",
        }
        step("Khởi động (dựng chỉ mục)")
        with (
            serving(environment) as (address, _, pid),
            working(environment, more_processes) as pids,
        ):
            step("Làm nóng")
            warm = updates(WARM, first=1)
            _deliver(address, warm, 5.0)
            _wait(there, lambda log: len(log) >= WARM)
            before = len(_log(there))
            count = int(per_second * seconds)
            step(f"Gửi {count} tin, {per_second:g} tin mỗi giây")
            asked = updates(count, first=WARM + 1)
            processes = [psutil.Process(number) for number in (pid, *pids)]
            spent, begun = _spent(processes), time.perf_counter()
            times = _deliver(address, asked, per_second)
            delivering = times[-1]["begun"] - times[0]["begun"]
            _wait(there, lambda log: len(log) - before >= count)
            took = time.perf_counter() - begun
            cores = (_spent(processes) - spent) / took
            log = _log(there)[before:]
    waits, lost, twice = matched(asked, times, log)
    return ChatBenchReport(
        machine(), per_second, (count - 1) / delivering, count, len(log), lost, twice,
        percentile(waits, 0.5), percentile(waits, 0.95), percentile(waits, 0.99),
        percentile([t["ms"] for t in times], 0.95), cores,
    )  # fmt: skip


@contextmanager
def working(environment: Mapping[str, str], count: int) -> Iterator[list[int]]:
    """Processes that only answer, from when they have started; their numbers."""
    running = [letan("channels", "work", environment=environment) for _ in range(count)]
    time.sleep(START_SECONDS if running else 0)
    try:
        yield [process.pid for process in running]
    finally:
        for process in running:
            process.kill()
            process.communicate(timeout=20)


def _spent(processes: Sequence[psutil.Process]) -> float:
    """CPU seconds of processes so far."""
    return float(sum(sum(process.cpu_times()[:2]) for process in processes))


def updates(count: int, *, first: int) -> list[dict[str, Any]]:
    """Questions of many people, most in private, some in groups that call the desk."""
    questions = [case.question for case in read_cases(LinkCase, "linking") if case.codes]
    me = telegram_server.BOT["username"]
    found = []
    for i in range(first, first + count):
        question = questions[i * 7 % len(questions)]
        who = 900_000_000 + i % PEOPLE
        if i % GROUP_SHARE == 0:
            group = -1_009_000_000_000 - i // GROUP_SHARE % GROUPS
            who = 910_000_000 + i  # a person may ask only so much in a group
            found.append(telegram_server.group(f"/hoi@{me} {question}", who, group))
        else:
            found.append(telegram_server.private(question, who))
    return found


def matched(
    asked: list[dict[str, Any]], times: list[dict[str, float]], log: list[dict[str, Any]]
) -> tuple[list[float], int, int]:
    """Milliseconds until each reply, how many never came, and how many came beyond one each."""
    begun: dict[str, list[float]] = defaultdict(list)
    for update, taken in zip(asked, times, strict=True):
        begun[str(update["message"]["chat"]["id"])].append(taken["begun"])
    waits = []
    twice = 0
    for reply in log:
        if not begun[reply["chat"]]:  # each chat is answered in order
            twice += 1
            continue
        waits.append((reply["at"] - begun[reply["chat"]].pop(0)) * 1000)
    return waits, sum(map(len, begun.values())), twice


def _wait(there: str, enough: Callable[[list[Any]], bool]) -> None:
    ends = time.perf_counter() + SETTLE_SECONDS
    while time.perf_counter() < ends and not enough(_log(there)):
        time.sleep(0.2)


def _log(there: str) -> list[dict[str, Any]]:
    return list(httpx.get(f"{there}/log", timeout=30).json())


def _deliver(address: str, asked: list[dict[str, Any]], per_second: float) -> list[dict[str, Any]]:
    """Deliver from a process of its own; when each was begun, how long the webhook took."""
    plan = {"address": address, "updates": asked, "per_second": per_second}
    done = subprocess.run(
        [sys.executable, "-m", "evals.chat_bench"], input=json.dumps(plan), capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"delivering failed: {done.stderr[-2000:]}")
    return list(json.loads(done.stdout))


async def deliver(
    address: str, updates: list[dict[str, Any]], per_second: float
) -> list[dict[str, float]]:
    """Each delivery at its moment, on as many connections as it takes."""
    host, port = address.removeprefix("http://").split(":")
    free: list[Any] = []
    times: list[dict[str, float]] = [{} for _ in updates]
    start = time.monotonic()

    async def one(i: int, request: bytes) -> None:
        await asyncio.sleep(max(0.0, start + i / per_second - time.monotonic()))
        begun = time.monotonic()
        try:  # the server closes a connection that was idle for some seconds
            wire = free.pop() if free else await _connect(host, int(port))
            status = await wire.ask(request)
        except ConnectionError:
            wire = await _connect(host, int(port))
            status = await wire.ask(request)
        if status != 200:
            raise RuntimeError(f"the webhook answers {status}")
        free.append(wire)
        times[i] = {"begun": begun, "ms": (time.monotonic() - begun) * 1000}

    await asyncio.gather(*(one(i, _request(host, u)) for i, u in enumerate(updates)))
    return times


def _request(host: str, update: dict[str, Any]) -> bytes:
    content = json.dumps(update).encode()
    head = (
        f"POST /hooks/telegram HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n"
        f"x-telegram-bot-api-secret-token: {telegram_server.SECRET}\r\n"
        f"content-length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


@contextmanager
def platform() -> Iterator[str]:
    """The stand-in of Telegram as a process; gives its address."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "evals.fakes.timed", str(port)])
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                httpx.get(f"{address}/log", timeout=1)
                break
            except httpx.TransportError:
                if process.poll() is not None:
                    raise RuntimeError("the stand-in did not start") from None
                time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(deliver(**json.load(sys.stdin)))))
