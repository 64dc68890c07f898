"""Writes the README's pictures, from the real desk of the sample office and its real pages.

Run from the repository's root: `PYTHONPATH=.:tests python docs/pictures.py`.
"""

from pathlib import Path

from browser import NARROW, WIDE, chromium, open_page, serving
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from staffroom import PASSWORD, hire

from assistant.desk import Desk
from assistant.queue_store import Wanted
from channels.web import create_app
from evals.desk import fresh_desk

IMAGES = Path(__file__).parent / "images"
BIRTH = "1.001193"
MOST_BYTES = 200_000
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
    for picture in IMAGES.glob("*.png"):
        lighten(picture)
