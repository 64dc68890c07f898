"""A real server and a real Chromium for the tests of web pages."""

import os
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = os.environ.get("LETAN_CHROMIUM", "/usr/bin/chromium")
# What the system's Chromium needs to start in a container and to leave the network alone.
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
NARROW = {"width": 360, "height": 740}
WIDE = {"width": 1280, "height": 800}


def missing(what: str) -> None:
    """Skip for a missing part, or fail where everything is required (``LETAN_REQUIRE_ALL=1``)."""
    if os.environ.get("LETAN_REQUIRE_ALL") == "1":
        pytest.fail(f"{what}, and LETAN_REQUIRE_ALL=1 asks for every part")
    pytest.skip(what, allow_module_level=True)


def need(module: str, extra: str) -> None:
    """Go on only where an optional package is installed."""
    if find_spec(module) is None:
        missing(f"extra `{extra}` is not installed")


@contextmanager
def chromium(*more: str) -> Iterator[Browser]:
    """The system's Chromium with ``more`` arguments, closed at the end."""
    if not shutil.which(CHROMIUM):
        missing(f"no Chromium at {CHROMIUM} (apt install chromium, or set LETAN_CHROMIUM)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *more])
        yield browser
        browser.close()


@contextmanager
def serving(app: Any, port: int = 0) -> Iterator[str]:
    """``app`` behind uvicorn on this machine (0: a free port); gives the address."""
    listener = socket.create_server(("127.0.0.1", port))
    # the other implementation of web sockets warns when it is imported
    config = uvicorn.Config(
        app, log_level="error", access_log=False, lifespan="off", ws="websockets-sansio",
        timeout_graceful_shutdown=1,  # a board's stream never ends by itself
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()


@contextmanager
def open_page(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    """A page in a context of its own; a script error or a broken security policy fails the test."""
    context = browser.new_context(**{"viewport": NARROW, "locale": "vi-VN"} | options)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda said: (
            problems.append(said.text)
            if said.type == "error" and "Failed to load resource" not in said.text
            else None
        ),
    )
    page.goto(address)
    page.locator("#send:enabled").wait_for()
    yield page
    context.close()
    assert not problems, problems
