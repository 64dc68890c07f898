"""`/api/chat/stream`: record first, a model's words second, nothing answered twice."""

import json
import secrets
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from browser import serving
from conftest import EMBEDDED, UNBOUND
from fastapi.testclient import TestClient
from records import Clock
from server_events import events_of

from assistant.desk import Desk, build_desk
from assistant.model.settings import ModelSettings
from channels.web import create_app
from evals.scripted_model import Scripted, Scripting, serving_script
from knowledge.schema import ConversationRow, TurnRow
from knowledge.settings import LetanSettings

PAPERS = {"message": "thủ tục 1.001193 cần giấy tờ gì"}
WORDS = "Dạ, em xin gửi anh/chị thông tin về [P] ạ.\nAnh/chị chuẩn bị [F1]"
Rows = Callable[..., list[dict[str, Any]]]


def new_turn() -> str:
    return secrets.token_hex(16)


class Model:
    """A scripted model behind a real desk, and the desk's server."""

    def __init__(self, server: Scripting, desk: Desk, address: str) -> None:
        self.server, self.desk, self.address = server, desk, address
        self.reply: Callable[[], Scripted] = lambda: Scripted(WORDS)

    def stream(self, **body: Any) -> list[dict[str, Any]]:
        with httpx.stream("POST", f"{self.address}/api/chat/stream", json=PAPERS | body) as got:
            assert got.status_code == 200, got.read()
            return list(events_of(got.iter_lines()))


@pytest.fixture(scope="module")
def worded(homes: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Model]:
    import shutil

    home = shutil.copytree(homes[1], tmp_path_factory.mktemp("worded") / "home")
    held: list[Model] = []
    with serving_script(lambda body: held[0].reply()) as server:
        settings = ModelSettings.model_validate(
            {"model": "openai:thử", "base_url": server.address, "timeout_seconds": 20}
        )
        desk = build_desk(
            LetanSettings(home=home, office="hoa-sen"), EMBEDDED, clock=Clock(), model=settings
        )
        with serving(create_app(desk, protection=UNBOUND)) as address:
            held.append(Model(server, desk, address))
            yield held[0]
        assert desk.model
        desk.model.close()
        desk.library.engine.dispose()


@pytest.fixture
def model(worded: Model) -> Model:
    worded.reply = lambda: Scripted(WORDS)
    worded.server.release.clear()
    return worded


def names(events: list[dict[str, Any]]) -> list[str]:
    return [event["event"] for event in events]


def post(client: TestClient, **body: Any) -> tuple[Any, list[dict[str, Any]]]:
    response = client.post("/api/chat/stream", json=PAPERS | body)
    return response, list(events_of(response.text.splitlines()))


def test_without_a_model_the_answer_comes_and_the_stream_ends(client: TestClient) -> None:
    response, events = post(client)
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    assert names(events) == ["answer", "end"]
    plain = client.post("/api/chat", json=PAPERS).json()
    own = {"conversation_id", "turn_id"}
    streamed = events[0]["data"]
    assert set(streamed) == set(plain)
    assert {k: v for k, v in streamed.items() if k not in own} == {
        k: v for k, v in plain.items() if k not in own
    }
    assert events[0]["id"] == streamed["turn_id"]


def test_facts_are_shown_while_the_model_still_thinks(model: Model) -> None:
    model.reply = lambda: Scripted(WORDS, held=True)
    with httpx.stream("POST", f"{model.address}/api/chat/stream", json=PAPERS) as response:
        events = events_of(response.iter_lines())
        first = next(events)
        assert first["event"] == "answer" and "Tờ khai đăng ký khai sinh" in first["data"]["text"]
        model.server.release.set()  # nothing but the answer came before this
        worded, end = events
    assert worded["event"] == "worded" and end["event"] == "end"
    assert worded["data"]["text"] != first["data"]["text"]
    assert (
        "xin gửi" in worded["data"]["text"]
        and "Tờ khai đăng ký khai sinh" in worded["data"]["text"]
    )
    assert worded["data"]["facts"] == first["data"]["facts"]
    (kept,) = model.desk.conversations.turns(first["data"]["conversation_id"])
    assert kept["answer"] == worded["data"]


@pytest.mark.parametrize(
    "reply",
    [Scripted("Lệ phí là 90.000 đồng."), Scripted(status=500, body=b"{}"), Scripted(body=b"<")],
    ids=["lies", "fails", "garbles"],
)
def test_a_model_that_is_no_use_leaves_the_record(model: Model, reply: Scripted) -> None:
    model.reply = lambda: reply
    assert names(model.stream()) == ["answer", "end"]


