"""What breaks below the desk does not silence it: an answer, or a sentence that says what to do."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import UNBOUND, desk_at
from fastapi.testclient import TestClient
from records import Clock
from sqlalchemy import event

from assistant.desk import Desk
from assistant.office_answers import office_facts
from channels.web import create_app
from knowledge.database import DatabaseUnavailable, read_value, try_writing, writing

BIRTH = "1.001193"
PAPERS = f"thủ tục {BIRTH} cần giấy tờ gì"
FILL = (
    "INSERT INTO audit_log (at, by, action, subject, after) "
    "VALUES ('2026-11-23 00:00:00', 'đầy', 'đầy', 'đầy', json_quote(hex(zeroblob(?))))"
)
WORDS = "làm giấy khai sinh cho con cần giấy tờ gì"


@pytest.fixture
def http(own_desk: Desk) -> Iterator[TestClient]:
    app = create_app(own_desk, protection=UNBOUND)
    with TestClient(app, client=("127.0.0.1", 1)) as client:  # figures are for this machine
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
    ready = http.get("/readyz")
    assert ready.status_code == 200  # it answers, so a balancer sends residents on
    assert ready.json()["status"] == "degraded" and ready.json()["writes"] == "refused"
    assert "letan_database_takes_writes 0.0" in http.get("/metrics").text


def test_a_database_that_is_only_busy_takes_writes(own_desk: Desk) -> None:
    with writing(own_desk.library.engine) as connection:
        connection.exec_driver_sql("UPDATE revision SET value = value")  # the lock is held
        try_writing(own_desk.library.engine)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="mounting takes root")
def test_a_disk_that_is_really_full_is_noticed_and_is_well_again_with_room(
    own_home: Path, tmp_path: Path
) -> None:
    small = tmp_path / "small"
    small.mkdir()
    size = sum(file.stat().st_size for file in own_home.rglob("*") if file.is_file())
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size + 60_000_000}", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        assert not os.environ.get("LETAN_REQUIRE_ALL"), "this machine does not let root mount"
        pytest.skip("this machine does not let root mount")
    try:
        desk = desk_at(shutil.copytree(own_home, small / "home"), Clock())
        with TestClient(create_app(desk, protection=UNBOUND)) as client:
            assert client.get("/readyz").json()["writes"] == "ok"
            room = shutil.disk_usage(small).free
            (small / "filler").write_bytes(bytes(room))
            with pytest.raises(DatabaseUnavailable):
                for number in range(5000):  # what the log still has room for is used up first
                    with suppress(DatabaseUnavailable):
                        said = {"number": number, "text": "x" * 3000}
                        desk.library.store.put_setting(None, f"filler-{number}", said, by="test")
                    try_writing(desk.library.engine)
            answer = client.post("/api/chat", json={"message": PAPERS})
            assert answer.status_code == 200 and answer.json()["outcome"] == "answered"
            (small / "filler").unlink()
            try_writing(desk.library.engine)
        desk.library.engine.dispose()
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


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
