"""The lobby on a busy day, overnight, and while its server is away, in a real browser."""

import io
import json
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import segno
from browser import chromium, serving
from conftest import desk_at
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from records import MORNING, Clock
from staffroom import enter, hire

from assistant.desk import Desk
from channels.kiosk.take_along import address_of
from channels.web import create_app
from knowledge.sample import read_office

pytestmark = pytest.mark.slow
PROBLEMS: list[str] = []
CLERKS = {"lan": "1", "minh": "2", "hoa": "3", "binh": "4"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def lobby(homes: tuple[Path, Path], tmp_path: Path) -> Iterator[Desk]:
    """The sample office, where four counters call one series of numbers."""
    desk = desk_at(shutil.copytree(homes[1], tmp_path / "home"), Clock())
    office = read_office()
    shared = set(CLERKS.values())
    counters = tuple(
        c.model_copy(update={"queue": "A"}) if c.number in shared else c for c in office.counters
    )
    desk.library.store.put_office(office.model_copy(update={"counters": counters}), by="test")
    PROBLEMS.clear()
    yield desk
    desk.library.engine.dispose()
    assert not PROBLEMS, PROBLEMS


def a_kiosk(browser: Browser, address: str) -> Page:
    page = browser.new_page(viewport={"width": 1080, "height": 1920}, locale="vi-VN")
    page.on("pageerror", lambda error: PROBLEMS.append(str(error)))
    page.goto(f"{address}/kiosk")
    return page


def go_home(page: Page) -> None:
    """One tap; a second one when the browser lost the first, as once beside a printed slip."""
    home = page.get_by_role("button", name="Về đầu")
    home.click()
    if page.locator("#home").is_hidden():
        home.click()
    expect(page.locator("#home")).to_be_visible()


def ask_for_a_number(page: Page) -> None:
    """Every tap but the last one."""
    go_home(page)
    page.get_by_role("button", name="Gặp cán bộ").click()
    page.locator("#reception-number").click()


def take_number(page: Page) -> str:
    ask_for_a_number(page)
    page.get_by_role("button", name="Không", exact=True).click()
    expect(page.locator("#label")).not_to_be_empty()
    return page.locator("#label").inner_text()


def wanted_code(address: str) -> list[list[bool]]:
    return [[bool(dark) for dark in row] for row in segno.make(address, error="l").matrix]


def shown_code(page: Page, dots: int) -> list[list[bool]]:
    """The dark dots of the code as the screen shows them, read in the middle of each dot."""
    picture = Image.open(io.BytesIO(page.locator("#carry-qr svg").screenshot())).convert("L")
    dot = picture.width / (dots + 8)  # four dots of quiet on each side
    middle = [int((4.5 + n) * dot) for n in range(dots)]
    return [[picture.tobytes()[y * picture.width + x] < 128 for x in middle] for y in middle]


def at(clock: object, moment: datetime) -> None:
    clock.moment = moment  # type: ignore[attr-defined]


def test_two_kiosks_and_four_clerks_at_once_give_and_call_every_number_once(
    browser: Browser, lobby: Desk
) -> None:
    hire(lobby)
    with serving(create_app(lobby)) as address:
        kiosks = [a_kiosk(browser, address), a_kiosk(browser, address)]
        given: list[str] = []
        for _ in range(3):
            for kiosk in kiosks:
                ask_for_a_number(kiosk)
            for kiosk in kiosks:  # neither waits for the other
                kiosk.evaluate("document.querySelector('[data-priority=no]').click()")
            for kiosk in kiosks:
                expect(kiosk.locator("#label")).not_to_be_empty()
                given.append(kiosk.locator("#label").inner_text())
        assert sorted(given) == [f"A00{n}" for n in range(1, 7)]

        board = browser.new_page(viewport={"width": 1920, "height": 1080})
        with board.expect_request("**/api/board/events**"):
            board.goto(f"{address}/board")
        clerks: list[Page] = []
        for name, counter in CLERKS.items():
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            enter(page, address, name)
            page.goto(f"{address}/staff/queue?counter={counter}")
            clerks.append(page)
        for page in clerks:  # all four press before the first page comes back
            page.evaluate("setTimeout(() => document.querySelector('[value=next]').click())")
        called = []
        for page in clerks:
            expect(page.locator(".ticket")).to_be_visible()
            called.append(page.locator(".ticket").inner_text())
        assert sorted(called) == ["A001", "A002", "A003", "A004"]
        in_order = [call.label for call in lobby.queue.calls()]
        rows = board.locator("#calls tr td:first-child")
        expect(rows).to_have_text(in_order[::-1], timeout=30_000)
        for page in (*kiosks, board, *clerks):
            page.close()


def test_the_kiosk_stays_open_overnight_and_begins_the_day_at_one(
    browser: Browser, lobby: Desk
) -> None:
    with serving(create_app(lobby)) as address:
        kiosk = a_kiosk(browser, address)
        assert take_number(kiosk) == "A001"
        assert take_number(kiosk) == "A002"
        token = lobby.queue.at_counter("1").waiting[0].token
        at(lobby.clock, MORNING.replace(hour=23, minute=59))
        ask_for_a_number(kiosk)
        kiosk.get_by_role("button", name="Không", exact=True).click()
        expect(kiosk.locator("#problem")).to_contain_text("ngoài giờ làm việc")
        at(lobby.clock, MORNING + timedelta(days=1))
        assert take_number(kiosk) == "A001"  # the same page, never loaded again
        kiosk.goto(f"{address}/so/{token}")
        expect(kiosk.locator("h1")).to_have_text("Không có số này hôm nay")
        assert [n.label for n in lobby.queue.at_counter("1").waiting] == ["A001"]
        kiosk.close()


def test_kiosk_and_board_come_back_by_themselves_when_the_server_does(
    browser: Browser, lobby: Desk
) -> None:
    with serving(create_app(lobby)) as address:
        port = int(address.rsplit(":", 1)[1])
        kiosk = a_kiosk(browser, address)
        board = browser.new_page(viewport={"width": 1920, "height": 1080})
        with board.expect_request("**/api/board/events**"):
            board.goto(f"{address}/board")
        assert take_number(kiosk) == "A001"
        go_home(kiosk)
    expect(board.locator("#lost")).to_be_visible(timeout=15_000)
    kiosk.get_by_role("button", name="Kết hôn").click()
    expect(kiosk.locator("#lost")).to_contain_text("tự thử lại", timeout=20_000)
    kiosk.get_by_role("button", name="Gặp cán bộ").click()
    expect(kiosk.locator("#person .plan svg")).to_be_visible()
    expect(kiosk.locator("#person")).to_contain_text("Điện thoại")
    with serving(create_app(lobby), port):
        expect(kiosk.locator("#lost")).to_be_hidden(timeout=20_000)
        expect(board.locator("#lost")).to_be_hidden(timeout=20_000)
        assert take_number(kiosk) == "A002"
        lobby.queue.call_next("1")
        expect(board.locator("#now")).to_have_text("Mời số A001 đến quầy 1", timeout=15_000)
        kiosk.close()
        board.close()


def test_a_visit_goes_on_on_the_phone_and_leaves_nothing_at_the_kiosk(
    browser: Browser, lobby: Desk
) -> None:
    with serving(create_app(lobby)) as address:
        kiosk = a_kiosk(browser, address)
        kiosk.get_by_role("button", name="Gõ câu hỏi").click()
        kiosk.locator("#question").fill("thứ bảy có làm việc không")
        with kiosk.expect_request("**/api/kiosk/qr") as drawn:
            kiosk.locator("#send").click()
        expect(kiosk.locator("#carry svg")).to_be_visible()
        questions = json.loads(drawn.value.post_data or "")["questions"]
        assert questions == ["thứ bảy có làm việc không"]
        wanted = wanted_code(address_of(address, questions)[0])
        assert shown_code(kiosk, len(wanted)) == wanted

        phone = browser.new_page(viewport={"width": 360, "height": 740}, locale="vi-VN")
        phone.goto(address_of(address, questions)[0])
        expect(phone.locator("#log")).to_contain_text("thứ bảy có làm việc không")
        expect(phone.locator("#log")).to_contain_text("sáng thứ Bảy", timeout=15_000)
        assert "#" not in phone.url
        phone.reload()  # the question is not asked again
        expect(phone.locator("#log").get_by_text("thứ bảy có làm việc không")).to_have_count(1)

        go_home(kiosk)
        assert kiosk.locator("#carry-qr svg").count() == 0
        assert "thứ bảy" not in kiosk.locator("body").inner_html()
        kiosk.close()
        phone.close()
