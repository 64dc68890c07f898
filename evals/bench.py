"""Measures the running desk as a process: ingest, cold start, memory, latency through HTTP."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import psutil

from evals.cases import LinkCase, read_cases
from evals.load import press
from evals.scoring import percentile

READY_TIMEOUT_SECONDS = 600  # an empty home is filled and indexed first; a busy machine takes long
LISTENING_SECONDS = 600
Step = Callable[[str], None]
CLIENTS = (1, 4, 16, 64)
ASKED_A_CROWD = 400
WARMING = 40  # questions, asked before a crowd comes and not again
# One address asks more in a minute here than a ward in a day.
UNBOUND = {
    f"CHANNELS_PROTECTION_{name}": "0"
    for name in (
        "PER_ADDRESS_A_MINUTE",
        "PER_CONVERSATION_A_MINUTE",
        "ANSWERS_A_DAY",
        "WAITING",
        "NUMBERS_A_MINUTE",
        "NUMBERS_A_DAY",
    )
}


@dataclass(frozen=True, slots=True)
class BenchReport:
    """Figures of one run; seconds, milliseconds, MiB."""

    machine: str
    records: int
    ingest_seconds: float | None
    cold_start_seconds: float
    questions: int
    p50_ms: float
    p95_ms: float
    errors: int
    memory_mib: float
    by_clients: list[dict[str, Any]]
    workers: int
    workers_by_clients: list[dict[str, Any]]
    workers_memory_mib: float
    echo_by_clients: list[dict[str, Any]]

    def to_json(self) -> dict[str, Any]:
        return {key: round(v, 2) if isinstance(v, float) else v for key, v in asdict(self).items()}


def free_port() -> int:
    """A TCP port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def letan(*args: str, environment: Mapping[str, str]) -> subprocess.Popen[str]:
    """A `letan` command as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "channels", *args],
        env=dict(environment),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@contextmanager
def serving(
    environment: Mapping[str, str], workers: int = 1, start_seconds: float = READY_TIMEOUT_SECONDS
) -> Iterator[tuple[str, float, int]]:
    """A running server: its address, seconds until it was ready, process id."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    started = time.perf_counter()
    process = letan(
        "serve", "--port", str(port), "--workers", str(workers), environment=environment
    )
    try:
        while True:
            try:
                if httpx.get(f"{address}/readyz", timeout=1).status_code == 200:
                    break
            except httpx.TransportError:
                pass
            if process.poll() is not None:
                raise RuntimeError(
                    f"letan serve ended at start: {process.communicate()[1][-2000:]}"
                )
            if time.perf_counter() - started > start_seconds:
                raise RuntimeError("letan serve was not ready in time")
            time.sleep(0.02)
        yield address, time.perf_counter() - started, process.pid
    finally:
        process.terminate()
        process.communicate(timeout=40)


def memory_mib(pid: int) -> float:
    """Resident memory of a process and its children, MiB."""
    process = psutil.Process(pid)
    every = [process, *process.children(recursive=True)]
    return float(sum(p.memory_info().rss for p in every)) / 2**20


