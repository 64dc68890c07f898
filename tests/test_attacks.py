"""What somebody who means harm sends to a ward's desk, and what it makes of that."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import anyio
import pytest
from conftest import UNBOUND
from fastapi.testclient import TestClient
from staffroom import Browser, at_work, hire
from structlog.testing import capture_logs
from test_offices_site import routes_of

from assistant.desk import Desk
from channels.fair_places import FairPlaces, Full
from channels.staff.access import SESSION_COOKIE
from channels.web import create_app

MARKS = "{{7*191}} {% raw %} ${7*191} {phone} {0.__class__} {office.__init__.__globals__} %(x)s %n"
MAD = MARKS + " <script>x</script>"
UPWARDS = (
    "../../../../etc/passwd", "..%2f..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd",
    "....//....//etc/passwd", "/etc/passwd", "..\\..\\etc\\passwd", "%c0%ae%c0%ae/etc/passwd",
    "..%252f..%252fetc%252fpasswd", "x%00.png",
)  # fmt: skip


@pytest.fixture
def http(desk: Desk) -> Iterator[TestClient]:
    with TestClient(create_app(desk, protection=UNBOUND), raise_server_exceptions=False) as client:
        yield client


def test_no_address_leads_out_of_its_folder(desk: Desk, http: TestClient) -> None:
    paths = sorted({route.path for route in routes_of(http.app.routes) if "{" in route.path})  # type: ignore[attr-defined]
    assert len(paths) > 20
    places = ["/static/{x}", "/static/kiosk/{x}", "/{x}", *paths]
    for place in places:
        if place.endswith("/events"):
            continue
        for upwards in UPWARDS:
            for words in (upwards, quote(upwards, safe="")):
                answer = http.get(re.sub(r"{[^}]+}", lambda _, w=words: w, place))
                assert answer.status_code < 500, (place, words)
                assert "root:" not in answer.text and "SQLite format" not in answer.text
    for inside in ("../templates/chat.html", "..%2ftemplates%2fchat.html", "../web.py"):
        assert http.get(f"/static/{inside}").status_code == 404


def test_what_an_office_writes_is_text_and_no_template(own_desk: Desk) -> None:
    """Not for Jinja, and not for the sentences that facts are filled into."""
    store = own_desk.library.store
    office = store.office(own_desk.office_id)
    counters = tuple(c.model_copy(update={"name": f"Quầy {MAD}"}) for c in office.counters)
    mad = office.model_copy(update={"name": f"phường {MAD}", "counters": counters})
    store.put_office(mad, by="test")
    with TestClient(create_app(own_desk, protection=UNBOUND)) as http:
        for path in ("/", "/kiosk", "/board", "/t/1.001193", "/staff/login"):
            page = http.get(path)
            assert page.status_code == 200, path
            assert "1337" not in page.text and "<script>x" not in page.text, path
        for asked in ("xin chào", "địa chỉ ở đâu", "1.001193 nộp ở quầy nào", "gặp cán bộ"):
            answer = http.post("/api/chat", json={"message": asked})
            assert answer.status_code == 200 and "1337" not in answer.text, asked
            assert "<class" not in answer.text and "__globals__': " not in answer.text
        greeting = http.get("/").text
        assert "{{7*191}}" in greeting and "{0.__class__}" in greeting


def test_what_a_resident_writes_is_text_to_the_staff(own_desk: Desk) -> None:
    hire(own_desk)
    asked = own_desk.receptionist.reply("cho tôi gặp cán bộ {{7*191}} <b>x</b>", None, "web")
    assert asked.inquiry
    with at_work(own_desk, "binh") as browser:
        page = browser.get("/staff/inbox")
        assert "1337" not in page.text and "<b>x" not in page.text and "{{7*191}}" in page.text


def test_a_session_begins_with_signing_in_whatever_cookie_was_planted(own_desk: Desk) -> None:
    hire(own_desk)
    with at_work(own_desk, "lan") as attacker, TestClient(attacker.client.app) as client:
        planted = attacker.client.cookies[SESSION_COOKIE]
        attacker.client.get("/staff/login")
        client.cookies.set(SESSION_COOKIE, "planted", path="/staff")
        victim = Browser(client)
        assert victim.sign_in("minh").status_code == 200
        own = {cookie.value for cookie in client.cookies.jar if cookie.name == SESSION_COOKIE}
        assert len(own - {"planted", planted}) == 1
        assert "Trần Văn Minh" not in attacker.get("/staff/account").text
        assert attacker.client.cookies[SESSION_COOKIE] == planted


def test_a_page_that_refuses_leads_back_to_ours_and_nowhere_else(own_desk: Desk) -> None:
    hire(own_desk)
    with at_work(own_desk, "lan") as browser:
        for referer, back in (
            ("https://evil.example/staff/login", "/staff"),
            ("http://testserver/staff/inbox?trang=2", "/staff/inbox?trang=2"),
            ("//evil.example/staff", "/staff"),
        ):
            page = browser.client.get("/staff/accounts", headers={"referer": referer})
            assert page.status_code == 403 and "evil.example" not in page.text
            assert f'<a class="button" href="{back}">Quay lại' in page.text


@pytest.mark.parametrize("path", ["/staff/nhap", "/staff/login", "/api/chat", "/hooks/telegram"])
def test_a_body_without_end_is_neither_gathered_nor_waited_for(http: TestClient, path: str) -> None:
    """What is read of it before the answer is what a stranger's request can cost."""
    taken, statuses = 0, []

    async def receive() -> Any:
        nonlocal taken
        taken += 64 * 1024
        return {"type": "http.request", "body": b"x" * 64 * 1024, "more_body": True}

    async def send(message: Any) -> None:
        statuses.append(message.get("status"))

    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "scheme": "http",
        "query_string": b"", "root_path": "", "http_version": "1.1", "client": ("203.0.113.7", 1),
        "server": ("testserver", 80),
        "headers": [
            (b"transfer-encoding", b"chunked"),
            (b"content-type", b"application/x-www-form-urlencoded"),
        ],
    }  # fmt: skip

    async def ask() -> None:
        with anyio.fail_after(30):
            await http.app(scope, receive, send)

    anyio.run(ask)
    assert statuses[0] in (303, 403, 404, 413)
    assert taken <= 1_200_000


