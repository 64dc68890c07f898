"""Events of the Zalo Bot Platform read into our own words.

Live webhooks are flat, the documentation and long polling wrap the same in ``result``. What the
platform delivers from a group is always meant for the bot (a mention through the picker, or a
reply, which cannot be told apart), so everything from a group counts as called.
"""

from datetime import datetime
from typing import Any

from channels.heard import Heard, Kind, fields, masked, moment_of, sound

PLATFORM = "zalo-bot"
# Below this an epoch is in seconds; the documentation and live traffic use milliseconds.
MILLISECONDS = 10**11


def read(body: dict[str, Any], names: tuple[str, ...]) -> Heard | None:
    """One event, masked; None for what is not a message or comes from a bot.

    ``names`` are what the bot is called (display name, account name).
    """
    body = sound(body)
    event = body.get("result", body)
    message = event.get("message") if isinstance(event, dict) else None
    if not isinstance(message, dict):
        return None
    chat, sender = fields(message.get("chat")), fields(message.get("from"))
    chat_id, message_id = str(chat.get("id") or ""), str(message.get("message_id") or "")
    if not chat_id or not message_id or sender.get("is_bot"):
        return None
    is_group = chat.get("chat_type") == "GROUP"
    kind, text = _content(message, str(event.get("event_name") or ""))
    if kind is None:
        return None
    text, command = _command(_without_name(text, names))
    return masked(
        Heard(
            platform=PLATFORM,
            key=message_id,
            kind=kind,
            chat_id=chat_id,
            is_group=is_group,
            person_id=str(sender.get("id") or chat_id),
            person_name=str(sender.get("display_name") or ""),
            message_id=message_id,
            text=text,
            command=command,
            called=is_group,
            sent_at=_moment(message.get("date")),
        )
    )


def _content(message: dict[str, Any], event: str) -> tuple[Kind | None, str]:
    """What a message holds, by its fields: event names differ between document and traffic."""
    if isinstance(message.get("text"), str):
        return Kind.TEXT, message["text"]
    for name in ("photo_url", "photo", "voice_url", "sticker"):
        if message.get(name):
            return Kind.MEDIA, str(message.get("caption") or "")
    if event == "message.unsupported.received":
        return Kind.UNREADABLE, ""
    return None, ""


def _without_name(text: str, names: tuple[str, ...]) -> str:
    """The text without the literal "@name" that the picker puts in front."""
    text = text.strip()
    for name in sorted(names, key=len, reverse=True):
        if name and text.lower().startswith(f"@{name}".lower()):
            return text[len(name) + 1 :].strip(" ,:")
    return text


def _command(text: str) -> tuple[str, str]:
    if not text.startswith("/"):
        return text, ""
    first, _, rest = text[1:].partition(" ")
    return rest.strip(), first.lower()


def _moment(date: Any) -> datetime | None:
    if not isinstance(date, (int, float)):
        return None
    return moment_of(date / 1000 if date > MILLISECONDS else date)
