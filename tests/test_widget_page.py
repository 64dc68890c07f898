"""The widget on a ward's own site, another origin with a strict policy, in a real Chromium."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from browser import NARROW, WIDE, chromium, missing, serving
from conftest import UNBOUND, desk_at
from playwright.sync_api import Browser, Locator, Page, expect
from records import Clock
from scripted_desk import PAPERS, ScriptedReceptionist

from assistant.desk import Desk
from channels.protection_settings import ProtectionSettings
from channels.settings import ChannelSettings
from channels.web import create_app
from channels.widget.demo import demo_site
from channels.widget.permits import Permits

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def real_desk(homes: tuple[Path, Path], shared_clock: Clock) -> Iterator[Desk]:
    whole = desk_at(homes[0], shared_clock)
    yield whole
    whole.library.engine.dispose()


@pytest.fixture
def desk() -> Iterator[ScriptedReceptionist]:
    desk = ScriptedReceptionist()
    yield desk
    desk.may_word.set()
    desk.may_answer.set()


@pytest.fixture
def ward(desk: ScriptedReceptionist, real_desk: Desk) -> Iterator[str]:
    """The ward's site, allowed to embed the chat of the scripted desk."""
    scripted: Any = desk
    app = create_app(
        replace(real_desk, receptionist=scripted),
        ChannelSettings(max_message_chars=200),
        protection=UNBOUND,
    )
    permits = Permits(real_desk.library.store)
    with serving(app) as address:
        key = permits.new_key(real_desk.office_id, by="test").key
        with serving(demo_site(address, key)) as ward:
            permits.allow(real_desk.office_id, ward, by="test")
            yield ward
            permits.deny(real_desk.office_id, ward, by="test")


@contextmanager
def visiting(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    """A visit to the ward's site; a script error or a broken policy fails the test."""
    context = browser.new_context(**{"viewport": NARROW, "locale": "vi-VN"} | options)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if is_fault(said) else None)
    page.goto(address)
    page.locator(".launcher").wait_for()
    yield page
    assert not context.cookies()
    context.close()
    assert not problems, problems


def is_fault(said: Any) -> bool:
    return said.type == "error" and "Failed to load resource" not in said.text


@pytest.fixture
def page(browser: Browser, ward: str) -> Iterator[Page]:
    with visiting(browser, ward) as page:
        page.locator(".launcher").click()
        page.locator("textarea").wait_for()
        yield page


def send(page: Page, text: str) -> None:
    page.fill("textarea", text)
    page.press("textarea", "Enter")


def answers(page: Page) -> Locator:
    return page.locator(".answer")


def test_a_question_is_answered_on_another_sites_page(
    page: Page, desk: ScriptedReceptionist
) -> None:
    expect(page.locator(".machine")).to_contain_text("Trợ lý tự động")
    send(page, "giấy tờ")
    expect(answers(page).locator(".text li").first).to_have_text("Tờ khai (1 bản chính)")
    answers(page).locator(".sources summary").click()
    expect(answers(page).locator(".sources li").first).to_contain_text("Giấy tờ, lệ phí")
    page.get_by_role("button", name="Mẫu tờ khai").click()
    expect(answers(page)).to_have_count(2)
    assert desk.heard == [("giấy tờ", None), ("Dùng mẫu tờ khai nào?", "c1")]


def test_nothing_of_the_sites_style_comes_in_and_nothing_goes_out(page: Page) -> None:
    style = "getComputedStyle(document.querySelector('letan-chat').shadowRoot.querySelector('%s'))"
    assert float(page.evaluate(f"parseFloat({style % '.greeting'}.fontSize)")) >= 16
    assert page.evaluate(f"{style % '.greeting'}.textAlign") != "justify"
    assert page.evaluate(f"{style % '.greeting'}.letterSpacing") == "normal"
    assert page.evaluate(f"{style % '.example'}.textTransform") == "none"
    assert page.evaluate("document.body.children.length") == 3
    assert page.evaluate("getComputedStyle(document.body).fontFamily").startswith("Georgia")


