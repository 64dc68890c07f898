"""An invented office that gives numbers, and its queue on a database of its own."""

from pathlib import Path
from typing import Any

from records import Clock, an_office
from sqlalchemy import Engine, insert

from assistant.queue_rules import QueueRules
from assistant.queue_store import Queue, Wanted
from knowledge.database import connect, migrate, writing
from knowledge.offices import Counter, Office
from knowledge.schema import OfficeRow

COUNTERS = (
    Counter(number="1", name="Hướng dẫn", is_reception=True, sectors=("Tiếp công dân",), queue="A"),
    Counter(number="2", name="Chứng thực", sectors=("Chứng thực",), queue="B"),
    Counter(number="3", name="Chứng thực", queue="B"),
    Counter(number="4", name="Hộ tịch", sectors=("Hộ tịch",), floor="tầng 2", queue="C"),
    Counter(number="5", name="Trả kết quả"),
)
ORDINARY = Wanted("B")
PRIORITY = Wanted("B", is_priority=True)


def queueing_office(**more: Any) -> Office:
    return an_office(counters=COUNTERS, **more)


def engine_at(url: str) -> Engine:
    engine = connect(url)
    migrate(engine)
    with writing(engine) as connection:
        connection.execute(
            insert(OfficeRow).values(
                id="phuong-thu", kind="ward", name="phường Thử", province="Hà Nội",
                record={}, updated_at=Clock()(), updated_by="thử",
            )
        )  # fmt: skip
    return engine


def a_queue(
    folder: Path, clock: Clock, office: Office | None = None, rules: QueueRules | None = None
) -> Queue:
    here = office or queueing_office()
    engine = engine_at(f"sqlite:///{folder / 'queue.db'}")
    return Queue(engine, lambda: here, here.id, clock, rules)
