"""How fast the queue is over HTTP: a crowd that takes numbers, and calls on their way to the board.

The server is a process of its own on an office that is open all day, so that the figure does not
depend on the hour; calls are made by another process, as other workers make them.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from datetime import time as hour
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import psutil
from sqlalchemy import select

from assistant.desk import open_library
from assistant.queue_store import Queue
from evals.bench import UNBOUND, machine, serving
from evals.load import press
from knowledge.database import connect, reading
from knowledge.offices import HANOI, Hours, Span
from knowledge.schema_queue import QueueNumberRow
from knowledge.settings import KnowledgeSettings, LetanSettings

CALLS = 20
Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class QueueReport:
    """Figures of one run; milliseconds."""

    machine: str
    numbers: int
    clients: int
    given: int
    distinct: int
    errors: int
    per_second: float
    p50_ms: float
    p95_ms: float
    server_ms: float  # of the processor for a number: the same on a busy machine
    calls: int
    board_p50_ms: float
    board_max_ms: float

    def to_json(self) -> dict[str, Any]:
        return {key: round(v, 1) if isinstance(v, float) else v for key, v in asdict(self).items()}


def bench_queue(
    home: Path, environment: Mapping[str, str], *, numbers: int, clients: int, step: Step
) -> QueueReport:
    """Let ``clients`` take ``numbers`` at once, then call some and watch the board."""
    step("Chuẩn bị phường mẫu")
    counter = _open_all_day(home)
    with serving({**environment, "LETAN_HOME": str(home)} | UNBOUND) as (address, _, pid):
        bodies = [json.dumps({"client_key": f"warm-{n:06d}"}) for n in range(clients)]
        press(address, "/api/queue", bodies, clients)  # code and pages are read once
        step(f"{clients} khách lấy {numbers} số")
        bodies = [json.dumps({"client_key": f"bench-{n:06d}"}) for n in range(numbers)]
        before = _processor_seconds(pid)
        load = press(address, "/api/queue", bodies, clients)
        server_ms = (_processor_seconds(pid) - before) * 1000 / numbers
        step(f"Gọi {CALLS} số, xem trên bảng")
        late = _watch_board(address, home, counter)
    given, distinct = _given(home)
    return QueueReport(
        machine(), numbers, clients, given - clients, distinct - clients, load.errors,
        load.per_second, load.p50_ms, load.p95_ms, server_ms,
        len(late), median(late), max(late),
    )  # fmt: skip


def _processor_seconds(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def _open_all_day(home: Path) -> str:
    """An office in ``home`` that is always open; the number of its reception desk."""
    library = open_library(LetanSettings(home=home), KnowledgeSettings())
    office = library.store.office(LetanSettings().office)
    always = (Span(opens=hour(0, 0), closes=hour(23, 59)),)
    days = dict.fromkeys(Hours.model_fields, always)
    library.store.put_office(
        office.model_copy(
            update={"hours": Hours.model_validate(days), "special_days": (), "holidays": ()}
        ),
        by="bench",
    )
    library.engine.dispose()
    desk = office.find_reception()
    if desk is None or desk.queue is None:
        raise RuntimeError("the sample office has no reception desk that gives numbers")
    return desk.number


def _given(home: Path) -> tuple[int, int]:
    """How many numbers there are, and how many of them are different from each other."""
    engine = connect(KnowledgeSettings().database_at(home))
    row = QueueNumberRow
    with reading(engine) as connection:
        labels = connection.execute(select(row.letter, row.is_priority, row.number)).all()
    engine.dispose()
    return len(labels), len({tuple(label) for label in labels})


def _watch_board(address: str, home: Path, counter: str) -> list[float]:
    """Milliseconds from a clerk's call to its event on the board."""
    library = open_library(LetanSettings(home=home), KnowledgeSettings())
    office = library.store.office(LetanSettings().office)
    url = KnowledgeSettings().database_at(home)
    queue = Queue(connect(url), lambda: office, office.id, lambda: datetime.now(HANOI))
    seen: dict[str, float] = {}
    arrived = threading.Event()
    with _board(address, seen, arrived):
        late = []
        current = None
        for n in range(CALLS):
            time.sleep(0.05 + 0.037 * (n % 10))  # not in step with how often the board looks
            arrived.clear()
            begun = time.perf_counter()
            called = queue.call_next(counter, current=current)
            if called is None:
                raise RuntimeError("nobody waits: the bench took no numbers")
            current = called.id
            while called.label not in seen:
                if not arrived.wait(10):
                    raise RuntimeError(f"the board never showed {called.label}")
                arrived.clear()
            late.append((seen[called.label] - begun) * 1000)
    library.engine.dispose()
    return late


@contextmanager
def _board(address: str, seen: dict[str, float], arrived: threading.Event) -> Iterator[None]:
    """A board that notes when each call comes in."""
    opened, stop = threading.Event(), threading.Event()

    def watch() -> None:
        with httpx.stream("GET", f"{address}/api/board/events", timeout=30) as events:
            opened.set()
            for line in _lines_until(stop, events):
                if line.startswith("data:") and '"label"' in line:
                    seen[json.loads(line[5:])["label"]] = time.perf_counter()
                    arrived.set()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    if not opened.wait(20):
        raise RuntimeError("the board did not open")
    try:
        yield
    finally:
        stop.set()


def _lines_until(stop: threading.Event, events: httpx.Response) -> Iterator[str]:
    """The lines of a stream that may end with its server once ``stop`` is set."""
    try:
        for line in events.iter_lines():
            if stop.is_set():
                return
            yield line
    except httpx.RemoteProtocolError:
        if not stop.is_set():
            raise
