"""How each platform brings the day of the group: who is told what, and in which shape.

A world turns a message of the script into the call its platform would make to the webhook, or
into None where the platform would not deliver it to a bot at all.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from evals.fakes import telegram_server, zalo_bot_server, zalo_oa_server
from evals.fakes.telegram_server import FakeTelegram
from evals.fakes.zalo_bot_server import FakeZaloBot
from evals.fakes.zalo_oa_server import FakeZaloOa
from evals.group_day import GroupMessage

FILES = {"photo": "photo", "sticker": "sticker", "voice": "voice", "document": "document"}


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a webhook, and the key under which the desk keeps the message."""

    path: str
    headers: dict[str, str]
    content: bytes
    key: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Context:
    """What a message refers to: the other's message, or the desk's answer (id and text)."""

    re_id: str = ""
    re_text: str = ""
    re_who: str = ""
    bot_id: str = ""
    bot_text: str = ""


class World(Protocol):
    """One platform with one group on it."""

    platform: str
    group: str
    fake: Any

    @property
    def title(self) -> str: ...

    def call(self, message: GroupMessage, at: datetime, context: Context) -> Call | None: ...

    def person(self, who: str) -> str: ...

    def text_of(self, sent_id: str) -> str: ...


@dataclass
class Telegram:
    """A supergroup; with ``privacy`` the bot is told only commands and replies to it."""

    people: dict[str, int]
    privacy: bool = False
    fake: FakeTelegram = field(default_factory=FakeTelegram)
    platform: str = "telegram"
    group: str = str(telegram_server.GROUP)

    @property
    def title(self) -> str:
        return "Telegram, chế độ riêng tư" if self.privacy else "Telegram, phòng hỏi đáp"

    def person(self, who: str) -> str:
        return str(self.people[who])

    def call(self, message: GroupMessage, at: datetime, context: Context) -> Call | None:
        body = self._update(message, at, context)
        inner = body["message"]
        if self.privacy and not self.fake.hears_in_privacy_mode(inner):
            return None
        headers = {"X-Telegram-Bot-Api-Secret-Token": telegram_server.SECRET}
        raw = json.dumps(body).encode()
        number, key = str(inner["message_id"]), str(body["update_id"])
        return Call("/hooks/telegram", headers, raw, key, number)

    def _update(self, message: GroupMessage, at: datetime, context: Context) -> dict[str, Any]:
        text, me = message.text, telegram_server.BOT["username"]
        more: dict[str, Any] = {"date": int(at.timestamp())}
        # In privacy mode a plain mention is not sure to arrive: people are told to use /hoi.
        calls_by_command = message.call == "command" or (self.privacy and message.call == "mention")
        replied = message.call == "reply" or (message.bot_re and not message.call)
        if calls_by_command or (message.call == "reply" and not context.bot_id):
            text = f"/hoi@{me} {text}"
        elif message.call == "mention":
            text = f"@{me} {text}"
        if replied and context.bot_id:
            bot = {"message_id": int(context.bot_id), "text": context.bot_text}
            more |= telegram_server.replying(bot)
        elif context.re_id:
            more |= telegram_server.replying(text=context.re_text, who=self.people[context.re_who])
            more["reply_to_message"]["message_id"] = int(context.re_id)
        if message.names:
            text = f"@{message.names}_hoasen {text}"
        update = telegram_server.group(text, self.people[message.who], **more)
        if message.kind in FILES:
            del update["message"]["text"]
            update["message"] |= _telegram_file(message.kind)
        return update

    def text_of(self, sent_id: str) -> str:
        found = next((m for m in self.fake.sent if str(m["message_id"]) == sent_id), None)
        return telegram_server.TAGS.sub("", found["text"]) if found else ""


def _telegram_file(kind: str) -> dict[str, Any]:
    file = {"file_id": "AgADFakeFile", "file_unique_id": "AQADfake", "file_size": 4000}
    if kind == "photo":
        return {"photo": [file | {"width": 90, "height": 60}]}
    if kind == "sticker":
        shape = {"width": 512, "height": 512, "is_animated": False, "is_video": False}
        return {"sticker": file | shape | {"type": "regular"}}
    if kind == "voice":
        return {"voice": file | {"duration": 4, "mime_type": "audio/ogg"}}
    return {"document": file | {"file_name": "danh-sach.docx"}}


@dataclass
class ZaloBot:
    """A group on the Bot Platform: only mentions and replies to the bot are delivered."""

    people: dict[str, int]
    fake: FakeZaloBot = field(default_factory=FakeZaloBot)
    platform: str = "zalo-bot"
    group: str = "f414c8f76fa586fbdfb4"

    @property
    def title(self) -> str:
        return "Nhóm Zalo có bot"

    def person(self, who: str) -> str:
        return f"{self.people[who]:020x}"

    def call(self, message: GroupMessage, at: datetime, context: Context) -> Call | None:
        if not message.call and not message.bot_re:
            return None
        text = message.text
        if message.call in ("mention", "command") or not context.bot_id:
            text = f"@{zalo_bot_server.ACCOUNT['display_name']} {text}"
        who = self.person(message.who)
        body = zalo_bot_server.event(text, who, chat=self.group)
        inner = body["message"]
        inner["from"]["display_name"] = message.who.capitalize()
        inner["date"] = int(at.timestamp() * 1000)
        headers = {"X-Bot-Api-Secret-Token": zalo_bot_server.SECRET}
        number = str(inner["message_id"])
        return Call("/hooks/zalo-bot", headers, json.dumps(body).encode(), number, number)

    def text_of(self, sent_id: str) -> str:
        return str(self.fake.sent[int(sent_id, 16) - 1]["text"]) if sent_id else ""


@dataclass
class ZaloOa:
    """A group of an Official Account: everything is delivered, the desk has to tell apart."""

    people: dict[str, int]
    fake: FakeZaloOa = field(default_factory=FakeZaloOa)
    platform: str = "zalo-oa"
    group: str = "f7dc66c2a1a48ffad6b5"

    @property
    def title(self) -> str:
        return "Nhóm Zalo OA, phòng hỏi đáp"

    def person(self, who: str) -> str:
        return f"{self.people[who]:019d}"

    def call(self, message: GroupMessage, at: datetime, context: Context) -> Call | None:
        text, more = message.text, {}
        if message.call in ("mention", "command") or (message.call and not context.bot_id):
            text = f"@{zalo_oa_server.NAME} {text}"
        elif context.bot_id:
            more = _quote(context.bot_id, context.bot_text, zalo_oa_server.OA_ID)
        elif context.re_id:
            more = _quote(context.re_id, context.re_text, self.person(context.re_who))
        if message.names:
            text = f"@{message.names.capitalize()} {text}"
        raw = zalo_oa_server.event(text, self.person(message.who), chat=self.group, **more)
        if message.kind in FILES:
            raw = raw.replace(b"user_send_group_text", f"user_send_group_{_oa(message)}".encode())
        number = json.loads(raw)["message"]["msg_id"]
        headers = {"X-ZEvent-Signature": zalo_oa_server.sign(raw)}
        return Call("/hooks/zalo-oa", headers, raw, number, number)

    def text_of(self, sent_id: str) -> str:
        if not sent_id:
            return ""
        return str(self.fake.sent[int(sent_id.removeprefix("m")) - 1]["message"]["text"])


def _quote(number: str, text: str, sender: str) -> dict[str, Any]:
    return {"quote_msg": {"msg_id": number, "text": text, "sender": {"id": sender}}}


def _oa(message: GroupMessage) -> str:
    return {"photo": "image", "voice": "audio", "document": "file"}.get(message.kind, "sticker")
