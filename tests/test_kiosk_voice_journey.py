"""A whole visit by voice in a real browser: real speech, the real recogniser, a spoken answer."""

import os
import shutil
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import spoken
from browser import chromium, serving
from conftest import desk_at
from playwright.sync_api import Page, expect
from records import Clock
from staffroom import violations

from assistant.desk import Desk
from assistant.hearing.ears import heard_languages
from assistant.hearing.settings import HearingSettings
from channels.web import create_app

pytestmark = pytest.mark.slow


def a_wav(place: Path, sound: spoken.Sound) -> Path:
    with wave.open(str(place), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(spoken.RATE)
        file.writeframes(spoken.pcm(sound))
    return place


@pytest.fixture(scope="module")
def lobby(homes: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return desk_at(shutil.copytree(homes[1], tmp_path_factory.mktemp("voice") / "home"), Clock())


@pytest.fixture(scope="module")
def address(lobby: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not shutil.which("espeak-ng"):
        spoken.missing("no espeak-ng (apt install espeak-ng)")
    settings = {
        "ASSISTANT_HEARING_ENGINE": "viet-asr",
        "ASSISTANT_VOICE_COMMAND": "espeak-ng -v vi --stdin --stdout",
        "LETAN_HOME": str(tmp_path_factory.mktemp("said")),
    }
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        if not heard_languages(HearingSettings(engine="auto")):
            spoken.missing("viet-asr is not installed")
        app = create_app(lobby)
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
    with serving(app) as address:
        yield address


def kiosk_hearing(folder: Path, address: str, sound: spoken.Sound) -> Iterator[Page]:
    """A kiosk whose microphone plays ``sound`` over and over."""
    file = a_wav(folder / "microphone.wav", sound)
    with chromium(
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={file}",
        "--autoplay-policy=no-user-gesture-required",
    ) as browser:
        page = browser.new_page(viewport={"width": 1080, "height": 1920})
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(f"{address}/kiosk")
        yield page
        assert not problems, problems


@pytest.fixture
def speaking(tmp_path: Path, address: str) -> Iterator[Page]:
    clip = spoken.clip("Đoan")  # "nuôi con …", cut into "nuôi con nuôi": adoption
    said = np.concatenate([spoken.cut(clip, 0, 0.6), np.zeros(800), spoken.cut(clip, 0, 0.3)])
    yield from kiosk_hearing(tmp_path, address, spoken.in_a_room(said, before=0.8, after=3))


@pytest.fixture
def noisy(tmp_path: Path, address: str) -> Iterator[Page]:
    yield from kiosk_hearing(tmp_path, address, spoken.clicks(6))


def test_a_visit_by_voice_gets_a_spoken_answer_and_a_number(speaking: Page, lobby: Desk) -> None:
    page = speaking
    page.get_by_role("button", name="Nói câu hỏi").click()
    expect(page.locator("#stop")).to_be_visible()
    there = page.locator("#papers:visible, #ask:visible, #answer:visible")
    expect(there).to_be_visible(timeout=30_000)
    if page.locator("#ask").is_visible():  # the recogniser was not sure: one look, one touch
        expect(page.locator("#question")).to_have_value("nuôi con nuôi")
        page.locator("#send").click()
        expect(page.locator("#papers:visible, #answer:visible")).to_be_visible(timeout=15_000)
    expect(page.locator(".asked:visible")).to_contain_text("nuôi con nuôi")
    if page.locator("#answer").is_visible():  # three words may mean two things: one more touch
        page.locator("#answer .choices button", has_text="trong nước").click()
    expect(page.locator("#papers-title")).to_contain_text("on nuôi trong nước", timeout=15_000)
    page.get_by_role("button", name="Lấy số thứ tự").click()
    page.get_by_role("button", name="Vẫn lấy số").click()
    with page.expect_response("**/api/kiosk/speech") as spoken_number:
        page.get_by_role("button", name="Không", exact=True).click()
    expect(page.locator("#label")).to_have_text("K001")
    assert spoken_number.value.headers["content-type"] == "audio/wav"
    assert int(spoken_number.value.headers["content-length"]) > 10_000
    assert "Số của anh chị là K, không không một" in (
        page.locator("body").get_attribute("data-saying") or ""
    )
    waiting = lobby.queue.at_counter("9").waiting
    assert waiting[0].procedure_code == "2.001263"


def test_clicks_at_the_microphone_ask_nothing(noisy: Page, lobby: Desk) -> None:
    asked: list[str] = []
    noisy.on("request", lambda request: asked.append(request.url))
    noisy.get_by_role("button", name="Nói câu hỏi").click()
    expect(noisy.locator("#seconds")).to_contain_text("còn 13")
    noisy.get_by_role("button", name="Tôi nói xong").click()
    expect(noisy.locator("#problem")).to_contain_text("Mời anh/chị nói lại", timeout=15_000)
    expect(noisy.locator("#home")).to_be_visible()
    assert not [url for url in asked if url.endswith("/api/chat")]


def test_the_self_test_hears_speaks_and_asks_whoever_stands_there(
    speaking: Page, address: str
) -> None:
    page = speaking
    page.goto(f"{address}/kiosk/tu-kiem-tra")
    for part in ("network", "index", "queue", "hearing", "voice", "printer"):
        expect(page.locator(f"#{part}")).to_have_attribute("data-state", "ok", timeout=30_000)
    expect(page.locator("#verdict")).to_contain_text("Còn 3 việc cần thử")
    page.get_by_role("button", name="Nói thử").click()
    expect(page.locator("#microphone")).to_contain_text("Đã nghe: “nuôi con nuôi”", timeout=30_000)
    page.get_by_role("button", name="Nghe thử").click()
    expect(page.locator("#sound")).to_contain_text("Có nghe rõ không?", timeout=20_000)
    page.get_by_role("button", name="Không nghe thấy").click()
    expect(page.locator("#verdict")).to_contain_text("1 chỗ hỏng")
    page.get_by_role("button", name="Nghe thử").click()
    page.get_by_role("button", name="Nghe rõ").click(timeout=20_000)
    page.get_by_role("button", name="In thử").click()
    page.get_by_role("button", name="Phiếu ra rõ").click()
    # the desk of the tests lives on another day, and the page notices
    expect(page.locator("#clock")).to_contain_text("lệch máy chủ")
    expect(page.locator("#verdict")).to_contain_text("Mở cửa được")
    assert violations(page) == []
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.screenshot(path=f"/tmp/kiosk_tts/self-{width}.png", full_page=True)