def test_a_conversation_goes_with_the_tab_from_page_to_page(
    page: Page, desk: ScriptedReceptionist, ward: str
) -> None:
    send(page, "giấy tờ")
    expect(answers(page)).to_have_count(1)
    page.goto(f"{ward}/tin")
    expect(answers(page)).to_have_count(1)  # still open, as it was left
    send(page, "lệ phí")
    expect(answers(page)).to_have_count(2)
    assert desk.heard[-1] == ("lệ phí", "c1")
    page.get_by_role("button", name="Đóng").click()
    page.reload()
    expect(page.locator(".launcher")).to_be_visible()
    expect(answers(page)).to_have_count(0)
    assert page.evaluate("Object.keys(localStorage)") == ["letan.display"] or not page.evaluate(
        "Object.keys(localStorage).length"
    )


def test_without_a_network_one_question_waits_and_is_sent_by_itself(
    page: Page, desk: ScriptedReceptionist
) -> None:
    page.context.set_offline(True)
    send(page, "giấy tờ")
    expect(page.locator(".queued .reason")).to_contain_text("tự gửi khi có mạng lại")
    send(page, "lệ phí")
    expect(page.locator(".note")).to_contain_text("Đã có một câu chờ gửi")
    expect(page.locator("textarea")).to_have_value("lệ phí")
    assert desk.heard == []
    page.context.set_offline(False)
    expect(answers(page)).to_have_count(1)
    expect(page.locator(".queued")).to_have_count(0)
    assert desk.heard == [("giấy tờ", None)]
    page.press("textarea", "Enter")
    expect(answers(page)).to_have_count(2)


def test_a_question_that_waits_survives_a_reload_and_can_be_taken_back(
    page: Page, desk: ScriptedReceptionist
) -> None:
    page.route("**/api/chat**", lambda route: route.abort("connectionrefused"))
    send(page, "giấy tờ")
    expect(page.locator(".queued .reason")).to_contain_text("tự gửi lại")
    page.get_by_role("button", name="Thôi, không gửi").click()
    expect(page.locator("textarea")).to_have_value("giấy tờ")
    page.press("textarea", "Enter")
    expect(page.locator(".queued")).to_have_count(1)
    page.unroute("**/api/chat**")
    page.reload()
    expect(answers(page)).to_have_count(1)
    assert desk.heard == [("giấy tờ", None)]


def test_a_lost_answer_is_fetched_not_asked_again(page: Page, desk: ScriptedReceptionist) -> None:
    page.route("**/api/chat/stream", lambda route: route.abort("connectionreset"), times=1)
    send(page, "giấy tờ")
    expect(answers(page)).to_have_count(1)
    assert desk.heard == [("giấy tờ", None)]


def test_a_model_words_the_answer_in_place(page: Page, desk: ScriptedReceptionist) -> None:
    desk.worded[PAPERS.text] = f"Dạ, em gửi anh/chị ạ.\n{PAPERS.text}"
    desk.may_word.clear()
    send(page, "giấy tờ")
    expect(answers(page).locator(".text")).to_contain_text("Giấy chứng sinh")
    desk.may_word.set()
    expect(answers(page).locator(".text")).to_contain_text("em gửi anh/chị")
    expect(answers(page)).to_have_count(1)


def test_there_is_one_live_region_and_it_is_a_polite_log(
    page: Page, desk: ScriptedReceptionist
) -> None:
    live = page.locator("letan-chat").locator(
        "[aria-live]:not([aria-live=off]), [role=status], [role=alert], [role=log]"
    )
    expect(live).to_have_count(1)
    expect(live).to_have_attribute("role", "log")
    expect(live).to_have_attribute("aria-live", "polite")
    desk.may_answer.clear()
    send(page, "giấy tờ")
    expect(page.get_by_role("log").locator(".pending")).to_contain_text("Đang tìm")
    desk.may_answer.set()


