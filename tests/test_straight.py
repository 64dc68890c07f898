"""A question in good order skips FastAPI's routing; nobody can tell, whatever they send."""

import asyncio
import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.desk import Desk
from channels.straight import Straight
from channels.web import create_app

STRAIGHT, BY_THE_ROUTE = "application/json; charset=utf-8", "application/vnd.letan+json"
GOOD = {"message": "làm giấy khai sinh cho con cần giấy tờ gì"}


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(GOOD).encode(),
        json.dumps(GOOD, ensure_ascii=False).encode("utf-16"),
        json.dumps({**GOOD, "conversation_id": "khong-co"}).encode(),
        json.dumps({**GOOD, "conversation_id": None, "channel": "kiosk"}).encode(),
        json.dumps({**GOOD, "turn_id": "ngắn"}).encode(),
        json.dumps({**GOOD, "more": 1}).encode(),
        json.dumps({"message": "x" * 5000}).encode(),
        json.dumps({"message": " \u200b "}).encode(),
        b'{"message": "\\ud800"}',
        b'{"message": 5}',
        b"[]",
        b"{",
        b"",
    ],
)
def test_what_is_said_is_the_same_as_by_the_route(client: TestClient, body: bytes) -> None:
    straight, by_route = (
        client.post("/api/chat", content=body, headers={"content-type": kind})
        for kind in (STRAIGHT, BY_THE_ROUTE)
    )
    assert (straight.status_code, said(straight)) == (by_route.status_code, said(by_route))
    kept = ("content-type", "cache-control", "content-security-policy")
    assert [straight.headers[n] for n in kept] == [by_route.headers[n] for n in kept]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_what_does_not_say_that_it_is_json_is_refused(client: TestClient, kind: str) -> None:
    headers = {"content-type": kind} if kind else {}
    assert client.post("/api/chat", content=json.dumps(GOOD), headers=headers).status_code == 422


def test_a_question_that_comes_in_pieces_never_reaches_the_route(desk: Desk) -> None:
    async def nobody(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("the route was asked")

    inside = create_app(desk)
    straight = next(m for m in inside.user_middleware if m.cls is Straight)
    assert straight is inside.user_middleware[-1]  # every bound stands before it
    body = json.dumps(GOOD).encode()
    parts = [
        {"type": "http.request", "body": body[:9], "more_body": True},
        {"type": "http.request", "body": body[9:], "more_body": False},
    ]
    sent: list[Any] = []

    async def receive() -> Any:
        return parts.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/api/chat",
        "headers": [(b"content-type", b"application/json")],
    }  # fmt: skip
    asyncio.run(Straight(nobody, **straight.kwargs)(scope, receive, send))
    assert sent[0]["status"] == 200 and json.loads(sent[1]["body"])["outcome"] == "answered"


def said(response: Any) -> Any:
    """The answer without what is new in each."""
    answer = response.json()
    return {k: v for k, v in answer.items() if k not in ("turn_id", "conversation_id")}
