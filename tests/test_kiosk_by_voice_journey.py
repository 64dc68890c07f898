"""A visit by voice alone in a real browser: nothing is touched from the greeting to the number.

The words come from a recogniser that follows a script; microphone, worklet, web socket, gate and
everything after it are the real ones.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from typing import Any

import numpy as np
import pytest
import spoken
from browser import chromium, serving
from conftest import desk_at
from fastapi import FastAPI
from playwright.sync_api import Page, expect
from records import Clock
from test_kiosk_hearing import a_voice
from test_kiosk_voice_journey import a_wav

from assistant.desk import Desk
from assistant.hearing.ears import Words
from assistant.hearing.settings import HearingSettings
from channels.kiosk.hearing import Ears, hearing_routes
from channels.web import create_app

pytestmark = pytest.mark.slow
Line = tuple[str, float]


@dataclass
class Script:
    """A recogniser that hears the next line of a play, and waits for it however the sound was."""

    lines: "Queue[Line]" = field(default_factory=Queue)
    name: str = "script"
    languages: frozenset[str] = frozenset({"vi"})

    def listen(self, language: str) -> "Script":
        return self

    def accept(self, pcm: bytes) -> str:
        return "…"

    def finish(self) -> Words:
        return Words(*self.lines.get(timeout=60))


@dataclass(frozen=True)
class Hall:
    """A kiosk that nobody touches, what is said to it, and the desk behind it."""

    page: Page
    desk: Desk
    script: Script

    def say(self, *lines: str, confidence: float = 1.0) -> None:
        for line in lines:
            self.script.lines.put((line, confidence))

    def screen(self, name: str) -> None:
        expect(self.page.locator(f"#{name}")).to_be_visible(timeout=30_000)


@pytest.fixture(scope="module")
def desk(homes: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return desk_at(shutil.copytree(homes[1], tmp_path_factory.mktemp("said") / "home"), Clock())


@contextmanager
def hall(desk: Desk, tmp_path: Path, *, hands_free: bool) -> Iterator[Hall]:
    script = Script()
    ears = Ears(HearingSettings(engine="off"))
    ears._ear, ears._is_loaded = script, True
    hearing = FastAPI()
    hearing.include_router(hearing_routes(ears))
    settings = {
        "ASSISTANT_HEARING_ENGINE": "viet-asr",  # the page offers the microphone
        "CHANNELS_KIOSK_HANDS_FREE": str(hands_free).lower(),
    }
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        app = create_app(desk)
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})

    async def site(scope: Any, receive: Any, send: Any) -> None:
        await (hearing if scope["type"] == "websocket" else app)(scope, receive, send)

    sound = np.concatenate([np.zeros(3_000), a_voice(1.4), np.zeros(20_000)])
    microphone = a_wav(tmp_path / "microphone.wav", sound + spoken.a_room(len(sound) / spoken.RATE))
    with (
        serving(site) as address,
        chromium(
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-audio-capture={microphone}",
            "--autoplay-policy=no-user-gesture-required",
        ) as browser,
    ):
        page = browser.new_page(viewport={"width": 1080, "height": 1920})
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(f"{address}/kiosk")
        yield Hall(page, desk, script)
        page.close()
        script.lines.put(("", 0.0))  # whoever still waits for a line goes home
        assert not problems, problems


@pytest.fixture
def untouched(desk: Desk, tmp_path: Path) -> Iterator[Hall]:
    with hall(desk, tmp_path, hands_free=True) as found:
        yield found


@pytest.fixture
def lobby(desk: Desk, tmp_path: Path) -> Iterator[Hall]:
    with hall(desk, tmp_path, hands_free=False) as found:
        yield found


def test_a_visit_without_a_touch_ends_with_a_number_and_a_wiped_screen(untouched: Hall) -> None:
    asked: list[str] = []
    page = untouched.page
    page.on("request", lambda request: asked.append(request.url))
    expect(page.locator("#call")).to_be_visible()
    with page.expect_request("**/api/kiosk/said", timeout=30_000):
        untouched.say("hôm qua trời mưa to quá")  # two people talk in the hall
    assert not [url for url in asked if url.endswith("/api/chat")]
    untouched.say("xin chào tôi muốn làm giấy khai sinh cho con cần giấy tờ gì")
    untouched.screen("papers")
    expect(page.locator("#listening.strip")).to_be_visible(timeout=10_000)
    untouched.say("số một")
    expect(page.locator("#papers .cases [aria-pressed=true]")).to_have_text(
        "Có giấy chứng sinh", timeout=30_000
    )
    untouched.say("dạ tôi có giấy chứng sinh ạ")
    expect(page.get_by_label("Giấy chứng sinh").first).to_be_checked(timeout=30_000)
    untouched.say("cho tôi lấy số")
    untouched.screen("missing")
    untouched.say("nói lại", "nói chậm hơn", "vẫn lấy số")
    untouched.screen("priority")
    expect(page.locator("#slow")).to_have_attribute("aria-pressed", "true")
    untouched.say("dạ có ạ")
    untouched.screen("number")
    expect(page.locator("#label")).to_have_text("UK001")
    untouched.say("xong rồi")
    untouched.screen("home")
    expect(page.locator("#label")).to_have_text("")
    [number] = untouched.desk.queue.at_counter("9").waiting
    assert number.case_id == "has_certificate" and number.is_priority
    assert number.missing_papers and "Giấy chứng sinh" not in number.missing_papers


def test_a_choice_is_made_by_its_number_and_doubtful_words_are_confirmed_aloud(
    lobby: Hall,
) -> None:
    page = lobby.page
    expect(page.locator("#call")).to_be_hidden()
    lobby.say("nhận con nuôi", confidence=0.5)
    page.get_by_role("button", name="Nói câu hỏi").click()
    lobby.screen("ask")
    expect(page.locator("#question")).to_have_value("nhận con nuôi")
    lobby.say("không phải")
    expect(page.locator("#listening.strip")).to_be_visible(timeout=10_000)
    lobby.say("sửa nhà có cần xin phép không", "gặp cán bộ")
    lobby.screen("person")
    lobby.say("lấy số")
    lobby.screen("priority")
    lobby.say("không")
    expect(page.locator("#label")).to_have_text("A001", timeout=30_000)


def test_who_touches_the_screen_is_not_listened_to_any_more(lobby: Hall) -> None:
    page = lobby.page
    lobby.say("đăng ký kết hôn cần giấy tờ gì")
    page.get_by_role("button", name="Nói câu hỏi").click()
    lobby.screen("papers")
    expect(page.locator("#listening.strip")).to_be_visible(timeout=10_000)
    page.get_by_role("button", name="Gặp cán bộ").click()
    lobby.screen("person")
    expect(page.locator("#listening")).to_be_hidden()
    page.wait_for_timeout(1_500)  # longer than the machine takes to open the microphone again
    expect(page.locator("#listening")).to_be_hidden()
