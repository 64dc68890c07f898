"""What was asked at the kiosk goes on on the phone, by a code and nothing else."""

from urllib.parse import parse_qs, urlsplit

from fastapi import FastAPI
from fastapi.testclient import TestClient

from channels.kiosk.take_along import MOST_CHARACTERS, address_of, take_along_routes
from channels.threads import Workers

HOME = "https://phuong.example"


def asked_in(address: str) -> list[str]:
    return parse_qs(urlsplit(address).fragment)["hoi"]


def test_the_questions_are_in_the_part_of_the_address_that_no_server_sees() -> None:
    address, count = address_of(HOME, ["đăng ký kết hôn cần gì", "lệ phí bao nhiêu?"])
    assert count == 2 and asked_in(address) == ["đăng ký kết hôn cần gì", "lệ phí bao nhiêu?"]
    assert urlsplit(address).query == "" and urlsplit(address).path == "/"


def test_of_a_long_visit_the_last_questions_go_along() -> None:
    many = [f"câu hỏi thứ {n} về giấy tờ của tôi cần những gì" for n in range(20)]
    address, count = address_of(HOME, many)
    assert 1 <= count < 20 and asked_in(address) == many[-count:]
    assert len(address) <= MOST_CHARACTERS
    assert address_of(HOME, ["ư" * 300])[1] == 1


def test_a_citizen_number_does_not_stand_in_the_code() -> None:
    address, _ = address_of(HOME, ["căn cước 001190012345 của tôi sắp hết hạn"])
    assert "001190012345" not in address and "căn cước" in asked_in(address)[0]


def test_the_code_comes_as_a_drawing_and_nonsense_is_refused() -> None:
    app = FastAPI()
    app.include_router(take_along_routes(Workers(1), lambda request: HOME))
    with TestClient(app) as door:
        made = door.post("/api/kiosk/qr", json={"questions": ["đăng ký kết hôn cần gì"]})
        assert made.json()["svg"].startswith("<svg") and made.json()["questions"] == 1
        assert "style=" not in made.json()["svg"]
        for questions in ([], [" "], ["a" * 301]):
            assert door.post("/api/kiosk/qr", json={"questions": questions}).status_code == 422
