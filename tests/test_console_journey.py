"""Whole ways through the console, by keyboard: from what staff do to what a resident reads."""

from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest
from browser import chromium, open_page, serving
from playwright.sync_api import Browser, Page, expect
from records import fixed, paper, record
from staffroom import hire
from test_staff_journey import enter, violations

from assistant.desk import Desk
from channels.web import create_app
from evals.desk import fresh_desk
from evals.layouts import write_docx
from evals.rendering import sheet_of_procedure, to_pdf

pytestmark = pytest.mark.slow
CODE = "9.000001"
QUESTION = f"{CODE} cần giấy tờ gì, lệ phí bao nhiêu"
UNKNOWN = "phường có cho thuê sân bóng đá không"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def office() -> Iterator[tuple[Desk, str]]:
    with fresh_desk() as desk, serving(create_app(desk)) as address:
        hire(desk)
        yield desk, address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page at 320 px, which is 1280 px at 400 %; a script error fails the test."""
    page = browser.new_page(viewport={"width": 320, "height": 640}, locale="vi-VN")
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    yield page
    page.context.close()
    assert problems == []


def press(page: Page, name: str) -> None:
    """A button, reached and pressed by keyboard."""
    page.get_by_role("button", name=name, exact=True).focus()
    page.keyboard.press("Enter")


def asked(page: Page, address: str, message: str, channel: str = "web") -> dict[str, str]:
    sent = page.request.post(f"{address}/api/chat", data={"message": message, "channel": channel})
    body: dict[str, str] = sent.json()
    return body


def usable(page: Page) -> None:
    """Nothing axe finds, nothing wider than the screen."""
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.url


@pytest.fixture(scope="module")
def decision(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("decision")
    cats = record(
        CODE, "Đăng ký nuôi mèo trong khu dân cư",
        documents=(paper("Tờ khai đăng ký nuôi mèo"), paper("Giấy tiêm phòng của mèo")),
        fees=(fixed(20000),), result="Giấy đăng ký nuôi mèo",
    )  # fmt: skip
    write_docx([sheet_of_procedure(cats)], "decision", folder / "qd-12.docx")
    return to_pdf(folder / "qd-12.docx", folder)


def test_a_decision_is_handed_in_reviewed_beside_its_page_published_and_asked_for(
    page: Page, office: tuple[Desk, str], decision: Path
) -> None:
    _, address = office
    enter(page, address, "lan")
    page.goto(f"{address}/staff/nhap")
    usable(page)
    page.locator("#files").set_input_files(decision)
    press(page, "Đọc tệp")
    page.wait_for_url("**/staff/nhap/viec/*")
    page.reload()  # the progress survives
    expect(page.locator("#finished")).to_be_visible(timeout=120_000)
    usable(page)
    page.get_by_role("link", name="Xem và duyệt").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/nhap/tep/*")
    usable(page)
    page.locator("tbody th a").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#place svg rect.chosen")).to_have_count(1)
    picture = page.locator("#place svg image").get_attribute("href")
    assert picture and page.request.get(address + picture).ok
    fee = page.locator("a[data-place$='xem=fee']")
    fee.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#place .hint").first).to_contain_text("Phí, lệ phí")
    usable(page)
    result = page.locator("input[name=section][value=result]")
    result.focus()
    page.keyboard.press("Space")  # the clerk does not take this one over
    page.locator("#given-sector").fill("Chăn nuôi")
    if page.locator("#given-receiving").count():
        page.locator("#given-receiving").fill("UBND cấp xã nơi nuôi")
    press(page, "Nhận các phần đã chọn thành bản nháp")
    expect(page.get_by_role("status")).to_contain_text("thành bản nháp")
    expect(page.locator("#f-result")).to_have_value("")
    press(page, "Gửi duyệt")
    expect(page.get_by_role("status")).to_contain_text("Đã gửi duyệt")
    assert "20.000 đồng" not in asked(page, address, QUESTION)["text"]
    press(page, "Đăng xuất")
    page.wait_for_url("**/staff/login*")
    enter(page, address, "hoa")
    page.get_by_role("link", name="Đăng ký nuôi mèo").focus()
    page.keyboard.press("Enter")
    press(page, "Công bố bản này")
    expect(page.get_by_role("status")).to_contain_text("Đã công bố")
    answer = asked(page, address, QUESTION)
    assert "20.000 đồng" in answer["text"] and "Giấy tiêm phòng của mèo" in answer["text"]


def test_a_day_off_and_an_urgent_banner_reach_the_chat_and_a_channel_is_switched_off_and_on(
    page: Page, browser: Browser, office: tuple[Desk, str]
) -> None:
    _, address = office
    enter(page, address, "hoa")
    for path in ("", "/hours", "/contact", "/counters", "/counter?number=9", "/fees", "/fee",
                 "/fee?code=1.001193"):  # fmt: skip
        page.goto(f"{address}/staff/office{path}")
        usable(page)
    page.goto(f"{address}/staff/office")
    page.locator("#day-date").fill("2026-11-25")
    page.locator("#day-hours").fill("13h30-17h")
    page.locator("#day-reason").fill("nghỉ họp buổi sáng")
    press(page, "Ghi ngày này")
    expect(page.get_by_role("status")).to_contain_text("Đã ghi")
    page.locator("#banner-text").fill("Mất điện, tạm ngừng nhận hồ sơ đến 14 giờ.")
    press(page, "Hiện thông báo khẩn")
    expect(page.locator("#banner [value=drop]")).to_be_visible()
    usable(page)
    said = asked(page, address, "mai phường có làm việc không")["text"]
    assert "13:30–17:00: nghỉ họp buổi sáng" in said and "THÔNG BÁO KHẨN: Mất điện" in said
    with open_page(browser, address) as chat:
        expect(chat.locator(".banner")).to_contain_text("Mất điện")
        expect(chat.get_by_text("nghỉ họp buổi sáng")).to_be_visible()
    page.goto(f"{address}/kiosk")
    expect(page.locator(".banner")).to_contain_text("Mất điện")
    page.goto(f"{address}/staff/office")
    press(page, "Gỡ")
    expect(page.locator("#banner [value=drop]")).to_have_count(0)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_label("Trang web", exact=True).focus()
    page.keyboard.press("Space")
    page.locator("#channels button").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Đã lưu")
    off = asked(page, address, "làm khai sinh cần gì")
    assert off["outcome"] == "handed_off" and "tạm ngừng" in off["text"]
    assert asked(page, address, "làm khai sinh cần gì", "zalo")["outcome"] == "answered"
    with open_page(browser, address) as chat:
        expect(chat.locator("#closed")).to_contain_text("đang tạm ngừng")
    page.get_by_label("Trang web", exact=True).focus()
    page.keyboard.press("Space")
    page.locator("#channels button").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".warning")).to_have_count(0)
    assert asked(page, address, "làm khai sinh cần gì")["outcome"] == "answered"


def test_a_wrong_answer_is_explained_and_reported(page: Page, office: tuple[Desk, str]) -> None:
    _, address = office
    enter(page, address, "lan")
    page.goto(f"{address}/staff/thu")
    usable(page)
    page.locator("#q").fill("làm giấy cưới cần gì")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr").first).to_contain_text("trả lời theo việc này")
    usable(page)
    page.get_by_label("Không thủ tục nào ở đây").focus()
    page.keyboard.press("Space")
    press(page, "Đây là sai, ghi lại")
    expect(page.locator("tbody th")).to_contain_text("làm giấy cưới cần gì")
    usable(page)
    export = page.request.get(f"{address}/staff/thu/sai.jsonl").text()
    assert '"kind": "reported"' in export and '"codes": []' in export


def test_the_numbers_say_what_was_asked_and_the_week_prints_on_one_page(
    page: Page, office: tuple[Desk, str], tmp_path: Path
) -> None:
    _, address = office
    for message in (UNKNOWN, f"cho hỏi {UNKNOWN} ạ", "đăng ký kết hôn cần gì", "phường ở đâu"):
        asked(page, address, message)
    enter(page, address, "lan")
    page.goto(f"{address}/staff/so-lieu")
    expect(page.get_by_role("link", name="sân bóng")).to_be_visible()
    for picture in page.locator("img.plot").all():
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("details table").first).to_be_visible()
    usable(page)
    page.goto(f"{address}/staff/so-lieu/tuan?tuan=2026-W48")
    usable(page)
    picture = page.locator("img.plot")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    page.pdf(path=tmp_path / "tuan.pdf", prefer_css_page_size=True)
    (sheet,) = pypdf.PdfReader(tmp_path / "tuan.pdf").pages
    # the reader finds spaces between letters and their marks
    assert "Ngườidânhỏigì" in "".join(sheet.extract_text().split())
    assert abs(float(sheet.mediabox.width) - 595) < 3  # A4
