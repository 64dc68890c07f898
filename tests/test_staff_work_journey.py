"""A day at the console in a real browser, by keyboard: suspend, two editors, roll back, a question
answered and answered again."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from browser import chromium, open_page, serving
from playwright.sync_api import Browser, Page, expect
from staffroom import enter, hire, press, tab_to, type_in, violations

from assistant.desk import Desk
from channels.web import create_app
from evals.desk import fresh_desk
from knowledge.versions import Status

pytestmark = pytest.mark.slow
CODE = "2.000815"
QUESTION = f"{CODE} lệ phí bao nhiêu"
UNKNOWN = "phường có máy rút tiền không"
ANSWER = "Dạ, máy rút tiền ở bên trái cổng, trong sảnh ngân hàng ạ."
ZOOMED = {"width": 320, "height": 640}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def office() -> Iterator[tuple[Desk, str]]:
    with fresh_desk() as desk, serving(create_app(desk)) as address:
        hire(desk)
        yield desk, address


@contextmanager
def signed_in(browser: Browser, address: str, name: str, **options: Any) -> Iterator[Page]:
    """A browser of one's own, signed in; a script error fails the test."""
    context = browser.new_context(**{"locale": "vi-VN"} | options)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    enter(page, address, name)
    yield page
    context.close()
    assert problems == []


def heard(page: Page, address: str, message: str) -> str:
    """What the desk says to a message in a conversation of its own."""
    sent = page.request.post(f"{address}/api/chat", data={"message": message})
    text: str = sent.json()["text"]
    return text


def answered(page: Page, address: str) -> str:
    return heard(page, address, QUESTION)


def test_a_suspension_reaches_residents_at_once_and_ends_at_once(
    browser: Browser, office: tuple[Desk, str]
) -> None:
    _, address = office
    reason = "Máy photo hỏng, sáng mai có lại"
    with signed_in(browser, address, "hoa") as page:
        page.goto(f"{address}/staff/procedures/{CODE}")
        page.locator("#suspend-reason").fill(reason)
        page.locator("#suspend-reason").press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Đã tạm dừng")
        assert reason in answered(page, address)
        page.get_by_role("button", name="Nhận hồ sơ trở lại").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Đã nhận hồ sơ trở lại")
        assert reason not in answered(page, address)


def test_the_second_of_two_editors_is_told_and_her_words_stay_in_the_form(
    browser: Browser, office: tuple[Desk, str]
) -> None:
    """Both without a mouse; the second at 320 px, which is 1280 px at 400 %."""
    desk, address = office
    path = f"{address}/staff/procedures/{CODE}"
    with (
        signed_in(browser, address, "minh") as first,
        signed_in(browser, address, "lan", viewport=ZOOMED) as second,
    ):
        first.goto(path)
        second.goto(path)
        type_in(first, first.locator("#f-summary"), "Của Minh")
        press(first, "Lưu nháp")
        expect(first.get_by_role("status")).to_contain_text("Đã lưu nháp")
        type_in(second, second.locator("#f-summary"), "Của Lan")
        type_in(second, second.locator("#note"), "vì khách hỏi")
        press(second, "Lưu nháp")
        expect(second.locator("#conflict")).to_contain_text("minh vừa lưu bản")
        expect(second.locator("#f-summary")).to_have_value("Của Lan")
        expect(second.locator("#note")).to_have_value("vì khách hỏi")
        assert violations(second) == []
        assert second.evaluate("document.documentElement.scrollWidth") <= 320
        press(second, "Lưu nháp")
        expect(second.get_by_role("status")).to_contain_text("Đã lưu nháp")
        expect(second.get_by_role("button", name="Công bố ngay")).to_have_count(0)
    store = desk.library.store
    drafts = store.versions_in(Status.DRAFT)
    assert {d.created_by for d in drafts} == {"minh", "lan"}
    for draft in drafts:
        store.discard_draft(CODE, draft.version, by="test")


