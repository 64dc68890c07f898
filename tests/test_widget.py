"""The chat on the ward's own site: who may embed it, what it weighs, what other sites are told."""

import gzip
import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from assistant.desk import Desk
from channels.widget.bundle import bundle
from channels.widget.permits import BadOrigin, Permit, Permits, origin_of

WARD = "https://hoasen.example.gov.vn"
ASK = {"message": "thủ tục 1.001193 cần giấy tờ gì", "channel": "web"}


@pytest.fixture
def permit(desk: Desk) -> Iterator[Permit]:
    store = desk.library.store
    permits = Permits(store)
    yield permits.allow(desk.office_id, WARD, by="test")
    for origin in (permits.of(desk.office_id) or Permit("", "")).origins:
        permits.deny(desk.office_id, origin, by="test")


def test_the_script_is_small_and_asks_nothing_of_a_framework(client: TestClient) -> None:
    response = client.get("/widget.js", headers={"accept-encoding": "gzip"})
    assert response.headers["content-encoding"] == "gzip"
    assert len(gzip.compress(response.content, 9)) <= 30_000
    assert len(bundle().compressed) <= 30_000
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"
    again = client.get("/widget.js", headers={"if-none-match": response.headers["etag"]})
    assert again.status_code == 304
    plain = client.get("/widget.js", headers={"accept-encoding": "identity"})
    assert plain.content == response.content and "content-encoding" not in plain.headers
    script = plain.text
    assert not re.search(r"^\s*(import|export)\b", script, re.M)
    assert not re.search(r"innerHTML|insertAdjacentHTML|document\.cookie|eval\(", script)


def test_another_site_is_told_nothing_until_it_is_allowed(
    client: TestClient, desk: Desk, permit: Permit
) -> None:
    at = f"/w/{permit.key}/api/chat"
    good = client.post(at, json=ASK, headers={"origin": WARD})
    assert good.status_code == 200
    assert good.headers["access-control-allow-origin"] == WARD
    assert "Letan-Inquiry" in good.headers["access-control-expose-headers"]
    assert "Origin" in good.headers["vary"]
    for origin in ("https://la.example.com", "null", f"{WARD}.la.com", "http" + WARD[5:], ""):
        headers = {"origin": origin} if origin else {}
        refused = client.post(at, json=ASK, headers=headers)
        assert refused.status_code == 403, origin
        assert refused.json()["error"]["code"] == "origin_not_allowed"
        assert "access-control-allow-origin" not in refused.headers
    Permits(desk.library.store).deny(desk.office_id, WARD, by="test")
    assert client.post(at, json=ASK, headers={"origin": WARD}).status_code == 403


def test_a_browser_that_asks_first_is_answered_for_allowed_sites_only(
    client: TestClient, permit: Permit
) -> None:
    at = f"/w/{permit.key}/api/chat/stream"
    asks = {"access-control-request-method": "POST", "access-control-request-headers": "x"}
    may = client.options(at, headers={"origin": WARD, **asks})
    assert may.status_code == 204 and may.headers["access-control-allow-origin"] == WARD
    assert "content-type" in may.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in may.headers
    assert client.options(at, headers={"origin": "https://la.vn", **asks}).status_code == 403


def test_a_widget_opens_what_a_resident_needs_and_nothing_else(
    client: TestClient, permit: Permit
) -> None:
    for path in (
        "staff", "staff/login", "api/queue", "api/board", "api/kiosk/checklist/1.001193", "metrics",
        "api/conversations/x", "", "api/chat/../board",
    ):  # fmt: skip
        found = client.get(f"/w/{permit.key}/{path}", headers={"origin": WARD})
        assert found.status_code == 404, path
    for key in ("", "0" * 20, permit.key.upper(), f"{permit.key}x", "' or 1"):
        found = client.get(f"/w/{key}/api/widget", headers={"origin": WARD})
        assert found.status_code == 404, key
    opening = client.get(f"/w/{permit.key}/api/widget", headers={"origin": WARD}).json()
    assert opening["office"] == "phường Hoa Sen" and "(AI)" in opening["disclosure"]
    assert opening["phone"] in opening["phones"]


def test_other_sites_cannot_go_past_the_widget(client: TestClient) -> None:
    foreign = client.post("/api/chat", json=ASK, headers={"origin": "https://la.vn"})
    assert foreign.status_code == 403 and foreign.json()["error"]["code"] == "other_origin"
    told = {"origin": "https://la.vn", "sec-fetch-site": "cross-site"}
    assert client.get("/api/board", headers=told).status_code == 403
    own = client.post("/api/chat", json=ASK, headers={"origin": "http://testserver"})
    assert own.status_code == 200 and "access-control-allow-origin" not in own.headers
    behind = {"origin": "https://letan.vn", "sec-fetch-site": "same-origin"}
    assert client.post("/api/chat", json=ASK, headers=behind).status_code == 200
    assert client.get("/", headers=told).status_code == 200  # a link from elsewhere


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("https://HoaSen.gov.vn/", "https://hoasen.gov.vn"),
        ("https://hoasen.gov.vn:443/trang?x=1", "https://hoasen.gov.vn"),
        (" http://127.0.0.1:8001 ", "http://127.0.0.1:8001"),
    ],
)
def test_an_address_is_read_as_the_origin_a_browser_sends(given: str, origin: str) -> None:
    assert origin_of(given) == origin


@pytest.mark.parametrize(
    "given", ["*", "null", "hoasen.gov.vn", "https://*.gov.vn", "ftp://a.vn", "https://a b", ""]
)
def test_what_is_no_address_is_not_allowed(given: str) -> None:
    with pytest.raises(BadOrigin):
        origin_of(given)


def test_a_new_key_ends_the_old_one(client: TestClient, desk: Desk, permit: Permit) -> None:
    fresh = Permits(desk.library.store).new_key(desk.office_id, by="test")
    assert fresh.key != permit.key and fresh.origins == permit.origins
    headers = {"origin": WARD}
    assert client.get(f"/w/{permit.key}/api/widget", headers=headers).status_code == 404
    assert client.get(f"/w/{fresh.key}/api/widget", headers=headers).status_code == 200
