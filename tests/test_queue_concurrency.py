"""Many hands at one queue: every number once, every call once, on SQLite and on PostgreSQL."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from browser import need
from queue_offices import engine_at, queueing_office
from records import Clock
from sqlalchemy import delete

from assistant.queue_numbers import QueueNumber
from assistant.queue_store import Queue, Wanted
from knowledge import database
from knowledge.database import writing
from knowledge.schema import OfficeRow
from knowledge.schema_queue import QueueDayRow, QueueNumberRow

CLIENTS = 20
EACH = 8


@pytest.fixture(params=["sqlite", "postgresql"])
def queue(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Queue]:
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path / 'queue.db'}"
    else:
        need("psycopg", "postgres")
        address = request.getfixturevalue("url")
    office = queueing_office()
    engine = engine_at(address)
    yield Queue(engine, lambda: office, office.id, Clock())
    with writing(engine) as connection:  # the same server serves the next test
        for table in (QueueNumberRow, QueueDayRow, OfficeRow):
            connection.execute(delete(table))
    engine.dispose()


@pytest.mark.slow
def test_clients_and_clerks_at_once_never_share_a_number(queue: Queue) -> None:
    together = Barrier(CLIENTS + 2)

    def come(client: int) -> list[str]:
        together.wait()
        labels = []
        for n in range(EACH):
            wanted = Wanted("B", is_priority=(client + n) % 5 == 0)
            first = queue.take(f"{client}-{n}", wanted)
            assert queue.take(f"{client}-{n}", wanted).token == first.token
            labels.append(first.label)
        return labels

    def work(counter: str) -> list[str]:
        together.wait()
        called: list[str] = []
        current, nobody = None, 0
        while nobody < 1000 and len(called) < CLIENTS * EACH:
            number = queue.call_next(counter, current=current)
            if number is None:
                current = None
                nobody += 1
                continue
            called.append(number.label)
            current, nobody = number.id, 0
        return called

    with ThreadPoolExecutor(CLIENTS + 2) as pool:
        clerks = [pool.submit(work, counter) for counter in ("2", "3")]
        taken = [label for labels in pool.map(come, range(CLIENTS)) for label in labels]
        called = [label for clerk in clerks for label in clerk.result()]
    ordinary = sorted(label for label in taken if label.startswith("B"))
    priority = sorted(label for label in taken if label.startswith("U"))
    assert ordinary == [f"B{n:03d}" for n in range(1, len(ordinary) + 1)]
    assert priority == [f"UB{n:03d}" for n in range(1, len(priority) + 1)]
    while (number := queue.call_next("2", current=_here(queue, "2"))) is not None:
        called.append(number.label)
    assert Counter(called) == Counter(taken)
    heard = [call.label for call in queue.calls(limit=1000)]
    for series in ("B", "U"):
        in_series = [label for label in heard if label.startswith(series)]
        assert in_series == sorted(in_series)


@pytest.mark.slow
def test_crowds_at_several_workers_never_share_a_number(queue: Queue) -> None:
    """Every visit taps at two workers, which take it for another group: still one number."""
    workers = [queue, Queue(queue._engine, queue._office, queue._office_id, queue._clock)]
    workers *= 2
    together = Barrier(len(workers))

    def give(n: int) -> list[QueueNumber]:
        together.wait()
        found = []
        for crowd in range(EACH):
            # crowds that want one group, and crowds that want all of them
            letters = ["ABC"[(crowd % 2 * client + n) % 3] for client in range(CLIENTS)]
            visits = [
                (f"đám {crowd}-{client}", Wanted(letter, is_priority=client % 4 == 0))
                for client, letter in enumerate(letters)
            ]
            found += workers[n].take_places(visits)
        return [taken[0] for taken in found if isinstance(taken, tuple)]

    with ThreadPoolExecutor(len(workers)) as pool:
        taken = list(pool.map(give, range(len(workers))))
    assert [len(numbers) for numbers in taken] == [CLIENTS * EACH] * len(workers)
    assert {number.token for number in taken[0]} == {n.token for each in taken for n in each}
    series: dict[tuple[str, bool], list[QueueNumber]] = {}
    for number in sorted(taken[0], key=lambda number: number.id):
        series.setdefault((number.letter, number.is_priority), []).append(number)
    for numbers in series.values():
        assert [number.number for number in numbers] == list(range(1, len(numbers) + 1))


def _here(queue: Queue, counter: str) -> int | None:
    current = queue.at_counter(counter).current
    return current.id if current else None


@pytest.mark.slow
def test_four_workers_after_a_restart_go_on_counting_where_the_day_stood(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'queue.db'}"
    office = queueing_office()
    Queue(engine_at(address), lambda: office, office.id, Clock()).take("đầu", Wanted("B"))
    code = """
import sys
sys.path.insert(0, sys.argv[3])
from queue_offices import queueing_office
from records import Clock
from assistant.queue_store import Queue, Wanted
from knowledge.database import connect
office = queueing_office()
queue = Queue(connect(sys.argv[1]), lambda: office, office.id, Clock())
print([queue.take(sys.argv[2] + str(n), Wanted("B")).number for n in range(10)])
"""
    here = Path(__file__).parent
    root = Path(database.__file__).parents[1]
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", code, address, f"worker {n} ", str(here)],
            cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for n in range(4)
    ]  # fmt: skip
    outputs = [worker.communicate() for worker in workers]
    assert [problems for _, problems in outputs] == [""] * 4
    numbers = [int(n) for said, _ in outputs for n in said.strip("[]\n").split(",")]
    assert sorted(numbers) == list(range(2, 42))