def peak_mib(pid: int) -> float:
    """The most memory that a process has had at once, MiB; what it has now where nobody keeps it.

    Linux keeps it (VmHWM), and so does Windows.
    """
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        for line in status.read_text("ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    info = psutil.Process(pid).memory_info()
    return float(getattr(info, "peak_wset", info.rss)) / 2**20


def bench(
    home: Path, environment: Mapping[str, str], *, portal: Path | None, questions: int, step: Step
) -> BenchReport:
    """Import ``portal`` into an empty ``home`` if given, serve it, ask questions by HTTP."""
    environment = {**environment, "LETAN_HOME": str(home)} | UNBOUND
    ingest_seconds = None
    if portal is not None:
        step("Nhập dữ liệu cổng quốc gia")
        started = time.perf_counter()
        process = letan("ingest", str(portal), "--json", environment=environment)
        _, problems = process.communicate()
        if process.returncode:
            raise RuntimeError(f"letan ingest failed: {problems[-2000:]}")
        ingest_seconds = time.perf_counter() - started
    step("Khởi động lần đầu (dựng chỉ mục)")
    with serving(environment):
        pass
    step("Khởi động nguội")
    with serving(environment) as (address, cold_start, pid):
        asked = list(dict.fromkeys(case.question for case in read_cases(LinkCase, "linking")))
        asked = (asked * (questions // max(1, len(asked)) + 1))[:questions]
        times: list[float] = []
        errors = 0
        with httpx.Client(base_url=address, timeout=30) as client:
            for question in asked[:20]:
                client.post("/api/chat", json={"message": question})
            step(f"Hỏi {len(asked)} câu, một khách")
            for question in asked:
                begun = time.perf_counter()
                answer = client.post("/api/chat", json={"message": question})
                times.append((time.perf_counter() - begun) * 1000)
                errors += answer.status_code != 200 or answer.json()["outcome"] == "failed"
            records = client.get("/readyz").json()["procedures"]
        memory = memory_mib(pid)
    with serving(environment) as (address, _, _):
        warm_up(address, asked[:WARMING])
        by_clients = crowds(address, asked[WARMING:] or asked, step)
    workers = psutil.cpu_count() or 1
    with serving(environment, workers) as (address, _, pid):
        step(f"{workers} tiến trình")
        warm_up(address, asked[:WARMING])
        workers_by_clients = crowds(address, asked[WARMING:] or asked, step)
        workers_memory = memory_mib(pid)
    step("Sàn: FastAPI chỉ gửi lại")
    with echoing() as address:
        echo_by_clients = crowds(address, asked, lambda _: None)
    return BenchReport(
        machine(),
        records,
        ingest_seconds,
        cold_start,
        len(asked),
        median(times),
        percentile(times, 0.95),
        errors,
        memory,
        by_clients,
        workers,
        workers_by_clients,
        workers_memory,
        echo_by_clients,
    )


def crowds(
    address: str, questions: Sequence[str], step: Step, counts: Sequence[int] = CLIENTS
) -> list[dict[str, Any]]:
    """Answers a second and latency by number of clients; no question is asked twice.

    Each crowd asks a share of every kind: questions of one kind stand together.
    """
    found = []
    for share, clients in enumerate(counts):
        own = questions[share :: len(counts)][:ASKED_A_CROWD]
        bodies = [json.dumps({"message": question}) for question in own]
        step(f"Hỏi {len(bodies)} câu, {clients} khách cùng lúc")
        load = press(address, "/api/chat", bodies, clients)
        found.append(
            {
                "clients": clients,
                "per_second": round(load.per_second, 1),
                "p50_ms": round(load.p50_ms, 1),
                "p95_ms": round(load.p95_ms, 1),
                "p99_ms": round(load.p99_ms, 1),
                "errors": load.errors,
            }
        )
    return found


def warm_up(address: str, questions: Sequence[str]) -> None:
    """Ask so that every worker has answered once."""
    press(address, "/api/chat", [json.dumps({"message": question}) for question in questions], 4)


@contextmanager
def echoing(workers: int = 1) -> Iterator[str]:
    """The bare echo as a process, or as several; gives its address."""

    def command(port: int) -> list[str]:
        return [sys.executable, "-m", "evals.echo", str(port), str(workers)]

    with listening(command) as (address, _):
        yield address


@contextmanager
def listening(
    command: Callable[[int], Sequence[str]],
    environment: Mapping[str, str] | None = None,
    seconds: float = LISTENING_SECONDS,
) -> Iterator[tuple[str, int]]:
    """A process that listens on a port it is given; its address and number."""
    port = free_port()
    process = subprocess.Popen(command(port), env=dict(environment) if environment else None)
    try:
        deadline = time.perf_counter() + seconds
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if process.poll() is not None or time.perf_counter() > deadline:
                    raise RuntimeError(f"{command(port)[2]} did not start") from None
                time.sleep(0.02)
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)


def machine() -> str:
    """The processor and its cores, in words."""
    name = "unknown processor"
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = [
            line for line in info.read_text("utf-8").splitlines() if line.startswith("model name")
        ]
        name = lines[0].split(":", 1)[1].strip() if lines else name
    return f"{name}, {psutil.cpu_count()} cores"