def test_the_keyboard_opens_asks_chooses_and_closes(browser: Browser, ward: str) -> None:
    with visiting(browser, ward, viewport=WIDE) as page:
        page.locator(".launcher").focus()
        page.keyboard.press("Enter")
        expect(page.locator("textarea")).to_be_focused()
        page.keyboard.type("việc gì")
        page.keyboard.press("Enter")
        choice = answers(page).get_by_role("button", name="Đăng ký kết hôn")
        expect(choice).to_be_visible()
        choice.focus()
        page.keyboard.press("Enter")
        expect(answers(page)).to_have_count(2)
        page.keyboard.press("Escape")
        expect(page.locator(".window")).to_be_hidden()
        expect(page.locator(".launcher")).to_be_focused()


def test_on_a_phone_the_page_behind_is_closed_off(page: Page) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        outside = "document.activeElement.localName"
        assert page.evaluate(outside) in ("letan-chat", "body")


def test_english_is_one_button_away_and_keeps_the_conversation(
    page: Page, desk: ScriptedReceptionist
) -> None:
    send(page, "giấy tờ")
    expect(answers(page)).to_have_count(1)
    page.get_by_role("button", name="English").click()
    expect(page.locator(".machine")).to_contain_text("Automatic assistant")
    expect(answers(page)).to_have_count(1)
    assert page.evaluate("document.querySelector('letan-chat').lang") == "en"
    page.get_by_role("button", name="Steps").click()
    expect(answers(page)).to_have_count(2)
    assert desk.heard[-1] == ("What are the steps?", "c1")


def test_what_is_too_long_is_said_before_and_can_be_edited_after(page: Page) -> None:
    send(page, "a" * 201)
    expect(page.locator(".reason")).to_contain_text("tối đa 200 ký tự")
    page.get_by_role("button", name="Sửa câu hỏi").click()
    expect(page.locator("textarea")).to_have_value("a" * 201)
    expect(page.locator(".count")).to_have_text("Quá dài: 201 trên 200 ký tự.")


def test_deleting_empties_the_window_and_tells_the_server(
    page: Page, desk: ScriptedReceptionist
) -> None:
    send(page, "giấy tờ")
    expect(answers(page)).to_have_count(1)
    page.get_by_role("button", name="Xóa cuộc trò chuyện").click()
    page.get_by_role("button", name="Xóa, bắt đầu lại").click()
    expect(page.locator(".note")).to_have_text("Đã xóa cuộc trò chuyện.")
    expect(answers(page)).to_have_count(0)
    assert desk.heard[-1] == ("Xóa cuộc trò chuyện", "c1")


def test_a_site_that_was_not_allowed_is_told_why(
    browser: Browser, ward: str, real_desk: Desk
) -> None:
    Permits(real_desk.library.store).deny(real_desk.office_id, ward, by="test")
    with visiting(browser, ward) as page:
        page.locator(".launcher").click()
        expect(page.locator(".opening")).to_contain_text("chưa được phép nhúng")
        page.get_by_role("button", name="Đóng").click()
        expect(page.locator(".launcher")).to_be_visible()


@pytest.mark.parametrize("size", ["Vừa", "Rất lớn"])
def test_nothing_scrolls_sideways_at_320_pixels(
    browser: Browser, ward: str, desk: ScriptedReceptionist, size: str
) -> None:
    desk.script["dài"] = replace(PAPERS, text=f"{PAPERS.text}\n• {'https://a.vn/' + 'a' * 90}")
    with visiting(browser, ward, viewport={"width": 320, "height": 568}) as page:
        page.locator(".launcher").click()
        page.locator(".display summary").click()
        page.get_by_label(size, exact=True).check()
        page.keyboard.press("Escape")
        send(page, "dài")
        expect(answers(page)).to_have_count(1)
        wide = "element => element.scrollWidth <= element.clientWidth"
        for part in (".window", ".scroll", ".foot", ".head"):
            assert page.locator(part).evaluate(wide), part
        assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("language", ["vi", "en"])
