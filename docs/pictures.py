"""Writes the README's pictures, from the real desk of the sample office and its real pages.

Run from the repository's root: `PYTHONPATH=.:tests python docs/pictures.py`.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from browser import NARROW, WIDE, chromium, open_page, serving
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from staffroom import PASSWORD, hire

from assistant.desk import Desk
from assistant.queue_store import Wanted
from channels.web import create_app
from evals.desk import fresh_desk
from evals.layouts import write_docx
from evals.rendering import sheet_of_procedure, to_pdf
from knowledge.database import writing
from knowledge.procedures import Fee, FeeStatus

IMAGES = Path(__file__).parent / "images"
BIRTH = "1.001193"
COPY = "2.000815"
WEEK = (
    "làm khai sinh cho con cần giấy tờ gì", "đăng ký kết hôn cần gì",
    "chứng thực bản sao ở quầy nào", "mở hộ kinh doanh lệ phí bao nhiêu",
    "phường có cho thuê sân bóng không", "khai sinh muộn có sao",
    "trợ cấp hưu trí xã hội cần gì", "phường làm việc mấy giờ", "đăng ký tạm trú ở đâu",
    "đăng ký", "sân bóng của phường có cho người dân thuê không",
)  # fmt: skip
CHANNELS = ("web", "web", "kiosk", "telegram", "web", "zalo")
MOST_BYTES = 200_000
NUMBERS_HEIGHT = 1095  # down to the end of the first chart
SHARP = {"device_scale_factor": 2, "reduced_motion": "reduce"}


class NotWorthAPicture(RuntimeError):
    """The desk did not answer from a record; a picture of that would mislead."""


def ask(page: Page, question: str) -> None:
    """Ask, and wait for an answer with its sources."""
    before = page.locator(".answer").count()
    page.fill("#message", question)
    page.press("#message", "Enter")
    expect(page.locator(".answer")).to_have_count(before + 1)
    if not page.locator(".answer").last.locator(".sources").count():
        raise NotWorthAPicture(f"{question!r}: {page.locator('.answer .text').last.inner_text()!r}")
    page.locator("#message").blur()


def take(browser: Browser, address: str) -> None:
    """Three pictures: the first sight and an answer on a phone, a conversation on a desktop."""
    with open_page(browser, address, viewport=NARROW, **SHARP) as page:
        page.evaluate("document.fonts.ready")
        page.screenshot(path=IMAGES / "chat-start.png")
        ask(page, "Chứng thực bản sao giấy tờ ở quầy nào, lệ phí bao nhiêu?")
        page.screenshot(path=IMAGES / "chat-answer.png")
    with open_page(browser, address, viewport=WIDE, **SHARP) as page:
        ask(page, "Làm giấy khai sinh cho con cần giấy tờ gì?")
        ask(page, "nộp ở quầy nào, bao lâu xong?")
        page.locator(".answer .sources summary").last.click()
        page.screenshot(path=IMAGES / "chat-wide.png")


def plain(browser: Browser, width: int, height: int) -> Page:
    """A page at scale 1, for screens whose type is large anyway."""
    return browser.new_page(
        viewport={"width": width, "height": height}, locale="vi-VN", reduced_motion="reduce"
    )


def take_lobby(browser: Browser, address: str, desk: Desk) -> None:
    """The kiosk's list of papers, half of them ticked; the board after calls to six counters."""
    page = plain(browser, 1080, 1920)
    page.goto(f"{address}/kiosk")
    page.get_by_role("button", name="Khai sinh").click()
    page.get_by_role("button", name="Có giấy chứng sinh", exact=True).click()
    expect(page.locator("#papers .ticks")).to_contain_text("Giấy chứng sinh")
    for box in page.locator("#papers .ticks input").all()[:3]:
        box.check()
    page.screenshot(path=IMAGES / "kiosk.png")
    page.close()
    for n, letter in enumerate("BCEFKKB"):
        desk.queue.take(f"picture-{n}", Wanted(letter, is_priority=n == 4))
    for counter in ("5", "3", "9", "6", "2"):
        desk.queue.call_next(counter)
    page = plain(browser, 1920, 1080)
    page.goto(f"{address}/board")
    expect(page.locator("#calls tr")).to_have_count(5)
    page.screenshot(path=IMAGES / "board.png")
    page.close()


