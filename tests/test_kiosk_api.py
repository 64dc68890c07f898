"""The queue and the lobby's pages over HTTP."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import desk_at
from fastapi.testclient import TestClient
from records import Clock
from staffroom import at_work, hire

from assistant.desk import Desk
from channels.kiosk.floor import floor_svg
from channels.web import create_app

BIRTH = "1.001193"


@pytest.fixture(scope="module")
def lobby(homes: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return desk_at(shutil.copytree(homes[1], tmp_path_factory.mktemp("lobby") / "home"), Clock())


@pytest.fixture(scope="module")
def door(lobby: Desk) -> Iterator[TestClient]:
    with TestClient(create_app(lobby), raise_server_exceptions=False) as client:
        yield client


def test_a_number_carries_the_procedure_to_its_counter(door: TestClient, lobby: Desk) -> None:
    papers = door.get(f"/api/kiosk/checklist/{BIRTH}?case=has_certificate").json()
    names = [paper["name"] for paper in papers["papers"]]
    assert "Giấy chứng sinh" in names and papers["gives_numbers"]
    body = {
        "client_key": "chạm-0001", "code": BIRTH, "case": "has_certificate",
        "missing": ["Giấy chứng sinh", "tên tôi là Lan"],
    }  # fmt: skip
    number = door.post("/api/queue", json=body)
    assert number.status_code == 201
    assert number.json()["label"] == "K001"
    assert number.json()["missing"] == ["Giấy chứng sinh"]  # nothing a person typed is kept
    again = door.post("/api/queue", json=body).json()
    assert again["token"] == number.json()["token"]
    called = lobby.queue.call_next("9")
    assert called and called.missing_papers == ("Giấy chứng sinh",)
    assert door.get("/api/board").json()["calls"][0]["text"] == "Mời số K001 đến quầy 9"
    assert door.get("/api/board").json()["calls"][0]["speech"] == (
        "Mời số K, không không một, đến quầy số 9."
    )
    assert door.get(f"/api/queue/{again['token']}").json()["state"] == "called"


def test_a_missing_paper_is_named_with_where_to_get_it(door: TestClient) -> None:
    """Only what the records say: a form at the counter, a paper another procedure gives."""
    birth = door.get(f"/api/kiosk/checklist/{BIRTH}?case=has_certificate").json()["papers"]
    get = {paper["name"]: paper["get"] for paper in birth}
    assert get["Giấy chứng sinh"] is None
    assert "Mẫu có tại nơi nộp hồ sơ." in get.values()
    assert "Công an phường" in get["Giấy tờ chứng minh nơi cư trú"]
    abroad = door.get("/api/kiosk/checklist/2.000806").json()["papers"]
    single = [p["get"] for p in abroad if p["name"].startswith("Giấy xác nhận tình trạng hôn nhân")]
    assert single and set(single) == {None}  # another country's or an embassy's paper
    english = door.get(f"/api/kiosk/checklist/{BIRTH}?lang=en").json()["papers"]
    assert {paper["get"] for paper in english} == {None}


def test_what_the_police_takes_gets_an_address_instead_of_a_number(door: TestClient) -> None:
    answer = door.post("/api/queue", json={"client_key": "chạm-0002", "code": "1.004194"})
    assert answer.status_code == 409
    assert "Công an phường" in answer.json()["error"]["message"]


def test_pages_of_a_number_show_it_and_an_unknown_one_says_so(door: TestClient) -> None:
    number = door.post("/api/queue", json={"client_key": "chạm-0003"}).json()
    for path in (f"/so/{number['token']}", f"/kiosk/phieu/{number['token']}"):
        page = door.get(path)
        assert page.status_code == 200 and number["label"] in page.text
    code = door.get(f"/kiosk/qr/so/{number['token']}.svg")
    assert code.headers["content-type"] == "image/svg+xml" and b"<svg" in code.content
    assert "Không có số này" in door.get("/so/khong-co").text
    assert door.get("/api/queue/khong-co").status_code == 404


def test_the_way_to_a_counter_is_drawn_from_the_office(door: TestClient, lobby: Desk) -> None:
    office = lobby.library.store.office(lobby.office_id)
    drawing = floor_svg(office, "9")
    assert drawing and "đường đến quầy 9" in drawing and "polyline" in drawing
    assert "style=" not in drawing
    assert floor_svg(office.model_copy(update={"plan": None})) is None
    assert door.get("/kiosk/so-do/9.svg").status_code == 200


def test_a_conversation_can_be_deleted_by_its_id(door: TestClient) -> None:
    said = door.post("/api/chat", json={"message": "khai sinh", "channel": "kiosk"}).json()
    assert door.delete(f"/api/conversations/{said['conversation_id']}").status_code == 204
    again = {"message": "lệ phí", "conversation_id": said["conversation_id"]}
    assert door.post("/api/chat", json=again).status_code == 404


def test_a_clerk_sees_the_brief_and_calls_skips_and_recalls(door: TestClient, lobby: Desk) -> None:
    hire(lobby)
    body = {"client_key": "chạm-0009", "code": "2.000815"}
    number = door.post("/api/queue", json=body).json()
    with at_work(lobby, "lan") as clerk:
        page = clerk.get("/staff/queue?counter=2")
        assert number["label"] in page.text and "hứng thực bản sao" in page.text
        called = clerk.post("/staff/queue", counter="2", action="next", number="")
        assert f"Mời số {number['label']} đến quầy 2" in called.text
        current = lobby.queue.at_counter("2").current
        assert current and current.token == number["token"]
        clerk.post("/staff/queue", counter="2", action="skip", number=str(current.id))
        assert lobby.queue.at_counter("2").skipped
        clerk.post("/staff/queue", counter="2", action="recall", number=str(current.id))
        clerk.post("/staff/queue", counter="2", action="finish", number=str(current.id))
        late = clerk.post("/staff/queue", counter="2", action="finish", number=str(current.id))
        assert "được xử lý ở nơi khác" in late.text
    assert lobby.queue.at_counter("2").current is None


def test_what_is_said_at_the_screen_does_what_the_screen_offers(door: TestClient) -> None:
    """By voice a case is told as it is in a chat, and a paper by its everyday name."""

    def said(text: str, screen: str, **shown: object) -> dict[str, object]:
        body = {"text": text, "screen": screen, **shown}
        return dict(door.post("/api/kiosk/said", json=body).json())

    assert said("tôi không có giấy chứng sinh", "papers", code=BIRTH)["case"] == "no_certificate"
    assert said("số một", "papers", code=BIRTH, options=2)["option"] == 0
    have = said("tôi có giấy chứng sinh", "papers", code=BIRTH, case="has_certificate")
    assert (have["does"], have["papers"]) == ("have", ["Giấy chứng sinh"])
    assert said("lấy số", "papers", code=BIRTH)["does"] == "number"
    assert said("làm hộ chiếu ở đâu", "papers", code=BIRTH)["does"] == "ask"
    assert said("lấy số", "papers", code="9.999999")["does"] == "number"
    refused = door.post("/api/kiosk/said", json={"text": "có", "screen": "đâu đó"})
    assert refused.status_code == 422
    papers = door.get(f"/api/kiosk/checklist/{BIRTH}").json()
    assert "Số một, " in papers["spoken_cases"] and "Số một, " in papers["spoken_papers"]


def test_that_no_number_is_given_now_is_told_with_the_papers(door: TestClient, lobby: Desk) -> None:
    clock = lobby.clock
    assert isinstance(clock, Clock)
    assert door.get(f"/api/kiosk/checklist/{BIRTH}").json()["no_number_now"] is None
    before = clock.moment
    clock.moment = before.replace(hour=22)
    try:
        told = door.get(f"/api/kiosk/checklist/{BIRTH}").json()["no_number_now"]
        assert "ngoài giờ làm việc" in told and "quay lại lúc" in told
    finally:
        clock.moment = before
