"""People of the staff and their browsers, for the tests of the console."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from argon2 import PasswordHasher
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from httpx import Response
from playwright.sync_api import Locator, Page
from sqlalchemy import delete

from assistant.desk import Desk
from channels.staff.accounts import Accounts, Role
from channels.staff.sealing import Secrets
from channels.staff.settings import StaffSettings
from channels.web import create_app
from knowledge.database import writing
from knowledge.schema_console import StaffAccountRow

AA = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
}
PASSWORD = "mua xuan hoa no"
PEOPLE = {
    "lan": ("Nguyễn Thị Lan", Role.CLERK),
    "minh": ("Trần Văn Minh", Role.EDITOR),
    "hoa": ("Lê Thị Hoa", Role.PUBLISHER),
    "binh": ("Phạm Văn Bình", Role.ADMIN),
}
SETTINGS = StaffSettings(_env_file=None)
# What a test waits for must not be the cost of a hash.
QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


def accounts_of(desk: Desk) -> Accounts:
    sealing = Secrets.open(desk.home)
    return Accounts(desk.library.engine, desk.office_id, desk.clock, SETTINGS, sealing, QUICK)


def hire(desk: Desk) -> None:
    """Everybody of ``PEOPLE`` and nobody else, each with PASSWORD as a password of their own."""
    accounts = accounts_of(desk)
    with writing(desk.library.engine) as connection:
        connection.execute(delete(StaffAccountRow))
    for name, (display_name, role) in PEOPLE.items():
        initial = accounts.add(name, display_name, role, by="test")
        account = accounts.check(name, initial)
        assert account is not None
        accounts.change_password(accounts.sign_in(account), initial, PASSWORD)


class Browser:
    """A person's browser: follows redirects, sends the token of the last page with each form."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.token = ""

    def get(self, path: str, **options: Any) -> Response:
        return self._seen(self.client.get(path, **options))

    def post(self, path: str, **fields: Any) -> Response:
        return self._seen(self.client.post(path, data={"csrf": self.token} | fields))

    def sign_in(self, name: str, password: str = PASSWORD) -> Response:
        self.get("/staff/login")
        return self.post("/staff/login", name=name, password=password)

    def _seen(self, response: Response) -> Response:
        if found := re.search(r'name="csrf" value="([^"]+)"', response.text):
            self.token = found[1]
        return response


@contextmanager
def at_work(desk: Desk, name: str = "", settings: StaffSettings = SETTINGS) -> Iterator[Browser]:
    """A browser on the desk's console; signed in when a name is given."""
    app = create_app(desk, staff=settings)
    with TestClient(app) as client:
        browser = Browser(client)
        if name:
            assert browser.sign_in(name).status_code == 200
        yield browser


def enter(page: Page, address: str, name: str, password: str = PASSWORD) -> None:
    """Sign in as a person does."""
    page.goto(f"{address}/staff")
    page.fill("#name", name)
    page.fill("#password", password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)


def staff_paths(app: FastAPI) -> list[tuple[str, str]]:
    """Every method and path below /staff, whoever's part it is, as the route table has them."""
    found: list[tuple[str, str]] = []

    def walk(routes: Any) -> None:
        for route in routes:
            inner = getattr(route, "original_router", None)
            if inner is not None:
                walk(inner.routes)
            elif isinstance(route, APIRoute) and route.path.startswith("/staff"):
                found.extend((method, route.path) for method in sorted(route.methods))

    walk(app.routes)
    return found


def tab_to(page: Page, target: Locator, most: int = 400) -> None:
    """Reach a control as somebody without a mouse does: with the tabulator, one after another."""
    for _ in range(most):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} is not reached by {most} presses of the tabulator")


def press(page: Page, name: str) -> None:
    """A button or link reached with the tabulator and pressed."""
    both = page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name))
    tab_to(page, both.first)
    page.keyboard.press("Enter")


def type_in(page: Page, field: Locator, text: str) -> None:
    """A field reached with the tabulator and typed over."""
    tab_to(page, field)
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def violations(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 A and AA on the page as it stands."""
    found = Axe().run(page, options=AA).response["violations"]
    return [f"{page.url}: {v['id']} {[n['target'] for n in v['nodes']][:3]}" for v in found]