def take_pages(browser: Browser, address: str, desk: Desk) -> None:
    """A procedure's record in the console, and its list of papers for the resident."""
    hire(desk)
    page = plain(browser, 1280, 860)
    page.goto(f"{address}/staff")
    page.fill("#name", "hoa")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto(f"{address}/staff/procedures/{BIRTH}")
    page.screenshot(path=IMAGES / "console-procedure.png")
    page.goto(f"{address}/t/{BIRTH}?case=has_certificate")
    page.screenshot(path=IMAGES / "checklist.png")
    page.close()


def take_console(browser: Browser, address: str, desk: Desk) -> None:
    """The office's page, a question explained, a decision under review, the numbers of a week, the
    questions that wait."""
    page = plain(browser, 1280, 900)
    page.goto(f"{address}/staff")
    page.fill("#name", "hoa")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto(f"{address}/staff/office")
    page.screenshot(path=IMAGES / "console-office.png")
    page.goto(f"{address}/staff/thu?q=vợ mới đẻ, làm giấy cho cháu thì cầm theo gì")
    page.screenshot(path=IMAGES / "console-try.png")
    live = desk.library.store.find_view(COPY, desk.office_id)
    if live is None:
        raise NotWorthAPicture(f"{COPY} is not held")
    fees = (Fee(amount_vnd=2500, status=FeeStatus.FIXED, per="trang"),)
    with TemporaryDirectory() as folder:
        source = Path(folder) / "quyet-dinh.docx"
        changed = live.procedure.model_copy(update={"fees": fees})
        write_docx([sheet_of_procedure(changed)], "decision", source)
        page.goto(f"{address}/staff/nhap")
        page.set_input_files("#files", to_pdf(source, Path(folder)))
        page.get_by_role("button", name="Đọc tệp").click()
        expect(page.locator("#finished")).to_be_visible(timeout=120_000)
    page.get_by_role("link", name="Xem và duyệt").click()
    page.locator("tbody th a").click()
    page.locator("a[data-place$='xem=fee']").click()
    expect(page.locator("#place .hint").first).to_contain_text("Phí, lệ phí")
    page.locator("#h-fee").scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / "console-import.png")
    ask_for_a_week(desk)
    page.set_viewport_size({"width": 1280, "height": NUMBERS_HEIGHT})
    page.goto(f"{address}/staff/so-lieu")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / "console-numbers.png")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{address}/staff/inbox")
    page.screenshot(path=IMAGES / "console-inbox.png")
    page.close()


def ask_for_a_week(desk: Desk) -> None:
    """Questions of an ordinary week, through every channel, answered by the desk itself."""
    for n in range(60):
        message, channel = WEEK[n % len(WEEK)], CHANNELS[n % len(CHANNELS)]
        desk.receptionist.reply(message, None, channel)
    spread = (
        "UPDATE turn SET created_at = datetime(created_at, '-' || ((rowid * 4 / 3) % 7) || ' days',"
        " ((rowid * 3) % 8) || ' hours')"
    )
    with writing(desk.library.engine) as connection:
        connection.exec_driver_sql(spread)


def lighten(path: Path) -> None:
    """Few colours are enough for pages of few colours."""
    Image.open(path).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(
        path, optimize=True
    )
    if path.stat().st_size > MOST_BYTES:
        raise NotWorthAPicture(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    with fresh_desk() as desk, serving(create_app(desk)) as address, chromium() as browser:
        take(browser, address)
        take_lobby(browser, address, desk)
        take_pages(browser, address, desk)
        take_console(browser, address, desk)
    for picture in IMAGES.glob("*.png"):
        lighten(picture)
