"""A Zalo Bot Platform for tests, over real HTTP.

Uncertain behaviour has a switch: events flat or wrapped, an empty poll as HTTP 408 or as a code
in the body, a consumed event given again (``replays``) or lost when nobody asks.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOKEN = "12345689:abc-xyz-for-tests"
SECRET = "zalo-bot-secret-for-tests"
ACCOUNT = {
    "id": "1459232241454765289", "account_name": "bot.VDKyGxQvc", "account_type": "BASIC",
    "can_join_groups": True, "display_name": "Bot Trợ lý phường",
}  # fmt: skip


@dataclass
class FakeZaloBot:
    """State of the fake."""

    empty_poll_in_body: bool = False
    replays: bool = False
    quota: int = 3000
    down: bool = False
    sent: list[dict[str, Any]] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)
    last: dict[str, Any] | None = None
    faults: list[tuple[int, str]] = field(default_factory=list)
    webhook: str = ""
    verification: dict[str, Any] = field(default_factory=dict)
    polls: int = 0

    @property
    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{path:path}", self.serve, methods=["GET", "POST"])])

    async def serve(self, request: Request) -> Response:
        if self.down:
            return Response("<html>502</html>", status_code=502)
        found = re.fullmatch(r"bot([^/]+)/(\w+)", request.path_params["path"])
        if found is None or found[1] != TOKEN:
            return refuse(401, "Unauthorized", 401)
        raw = await request.body()
        given = json.loads(raw) if raw else dict(request.query_params)
        method = getattr(self, f"do_{found[2]}", None)
        if method is None:
            return refuse(404, "Not found", 404)
        answer: Response = method(given)
        return answer

    def do_getMe(self, _: Any) -> Response:  # noqa: N802
        return JSONResponse({"ok": True, "result": ACCOUNT})

    def do_getUpdates(self, given: dict[str, Any]) -> Response:  # noqa: N802
        int(given.get("timeout", 30))  # a number or digits in a string
        self.polls += 1
        if self.webhook:
            return refuse(400, "Bad request", 200)
        if self.updates:
            self.last = self.updates.pop(0)
        elif not self.replays or self.last is None:
            return (
                refuse(408, "Request timeout", 200)
                if self.empty_poll_in_body
                else JSONResponse({"ok": False, "description": "Request timeout"}, 408)
            )
        return JSONResponse({"ok": True, "result": self.last})

    def do_sendMessage(self, given: dict[str, Any]) -> Response:  # noqa: N802
        if self.faults:
            code, description = self.faults.pop(0)
            return refuse(code, description, code)
        text = given.get("text", "")
        if not given.get("chat_id") or not 1 <= len(text) <= 2000:
            return refuse(400, "Bad request", 200)
        if len(self.sent) >= self.quota:
            return refuse(429, "Quota exceeded", 200)
        self.sent.append(given)
        message_id = f"{len(self.sent):020x}"
        return JSONResponse(
            {"ok": True, "result": {"message_id": message_id, "date": 1749632637199}}
        )

    def do_sendChatAction(self, given: dict[str, Any]) -> Response:  # noqa: N802
        return JSONResponse({"ok": True})

    def do_setWebhook(self, given: dict[str, Any]) -> Response:  # noqa: N802
        private = re.search(r"//(localhost|10\.|192\.168\.|127\.)", given.get("url", ""))
        if private or not given.get("url", "").startswith("https://"):
            return refuse(400, "Bad request", 200)
        if not 8 <= len(given.get("secret_token", "")) <= 256:
            return refuse(400, "Bad request", 200)
        self.webhook = given["url"]
        result: dict[str, Any] = {"url": self.webhook, "updated_at": 1}
        if (
            self.verification
        ):  # in copies of the documentation of 2026 up to September; saved in any case
            result["verification"] = self.verification
        return JSONResponse({"ok": True, "result": result})

    def do_deleteWebhook(self, _: Any) -> Response:  # noqa: N802
        self.webhook = ""
        return JSONResponse({"ok": True, "result": {"url": "", "updated_at": 1}})

    def do_getWebhookInfo(self, _: Any) -> Response:  # noqa: N802
        if not self.webhook:
            return JSONResponse({"ok": False, "description": "Not Found"}, 404)
        return JSONResponse({"ok": True, "result": {"url": self.webhook, "updated_at": 1}})

    def texts(self, chat_id: str | None = None) -> list[str]:
        return [m["text"] for m in self.sent if chat_id is None or m["chat_id"] == chat_id]


def refuse(code: int, description: str, status: int) -> Response:
    body = {"ok": False, "error_code": code, "description": description}
    return JSONResponse(body, status_code=status)


_NUMBER = iter(range(1, 10_000_000))


def event(
    text: str | None,
    who: str = "5d585b5e9b14724a2b05",
    *,
    chat: str = "",
    wrapped: bool = False,
    name: str = "message.text.received",
    **more: Any,
) -> dict[str, Any]:
    """A message as the webhook brings it; in a group when ``chat`` is given."""
    message: dict[str, Any] = {
        "date": 1789033572455, "message_id": f"{next(_NUMBER):020x}",
        "chat": {"chat_type": "GROUP" if chat else "PRIVATE", "id": chat or who},
        "from": {"id": who, "is_bot": False, "display_name": "Nguyễn Thị Hoa"},
    }  # fmt: skip
    if text is not None:
        message["text"] = text
    body = {"event_name": name, "message": message | more}
    return {"ok": True, "result": body} if wrapped else body