def test_a_turn_asked_twice_is_answered_once(client: TestClient, desk: Desk, rows: Rows) -> None:
    turn = new_turn()
    _, first = post(client, turn_id=turn)
    before = len(rows(desk, TurnRow)), len(rows(desk, ConversationRow))
    _, again = post(client, turn_id=turn)
    assert (len(rows(desk, TurnRow)), len(rows(desk, ConversationRow))) == before
    assert again == first and first[0]["id"] == turn


def test_who_asks_again_while_the_first_is_answered_gets_the_same_answer(
    client: TestClient, desk: Desk, rows: Rows
) -> None:
    turn, before = new_turn(), len(rows(desk, TurnRow))
    replies: list[Any] = []
    threads = [
        threading.Thread(target=lambda: replies.append(post(client, turn_id=turn)[1]))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rows(desk, TurnRow)) == before + 1
    assert len(replies) == 6 and all(r[0]["data"] == replies[0][0]["data"] for r in replies)


def test_a_lost_connection_resumes_after_what_was_seen(model: Model) -> None:
    model.reply = lambda: Scripted(WORDS, held=True)
    turn = new_turn()
    body = PAPERS | {"turn_id": turn}
    with httpx.stream("POST", f"{model.address}/api/chat/stream", json=body) as response:
        first = next(events_of(response.iter_lines()))
    at = f"{model.address}/api/chat/stream/{turn}"
    with httpx.stream("GET", at, headers={"last-event-id": turn}) as response:
        assert response.status_code == 200
        model.server.release.set()
        worded, end = events_of(response.iter_lines())
    assert [worded["event"], end["event"]] == ["worded", "end"]
    assert "xin gửi" in worded["data"]["text"]
    assert httpx.get(at, headers={"last-event-id": worded["id"]}).status_code == 204
    whole = list(events_of(httpx.get(at).text.splitlines()))
    assert names(whole) == ["answer", "end"] and whole[0]["data"] == worded["data"]
    assert whole[0]["data"]["turn_id"] == first["data"]["turn_id"]
    assert len(model.desk.conversations.turns(worded["data"]["conversation_id"])) == 1


def test_a_turn_nobody_had_is_not_there(client: TestClient) -> None:
    gone = client.get(f"/api/chat/stream/{new_turn()}")
    assert gone.status_code == 404 and gone.json()["error"]["code"] == "unknown_turn"


def test_what_is_wrong_is_refused_before_the_stream(client: TestClient) -> None:
    for body, status, code in (
        ({"message": " "}, 422, "empty"),
        ({"message": "a" * 2001}, 413, "too_long"),
        ({"turn_id": "x"}, 422, "bad_request"),
        ({"conversation_id": "khong-co"}, 404, "unknown_conversation"),
    ):
        response, _ = post(client, **body)
        assert (response.status_code, response.json()["error"]["code"]) == (status, code)


def test_a_question_for_a_clerk_carries_its_reference(client: TestClient) -> None:
    response, events = post(client, message="cho tôi gặp cán bộ")
    assert response.headers["letan-inquiry"] in events[0]["data"]["text"]


def test_wording_that_breaks_is_an_event_with_a_sentence(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert model.desk.model

    def broken(*given: Any) -> Any:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(type(model.desk.model.phrasing), "word", broken)
    events = model.stream()
    assert names(events) == ["answer", "error"]
    assert "vẫn đúng" in events[1]["data"]["error"]["message"]


def test_an_open_stream_takes_no_place_of_those_who_wait(desk: Desk, model: Model) -> None:
    model.reply = lambda: Scripted(WORDS, held=True)
    bounds = UNBOUND.model_copy(update={"waiting": 1, "open_streams": 2})
    with serving(create_app(model.desk, protection=bounds)) as address:
        at = f"{address}/api/chat/stream"
        with httpx.stream("POST", at, json=PAPERS) as one:
            next(events_of(one.iter_lines()))
            with httpx.stream("POST", at, json=PAPERS) as two:
                next(events_of(two.iter_lines()))
                third = httpx.post(at, json=PAPERS)
                assert (third.status_code, third.json()["error"]["code"]) == (503, "busy")
                assert httpx.post(f"{address}/api/chat", json={"message": "chào"}).is_success
                model.server.release.set()
        assert httpx.post(at, json=PAPERS).status_code == 200


def test_the_stream_is_json_in_vietnamese_on_one_line(client: TestClient) -> None:
    response, _ = post(client)
    line = next(line for line in response.text.splitlines() if line.startswith("data: "))
    assert json.loads(line.removeprefix("data: "))["text"] and "ấ" in line
