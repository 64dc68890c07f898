"""PostgreSQL that takes nothing, or is gone: what the balancer and the residents are told."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import need
from conftest import UNBOUND
from fastapi.testclient import TestClient
from records import Clock
from sqlalchemy import Engine

from assistant.desk import Desk, build_desk
from channels import storage
from channels.web import create_app
from evals.large_shape import find_binaries
from knowledge.database import DatabaseUnavailable, connect, try_writing
from knowledge.settings import KnowledgeSettings, LetanSettings

pytestmark = pytest.mark.slow
need("psycopg", "postgres")

ASK = {"message": "1.001193 cần giấy tờ gì"}


@pytest.fixture(scope="module")
def desk(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    home = tmp_path_factory.mktemp("postgres") / "home"
    settings = KnowledgeSettings(database_url=url, chroma_server="", embedding_model="")
    desk = build_desk(LetanSettings(home=home, office="hoa-sen"), settings, clock=Clock())
    yield desk
    desk.library.engine.dispose()


@pytest.fixture
def http(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setattr(storage, "LOOKS_EVERY_SECONDS", 0)
    with TestClient(create_app(desk, protection=UNBOUND)) as client:
        yield client


def run(engine: Engine, *statements: str) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()  # what is set for a database holds for connections that begin after it


def ready(http: TestClient) -> tuple[int, Any]:
    answer = http.get("/readyz")
    return answer.status_code, answer.json()


def test_a_database_set_to_read_only_answers_and_says_that_it_keeps_nothing(
    desk: Desk, http: TestClient
) -> None:
    """As on a standby, or when somebody stops writing for a move."""
    before = http.post("/api/chat", json=ASK).json()
    assert ready(http)[1]["status"] == "ok"
    engine = desk.library.engine
    run(engine, "ALTER DATABASE postgres SET default_transaction_read_only = on")
    try:
        status, told = ready(http)
        assert (status, told["status"], told["writes"]) == (200, "degraded", "refused")
        answer = http.post("/api/chat", json=ASK)
        assert answer.status_code == 200 and answer.json()["text"] == before["text"]
    finally:
        run(
            engine,
            "SET default_transaction_read_only = off",
            "ALTER DATABASE postgres RESET default_transaction_read_only",
        )
    status, told = ready(http)
    assert (status, told["status"], told["writes"]) == (200, "ok", "ok")


def test_an_account_that_may_only_read_is_noticed(desk: Desk, url: str) -> None:
    run(
        desk.library.engine,
        "CREATE ROLE reader LOGIN",
        "GRANT pg_read_all_data TO reader",
    )
    reader = connect(url.replace("//letan@", "//reader@"))
    try:
        with pytest.raises(DatabaseUnavailable):
            try_writing(reader)
    finally:
        reader.dispose()


def test_nothing_is_left_of_what_was_tried(desk: Desk) -> None:
    def count() -> Any:
        with desk.library.engine.connect() as connection:
            return connection.exec_driver_sql("SELECT count(*) FROM setting").scalar()

    before = count()
    for _ in range(3):
        try_writing(desk.library.engine)
    assert count() == before


def test_a_stopped_server_is_not_ready_and_is_again_when_it_runs(
    desk: Desk, http: TestClient, url: str
) -> None:
    folder = Path(url.partition("host=")[2])
    control = server_control(folder)
    control("stop", "-m", "fast")
    try:
        status, told = ready(http)
        assert (status, told) == (503, {"status": "unavailable"})
        assert http.get("/healthz").status_code == 200  # the process itself is well
        answer = http.post("/api/chat", json=ASK)
        assert answer.status_code == 503 and int(answer.headers["retry-after"]) > 0
        assert "gọi điện" in answer.json()["error"]["message"]
    finally:
        control("start", "-l", str(folder / "log"), "-o", f"-c listen_addresses= -k {folder}")
    status, told = ready(http)
    assert (status, told["status"]) == (200, "ok")
    assert http.post("/api/chat", json=ASK).json()["outcome"] == "answered"


def server_control(folder: Path) -> Callable[..., None]:
    """pg_ctl, as whoever the server runs as."""
    binaries = find_binaries()
    assert binaries

    def control(what: str, *more: str) -> None:
        subprocess.run(
            [str(binaries / "pg_ctl"), "-D", str(folder / "data"), "-w", *more, what],
            user=(folder / "data").owner(), check=True, capture_output=True, cwd="/",
        )  # fmt: skip

    return control