def test_past_a_bound_the_reason_is_said_in_the_language_of_the_window(
    browser: Browser, real_desk: Desk, desk: ScriptedReceptionist, language: str
) -> None:
    scripted: Any = desk
    bounds = ProtectionSettings(answers_a_day=1, waiting=0)
    app = create_app(replace(real_desk, receptionist=scripted), protection=bounds)
    permits = Permits(real_desk.library.store)
    with serving(app) as address:
        key = permits.new_key(real_desk.office_id, by="test").key
        with serving(demo_site(address, key)) as ward:
            permits.allow(real_desk.office_id, ward, by="test")
            with visiting(browser, ward) as page:
                page.locator(".launcher").click()
                if language == "en":
                    page.get_by_role("button", name="English").click()
                send(page, "giấy tờ")
                expect(answers(page)).to_have_count(1)
                send(page, "lệ phí")
                said = {"vi": "hết lượt hỏi tự động", "en": "No more automatic answers today"}
                expect(page.locator(".reason")).to_contain_text(said[language])
                expect(page.locator(".way[href^='tel:']")).to_be_visible()
            permits.deny(real_desk.office_id, ward, by="test")


def test_at_twice_the_size_the_machine_the_phone_and_a_person_stay_in_sight(
    browser: Browser, ward: str
) -> None:
    """A browser at 200 % on a screen of 1280 × 800."""
    with visiting(browser, ward, viewport={"width": 640, "height": 400}) as page:
        page.locator(".launcher").click()
        for part in (".machine", ".way[href^='tel:']", ".foot [data-say]", "textarea", ".close"):
            expect(page.locator(part).first).to_be_in_viewport()


@pytest.mark.parametrize("act", ["English", "Rất lớn"])
def test_the_head_stays_in_one_row_on_the_narrowest_phone(
    browser: Browser, ward: str, act: str
) -> None:
    with visiting(browser, ward, viewport={"width": 320, "height": 568}) as page:
        page.locator(".launcher").click()
        if act == "English":
            page.get_by_role("button", name=act).click()
        else:
            page.locator(".display summary").click()
            page.get_by_label(act, exact=True).check()
            page.keyboard.press("Escape")
        tops = [page.locator(part).bounding_box() for part in (".language", ".close")]
        assert tops[0] and tops[1] and abs(tops[0]["y"] - tops[1]["y"]) < 4


def test_in_forced_colours_what_is_pressed_has_an_edge(
    browser: Browser, ward: str, desk: ScriptedReceptionist
) -> None:
    with visiting(browser, ward, forced_colors="active", reduced_motion="reduce") as page:
        edge = "element => getComputedStyle(element).borderTopStyle"
        assert page.locator(".launcher").evaluate(edge) == "solid"
        page.locator(".launcher").click()
        send(page, "việc gì")
        expect(answers(page)).to_have_count(1)
        page.context.set_offline(True)
        send(page, "lệ phí")
        for part in (".send", ".way", ".choices button", ".queued button", ".badge"):
            assert page.locator(part).first.evaluate(edge) == "solid", part
        moving = "document.getAnimations().length"
        assert page.evaluate(moving) == 0
        page.context.set_offline(False)
        expect(answers(page)).to_have_count(2)


def talk(page: Page) -> None:
    send(page, "giấy tờ")
    expect(answers(page)).to_have_count(1)
    answers(page).locator(".sources summary").click()
    send(page, "việc gì")
    expect(answers(page)).to_have_count(2)
    page.context.set_offline(True)
    send(page, "lệ phí")
    expect(page.locator(".queued")).to_have_count(1)


def talk_in_high_contrast(page: Page) -> None:
    page.locator(".display summary").click()
    page.get_by_label("Tương phản cao").check()
    talk(page)


@pytest.mark.parametrize("viewport", [NARROW, WIDE], ids=["narrow", "wide"])
@pytest.mark.parametrize("act", [lambda page: None, talk, talk_in_high_contrast])
def test_axe_finds_nothing(
    browser: Browser, ward: str, viewport: dict[str, int], act: Callable[[Page], None]
) -> None:
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        missing("axe-playwright-python is not installed")
    with visiting(browser, ward, viewport=viewport, reduced_motion="reduce") as page:
        page.locator(".launcher").click()
        page.locator("textarea").wait_for()
        act(page)
        found = Axe().run(page).response["violations"]
        assert not found, [(v["id"], [node["html"] for node in v["nodes"]]) for v in found]
