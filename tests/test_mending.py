"""Chroma away, hung or emptied: no question waits for it, and the index comes back by itself."""

import socket
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import anyio
import httpx
import pytest
from chromadb.api import ClientAPI
from records import Clock, empty_store, record
from structlog.testing import capture_logs

from channels import currency
from channels.threads import Workers
from knowledge.chroma_client import Chroma, VectorsUnavailable, open_chroma
from knowledge.database import DatabaseUnavailable
from knowledge.embedding import load_encoder
from knowledge.index import PassageIndex
from knowledge.mending import Mending
from knowledge.store import KnowledgeStore

PATIENCE_SECONDS = 60


def wait(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def store(tmp_path: Path) -> KnowledgeStore:
    store = empty_store(tmp_path, Clock())
    store.publish_many([record("1.000001", "Đăng ký khai sinh")], by="thử")
    return store


class Switched:
    """A Chroma that nobody reaches until it is switched on."""

    def __init__(self, folder: Path) -> None:
        self.is_on = False
        self.asked = 0
        self._real = open_chroma(folder)

    def __call__(self) -> ClientAPI:
        self.asked += 1
        if not self.is_on:
            raise httpx.ConnectError("nobody listens")
        return self._real.client()


def test_an_index_that_cannot_be_reached_is_filled_once_it_can(
    store: KnowledgeStore, tmp_path: Path
) -> None:
    server = Switched(tmp_path / "index")
    index = PassageIndex(store, Chroma(server), load_encoder())
    index.keep_in_step()
    assert index.is_away
    with pytest.raises(VectorsUnavailable):
        index.current().nearest(load_encoder().encode(["khai sinh"]), 1, {})
    server.is_on = True
    wait(lambda: not index.is_away)
    assert index.is_in_step()
    vector = load_encoder().encode(["Đăng ký khai sinh"], "query")
    assert index.current().nearest(vector, 1, {"1.000001": 1})[0][0].code == "1.000001"


def test_a_collection_that_was_lost_is_made_anew_after_the_first_question_that_misses_it(
    store: KnowledgeStore, tmp_path: Path
) -> None:
    chroma = open_chroma(tmp_path / "index")
    index = PassageIndex(store, chroma, load_encoder())
    index.update()
    held, asked = index.current(), load_encoder().encode(["khai sinh"], "query")
    assert held.nearest(asked, 1, {"1.000001": 1})[0]
    chroma.client().delete_collection(held.name)
    with pytest.raises(VectorsUnavailable):
        held.nearest(asked, 1, {"1.000001": 1})
    wait(lambda: not index.is_away)
    assert held.nearest(asked, 1, {"1.000001": 1})[0][0].code == "1.000001"


def test_while_it_is_away_no_question_is_sent_to_it(store: KnowledgeStore, tmp_path: Path) -> None:
    server = Switched(tmp_path / "index")
    index = PassageIndex(store, Chroma(server), load_encoder())
    index.keep_in_step()
    before = server.asked
    for _ in range(50):
        with pytest.raises(VectorsUnavailable):
            index.current().nearest(load_encoder().encode(["khai sinh"]), 1, {})
    assert server.asked <= before + 1  # whoever mends it may have looked


def test_an_outage_is_told_once_and_so_is_its_end(store: KnowledgeStore, tmp_path: Path) -> None:
    server = Switched(tmp_path / "index")
    with capture_logs() as lines:
        index = PassageIndex(store, Chroma(server), load_encoder())
        index.keep_in_step()
        for _ in range(20):
            with pytest.raises(VectorsUnavailable):
                index.current().nearest(load_encoder().encode(["khai sinh"]), 1, {})
        index.keep_in_step()  # the next publish finds it away too
        wait(lambda: [line["event"] for line in lines][-1] == "index_still_broken")
        server.is_on = True
        wait(lambda: [line["event"] for line in lines][-1] == "index_mended")
    told = [line["event"] for line in lines]
    assert told == ["index_broken", "index_still_broken", "index_mended"]
    assert "nobody listens" in lines[0]["problem"]


def test_a_server_that_takes_a_connection_and_says_nothing_is_given_up_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        chroma = open_chroma(Path("/nowhere"), f"127.0.0.1:{silent.getsockname()[1]}")
        begun = time.monotonic()
        with pytest.raises(VectorsUnavailable):
            chroma.client()
        assert time.monotonic() - begun < 10


def test_what_breaks_while_it_is_mended_is_mended_again() -> None:
    done: list[int] = []
    broke_again = Event()

    def work() -> None:
        done.append(len(done))
        if len(done) == 1:
            mending.start(again)  # as a question does that fails meanwhile
            broke_again.set()

    again = VectorsUnavailable("không trả lời")
    mending = Mending("thử", work)
    mending.start(again)
    wait(lambda: len(done) == 2)
    assert broke_again.is_set()


def test_a_process_takes_over_what_another_has_published_before_anybody_asks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also after a while without a database, which is no reason to stop looking."""
    monkeypatch.setattr(currency, "EVERY_SECONDS", 0.0)
    revisions: list[int | None] = [1, 1, None, None, 2, 2, 3]
    seen: list[str] = []

    def revision() -> int:
        found = revisions.pop(0) if revisions else 3
        if found is None:
            raise DatabaseUnavailable("đang khởi động lại")
        return found

    def keep_in_step() -> None:
        seen.append("index")
        if seen.count("index") == 2:
            enough.set()

    library = SimpleNamespace(
        store=SimpleNamespace(revision=revision), index=SimpleNamespace(keep_in_step=keep_in_step)
    )
    desks: list[Any] = [
        SimpleNamespace(
            library=library,
            finder=SimpleNamespace(refresh_now=lambda name=name: seen.append(name)),
        )
        for name in ("một", "hai")
    ]
    enough = Event()

    async def run() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(currency.follow, desks, Workers(2))
            await anyio.to_thread.run_sync(enough.wait)
            tasks.cancel_scope.cancel()

    with capture_logs() as lines:
        anyio.run(run)
    assert seen == ["một", "hai", "index"] * 2
    assert [line["event"] for line in lines] == ["currency_unknown"]
