"""Two offices in one deployment: each finds its own and nothing of the other's, on every route."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import EMBEDDED, UNBOUND
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from records import Clock, a_rule, record
from server_events import events_of
from sqlalchemy import select
from staffroom import PASSWORD, Browser, accounts_of

from assistant.desk import Desk, build_desks
from assistant.model.settings import ModelSettings
from assistant.queue_store import Wanted
from channels.offices import HOST_SETTING, Offices, create_site
from channels.staff.accounts import Role
from channels.widget.permits import Permits
from knowledge.database import reading
from knowledge.faq import FaqText
from knowledge.schema import Base
from knowledge.settings import LetanSettings

MINE, THEIRS = "hoa-sen", "sen-vang"
MARK = "Sen Vàng"  # stands in everything of the other office
OWN_CODE = "9.000001"
PAPERS = {"message": "thủ tục 1.001193 cần giấy tờ gì"}
SITE = "https://senvang.example.gov.vn"
# Never-ending streams, and what would only end the visit.
LEFT_OUT = {"/api/board/events", "/staff/logout", "/staff/login"}


@pytest.fixture(scope="module")
def desks(homes: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    home = shutil.copytree(homes[1], tmp_path_factory.mktemp("offices") / "home")
    settings = LetanSettings(home=home, office=MINE)
    alone = build_desks(settings, EMBEDDED, clock=Clock(), model=ModelSettings(model=""))
    office = alone[0].library.store.office(MINE)
    other = office.model_copy(
        update={
            "id": THEIRS,
            "name": f"phường {MARK}",
            "counters": tuple(
                counter.model_copy(update={"name": f"{counter.name} {MARK}"})
                for counter in office.counters
            ),
        }
    )
    alone[0].library.store.put_office(other, by="test")
    alone[0].library.store.put_setting(THEIRS, HOST_SETTING, ["letan.senvang.vn"], by="test")
    alone[0].library.engine.dispose()
    both = settings.model_copy(update={"offices": "*"})
    desks = build_desks(both, EMBEDDED, clock=Clock(), model=ModelSettings(model=""))
    yield {desk.office_id: desk for desk in desks}
    desks[0].library.engine.dispose()


@pytest.fixture(scope="module")
def site(desks: dict[str, Desk]) -> Offices:
    site = create_site(list(desks.values()), protection=UNBOUND)
    assert isinstance(site, Offices)
    return site


@pytest.fixture(scope="module")
def http(site: Offices) -> Iterator[TestClient]:
    with TestClient(site, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def theirs(desks: dict[str, Desk]) -> dict[str, Any]:
    """What the other office has; its identifiers do not say whose they are."""
    desk = desks[THEIRS]
    store = desk.library.store
    asked = desk.receptionist.reply(f"cho tôi gặp cán bộ phường {MARK}", None, "web")
    counter = next(c for c in store.office(THEIRS).counters if c.queue)
    number = desk.queue.take("khach-cua-ho", Wanted(str(counter.queue)))
    own = record(OWN_CODE, f"Thủ tục riêng của {MARK}")
    store.publish(own, by="test", office_id=THEIRS)
    store.put_rule(
        a_rule("quy-dinh-cua-ho", office_id=THEIRS, code=OWN_CODE, note=f"Riêng ở {MARK}"),
        by="test",
    )
    accounts = accounts_of(desk)
    accounts.add("huong", f"Ngô Thị {MARK}", Role.ADMIN, by="test")
    text = FaqText(question=f"Chợ {MARK} mở lúc nào?", answer=f"Chợ {MARK} mở 5 giờ.")
    faq = store.add_faq(THEIRS, text, by="test")
    assert asked.inquiry
    return {
        "code": asked.inquiry, "token": number.token, "conversation_id": asked.conversation_id,
        "turn_id": asked.turn_id, "procedure": OWN_CODE, "name": "huong", "faq": str(faq.id),
        "rule": "quy-dinh-cua-ho", "counter": counter.number, "number": number.label,
    }  # fmt: skip


def at(office_id: str, path: str) -> str:
    return f"/o/{office_id}{path}"


def test_an_office_is_reached_by_path_by_host_and_by_default(http: TestClient) -> None:
    assert "phường Hoa Sen" in http.get("/").text
    by_path = http.get(at(THEIRS, "/"))
    assert f"<title>Hỏi thủ tục – phường {MARK}</title>" in by_path.text
    by_host = http.get("/", headers={"host": "letan.senvang.vn"})
    assert f"phường {MARK}" in by_host.text
    assert http.get(at(THEIRS, "")).url.path == at(THEIRS, "/")
    assert http.get(at(THEIRS, "/static/chat.css")).status_code == 200
    assert http.get("/o/khong-co/").status_code == 404
    assert http.get("/", headers={"host": "letan.senvang.vn:8000"}).text == by_host.text


def test_both_answer_from_the_national_records_and_in_their_own_name(
    http: TestClient, desks: dict[str, Desk]
) -> None:
    for office_id, name in ((MINE, "phường Hoa Sen"), (THEIRS, f"phường {MARK}")):
        papers = http.post(at(office_id, "/api/chat"), json=PAPERS).json()
        assert papers["outcome"] == "answered"
        where = http.post(at(office_id, "/api/chat"), json={"message": "địa chỉ ở đâu"}).json()
        assert name in where["text"]
    first, second = (desk.finder._snapshot.linker for desk in desks.values())
    assert first is second  # what they hold alike is in memory once


def test_an_address_made_for_a_resident_leads_back_to_the_office(http: TestClient) -> None:
    picture = http.get(at(THEIRS, "/t/1.001193/qr.svg"))
    mine = http.get("/t/1.001193/qr.svg")
    assert picture.status_code == mine.status_code == 200 and picture.text != mine.text


def test_a_conversation_belongs_to_one_office(http: TestClient, theirs: dict[str, Any]) -> None:
    body = PAPERS | {"conversation_id": theirs["conversation_id"]}
    assert http.post(at(MINE, "/api/chat"), json=body).status_code == 404
    assert http.post(at(THEIRS, "/api/chat"), json=body).status_code == 200
    path = f"/api/chat/stream/{theirs['turn_id']}"
    assert http.get(at(MINE, path)).status_code == 404
    assert MARK in http.get(at(THEIRS, path)).text
    taken = PAPERS | {"turn_id": theirs["turn_id"]}
    refused = http.post(at(MINE, "/api/chat/stream"), json=taken)
    assert refused.status_code == 409 and MARK not in refused.text
    again = http.post(at(THEIRS, "/api/chat/stream"), json=taken)
    assert next(events_of(again.text.splitlines()))["data"]["turn_id"] == theirs["turn_id"]


def test_a_widgets_key_opens_its_own_office_for_its_own_sites(
    http: TestClient, desks: dict[str, Desk]
) -> None:
    permits = Permits(desks[MINE].library.store)
    mine = permits.allow(MINE, "https://hoasen.example.gov.vn", by="test")
    their = permits.allow(THEIRS, SITE, by="test")
    opening = http.get(f"/w/{their.key}/api/widget", headers={"origin": SITE})
    assert opening.json()["office"] == f"phường {MARK}"
    for path in (f"/w/{mine.key}/api/widget", f"/o/{MINE}/w/{mine.key}/api/widget"):
        assert http.get(path, headers={"origin": SITE}).status_code == 403
    crossed = http.get(f"/o/{MINE}/w/{their.key}/api/widget", headers={"origin": SITE})
    assert crossed.status_code == 404


def test_the_console_of_an_office_is_opened_by_its_path_and_asks_for_its_account(
    site: Offices, desks: dict[str, Desk], theirs: dict[str, Any]
) -> None:
    accounts = accounts_of(desks[THEIRS])
    initial = accounts.reset_password("huong", by="test")
    with TestClient(site) as client:
        browser = Browser(client)
        browser.get(at(THEIRS, "/staff/login"))
        assert f"{MARK}" in browser.sign_in("huong", initial).text
        client.cookies.delete("letan_office")
        assert client.get("/staff/inbox", follow_redirects=False).status_code == 303
        assert browser.sign_in("huong", initial).status_code == 401  # no account of the first


def rows_of(desk: Desk, office_id: str) -> dict[str, list[Any]]:
    """Everything the database holds of one office."""
    held: dict[str, list[Any]] = {}
    with reading(desk.library.engine) as connection:
        for table in Base.metadata.sorted_tables:
            column = table.c.id if table.name == "office" else table.c.get("office_id")
            if column is not None:
                found = connection.execute(select(table).where(column == office_id))
                held[table.name] = sorted(map(repr, found))
    return held


def routes_of(routes: Any) -> Iterator[APIRoute]:
    """Every route of an application; included routers keep theirs to themselves."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif inner := getattr(route, "original_router", None):
            yield from routes_of(inner.routes)