def test_no_line_of_the_log_is_written_by_a_stranger(http: TestClient) -> None:
    forged = 'x\n{"level": "error", "event": "forged"}\x1b[31m'
    with capture_logs() as lines:
        http.get(f"/t/{quote(forged, safe='')}")
        http.get("/", headers={"x-forwarded-for": quote(forged), "referer": quote(forged)})
        http.post("/api/chat", json={"message": forged})
        http.post("/hooks/telegram", json={"message": forged})
    for line in lines:
        assert "forged" not in repr(line), line


def test_who_holds_many_places_gives_the_oldest_to_who_has_none() -> None:
    places = FairPlaces(3)
    lost: list[int] = []
    with places.taken_by("greedy") as first, places.taken_by("greedy"), places.taken_by("greedy"):
        first.on_loss = lambda: lost.append(1)
        assert not places.has_one_for("greedy")
        with pytest.raises(Full), places.taken_by("greedy"):
            pass
        assert places.has_one_for("hall")
        with places.taken_by("hall"):
            assert first.is_lost and lost == [1]
            assert not places.has_one_for("greedy") and not places.has_one_for("hall")
    assert places.has_one_for("greedy")


def test_one_place_is_held_by_who_came_first() -> None:
    places = FairPlaces(1)
    with places.taken_by("a"), pytest.raises(Full), places.taken_by("b"):
        pass
    with places.taken_by("b") as place:
        assert not place.is_lost


def test_who_loses_a_place_hears_of_it_at_once() -> None:
    places, over = FairPlaces(2), anyio.Event

    async def hold(begun: Any, ended: Any) -> None:
        with places.taken_by("stranger") as place, anyio.move_on_after(20) as patience:
            place.on_loss = patience.cancel
            begun.set()
            await anyio.sleep_forever()
        ended.set()

    async def scenario() -> None:
        async with anyio.create_task_group() as tasks:
            first, second, ended = over(), over(), over()
            tasks.start_soon(hold, first, ended)
            await first.wait()
            tasks.start_soon(hold, second, over())
            await second.wait()
            with places.taken_by("hall"), anyio.fail_after(10):
                await ended.wait()
            tasks.cancel_scope.cancel()

    anyio.run(scenario)
