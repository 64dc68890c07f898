"""Writes the README's pictures of the chat page, from the real desk of the sample office.

Run from the repository's root: `PYTHONPATH=.:tests python docs/pictures.py`.
"""

from pathlib import Path

from browser import NARROW, WIDE, chromium, open_page, serving
from playwright.sync_api import Browser, Page, expect

from channels.web import create_app
from evals.desk import fresh_desk

IMAGES = Path(__file__).parent / "images"
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


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    with fresh_desk() as desk, serving(create_app(desk)) as address, chromium() as browser:
        take(browser, address)
