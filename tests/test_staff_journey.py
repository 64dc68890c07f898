"""The console in a real browser: signed in for the first time, a fee corrected, seen by all."""

from collections.abc import Iterator

import pytest
from browser import chromium, serving
from playwright.sync_api import Browser, expect
from staffroom import PASSWORD, accounts_of, enter, hire, violations

from assistant.desk import Desk
from channels.staff.accounts import Role
from channels.web import create_app
from evals.desk import fresh_desk

pytestmark = pytest.mark.slow
CODE = "2.000815"
PAGES = (
    "/staff", "/staff/inbox", "/staff/inbox/answered", "/staff/canned", "/staff/faq",
    "/staff/faq/new", "/staff/procedures", f"/staff/procedures/{CODE}",
    f"/staff/procedures/{CODE}/history", "/staff/account", "/staff/account/totp",
    "/staff/password", "/staff/accounts", "/staff/log",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def office() -> Iterator[tuple[Desk, str]]:
    with fresh_desk() as desk, serving(create_app(desk)) as address:
        hire(desk)
        yield desk, address


def test_no_page_breaks_wcag_and_none_is_wider_than_a_narrow_phone(
    browser: Browser, office: tuple[Desk, str]
) -> None:
    desk, address = office
    talk = desk.conversations.start("web")
    desk.inquiries.open(talk, "phường có máy rút tiền không", kind="not_found")
    desk.inquiries.open(talk, "ở phường có máy rút tiền không ạ", kind="not_found")
    done = desk.inquiries.open(talk, "có chỗ gửi xe không", kind="not_found")
    desk.inquiries.answer(done, "Dạ, có bãi xe bên trái cổng ạ.", by="Nguyễn Thị Lan")
    entry = desk.faq.propose("Có chỗ gửi xe không?", "Dạ, có ạ.", by="lan")
    page = browser.new_page(viewport={"width": 320, "height": 640}, locale="vi-VN")
    page.goto(f"{address}/staff/login")
    problems = violations(page)
    enter(page, address, "binh")
    for path in (*PAGES, f"/staff/faq/{entry.id}"):
        page.goto(address + path)
        problems += violations(page)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 320:
            problems.append(f"{path}: {width} px wide")
    page.close()
    assert problems == []


def test_first_sign_in_then_a_fee_is_corrected_by_keyboard_and_the_chat_says_it(
    browser: Browser, office: tuple[Desk, str]
) -> None:
    desk, address = office
    initial = accounts_of(desk).add("moi", "Người Mới", Role.PUBLISHER, by="test")
    page = browser.new_page(locale="vi-VN")
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    enter(page, address, "moi", initial)
    page.fill("#old", initial)
    page.fill("#new", PASSWORD)
    page.fill("#again", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Đã đổi mật khẩu.")
    page.goto(f"{address}/staff/procedures")
    page.fill("#q", CODE)
    page.keyboard.press("Enter")
    page.locator("tbody a").first.focus()
    page.keyboard.press("Enter")
    page.locator("#f-fees-0-amount_vnd").fill("6.500")
    expect(page.locator("#preview-body .web")).to_contain_text("6.500 đồng")
    page.get_by_role("button", name="Công bố ngay").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Đã công bố bản")
    question = {"message": f"{CODE} lệ phí bao nhiêu"}
    answer = page.request.post(f"{address}/api/chat", data=question).json()
    assert "6.500 đồng" in answer["text"]
    page.locator("#f-documents-0-name").wait_for()
    names = [page.locator(f"#f-documents-{n}-name").input_value() for n in (0, 1)]
    page.locator('[value="down:documents:0"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator("#f-documents-1-name")).to_have_value(names[0])
    expect(page.locator("#f-documents-0-name")).to_have_value(names[1])
    page.close()
    assert problems == []
