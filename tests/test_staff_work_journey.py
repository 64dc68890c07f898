"""A day at the console in a real browser: suspend, two editors, roll back."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from browser import chromium, serving
from playwright.sync_api import Browser, Page, expect
from staffroom import enter, hire, violations

from assistant.desk import Desk
from channels.web import create_app
from evals.desk import fresh_desk
from knowledge.versions import Status

pytestmark = pytest.mark.slow
CODE = "2.000815"
QUESTION = {"message": f"{CODE} lệ phí bao nhiêu"}


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


def answered(page: Page, address: str) -> str:
    text: str = page.request.post(f"{address}/api/chat", data=QUESTION).json()["text"]
    return text


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
    desk, address = office
    path = f"{address}/staff/procedures/{CODE}"
    with signed_in(browser, address, "minh") as first, signed_in(browser, address, "lan") as second:
        first.goto(path)
        second.goto(path)
        first.locator("#f-summary").fill("Của Minh")
        first.get_by_role("button", name="Lưu nháp").click()
        expect(first.get_by_role("status")).to_contain_text("Đã lưu nháp")
        second.locator("#f-summary").fill("Của Lan")
        second.locator("#note").fill("vì khách hỏi")
        second.get_by_role("button", name="Lưu nháp").click()
        expect(second.locator("#conflict")).to_contain_text("minh vừa lưu bản")
        expect(second.locator("#f-summary")).to_have_value("Của Lan")
        expect(second.locator("#note")).to_have_value("vì khách hỏi")
        assert violations(second) == []
        second.get_by_role("button", name="Lưu nháp").click()
        expect(second.get_by_role("status")).to_contain_text("Đã lưu nháp")
        expect(second.get_by_role("button", name="Công bố ngay")).to_have_count(0)
    store = desk.library.store
    drafts = store.versions_in(Status.DRAFT)
    assert {d.created_by for d in drafts} == {"minh", "lan"}
    for draft in drafts:
        store.discard_draft(CODE, draft.version, by="test")


def test_a_wrong_fee_is_rolled_back_from_its_history(
    browser: Browser, office: tuple[Desk, str]
) -> None:
    _, address = office
    with signed_in(browser, address, "hoa", viewport={"width": 320, "height": 640}) as page:
        before = answered(page, address)
        page.goto(f"{address}/staff/procedures/{CODE}")
        page.locator("#f-fees-0-amount_vnd").fill("66.000")
        page.get_by_role("button", name="Công bố ngay").click()
        expect(page.get_by_role("status")).to_contain_text("Đã công bố bản")
        assert "66.000 đồng" in answered(page, address)
        page.get_by_role("link", name="Lịch sử").click()
        expect(page.locator(".diff .new", has_text="66.000").first).to_be_visible()
        page.get_by_role("button", name=re.compile("Quay lại bản")).first.click()
        expect(page.get_by_role("status")).to_contain_text("Đã quay lại nội dung bản")
        assert answered(page, address) == before