def test_a_wrong_fee_is_rolled_back_from_its_history_without_a_mouse(
    browser: Browser, office: tuple[Desk, str]
) -> None:
    _, address = office
    with signed_in(browser, address, "hoa", viewport=ZOOMED) as page:
        before = answered(page, address)
        page.goto(f"{address}/staff/procedures/{CODE}")
        type_in(page, page.locator("#f-fees-0-amount_vnd"), "66.000")
        press(page, "Công bố ngay")
        expect(page.get_by_role("status")).to_contain_text("Đã công bố bản")
        assert "66.000 đồng" in answered(page, address)
        press(page, "Lịch sử")
        expect(page.locator(".diff .new", has_text="66.000").first).to_be_visible()
        tab_to(page, page.get_by_role("button", name=re.compile("Quay lại bản")).first)
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Đã quay lại nội dung bản")
        assert answered(page, address) == before


def test_leaving_a_form_with_words_in_it_asks_first(
    browser: Browser, office: tuple[Desk, str]
) -> None:
    _, address = office
    with signed_in(browser, address, "lan") as page:
        asked: list[str] = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
        page.goto(f"{address}/staff/procedures/{CODE}")
        type_in(page, page.locator("#f-summary"), "Gõ dở")
        page.get_by_role("link", name="Hôm nay").click(no_wait_after=True)
        expect(page.locator("#f-summary")).to_have_value("Gõ dở")
        assert asked == ["beforeunload"]


def test_a_residents_question_is_answered_read_by_its_code_and_next_time_answered_at_once(
    browser: Browser, office: tuple[Desk, str]
) -> None:
    """From the chat to the inbox, back to the chat, and through review to the next resident."""
    _, address = office
    with open_page(browser, address) as resident, open_page(browser, address) as other:
        resident.fill("#message", UNKNOWN)
        with resident.expect_response("**/api/chat/stream") as passed_on:
            resident.press("#message", "Enter")
        code = passed_on.value.headers["letan-inquiry"]
        expect(resident.locator(".answer")).to_contain_text(code)
        with signed_in(browser, address, "lan", viewport=ZOOMED) as clerk:
            clerk.goto(f"{address}/staff/inbox")
            type_in(clerk, clerk.locator(f"#text-{code}"), ANSWER)
            tab_to(clerk, clerk.get_by_label("Lưu luôn thành câu hỏi thường gặp").first)
            clerk.keyboard.press("Space")
            press(clerk, f"Trả lời câu {code}")
            expect(clerk.get_by_role("status")).to_contain_text("Đã trả lời 1 câu hỏi")
            entry = clerk.url
            press(clerk, "Gửi duyệt")
            expect(clerk.get_by_role("status")).to_contain_text("Đã gửi duyệt")
        # In the page that asked, marked as a clerk's; and in any other, by the code.
        resident.reload()
        expect(resident.locator(".clerk .text")).to_have_text(ANSWER)
        expect(resident.locator(".clerk .who")).to_contain_text("Cán bộ trả lời")
        other.fill("#message", code)
        other.press("#message", "Enter")
        expect(other.locator(".answer").last).to_contain_text(ANSWER)
        assert ANSWER not in heard(resident, address, UNKNOWN)  # nobody has read it over yet
        with signed_in(browser, address, "hoa", viewport=ZOOMED) as publisher:
            press(publisher, UNKNOWN)
            publisher.wait_for_url(entry)
            press(publisher, "Công bố")
            expect(publisher.get_by_role("status")).to_contain_text("được trả lời ngay")
        # The next resident: the same words are answered at once, other words with one press.
        with open_page(browser, address) as third:
            third.fill("#message", "phuong co may rut tien ko")
            third.press("#message", "Enter")
            expect(third.locator(".answer")).to_contain_text(ANSWER)
            expect(third.locator(".answer .sources")).to_be_visible()
        before = other.locator(".answer").count()
        other.fill("#message", "cho hỏi phường có chỗ nào rút tiền được không")
        other.press("#message", "Enter")
        expect(other.locator(".answer")).to_have_count(before + 1)
        other.get_by_role("button", name=UNKNOWN).last.press("Enter")
        expect(other.locator(".answer").last).to_contain_text(ANSWER)
