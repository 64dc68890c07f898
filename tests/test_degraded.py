"""What breaks below the desk does not silence it: an answer, or a sentence that says what to do."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import UNBOUND
from fastapi.testclient import TestClient
from sqlalchemy import event

from assistant.desk import Desk
from assistant.office_answers import office_facts
from channels.web import create_app
from knowledge.database import DatabaseUnavailable, read_value, writing

BIRTH = "1.001193"
PAPERS = f"thủ tục {BIRTH} cần giấy tờ gì"
FILL = (
    "INSERT INTO audit_log (at, by, action, subject, after) "
    "VALUES ('2026-11-23 00:00:00', 'đầy', 'đầy', 'đầy', json_quote(hex(zeroblob(?))))"
)
WORDS = "làm giấy khai sinh cho con cần giấy tờ gì"


@pytest.fixture
def http(own_desk: Desk) -> Iterator[TestClient]:
    with TestClient(create_app(own_desk, protection=UNBOUND)) as client:
        yield client


def on_every_connection(desk: Desk, pragma: str) -> None:
    """As if the disk were so: SQLite itself refuses, in the words of the real fault."""
    engine = desk.library.engine
    event.listen(engine, "connect", lambda raw, _: raw.execute(pragma).close())
    engine.dispose()


def read_only(desk: Desk) -> None:
    on_every_connection(desk, "PRAGMA query_only = ON")


def full(desk: Desk) -> None:
    """Not a page more than there is, and none of those free."""
    engine = desk.library.engine
    pages = read_value(engine, "PRAGMA page_count")
    on_every_connection(desk, f"PRAGMA max_page_count = {pages}")
    for size in (100_000, 1_000, 100):
        with suppress(DatabaseUnavailable):
            while True:
                with writing(engine) as connection:
                    connection.exec_driver_sql(FILL, (size,))


@pytest.mark.parametrize("fault", [read_only, full])
def test_a_database_that_takes_nothing_still_answers(
    own_desk: Desk, http: TestClient, fault: Callable[[Desk], None]
) -> None:
    before = http.post("/api/chat", json={"message": PAPERS}).json()
    fault(own_desk)
    kept = turns(own_desk)
    for _ in range(20):
        answer = http.post("/api/chat", json={"message": PAPERS})
        assert answer.status_code == 200
        assert answer.json()["text"] == before["text"]
        assert answer.json()["conversation_id"] and answer.json()["turn_id"]
    assert turns(own_desk) - kept < 20  # the fault is real: not every turn could be kept
    streamed = http.post("/api/chat/stream", json={"message": PAPERS})
    assert "event: answer" in streamed.text and "event: end" in streamed.text
    assert http.get("/").status_code == 200
    assert http.get("/readyz").status_code == 200


def test_what_only_a_clerk_could_answer_is_said_honestly_when_nothing_can_be_kept(
    own_desk: Desk, http: TestClient
) -> None:
    read_only(own_desk)
    answer = http.post("/api/chat", json={"message": "cho tôi gặp cán bộ hỏi chuyện ngõ ngập nước"})
    assert answer.status_code == 200
    assert "inquiry" not in {name.lower() for name in answer.headers}
    office = own_desk.library.store.office(own_desk.office_id)
    assert office_facts(office, own_desk.clock())["phone"] in answer.json()["text"]


def turns(desk: Desk) -> int:
    return int(read_value(desk.library.engine, "SELECT count(*) FROM turn"))


def test_a_database_that_is_gone_is_said_in_a_sentence_with_a_time_to_come_back(
    own_desk: Desk, http: TestClient
) -> None:
    with writing(own_desk.library.engine) as connection:
        connection.exec_driver_sql("ALTER TABLE conversation RENAME TO lost")
    answer = http.post("/api/chat", json={"message": PAPERS, "conversation_id": "x"})
    assert answer.status_code == 503 and int(answer.headers["retry-after"]) > 0
    assert answer.json()["error"]["code"] == "no_database"
    assert "gọi điện" in answer.json()["error"]["message"]
    assert "SELECT" not in answer.text
    assert http.get("/healthz").status_code == 200


def test_a_vector_store_deleted_under_the_desk_leaves_words_to_find_by(
    own_home: Path, own_desk: Desk, http: TestClient
) -> None:
    before = http.post("/api/chat", json={"message": WORDS}).json()
    for part in (own_home / "index").iterdir():
        if part.is_dir():
            shutil.rmtree(part)
        else:
            part.unlink()
    answer = http.post("/api/chat", json={"message": WORDS}).json()
    assert answer["outcome"] in {"answered", "clarifying"}
    named = answer["procedure"] or answer["choices"][0]
    assert named["code"] == before["procedure"]["code"]
