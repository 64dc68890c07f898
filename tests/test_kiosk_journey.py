"""The lobby in a real browser: a visit, the wipe, a lost server, the board."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import chromium, serving
from conftest import desk_at
from playwright.sync_api import Browser, Page, Route, expect
from records import Clock

from assistant.desk import Desk
from assistant.queue_store import Wanted
from channels.web import create_app

pytestmark = pytest.mark.slow
AA = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def lobby_desk(homes: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Desk:
    import shutil

    home = shutil.copytree(homes[1], tmp_path_factory.mktemp("lobby") / "home")
    return desk_at(home, Clock())


@pytest.fixture(scope="module")
def address(lobby_desk: Desk) -> Iterator[str]:
    import os

    os.environ["CHANNELS_KIOSK_IDLE_SECONDS"] = "4"
    os.environ["CHANNELS_KIOSK_COUNTDOWN_SECONDS"] = "1"
    try:
        app = create_app(lobby_desk)
    finally:
        del (
            os.environ["CHANNELS_KIOSK_IDLE_SECONDS"],
            os.environ["CHANNELS_KIOSK_COUNTDOWN_SECONDS"],
        )
    with serving(app) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1080, "height": 1920}, has_touch=True)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert not problems, problems


def test_a_visit_by_touch_ends_with_a_number_that_knows_what_is_missing(
    page: Page, address: str, lobby_desk: Desk
) -> None:
    page.goto(f"{address}/kiosk")
    page.get_by_role("button", name="Khai sinh").tap()
    expect(page.locator("#papers-title")).to_contain_text("khai sinh")
    page.get_by_role("button", name="Có giấy chứng sinh", exact=True).tap()
    expect(page.locator("#papers .ticks")).to_contain_text("Giấy chứng sinh")
    for box in page.locator("#papers .ticks input").all()[1:]:
        box.check()
    page.get_by_role("button", name="Lấy số thứ tự").tap()
    expect(page.locator("#missing-count")).to_have_text("1")
    page.get_by_role("button", name="Vẫn lấy số").tap()
    page.get_by_role("button", name="Không", exact=True).dblclick()
    expect(page.locator("#label")).to_have_text("K001")
    page.get_by_role("button", name="Xong").tap()
    expect(page.locator("#home")).to_be_visible()
    expect(page.locator("#label")).to_have_text("")
    [number] = lobby_desk.queue.at_counter("9").waiting
    assert number.case_id == "has_certificate"
    assert len(number.missing_papers) == 1


def test_a_visit_by_keyboard_reaches_a_number(page: Page, address: str) -> None:
    page.goto(f"{address}/kiosk")
    page.get_by_role("button", name="Gặp cán bộ").focus()
    page.keyboard.press("Enter")
    page.locator("#reception-number").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Có, tôi thuộc diện ưu tiên").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#label")).to_have_text("UA001")
    expect(page.locator("header .badge")).to_be_in_viewport()  # a machine, on every screen


def test_what_lies_below_the_edge_is_reached_by_touching_a_button(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(
        viewport={"width": 768, "height": 1024}, has_touch=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{address}/kiosk")
    more, take = page.locator("#more"), page.get_by_role("button", name="Lấy số thứ tự")
    expect(more).to_be_hidden()
    page.get_by_role("button", name="Khai sinh").tap()
    page.get_by_role("button", name="Có giấy chứng sinh", exact=True).tap()
    expect(page.locator("#papers .ticks legend")).to_be_in_viewport()  # the list of this case
    expect(more).to_be_visible()
    for _ in range(5):
        before = page.evaluate("scrollY")
        more.tap()
        page.wait_for_function("before => scrollY !== before", arg=before)
        page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))")
        if more.is_hidden():
            break
    button, bar = take.bounding_box(), page.locator(".bar").bounding_box()
    assert button and bar
    assert 0 <= button["y"] <= bar["y"] - button["height"]
    expect(more).to_be_hidden()
    context.close()


def test_who_asks_for_the_fee_reads_it_before_the_papers(page: Page, address: str) -> None:
    page.goto(f"{address}/kiosk")
    for question, is_first in (("lệ phí đăng ký kết hôn", True), ("kết hôn cần gì", False)):
        page.get_by_role("button", name="Gõ câu hỏi").tap()
        page.locator("#question").fill(question)
        page.get_by_role("button", name="Hỏi", exact=True).tap()
        fees, papers = page.locator("#fees"), page.locator("#papers .ticks")
        expect(papers).to_be_visible()
        expect(page.locator("#papers .asked")).to_contain_text(question)
        one, other = fees.bounding_box(), papers.bounding_box()
        assert one and other
        assert (one["y"] < other["y"]) is is_first


def test_who_walks_away_leaves_nothing_on_screen_or_server(
    page: Page, address: str, lobby_desk: Desk
) -> None:
    page.goto(f"{address}/kiosk")
    with page.expect_response("**/api/chat") as asked:
        page.get_by_role("button", name="Kết hôn").tap()
    conversation = asked.value.json()["conversation_id"]
    assert lobby_desk.conversations.turns(conversation)
    expect(page.locator("#papers")).to_be_visible()
    with page.expect_response("**/api/conversations/**", timeout=15_000):
        expect(page.locator("#still")).to_be_visible(timeout=10_000)
    expect(page.locator("#home")).to_be_visible()
    expect(page.locator("#papers-title")).to_have_text("")
    assert lobby_desk.conversations.turns(conversation) == []


def test_a_lost_server_is_said_and_the_kiosk_recovers_by_itself(page: Page, address: str) -> None:
    page.goto(f"{address}/kiosk")
    page.route("**/api/**", lambda route: route.abort())
    page.route("**/readyz", lambda route: route.abort())
    page.get_by_role("button", name="Kết hôn").tap()
    expect(page.locator("#lost")).to_be_visible()
    page.get_by_role("button", name="Gặp cán bộ").tap()
    expect(page.locator("#person .plan svg")).to_be_visible()
    page.unroute("**/api/**")
    page.unroute("**/readyz")
    expect(page.locator("#lost")).to_be_hidden(timeout=10_000)


def test_an_old_page_that_nobody_uses_is_fetched_anew_and_kept_without_a_server(
    page: Page, address: str
) -> None:
    """Hours and notices are part of the page; a screen in a hall stands for weeks."""
    page.clock.install()
    page.goto(f"{address}/kiosk")
    page.evaluate("document.title = 'cũ'")
    page.route("**/readyz", lambda route: route.abort())
    page.clock.run_for(6 * 60_000)
    expect(page).to_have_title("cũ")
    page.unroute("**/readyz")
    page.clock.run_for(10_000)
    expect(page).not_to_have_title("cũ")


def test_the_board_shows_several_calls_in_order(page: Page, address: str, lobby_desk: Desk) -> None:
    page.goto(f"{address}/board")
    page.locator("#mute").wait_for(state="attached")
    with page.expect_request("**/api/board/events**"):
        page.reload()
    for n in range(2):
        lobby_desk.queue.take(f"bảng-{n}", Wanted("B"))
    first = lobby_desk.queue.call_next("2")
    assert first
    began = time.monotonic()
    expect(page.locator("#now")).to_have_text("Mời số B001 đến quầy 2")
    print(f"board showed the call after {time.monotonic() - began:.2f} s")  # noqa: T201
    lobby_desk.queue.call_next("2", current=first.id)
    expect(page.locator("#calls tr").first).to_contain_text("B002", timeout=10_000)
    expect(page.locator("#calls tr").nth(1)).to_contain_text("B001")


@pytest.mark.parametrize("size", [(320, 568), (1080, 1920), (1366, 768), (2160, 3840)])
def test_nothing_runs_over_the_edge_and_targets_are_large(
    browser: Browser, address: str, size: tuple[int, int]
) -> None:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    page.goto(f"{address}/kiosk")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    # however many dots a screen has, its letters keep their share of it
    letters = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
    assert letters >= max(18, min(size) / 62)
    for open_screen in (None, "Gõ câu hỏi", "Gặp cán bộ", "English"):
        if open_screen:
            page.get_by_role("button", name=open_screen, exact=True).click()
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], open_screen
        # in one look: a screen that nobody touches is wiped after seconds
        small = page.evaluate(
            """() => [...document.querySelectorAll("button")]
                .filter((each) => each.checkVisibility())
                .map((each) => [each.textContent, each.getBoundingClientRect()])
                .filter(([, box]) => Math.min(box.width, box.height) < 60)
                .map(([text, box]) => `${text}: ${box.width} x ${box.height}`)"""
        )
        assert small == [], open_screen
    context.close()


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=AA).response["violations"]
    return [f"{page.url}: {v['id']} {[n['target'] for n in v['nodes']][:3]}" for v in found]


@pytest.mark.parametrize("size", [(320, 640), (1080, 1920)])
def test_no_page_of_the_lobby_breaks_wcag(
    browser: Browser, address: str, lobby_desk: Desk, size: tuple[int, int]
) -> None:
    number = lobby_desk.queue.take(
        f"wcag-{size[0]}",
        Wanted("K", procedure_code="1.001193", missing_papers=("Giấy chứng sinh",)),
    )
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", locale="vi-VN"
    )
    page.goto(f"{address}/kiosk")
    problems = violations(page)
    page.get_by_role("button", name="Gõ câu hỏi").click()
    problems += violations(page)
    # nobody listens on this machine: the screen is shown as it is while somebody speaks
    page.evaluate(
        """() => {
            document.getElementById("ask").hidden = true;
            document.getElementById("listening").hidden = false;
            document.getElementById("words").textContent = "tôi muốn làm giấy khai sinh";
            document.getElementById("seconds").textContent = "còn 9 giây";
        }"""
    )
    problems += violations(page)
    page.get_by_role("button", name="Về đầu").click()
    page.get_by_role("button", name="English").click()
    problems += violations(page)
    page.get_by_role("button", name="Marriage").click()
    expect(page.locator("#papers-title, #answer-title").first).to_be_attached()
    expect(page.locator("body")).not_to_have_class("kiosk busy")
    problems += violations(page)
    page.get_by_role("button", name="Tiếng Việt").click()
    page.get_by_role("button", name="Khai sinh").click()
    expect(page.locator("#papers .ticks input").first).to_be_visible()
    expect(page.locator("body")).not_to_have_class("kiosk busy")
    problems += violations(page)
    for path in ("/board", f"/so/{number.token}", f"/kiosk/phieu/{number.token}", "/t/1.001193"):
        page.goto(address + path)
        problems += violations(page)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > size[0]:
            problems.append(f"{path}: {width} px wide")
    page.close()
    assert problems == []


def test_the_board_and_the_checklist_use_the_width_of_a_wide_screen(
    browser: Browser, address: str
) -> None:
    page = browser.new_page(viewport={"width": 1920, "height": 1080}, locale="vi-VN")
    for path, part in (("/board", "#now"), ("/t/1.001193", "h1"), ("/t/1.001193", "dl dd")):
        page.goto(address + path)
        box = page.locator(part).first.bounding_box()
        assert box and box["width"] > 500, (path, part, box)
    page.close()


def test_a_code_that_is_cut_by_a_few_dots_is_said_to_go_on(page: Page, address: str) -> None:
    page.goto(f"{address}/kiosk")
    page.get_by_role("button", name="Kết hôn").tap()
    expect(page.locator("#source-qr")).to_be_visible()
    expect(page.locator("body")).not_to_have_class("kiosk busy")
    expect(page.locator("#more")).to_be_hidden()
    page.evaluate(
        """() => {
            const codes = document.querySelector("#papers .codes");
            const edge = document.querySelector(".bar").getBoundingClientRect().top;
            codes.style.paddingTop = `${edge - codes.getBoundingClientRect().bottom + 10}px`;
        }"""
    )
    expect(page.locator("#more")).to_be_visible()


def test_who_leaves_before_the_slip_is_printed_gets_it_all_the_same(
    page: Page, address: str
) -> None:
    page.add_init_script(
        """window.print = () => {
            (window.top.printed ??= []).push(location.pathname);
            window.dispatchEvent(new Event("afterprint"));
        };"""
    )
    held: list[Route] = []
    page.route("**/api/queue/*/slip", lambda route: held.append(route))
    page.goto(f"{address}/kiosk")
    page.get_by_role("button", name="Gặp cán bộ").tap()
    page.get_by_role("button", name="Lấy số gặp cán bộ").tap()
    with page.expect_request("**/api/queue/*/slip"):
        page.get_by_role("button", name="Không", exact=True).tap()
    page.get_by_role("button", name="Xong").tap()
    expect(page.locator("#home")).to_be_visible()
    held[0].continue_()
    page.wait_for_function("() => window.printed?.length === 1")
    page.wait_for_function(
        "() => document.getElementById('slip').contentWindow.location.href === 'about:blank'"
    )


def test_a_broken_printer_is_told_in_the_language_of_the_screen_and_tried_again(
    page: Page, address: str
) -> None:
    broken = {"error": {"code": "no_printer", "message": "Máy in phiếu đang lỗi."}}
    answers = [{"status": 503, "json": broken}, {"status": 200, "json": {"by": "printer"}}]
    page.route("**/api/queue/*/slip", lambda route: route.fulfill(**answers.pop(0)))
    page.goto(f"{address}/kiosk")
    page.get_by_role("button", name="English").tap()
    page.get_by_role("button", name="See a clerk").tap()
    page.get_by_role("button", name="Take a number to see a clerk").tap()
    page.get_by_role("button", name="No", exact=True).tap()
    expect(page.locator("#problem")).to_contain_text("remember your number")
    page.get_by_role("button", name="Print the slip again").tap()
    expect(page.locator("#print-again")).to_be_hidden()
    expect(page.locator("#problem")).to_be_hidden()
    assert not answers


def test_the_board_of_a_new_day_sends_nobody_to_yesterdays_counter(
    page: Page, address: str, lobby_desk: Desk
) -> None:
    clock = lobby_desk.clock
    assert isinstance(clock, Clock)
    today = clock.moment
    lobby_desk.queue.take("bảng-hôm-qua", Wanted("B"))
    assert lobby_desk.queue.call_next("2")
    page.clock.install()
    page.goto(f"{address}/board")
    expect(page.locator("#calls tr").first).to_be_visible()
    clock.moment = today + timedelta(days=1)
    try:
        page.clock.run_for(60_000)
        expect(page.locator("#now")).to_have_text("Mời lấy số ở máy gần cửa")
        expect(page.locator("#calls tr")).to_have_count(0)
    finally:
        clock.moment = today


def test_a_number_handed_on_shows_the_new_counter_on_the_phone(
    page: Page, address: str, lobby_desk: Desk
) -> None:
    number = lobby_desk.queue.take("chuyển-quầy", Wanted("K"))
    page.clock.install()
    page.goto(f"{address}/so/{number.token}")
    expect(page.locator("main")).to_contain_text("Quầy 9")
    called = lobby_desk.queue.call_next("9")
    while called and called.id != number.id:  # whoever came before
        called = lobby_desk.queue.call_next("9", current=called.id)
    lobby_desk.queue.transfer(number.id, "B")
    page.clock.run_for(8_000)
    expect(page.locator("main")).to_contain_text("Quầy 2")
    expect(page.locator("main")).not_to_contain_text("Quầy 9")
