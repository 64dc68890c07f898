"""The residents' page in a real Chromium against a real server; what the desk says is scripted."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from browser import NARROW, WIDE, chromium, missing, open_page, serving
from conftest import desk_at
from playwright.sync_api import Browser, Locator, Page, expect
from records import Clock
from scripted_desk import BIRTH, PAPERS, PORTAL, ScriptedReceptionist

from assistant.answers import Answer, Choice, Citation, Outcome, ProcedureRef
from assistant.desk import Desk
from channels.settings import ChannelSettings
from channels.web import create_app
from knowledge.offices import HANOI

pytestmark = pytest.mark.slow

MORNING = datetime(2026, 11, 24, 9, 0, tzinfo=HANOI)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def desk() -> Iterator[ScriptedReceptionist]:
    desk = ScriptedReceptionist()
    yield desk
    desk.may_word.set()
    desk.may_answer.set()  # a held answer must not hold the server's shutdown


@pytest.fixture(scope="module")
def real_desk(homes: tuple[Path, Path], shared_clock: Clock) -> Iterator[Desk]:
    """What stands around the scripted answers: office, store, queue."""
    whole = desk_at(homes[0], shared_clock)
    yield whole
    whole.library.engine.dispose()


@pytest.fixture
def address(desk: ScriptedReceptionist, real_desk: Desk) -> Iterator[str]:
    scripted: Any = desk
    whole = replace(real_desk, receptionist=scripted)
    with serving(create_app(whole, ChannelSettings(max_message_chars=200))) as address:
        yield address


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with open_page(browser, address) as page:
        yield page


def send(page: Page, text: str) -> None:
    page.fill("#message", text)
    page.press("#message", "Enter")


def answers(page: Page) -> Locator:
    return page.locator(".answer")


def test_a_question_is_answered_as_a_readable_list(page: Page, desk: ScriptedReceptionist) -> None:
    send(page, "giấy tờ")
    answer = answers(page)
    expect(answer).to_have_count(1)
    assert answer.locator(".text > ul > li").all_inner_texts() == [
        "Tờ khai (1 bản chính)",
        "Giấy chứng sinh",
    ]
    assert answer.locator(".text > ol > li").all_inner_texts() == ["Lấy số", "Nộp hồ sơ"]
    assert answer.locator(".text b", has_text="Lệ phí:").count() == 1
    expect(page.locator(".resident .said")).to_have_text("giấy tờ")
    expect(page.locator("#message")).to_have_value("")
    send(page, "cảm ơn")
    expect(answers(page)).to_have_count(2)
    assert desk.heard == [("giấy tờ", None), ("cảm ơn", "c1")]


def test_links_are_plain_web_addresses_and_the_offices_own_phone(page: Page) -> None:
    send(page, "giấy tờ")
    link = answers(page).locator(".text a[target=_blank]")
    expect(link).to_have_attribute("href", "https://dichvucong.gov.vn/khai-sinh(1)")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
    expect(answers(page).locator(".text a.phone")).to_have_attribute("href", "tel:02400000100")


def test_an_example_asks_its_question(page: Page, desk: ScriptedReceptionist) -> None:
    page.get_by_role("button", name="Đăng ký kết hôn").click()
    expect(answers(page)).to_have_count(1)
    assert desk.heard[0][0].startswith("Đăng ký kết hôn")


def test_choices_are_buttons_and_are_not_listed_twice(
    page: Page, desk: ScriptedReceptionist
) -> None:
    send(page, "việc gì")
    expect(answers(page).locator(".choices button")).to_have_text(
        ["1 Đăng ký khai sinh", "2 Đăng ký kết hôn"]
    )
    assert (
        answers(page).locator(".text").inner_text() == "Dạ, anh/chị muốn hỏi việc nào dưới đây ạ?"
    )
    answers(page).get_by_role("button", name="Đăng ký kết hôn").click()
    expect(answers(page)).to_have_count(2)
    assert desk.heard[-1] == ("cho tôi hỏi kết hôn", "c1")


def test_sources_fold_out_with_their_date_and_what_is_unchecked(page: Page) -> None:
    send(page, "giấy tờ")
    sources = answers(page).locator(".sources")
    expect(sources.locator("summary .mark")).to_have_text("chưa kiểm tra")
    expect(sources.locator("li").first).to_be_hidden()
    sources.locator("summary").click()
    first, second = sources.locator("li").all()
    expect(first).to_contain_text(f"Giấy tờ, lệ phí: {PORTAL} ngày 17/07/2026 Mã thủ tục 1.001193")
    expect(second).to_contain_text("Nơi nộp: Phường Hoa Sen chưa kiểm tra")
    assert "chưa kiểm tra" not in first.inner_text()


def test_the_procedure_in_hand_stays_in_sight_until_another_takes_its_place(
    page: Page, desk: ScriptedReceptionist
) -> None:
    expect(page.locator("#in-hand")).to_be_hidden()
    send(page, "giấy tờ")
    expect(page.locator("#in-hand")).to_have_text(f"Đang nói về {BIRTH.name}")
    page.get_by_role("button", name="Mẫu tờ khai").click()
    expect(answers(page)).to_have_count(2)
    expect(page.locator("#in-hand")).to_contain_text(BIRTH.name)
    assert desk.heard[-1] == ("Dùng mẫu tờ khai nào?", "c1")
    expect(page.locator(".follow-ups")).to_have_count(0)  # only below the answer they follow


def test_a_double_click_sends_once(page: Page, desk: ScriptedReceptionist) -> None:
    desk.may_answer.clear()
    page.fill("#message", "giấy tờ")
    page.dblclick("#send")
    page.get_by_role("button", name="Gặp cán bộ").click()
    desk.may_answer.set()
    expect(answers(page)).to_have_count(1)
    assert len(desk.heard) == 1


def test_enter_sends_but_not_with_shift_nor_inside_a_syllable(
    page: Page, desk: ScriptedReceptionist
) -> None:
    page.fill("#message", "dòng một")
    page.press("#message", "Shift+Enter")
    page.type("#message", "dòng hai")
    page.dispatch_event("#message", "keydown", {"key": "Enter", "isComposing": True})
    expect(page.locator("#message")).to_have_value("dòng một\ndòng hai")
    page.press("#message", "Enter")
    expect(answers(page)).to_have_count(1)
    assert desk.heard == [("dòng một\ndòng hai", None)]
    send(page, "   ")
    assert len(desk.heard) == 1


def test_what_is_typed_while_waiting_is_kept(page: Page, desk: ScriptedReceptionist) -> None:
    desk.may_answer.clear()
    send(page, "giấy tờ")
    send(page, "còn lệ phí?")
    desk.may_answer.set()
    expect(answers(page)).to_have_count(1)
    expect(page.locator("#message")).to_have_value("còn lệ phí?")


def test_a_reload_keeps_the_conversation(page: Page, desk: ScriptedReceptionist) -> None:
    send(page, "giấy tờ")
    expect(answers(page)).to_have_count(1)
    before = page.locator("#log").inner_text()
    page.reload()
    expect(answers(page)).to_have_count(1)
    assert page.locator("#log").inner_text() == before
    expect(page.locator("#in-hand")).to_contain_text(BIRTH.name)
    send(page, "lệ phí")
    expect(answers(page)).to_have_count(2)
    assert desk.heard[-1] == ("lệ phí", "c1")


def test_a_reload_while_waiting_keeps_the_question(page: Page, desk: ScriptedReceptionist) -> None:
    desk.may_answer.clear()
    send(page, "giấy tờ")
    expect(page.locator("#pending")).to_have_text("Đang tìm câu trả lời…")
    page.reload()
    expect(page.locator(".failed .reason")).to_contain_text("Câu hỏi vẫn còn đây")
    desk.may_answer.set()
    page.get_by_role("button", name="Gửi lại").click()
    expect(answers(page)).to_have_count(1)
    expect(page.locator(".resident")).to_have_count(1)


def test_offline_keeps_the_question_and_sends_it_again(
    page: Page, desk: ScriptedReceptionist
) -> None:
    page.context.set_offline(True)
    expect(page.locator("#offline")).to_contain_text("Đang mất mạng")
    send(page, "giấy tờ")
    expect(page.locator(".failed .reason")).to_contain_text("mất mạng")
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden()
    assert desk.heard == []
    page.get_by_role("button", name="Gửi lại").click()
    expect(answers(page)).to_have_count(1)
    expect(page.locator(".failed")).to_have_count(0)
    assert desk.heard == [("giấy tờ", None)]


def test_a_model_words_the_answer_in_place_after_its_facts_are_shown(
    page: Page, desk: ScriptedReceptionist
) -> None:
    desk.worded[PAPERS.text] = f"Dạ, em gửi anh/chị ạ.\n{PAPERS.text}"
    desk.may_word.clear()
    send(page, "giấy tờ")
    expect(answers(page).locator(".text")).to_contain_text("Giấy chứng sinh")
    expect(page.locator("#pending")).to_be_hidden()  # nobody has to wait for the wording
    answers(page).locator(".sources summary").click()
    desk.may_word.set()
    expect(answers(page).locator(".text")).to_contain_text("em gửi anh/chị")
    expect(answers(page)).to_have_count(1)
    expect(answers(page).locator(".sources")).to_have_attribute("open", "")
    page.reload()
    expect(answers(page).locator(".text")).to_contain_text("em gửi anh/chị")


def test_where_streams_do_not_pass_the_answer_comes_in_one_piece(
    page: Page, desk: ScriptedReceptionist
) -> None:
    page.route("**/api/chat/stream", lambda route: route.fulfill(status=501, body="no"))
    send(page, "giấy tờ")
    expect(answers(page)).to_have_count(1)
    assert desk.heard == [("giấy tờ", None)]


def test_a_connection_lost_for_a_moment_is_bridged(page: Page, desk: ScriptedReceptionist) -> None:
    page.route("**/api/chat/stream", lambda route: route.abort("connectionreset"), times=1)
    send(page, "giấy tờ")
    expect(answers(page)).to_have_count(1)
    expect(page.locator(".failed")).to_have_count(0)
    assert desk.heard == [("giấy tờ", None)]


@pytest.mark.parametrize("how", ["no_answer", "proxy_page"])
def test_a_server_in_trouble_loses_nothing(
    page: Page, desk: ScriptedReceptionist, how: str
) -> None:
    def fail(route: Any) -> None:
        if how == "no_answer":
            route.abort("connectionrefused")
        else:
            route.fulfill(status=502, content_type="text/html", body="<h1>Bad Gateway</h1>")

    page.route("**/api/chat**", fail)
    send(page, "giấy tờ")
    expect(page.locator(".failed .reason")).to_contain_text("Câu hỏi vẫn còn đây")
    assert "Bad Gateway" not in page.locator("body").inner_text()
    page.unroute("**/api/chat**")
    page.reload()
    page.get_by_role("button", name="Gửi lại").click()
    expect(answers(page)).to_have_count(1)


def test_a_slow_answer_is_explained_and_a_lost_one_given_up(
    page: Page, desk: ScriptedReceptionist
) -> None:
    page.clock.install()
    desk.may_answer.clear()
    send(page, "giấy tờ")
    expect(page.locator("#pending")).to_have_text("Đang tìm câu trả lời…")
    page.clock.fast_forward(3_100)
    expect(page.locator("#pending")).to_contain_text("lâu hơn thường lệ")
    page.clock.fast_forward(30_000)
    expect(page.locator(".failed .reason")).to_contain_text("Chờ đã lâu")
    expect(page.locator("#pending")).to_be_hidden()


def test_a_conversation_the_server_lost_starts_anew_and_asks_once_more(
    page: Page, desk: ScriptedReceptionist
) -> None:
    send(page, "giấy tờ")
    expect(answers(page)).to_have_count(1)
    desk.known.clear()
    send(page, "lệ phí")
    expect(answers(page)).to_have_count(2)
    expect(page.locator(".note")).to_contain_text("mở cuộc mới")
    expect(page.locator("#in-hand")).to_be_hidden()
    assert desk.heard[1:] == [("lệ phí", "c1"), ("lệ phí", None)]


def test_a_refused_message_is_explained_by_the_server_and_can_be_edited(page: Page) -> None:
    page.fill("#message", "a" * 201)
    expect(page.locator("#count")).to_have_text("Quá dài: 201 trên 200 ký tự.")
    page.press("#message", "Enter")
    expect(page.locator(".failed .reason")).to_have_text(
        "Tin nhắn quá dài. Hãy rút ngắn còn tối đa 200 ký tự."
    )
    page.get_by_role("button", name="Sửa câu hỏi").click()
    expect(page.locator("#message")).to_have_value("a" * 201)
    expect(page.locator("#message")).to_be_focused()
    expect(page.locator(".resident")).to_have_count(0)


def test_markup_in_messages_and_answers_is_text(page: Page, desk: ScriptedReceptionist) -> None:
    evil = "<script>document.title='hacked'</script><img src=x onerror=\"document.title='hacked'\">"
    desk.script[evil] = Answer(
        Outcome.ANSWERED,
        f"{evil}\n• {evil}\n1. {evil}\n{evil}: x\n"
        'https://a.vn/"onclick=alert(1) javascript:alert(1)',
        procedure=ProcedureRef("1.000000", evil),
        choices=(Choice(evil, evil),),
        citations=(Citation("1.000000", evil, evil, None, False, "javascript:alert(1)"),),
    )
    for _ in range(2):
        if not page.locator(".resident").count():
            send(page, evil)
        expect(page.locator(".said")).to_have_text(evil)
        expect(answers(page).locator(".choices button")).to_have_text(f"1 {evil}")
        expect(page.locator("#in-hand b")).to_have_text(evil)
        assert page.locator("#log script, #log img:not([src='static/lotus.svg'])").count() == 0
        assert answers(page).locator("a").count() == 1
        assert answers(page).locator("a").get_attribute("href") == "https://a.vn/"
        assert "hacked" not in page.title()
        page.reload()


def test_the_page_runs_under_a_strict_content_security_policy(page: Page, address: str) -> None:
    response = page.request.get(address)
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    html = response.text()
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:", html)
    assert (
        set(re.findall(r'(?:src|href)="(https?:[^"]+)"', html)) == set()
    )  # nothing from elsewhere


def test_deleting_clears_the_screen_and_tells_the_server(
    page: Page, desk: ScriptedReceptionist
) -> None:
    send(page, "giấy tờ")
    expect(answers(page)).to_have_count(1)
    page.click("#erase")
    page.get_by_role("button", name="Giữ lại").click()
    expect(answers(page)).to_have_count(1)
    page.click("#erase")
    page.get_by_role("button", name="Xóa, bắt đầu lại").click()
    expect(page.locator(".note")).to_have_text("Đã xóa cuộc trò chuyện.")
    assert desk.heard[-1] == ("Xóa cuộc trò chuyện", "c1")
    expect(page.locator(".message")).to_have_count(0)
    expect(page.locator("#in-hand")).to_be_hidden()
    page.reload()
    expect(page.locator(".message")).to_have_count(0)
    send(page, "việc gì")
    expect(answers(page)).to_have_count(1)
    assert desk.heard[-1] == ("việc gì", None)


def test_deleting_without_a_network_says_what_could_not_be_deleted(page: Page) -> None:
    send(page, "giấy tờ")
    expect(answers(page)).to_have_count(1)
    page.context.set_offline(True)
    page.click("#erase")
    page.get_by_role("button", name="Xóa, bắt đầu lại").click()
    expect(page.locator(".note")).to_contain_text("chưa xóa được trên máy chủ")
    expect(page.locator(".message")).to_have_count(0)


def test_text_size_and_contrast_are_remembered(page: Page) -> None:
    size = "parseFloat(getComputedStyle(document.body).fontSize)"
    assert page.evaluate(size) >= 18
    page.locator("#display summary").click()
    page.get_by_label("Rất lớn").check()
    page.get_by_label("Tương phản cao").check()
    page.keyboard.press("Escape")
    expect(page.get_by_label("Rất lớn")).to_be_hidden()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-contrast", "high")
    assert page.evaluate(size) == 24


@pytest.mark.parametrize("size", ["Vừa", "Rất lớn"])
def test_nothing_scrolls_sideways_at_320_pixels(
    browser: Browser, address: str, desk: ScriptedReceptionist, size: str
) -> None:
    long = "https://dichvucong.gov.vn/" + "a" * 90
    desk.script[long] = Answer(
        Outcome.CLARIFYING,
        f"{long}\n• {long}",
        procedure=ProcedureRef("1.1", long),
        choices=(Choice(long, long),),
    )
    with open_page(browser, address, viewport={"width": 320, "height": 568}) as page:
        page.locator("#display summary").click()
        page.get_by_label(size, exact=True).check()
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        page.keyboard.press("Escape")
        send(page, long)
        expect(answers(page)).to_have_count(1)
        assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("viewport", [NARROW, WIDE], ids=["narrow", "wide"])
def test_ai_label_phone_and_person_stay_in_sight(
    browser: Browser, address: str, viewport: dict[str, int]
) -> None:
    with open_page(browser, address, viewport=viewport) as page:
        for _ in range(3):
            send(page, "giấy tờ")
            expect(page.locator("#pending")).to_be_hidden()
        for end in (0, 99_999):
            page.evaluate(f"scrollTo({{top: {end}, behavior: 'instant'}})")
            expect(page.locator("#ai summary")).to_be_in_viewport(ratio=1)
            expect(page.locator(".desk a[href^='tel:']")).to_be_in_viewport(ratio=1)
            expect(page.get_by_role("button", name="Gặp cán bộ")).to_be_in_viewport(ratio=1)
        page.locator("#ai summary").click()
        expect(page.locator("#ai p")).to_contain_text("trợ lý tự động (AI) của phường Hoa Sen")


def test_the_keyboard_alone_is_enough(page: Page, desk: ScriptedReceptionist) -> None:
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#message")).to_be_focused()
    page.keyboard.type("việc gì")
    page.keyboard.press("Enter")
    expect(answers(page)).to_have_count(1)
    choice = answers(page).get_by_role("button", name="Đăng ký khai sinh")
    desk.script["cho tôi hỏi khai sinh"] = PAPERS
    press_until(page, "Shift+Tab", choice)
    page.keyboard.press("Enter")
    expect(answers(page)).to_have_count(2)
    summary = answers(page).last.locator(".sources summary")
    press_until(page, "Tab", summary)
    page.keyboard.press("Enter")
    expect(answers(page).last.locator(".sources li").first).to_be_visible()
    press_until(page, "Tab", page.locator("#erase"))
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator("#erase")).to_be_focused()


def press_until(page: Page, key: str, target: Locator) -> None:
    for _ in range(30):
        page.keyboard.press(key)
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{key} never reached {target!r}")


def test_less_motion_is_respected(browser: Browser, address: str) -> None:
    with open_page(browser, address, reduced_motion="reduce") as page:
        turning = "getComputedStyle(document.querySelector('#pending'), '::before').animationName"
        assert page.evaluate(turning) == "none"


def test_without_scripts_the_page_says_whom_to_call(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=NARROW)
    page = context.new_page()
    page.goto(address)
    expect(page.locator("noscript a")).to_be_visible()
    expect(page.locator(".disclosure")).to_be_visible()
    context.close()


def open_dialog(page: Page) -> None:
    page.click("#erase")


def open_display(page: Page) -> None:
    page.locator("#display summary").click()


def talk(page: Page) -> None:
    send(page, "giấy tờ")
    expect(answers(page)).to_have_count(1)
    answers(page).locator(".sources summary").click()
    send(page, "việc gì")
    expect(answers(page)).to_have_count(2)
    page.context.set_offline(True)
    send(page, "lệ phí")
    expect(page.locator(".failed")).to_have_count(1)


def talk_in_high_contrast(page: Page) -> None:
    open_display(page)
    page.get_by_label("Tương phản cao").check()
    talk(page)


@pytest.mark.parametrize("viewport", [NARROW, WIDE], ids=["narrow", "wide"])
@pytest.mark.parametrize("act", [None, talk, talk_in_high_contrast, open_display, open_dialog])
def test_axe_finds_nothing(
    browser: Browser, address: str, viewport: dict[str, int], act: Callable[[Page], None] | None
) -> None:
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        missing("axe-playwright-python is not installed")
    with open_page(browser, address, viewport=viewport, reduced_motion="reduce") as page:
        if act:
            act(page)
        found = Axe().run(page).response["violations"]
        assert not found, [(v["id"], [node["html"] for node in v["nodes"]]) for v in found]