def fillings(path: str, theirs: dict[str, Any]) -> list[str]:
    """A path with each of the other office's identifiers in the places it leaves open."""
    names = re.findall(r"{(\w+)(?::\w+)?}", path)
    if not names:
        return [path]
    filled = []
    for value in dict.fromkeys([*map(str, theirs.values()), "1"]):
        made = path
        for name in names:
            usual = {"step": "publish", "version": "1"}.get(name, value)
            made = re.sub(rf"{{{name}(?::\w+)?}}", usual, made)
        filled.append(made)
    return filled


@pytest.mark.parametrize("who", ["nobody", "clerk", "admin"])
def test_no_route_reads_or_changes_what_is_the_other_offices(
    site: Offices, desks: dict[str, Desk], theirs: dict[str, Any], who: str
) -> None:
    app = site.app_of(MINE)
    routes = list(routes_of(app.routes))
    assert len(routes) > 60
    form = {
        **theirs, "id": theirs["faq"], "faq_id": theirs["faq"], "rule_id": theirs["rule"],
        "answer": "x", "text": "x", "reason": "x", "role": "clerk", "action": "call",
        "version": "1", "step": "take", "letter": "A", "question": "x",
    }  # fmt: skip
    with TestClient(site, raise_server_exceptions=False) as client:
        browser = Browser(client)
        if who != "nobody":
            accounts = accounts_of(desks[MINE])
            name = f"nguoi-{who}"
            initial = accounts.add(name, "Người Thử", Role(who), by="test")
            account = accounts.check(name, initial)
            assert account
            accounts.change_password(accounts.sign_in(account), initial, PASSWORD)
            assert browser.sign_in(name).status_code == 200
        before = rows_of(desks[MINE], THEIRS)
        tried = 0
        for route in routes:
            if route.path in LEFT_OUT or route.path.endswith("/events"):
                continue
            for path in fillings(route.path, theirs):
                for method in route.methods - {"HEAD"}:
                    if path == "/staff/password" or path.startswith("/staff/account/"):
                        continue  # one's own
                    data = {"csrf": browser.token} | form
                    options: dict[str, Any] = {"data": data} if method == "POST" else {}
                    if path.startswith("/api/") and method == "POST":
                        options = {"json": {"message": "x", **theirs}}
                    answer = client.request(method, path, follow_redirects=False, **options)
                    assert answer.status_code < 500, (method, path, answer.text[:200])
                    assert MARK not in answer.text, (method, path)
                    tried += 1
        assert tried > 150
        assert rows_of(desks[MINE], THEIRS) == before


def test_each_settings_list_names_the_default_office_first() -> None:
    held = ["a", "hoa-sen", "b"]
    assert LetanSettings(offices="*").office_ids(held) == ["hoa-sen", "a", "b"]
    assert LetanSettings(offices=" b , a").office_ids(held) == ["hoa-sen", "b", "a"]
    assert LetanSettings(office="b", offices="").office_ids(held) == ["b"]
