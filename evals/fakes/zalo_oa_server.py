"""Zalo's Official Account API and its login for tests, over real HTTP.

Refresh tokens work once, access tokens end, failures come as HTTP 200 with a negative ``error``.
"""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

APP_ID = "1234567890123456789"
APP_SECRET = "app-secret-for-tests"
OA_SECRET = "OaSecretKeyForTests"
OA_ID = "2088888888888888888"
NAME = "Phường Hoa Sen"


@dataclass
class FakeZaloOa:
    """State of the fake: which tokens live, what was sent, what fails next."""

    access: str = "AT0"
    refresh: str = "RT0"
    generation: int = 0
    takes_buttons: bool = True
    limit: int = 2000  # one old copy of the documentation says 500
    loses_next_login: bool = False
    is_verified: bool = True
    quota: int | None = 480
    sent: list[dict[str, Any]] = field(default_factory=list)
    logins: list[dict[str, str]] = field(default_factory=list)
    faults: list[int] = field(default_factory=list)
    account_faults: list[int] = field(default_factory=list)

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v4/oa/access_token", self.login, methods=["POST"]),
                Route("/v3.0/oa/message/cs", self.consult, methods=["POST"]),
                Route("/v3.0/oa/group/message", self.group, methods=["POST"]),
                Route("/v2.0/oa/getoa", self.account, methods=["GET"]),
                Route("/v3.0/oa/quota/message", self.quota_left, methods=["POST"]),
            ]
        )

    async def login(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        self.logins.append(form)
        if request.headers.get("secret_key") != APP_SECRET:
            return fails(-14004, error_name="Invalid secret key")
        if form.get("app_id") != APP_ID:
            return fails(-14002, error_name="Invalid app id")
        if form.get("grant_type") == "authorization_code":
            if form.get("code") != "CODE" or len(form.get("code_verifier", "")) != 43:
                return fails(-14019, error_name="Invalid code")
        elif form.get("refresh_token") != self.refresh:
            return fails(-14020, error_name="Invalid refresh token")
        self.generation += 1
        self.access, self.refresh = f"AT{self.generation}", f"RT{self.generation}"
        if self.loses_next_login:
            self.loses_next_login = False
            return Response("", status_code=504)
        return JSONResponse(
            {"access_token": self.access, "refresh_token": self.refresh, "expires_in": "90000"}
        )

    async def consult(self, request: Request) -> Response:
        return await self.send(request, "user_id")

    async def group(self, request: Request) -> Response:
        return await self.send(request, "group_id")

    async def send(self, request: Request, recipient: str) -> Response:
        if request.headers.get("access_token") != self.access:
            return fails(-216, message="Access token is invalid")
        if self.faults:
            return fails(self.faults.pop(0), message="failed")
        given = json.loads(await request.body())
        text = given.get("message", {}).get("text", "")
        buttons = "attachment" in given.get("message", {})
        if recipient not in given.get("recipient", {}) or not 1 <= len(text) <= self.limit:
            return fails(-201, message="Params is invalid")
        if buttons and (recipient == "group_id" or not self.takes_buttons):
            return fails(-201, message="Params is invalid")
        self.sent.append(given)
        data = {"message_id": f"m{len(self.sent)}"}
        return JSONResponse({"error": 0, "message": "Success", "data": data})

    async def account(self, request: Request) -> Response:
        if request.headers.get("access_token") != self.access:
            return fails(-216, message="Access token is invalid")
        if self.account_faults:
            return fails(self.account_faults.pop(0), message="failed")
        data = {"name": NAME, "oa_id": OA_ID, "is_verified": self.is_verified}
        return JSONResponse({"error": 0, "message": "Success", "data": data})

    async def quota_left(self, request: Request) -> Response:
        """Copies of the documentation differ in the fields; ``remain`` stands in all of them."""
        if request.headers.get("access_token") != self.access:
            return fails(-216, message="Access token is invalid")
        if self.quota is None:
            return fails(-224, message="package required")
        given = json.loads(await request.body())
        if given.get("quota_owner") != "OA" or given.get("product_type") != "cs":
            return fails(-201, message="Params is invalid")
        rows = [{"quota_type": "sub_quota", "total": 500, "remain": self.quota}]
        return JSONResponse({"error": 0, "message": "Success", "data": rows})

    def texts(self) -> list[str]:
        return [m["message"]["text"] for m in self.sent]


def fails(code: int, **more: Any) -> Response:
    return JSONResponse({"error": code, **more})


_NUMBER = iter(range(1, 10_000_000))


def event(text: str, who: str = "3573601234567890123", *, chat: str = "", **message: Any) -> bytes:
    """The raw body of a message; in one of the account's groups when ``chat`` is given."""
    body = {
        "app_id": APP_ID, "sender": {"id": who}, "recipient": {"id": chat or OA_ID},
        "message": {"text": text, "msg_id": f"{next(_NUMBER):019x}"} | message,
        "event_name": "user_send_group_text" if chat else "user_send_text",
        "timestamp": "1717061839659", "oa_id": OA_ID,
    }  # fmt: skip
    return json.dumps(body, ensure_ascii=False).encode()


def sign(raw: bytes, timestamp: str = "1717061839659") -> str:
    """The signature header, computed here from the documented formula."""
    data = APP_ID.encode() + raw + timestamp.encode() + OA_SECRET.encode()
    return f"mac={hashlib.sha256(data).hexdigest()}"
