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
