"""The self-test of the lobby's screen: what the server finds, and how often it prints."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import desk_at
from fastapi.testclient import TestClient
from records import Clock

from assistant.desk import Desk
from channels.web import create_app


@pytest.fixture(scope="module")
def lobby(homes: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return desk_at(shutil.copytree(homes[1], tmp_path_factory.mktemp("self") / "home"), Clock())


@contextmanager
def door_with(lobby: Desk, **settings: str) -> Iterator[TestClient]:
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        app = create_app(lobby)
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def findings(door: TestClient) -> dict[str, Any]:
    found = door.get("/api/kiosk/self-test").json()["findings"]
    return {each["id"]: each for each in found}


def test_a_bare_machine_works_with_less_and_the_page_says_what_is_less(lobby: Desk) -> None:
    with door_with(lobby, ASSISTANT_HEARING_ENGINE="off") as door:
        found = findings(door)
        assert {name: each["state"] for name, each in found.items()} == {
            "index": "ok", "queue": "ok", "hearing": "warn", "voice": "warn", "printer": "ok",
        }  # fmt: skip
        assert "người chờ" in found["queue"]["text"]
        page = door.get("/kiosk/tu-kiem-tra").text
        assert all(word in page for word in ("Micrô", "Loa", "Máy in", "Mạng", "chỉ mục"))
        assert door.post("/api/kiosk/self-test/slip").json() == {"by": "browser"}
        assert "PHIẾU IN THỬ" in door.get("/kiosk/phieu-thu").text


def test_broken_parts_are_told_by_name(lobby: Desk) -> None:
    broken = {
        "ASSISTANT_HEARING_ENGINE": "whisper",
        "ASSISTANT_HEARING_WHISPER_MODEL": "/no/such/model",
        "ASSISTANT_VOICE_COMMAND": "/no/such/voice",
        "CHANNELS_KIOSK_PRINTER": "file:/no/such/printer",
    }
    with door_with(lobby, **broken) as door:
        found = findings(door)
        assert [found[name]["state"] for name in ("hearing", "voice", "printer")] == ["bad"] * 3
        assert "/no/such/printer" in found["printer"]["text"]
        assert "whisper" in found["hearing"]["text"]
        refused = door.post("/api/kiosk/self-test/slip")
        assert refused.status_code == 503 and "Máy in" in refused.json()["error"]["message"]


def test_an_index_that_is_behind_is_told(lobby: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lobby.library.index, "is_in_step", lambda: False)
    with door_with(lobby, ASSISTANT_HEARING_ENGINE="off") as door:
        assert findings(door)["index"]["state"] == "warn"
        assert "letan index rebuild" in findings(door)["index"]["text"]


def test_strangers_cannot_empty_the_roll_of_paper(lobby: Desk) -> None:
    with door_with(lobby, CHANNELS_KIOSK_PRINTER="dummy:") as door:
        assert door.post("/api/kiosk/self-test/slip").json() == {"by": "printer"}
        again = door.post("/api/kiosk/self-test/slip")
        assert again.status_code == 429 and "Vừa in thử" in again.json()["error"]["message"]
