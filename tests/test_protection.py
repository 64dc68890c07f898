"""The HTTP door under floods, trickles and strangers: refused early, with a reason and a time."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from structlog.testing import capture_logs

from assistant.desk import Desk
from channels.door import error
from channels.protection_settings import ProtectionSettings
from channels.rate_limits import RateLimits
from channels.shared_limits import BadStorage, DatabaseStorage, open_storage
from channels.slow_body import SlowBody
from channels.web import create_app
from channels.widget.permits import Permits
from knowledge.database import reading, writing
from knowledge.schema_limits import RateLimitRow

ASK = {"message": "làm giấy khai sinh cho con cần giấy tờ gì"}


def bounds(**given: Any) -> ProtectionSettings:
    unbound = {
        "per_address_a_minute": 0, "per_conversation_a_minute": 0, "answers_a_day": 0, "waiting": 0,
    }  # fmt: skip
    return ProtectionSettings(**unbound | given)


@pytest.fixture
def door(desk: Desk) -> Callable[..., TestClient]:
    def make(address: str = "127.0.0.1", **given: Any) -> TestClient:
        app = create_app(desk, protection=bounds(**given))
        return TestClient(app, client=(address, 50000))

    return make


@pytest.mark.parametrize(
    "path",
    ["/", "/static/chat.css", "/healthz", "/readyz", "/openapi.json", "/metrics", "/nothing"],
)
def test_every_response_carries_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "camera=()" in headers["permissions-policy"]


def test_an_answer_is_never_kept_by_a_browser_or_proxy(client: TestClient) -> None:
    assert client.post("/api/chat", json=ASK).headers["cache-control"] == "no-store"


def test_an_address_past_its_share_is_told_when_to_come_back(
    door: Callable[..., TestClient],
) -> None:
    http = door(per_address_a_minute=2)
    assert [http.post("/api/chat", json=ASK).status_code for _ in range(3)] == [200, 200, 429]
    refused = http.post("/api/chat", json=ASK)
    assert refused.json()["error"]["code"] == "too_many_address"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert http.get("/").status_code == 200  # reading is not asking


def test_a_conversation_past_its_share_leaves_the_others_alone(
    door: Callable[..., TestClient],
) -> None:
    http = door(per_conversation_a_minute=1)
    one = http.post("/api/chat", json=ASK).json()["conversation_id"]
    again = ASK | {"conversation_id": one}
    assert http.post("/api/chat", json=again).status_code == 200
    refused = http.post("/api/chat", json=again)
    assert refused.status_code == 429
    assert refused.json()["error"]["code"] == "too_many_conversation"
    assert http.post("/api/chat", json=ASK).status_code == 200


def test_a_day_has_a_budget(door: Callable[..., TestClient]) -> None:
    http = door(answers_a_day=1)
    assert http.post("/api/chat", json=ASK).status_code == 200
    refused = http.post("/api/chat", json=ASK)
    assert refused.status_code == 429 and "retry-after" in refused.headers
    assert "gọi điện" in refused.json()["error"]["message"]


def test_queue_numbers_are_not_taken_by_the_hundred_from_one_place(own_desk: Desk) -> None:
    for bound in ({"numbers_a_minute": 2}, {"numbers_a_day": 2}):
        given = {"numbers_a_minute": 0, "numbers_a_day": 0} | bound
        app = create_app(own_desk, protection=bounds(**given))
        http = TestClient(app, client=("118.70.0.7", 1))
        answers = [http.post("/api/queue", json={"client_key": f"khóa-{n:06}"}) for n in range(3)]
        assert [answer.status_code == 429 for answer in answers] == [False, False, True]
        assert "quầy hướng dẫn" in answers[2].json()["error"]["message"]
        assert int(answers[2].headers["retry-after"]) > 0
        other = TestClient(app, client=("118.70.0.8", 1))
        assert other.post("/api/queue", json={"client_key": "khóa-khác"}).status_code != 429
        for house in ("127.0.0.1", "192.168.1.20", "fd00::20"):
            lobby = TestClient(app, client=(house, 1))
            keys = [f"{house}-{n:06}" for n in range(4)]
            assert all(
                lobby.post("/api/queue", json={"client_key": key}).status_code != 429
                for key in keys
            )


def test_bodies_that_are_no_question_still_get_their_own_refusal(
    door: Callable[..., TestClient],
) -> None:
    http = door(per_conversation_a_minute=1)
    for body in (b"{", b"[" * 5000, b"null", b'{"conversation_id": 5, "message": "a"}', b"\xff"):
        answer = http.post("/api/chat", content=body, headers={"content-type": "application/json"})
        assert 400 <= answer.status_code < 500, body


def test_who_would_wait_too_long_is_sent_away_at_once() -> None:
    async def scenario() -> list[int]:
        inside, leave = asyncio.Event(), asyncio.Event()

        async def slow(scope: Any, receive: Any, send: Any) -> None:
            inside.set()
            await leave.wait()
            await error(200, "ok")(scope, receive, send)

        guarded = RateLimits(slow, bounds(waiting=1))
        first = asyncio.create_task(status_of(guarded))
        await inside.wait()
        second = await status_of(guarded)
        leave.set()
        return [await first, second, await status_of(guarded)]

    assert asyncio.run(scenario()) == [200, 503, 200]


def test_a_body_that_does_not_arrive_ends_the_request() -> None:
    async def reads(scope: Any, receive: Any, send: Any) -> None:
        await receive()

    async def never() -> Any:
        await asyncio.Event().wait()

    slow = SlowBody(reads, 0.01, error(408, "slow_body"))
    assert asyncio.run(status_of(slow, never)) == 408


async def status_of(app: Any, receive: Any = None) -> int:
    """The status an ASGI application answers a question with."""
    sent: list[Any] = []

    async def body() -> Any:
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/api/chat", "headers": [],
        "client": ("127.0.0.1", 1),
    }  # fmt: skip
    await app(scope, receive or body, send)
    return int(sent[0]["status"])


def test_figures_count_answers_and_refusals_without_a_word_of_them(
    door: Callable[..., TestClient],
) -> None:
    http = door(per_address_a_minute=1)
    http.post("/api/chat", json=ASK)
    http.post("/api/chat", json=ASK)
    figures = http.get("/metrics").text
    assert 'letan_answers_total{channel="api",outcome="answered"} 1.0' in figures
    assert 'letan_refused_total{reason="too_many_address"} 1.0' in figures
    assert 'letan_request_seconds_count{status="200"} 1.0' in figures
    assert "letan_database_up 1.0" in figures and "khai sinh" not in figures


def test_figures_are_for_this_machine_unless_the_office_opens_them(
    door: Callable[..., TestClient],
) -> None:
    assert door("203.0.113.7").get("/metrics").status_code == 404
    assert door("203.0.113.7", public_metrics=True).get("/metrics").status_code == 200


def test_figures_do_not_leave_through_a_proxy_on_the_same_machine(
    door: Callable[..., TestClient],
) -> None:
    http = door()
    for header in ("x-forwarded-for", "x-real-ip", "forwarded", "via", "x-forwarded-host"):
        assert http.get("/metrics", headers={header: "127.0.0.1"}).status_code == 404, header
    assert http.get("/metrics").status_code == 200


def test_a_token_opens_the_figures_from_anywhere(door: Callable[..., TestClient]) -> None:
    http = door("203.0.113.7", metrics_token="bí mật")
    key = "Bearer bí mật".encode()
    assert http.get("/metrics").status_code == 404
    assert http.get("/metrics", headers={"authorization": b"Bearer x"}).status_code == 404
    assert http.get("/metrics", headers={"authorization": key}).status_code == 200


def test_behind_a_trusted_proxy_each_client_has_its_own_share(
    door: Callable[..., TestClient],
) -> None:
    def ask(http: TestClient, who: str) -> int:
        return http.post("/api/chat", json=ASK, headers={"x-forwarded-for": who}).status_code

    behind = door("10.0.0.5", per_address_a_minute=1, trusted_proxies="127.0.0.1, 10.0.0.0/8")
    assert [ask(behind, who) for who in ("203.0.113.1", "203.0.113.2", "203.0.113.1")] == [
        200, 200, 429,
    ]  # fmt: skip
    # what a client writes itself stands before what the proxy adds, and counts for nothing
    assert ask(behind, "198.51.100.9, 203.0.113.2") == 429
    alone = door("203.0.113.7", per_address_a_minute=1)
    assert [ask(alone, who) for who in ("198.51.100.1", "198.51.100.2")] == [200, 429]


def test_the_bounds_hold_below_the_widgets_path_too(
    door: Callable[..., TestClient], desk: Desk
) -> None:
    permits = Permits(desk.library.store)
    key = permits.allow(desk.office_id, "https://phuong.vn", by="test").key
    http = door(per_address_a_minute=1)
    headers = {"origin": "https://phuong.vn"}
    codes = [http.post(f"/w/{key}/api/chat", json=ASK, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in codes] == [200, 429]
    assert codes[1].headers["access-control-allow-origin"] == "https://phuong.vn"
    permits.deny(desk.office_id, "https://phuong.vn", by="test")


# -- counted together -------------------------------------------------------------------------


@pytest.fixture
def shared(own_desk: Desk) -> Callable[..., TestClient]:
    """As many processes as one likes: applications that share nothing but the database."""

    def make(storage: str = "database", **given: Any) -> TestClient:
        protection = bounds(limits_storage=storage, **given)
        return TestClient(create_app(own_desk, protection=protection), client=("10.0.0.1", 50000))

    return make


def test_processes_that_count_in_the_database_share_one_bound(
    shared: Callable[..., TestClient],
) -> None:
    first, second = shared(per_address_a_minute=3), shared(per_address_a_minute=3)
    asked = [http.post("/api/chat", json=ASK).status_code for http in (first, second, first)]
    assert asked == [200, 200, 200]
    refused = second.post("/api/chat", json=ASK)
    assert refused.status_code == 429 and 1 <= int(refused.headers["retry-after"]) <= 60


def test_no_address_is_written_where_bounds_are_counted(
    own_desk: Desk, shared: Callable[..., TestClient]
) -> None:
    shared(per_address_a_minute=3, answers_a_day=9).post("/api/chat", json=ASK)
    with reading(own_desk.library.engine) as connection:
        kept = connection.execute(select(RateLimitRow.key, RateLimitRow.amount)).all()
    assert [amount for _, amount in kept] == [1, 1]
    assert not any("10.0.0.1" in key for key, _ in kept)


def test_a_storage_that_fails_leaves_each_process_to_count_for_itself(
    own_desk: Desk, shared: Callable[..., TestClient]
) -> None:
    http = shared(per_address_a_minute=2)
    with writing(own_desk.library.engine) as connection:
        connection.exec_driver_sql("ALTER TABLE rate_limit RENAME TO lost")
    with capture_logs() as lines:
        assert [http.post("/api/chat", json=ASK).status_code for _ in range(3)] == [200, 200, 429]
    assert [line["event"] for line in lines].count("shared_limits_unavailable") == 1


def test_a_window_that_has_ended_begins_anew_and_is_cleaned_away(own_desk: Desk) -> None:
    storage = DatabaseStorage(own_desk.library.engine)
    assert [storage.incr("lâu", 60) for _ in range(3)] == [1, 2, 3] and storage.get("lâu") == 3
    assert storage.get_expiry("lâu") == pytest.approx(time.time() + 60, abs=5)
    assert [storage.incr("xong", 0) for _ in range(2)] == [1, 1] and storage.get("xong") == 0
    storage.clear("lâu")
    assert storage.get("lâu") == 0 and storage.check() and storage.reset() == 2


def test_a_storage_that_nobody_knows_is_refused_at_the_start(own_desk: Desk) -> None:
    with pytest.raises(BadStorage, match="database"):
        open_storage("hòm-thư://x", own_desk.library.engine)
