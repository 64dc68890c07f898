"""A Telegram Bot API for tests, over real HTTP: refuses what the real one refuses, in its words.

Where it is not certain what Telegram does (a plain mention under privacy mode) there is a switch.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOKEN = "7000000001:AAFakeTokenForTestsOnly_abcdefghijk"
BOT = {
    "id": 7000000001, "is_bot": True, "first_name": "Trợ lý phường",
    "username": "phuong_test_bot", "can_join_groups": True,
    "can_read_all_group_messages": False, "supports_inline_queries": False,
}  # fmt: skip
SECRET = "telegram-secret-for-tests"
TAGS = re.compile(r"<(/?)([a-z-]+)[^>]*>")
ALLOWED = {"b", "strong", "i", "em", "u", "s", "a", "code", "pre", "blockquote"}


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@dataclass
class FakeTelegram:
    """State of the fake: chats' messages, faults to come, the webhook."""

    mentions_pass_privacy: bool = False
    sent: list[dict[str, Any]] = field(default_factory=list)
    edited: list[dict[str, Any]] = field(default_factory=list)
    pressed: list[dict[str, Any]] = field(default_factory=list)
    actions: list[dict[str, Any]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)
    admins: set[tuple[str, str]] = field(default_factory=set)
    moved: dict[str, str] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    topics: set[str] = field(default_factory=set)
    updates: list[dict[str, Any]] = field(default_factory=list)
    webhook: str = ""
    webhook_error: str = ""
    commands: dict[str, Any] = field(default_factory=dict)
    updates_wanted: list[str] = field(default_factory=list)
    down: bool = False
    after_send: Any = None
    number: int = 900
    group_budget: int = 0  # messages and edits a minute in one group; 0: not counted
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    spent: dict[str, list[datetime]] = field(default_factory=dict)
    other_poller: bool = False

    @property
    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{path:path}", self.serve, methods=["GET", "POST"])])

    def fault(self, code: int, description: str, times: int = 1, **parameters: Any) -> None:
        """The next sends are refused so."""
        body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
        if parameters:
            body["parameters"] = parameters
        self.faults += [body] * times

    def hears_in_privacy_mode(self, message: dict[str, Any]) -> bool:
        """Whether a bot in privacy mode, no admin, is given a group message."""
        text = message.get("text", "")
        if re.match(rf"/\w+(@{BOT['username']})?(\s|$)", text):
            return True
        if message.get("reply_to_message", {}).get("from", {}).get("id") == BOT["id"]:
            return True
        return self.mentions_pass_privacy and f"@{BOT['username']}" in text

    async def serve(self, request: Request) -> Response:
        found = re.fullmatch(r"bot([^/]+)/(\w+)", request.path_params["path"])
        if self.down:
            return Response("Bad Gateway", status_code=502)
        if found is None:
            return refuse(404, "Not Found")
        if found[1] != TOKEN:
            return refuse(401, "Unauthorized")
        arguments = await self.arguments(request)
        self.calls.append(found[2])
        method = getattr(self, f"do_{found[2]}", None)
        if method is None:
            return refuse(404, "Not Found: method not found")
        answer: Response = method(arguments)
        return answer

    async def arguments(self, request: Request) -> dict[str, Any]:
        raw = await request.body()
        kind = request.headers.get("content-type", "")
        if kind.startswith("application/json"):
            return dict(json.loads(raw))
        given: dict[str, Any] = dict(parse_qsl(raw.decode(), keep_blank_values=True))
        for name, value in given.items():
            if value[:1] in "[{":
                given[name] = json.loads(value)
        return given

    def do_getMe(self, _: dict[str, Any]) -> Response:  # noqa: N802
        return ok(BOT)

    def do_getUpdates(self, given: dict[str, Any]) -> Response:  # noqa: N802
        if self.other_poller:
            return refuse(
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot "
                "instance is running",
            )
        if self.webhook:
            return refuse(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        offset = int(given.get("offset", 0))
        self.updates = [u for u in self.updates if u["update_id"] >= offset]
        return ok(self.updates[:100])

    def do_sendMessage(self, given: dict[str, Any]) -> Response:  # noqa: N802
        if self.faults:
            fault = self.faults.pop(0)
            return JSONResponse(fault, status_code=fault["error_code"])
        if refused := self.refuses(given) or self.too_fast(given):
            return refused
        self.number += 1
        self.sent.append(given | {"message_id": self.number})
        if self.after_send:
            self.after_send()
        return ok(self.message(given, self.number))

    def too_fast(self, given: dict[str, Any]) -> Response | None:
        """The refusal of one message or edit too many in a group."""
        chat, now = str(given["chat_id"]), self.clock()
        if not self.group_budget or not chat.startswith("-"):
            return None
        spent = [at for at in self.spent.get(chat, []) if now - at < timedelta(minutes=1)]
        if len(spent) >= self.group_budget:
            wait = 60 - int((now - spent[0]).total_seconds())
            return refuse(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        self.spent[chat] = [*spent, now]
        return None

    def refuses(self, given: dict[str, Any]) -> Response | None:
        chat = str(given.get("chat_id", ""))
        text = str(given.get("text", ""))
        if chat in self.moved:
            return refuse(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=int(self.moved[chat]),
            )
        if chat in self.closed:
            return refuse(403, "Forbidden: bot was kicked from the supergroup chat")
        if not re.fullmatch(r"-?\d+", chat):
            return refuse(400, "Bad Request: chat not found")
        if not text.strip():
            return refuse(400, "Bad Request: message text is empty")
        if given.get("parse_mode") == "HTML":
            if why := bad_html(text):
                return refuse(400, f"Bad Request: can't parse entities: {why}")
            text = TAGS.sub("", text).replace("&lt;", "<").replace("&gt;", ">")
            text = text.replace("&amp;", "&")
        if units(text) > 4096:
            return refuse(400, "Bad Request: message is too long")
        topic = given.get("message_thread_id")
        if topic is not None and f"{chat}:{topic}" not in self.topics:
            return refuse(400, "Bad Request: message thread not found")
        for row in (given.get("reply_markup") or {}).get("inline_keyboard", []):
            for button in row:
                data = button.get("callback_data")
                if data is not None and not 1 <= len(data.encode()) <= 64:
                    return refuse(400, "Bad Request: BUTTON_DATA_INVALID")
                if data is None and not button.get("url"):
                    return refuse(400, "Bad Request: can't parse inline keyboard button")
        return None

    def message(self, given: dict[str, Any], number: int) -> dict[str, Any]:
        chat = int(given["chat_id"])
        kind = "private" if chat > 0 else "supergroup"
        return {
            "message_id": number, "date": 1790000000, "from": BOT, "text": given["text"],
            "chat": {"id": chat, "type": kind, "title": "Nhóm"},
        }  # fmt: skip

    def do_editMessageText(self, given: dict[str, Any]) -> Response:  # noqa: N802
        number = int(given["message_id"])
        before = next((m for m in self.sent if m["message_id"] == number), None)
        if before is None:
            return refuse(400, "Bad Request: message to edit not found")
        if before["text"] == given["text"]:
            return refuse(
                400,
                "Bad Request: message is not modified: specified new message content and reply "
                "markup are exactly the same as a current content and reply markup of the message",
            )
        if refused := self.too_fast(given):
            return refused
        before["text"] = given["text"]
        self.edited.append(given)
        return ok(self.message(given, number))

    def do_answerCallbackQuery(self, given: dict[str, Any]) -> Response:  # noqa: N802
        self.pressed.append(given)
        return ok(True)

    def do_sendChatAction(self, given: dict[str, Any]) -> Response:  # noqa: N802
        self.actions.append(given)
        return ok(True)

    def do_getChatMember(self, given: dict[str, Any]) -> Response:  # noqa: N802
        person, chat = str(given["user_id"]), str(given["chat_id"])
        is_admin = (chat, person) in self.admins
        user = {"id": int(person), "is_bot": False, "first_name": "A"}
        member: dict[str, Any] = {"status": "member", "user": user}
        if is_admin:
            rights = (
                "can_be_edited", "can_manage_chat", "can_delete_messages", "is_anonymous",
                "can_manage_video_chats", "can_restrict_members", "can_promote_members",
                "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories",
                "can_delete_stories",
            )  # fmt: skip
            member = {"status": "administrator", "user": user} | dict.fromkeys(rights, False)
        return ok(member)

    def do_getWebhookInfo(self, _: dict[str, Any]) -> Response:  # noqa: N802
        info: dict[str, Any] = {
            "url": self.webhook, "has_custom_certificate": False, "pending_update_count": 0,
        }  # fmt: skip
        if self.webhook_error:
            info |= {"last_error_date": 1790000000, "last_error_message": self.webhook_error}
        if self.updates_wanted:
            info["allowed_updates"] = self.updates_wanted
        return ok(info)

    def do_setWebhook(self, given: dict[str, Any]) -> Response:  # noqa: N802
        if not str(given.get("url", "")).startswith("https://"):
            return refuse(
                400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"
            )
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", given.get("secret_token", "")):
            return refuse(400, "Bad Request: secret token contains unallowed characters")
        self.webhook = given["url"]
        self.updates_wanted = list(given.get("allowed_updates") or [])
        return ok(True)

    def do_setMyCommands(self, given: dict[str, Any]) -> Response:  # noqa: N802
        for offered in given["commands"]:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", offered["command"]):
                return refuse(400, "Bad Request: BOT_COMMAND_INVALID")
        self.commands[given.get("scope", {}).get("type", "default")] = given["commands"]
        return ok(True)

    def do_deleteWebhook(self, _: dict[str, Any]) -> Response:  # noqa: N802
        self.webhook = ""
        return ok(True)

    def texts(self, chat_id: int | str | None = None) -> list[str]:
        """What was sent, as people read it."""
        return [
            TAGS.sub("", m["text"])
            for m in self.sent
            if chat_id is None or str(m["chat_id"]) == str(chat_id)
        ]


def bad_html(text: str) -> str:
    """Why Telegram would not parse it; empty when it would."""
    open_tags: list[str] = []
    for found in TAGS.finditer(text):
        closing, name = found[1], found[2]
        if name not in ALLOWED:
            return f'Unsupported start tag "{name}" at byte offset {found.start()}'
        if not closing:
            open_tags.append(name)
        elif not open_tags or open_tags.pop() != name:
            return f"Unexpected end tag at byte offset {found.start()}"
    if open_tags:
        return f'Can\'t find end tag corresponding to start tag "{open_tags[-1]}"'
    rest = TAGS.sub("", text)
    if "<" in rest:
        return f"Unsupported start tag at byte offset {rest.index('<')}"
    return ""


def ok(result: Any) -> Response:
    return JSONResponse({"ok": True, "result": result})


def refuse(code: int, description: str, **parameters: Any) -> Response:
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    if parameters:
        body["parameters"] = parameters
    return JSONResponse(body, status_code=code)


GROUP = -1001234567890
_NUMBER = iter(range(10_000, 10_000_000))


def person(number: int = 900100200, name: str = "Lan") -> dict[str, Any]:
    return {"id": number, "is_bot": False, "first_name": name, "language_code": "vi"}


def private(text: str, who: int = 900100200, **more: Any) -> dict[str, Any]:
    """An update: a private message."""
    chat = {"id": who, "first_name": "Lan", "type": "private"}
    return update("message", text, chat, person(who), **more)


def group(text: str, who: int = 900100200, chat: int = GROUP, **more: Any) -> dict[str, Any]:
    """An update: a message in a supergroup."""
    place = {"id": chat, "title": "Tổ dân phố 5", "type": "supergroup"}
    return update("message", text, place, person(who), **more)


def update(
    kind: str, text: str, chat: dict[str, Any], sender: dict[str, Any], **more: Any
) -> dict[str, Any]:
    number = next(_NUMBER)
    message: dict[str, Any] = {
        "message_id": number, "from": sender, "chat": chat, "date": 1790000000, "text": text,
    }  # fmt: skip
    entities = []
    for found in re.finditer(r"(?<!\S)@\w+", text):
        entities.append(entity("mention", text, found))
    for found in re.finditer(r"^/\w+(@\w+)?", text):
        entities.append(entity("bot_command", text, found))
    if entities:
        message["entities"] = entities
    return {"update_id": number, kind: message | more}


def entity(kind: str, text: str, found: "re.Match[str]") -> dict[str, Any]:
    return {"type": kind, "offset": units(text[: found.start()]), "length": units(found[0])}


def replying(to: dict[str, Any] | None = None, *, text: str = "", who: int = 0) -> dict[str, Any]:
    """What makes a message a reply: to one of the bot's messages, or to a person's."""
    sender = BOT if to is not None else person(who, "Bình")
    number = to["message_id"] if to is not None else next(_NUMBER)
    quoted = to["text"] if to is not None else text
    target = {
        "message_id": number, "from": sender, "date": 1790000000, "text": quoted,
        "chat": {"id": GROUP, "title": "Tổ dân phố 5", "type": "supergroup"},
    }  # fmt: skip
    return {"reply_to_message": target}


def membership(was: str, now: str, chat: int = GROUP) -> dict[str, Any]:
    """An update: the bot's own place in a group changed."""
    user = {k: BOT[k] for k in ("id", "is_bot", "first_name", "username")}
    after: dict[str, Any] = {"user": user, "status": now}
    before: dict[str, Any] = {"user": user, "status": was}
    for member in (before, after):
        if member["status"] == "kicked":
            member["until_date"] = 0
    return {
        "update_id": next(_NUMBER),
        "my_chat_member": {
            "chat": {"id": chat, "title": "Tổ dân phố 5", "type": "supergroup"},
            "from": person(), "date": 1790000000,
            "old_chat_member": before, "new_chat_member": after,
        },
    }  # fmt: skip


def pressing(message: dict[str, Any], data: str, who: int = 900100200) -> dict[str, Any]:
    """An update: somebody pressed a button under a message of ours."""
    chat = int(message["chat_id"])
    kind = "private" if chat > 0 else "supergroup"
    return {
        "update_id": next(_NUMBER),
        "callback_query": {
            "id": "3866000000000000001", "from": person(who), "chat_instance": "-3", "data": data,
            "message": {
                "message_id": message["message_id"], "from": BOT, "date": 1790000000,
                "chat": {"id": chat, "type": kind, "title": "Nhóm"}, "text": message["text"],
            },
        },
    }  # fmt: skip
