"""The page and the real desk of the sample office together."""

import re
from collections.abc import Iterator

import pytest
from browser import chromium, open_page, serving
from playwright.sync_api import Browser, expect

from channels.web import create_app
from evals.desk import fresh_desk

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with fresh_desk() as desk, serving(create_app(desk)) as address:
        yield address


def test_every_example_is_answered_from_a_record(browser: Browser, address: str) -> None:
    with open_page(browser, address) as page:
        answers = page.locator(".answer")
        examples = page.locator(".examples button")
        assert 6 <= examples.count() <= 8
        seen = set()
        for number, example in enumerate(examples.all(), 1):
            example.click()
            expect(answers).to_have_count(number)
            expect(answers.last.locator(".sources")).to_be_visible()
            seen.add(page.locator("#in-hand").get_attribute("title"))
        assert len(seen) == examples.count()


def test_a_conversation_keeps_its_procedure_and_can_be_deleted(
    browser: Browser, address: str
) -> None:
    with open_page(browser, address) as page:
        answers = page.locator(".answer")
        page.get_by_role("button", name="Làm khai sinh cho con").click()
        expect(answers).to_have_count(1)
        expect(page.locator("#in-hand")).to_contain_text(re.compile("khai sinh", re.I))
        for number, follow_up in enumerate(("Mẫu tờ khai", "Lệ phí", "Nơi nộp"), 2):
            page.locator(".follow-ups").get_by_role("button", name=follow_up).click()
            expect(answers).to_have_count(number)
            expect(answers.last.locator(".sources")).to_contain_text("1.001193")
        expect(answers.last).to_contain_text("Quầy số")
        page.get_by_role("button", name="Gặp cán bộ").click()
        expect(answers).to_have_count(5)
        expect(answers.last.locator("a.phone").first).to_be_visible()
        page.click("#erase")
        page.get_by_role("button", name="Xóa, bắt đầu lại").click()
        expect(page.locator(".note")).to_have_text("Đã xóa cuộc trò chuyện.")


def test_a_clerks_answer_comes_to_the_page_that_asked_once(browser: Browser) -> None:
    with (
        fresh_desk() as desk,
        serving(create_app(desk)) as where,
        open_page(browser, where) as page,
    ):
        asked: list[str] = []
        page.on("request", lambda sent: "/api/inquiries/" in sent.url and asked.append(sent.url))
        page.clock.install()
        page.reload()
        page.fill("#message", "cấp phép bay cho tàu vũ trụ của nhà em")
        with page.expect_response("**/api/chat/stream") as passed_on:
            page.press("#message", "Enter")
        code = passed_on.value.headers["letan-inquiry"]
        expect(page.locator(".answer")).to_contain_text("hiện ngay tại trang này")
        with page.expect_response(f"**/api/inquiries/{code}"):
            page.clock.fast_forward(60_000)
        clerk = page.locator(".clerk")
        expect(clerk).to_have_count(0)
        desk.inquiries.answer(code, "Mời anh tới quầy 9.\n<b>Mang</b> thẻ căn cước.", by="lan")
        page.clock.fast_forward(60_000)
        expect(clerk).to_have_count(1)
        expect(clerk.locator(".who")).to_contain_text(re.compile(r"Cán bộ trả lời .*09:00.*24/11"))
        expect(clerk).to_contain_text("<b>Mang</b> thẻ căn cước.")
        expect(clerk).to_contain_text(code)
        before = len(asked)
        page.clock.fast_forward(120_000)
        page.reload()
        expect(clerk).to_have_count(1)
        page.fill("#message", code)
        with page.expect_response("**/api/chat/stream"):
            page.press("#message", "Enter")
        expect(page.locator(".answer")).to_have_count(2)
        page.clock.fast_forward(120_000)
        page.reload()
        expect(clerk).to_have_count(1)
        assert len(asked) == before


def test_an_answer_given_while_the_page_was_away_is_shown_when_it_opens(browser: Browser) -> None:
    with (
        fresh_desk() as desk,
        serving(create_app(desk)) as where,
        open_page(browser, where) as page,
    ):
        page.get_by_role("button", name="Gặp cán bộ").click()
        expect(page.locator(".answer")).to_have_count(1)
        (inquiry,) = desk.inquiries.waiting()
        desk.inquiries.answer(inquiry.code, "Dạ, mời chị gọi lại.", by="lan")
        page.reload()
        expect(page.locator(".clerk .text")).to_have_text("Dạ, mời chị gọi lại.")
