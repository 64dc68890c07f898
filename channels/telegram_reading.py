"""Telegram updates read into our own words; whatever is not for us reads as None."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from telegram import Bot, ChatMember, ChatMemberUpdated, Message, MessageEntity, Update, User

from channels.heard import Heard, Kind, masked, sound
from channels.telegram_settings import PLATFORM

log = structlog.get_logger()
GROUPS = ("group", "supergroup")
PRESENT = (ChatMember.MEMBER, ChatMember.ADMINISTRATOR, ChatMember.OWNER, ChatMember.RESTRICTED)
_COMMAND = re.compile(r"^/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]+))?\s*")


@dataclass(frozen=True, slots=True)
class Me:
    """The bot's own account."""

    id: int
    username: str
    name: str


def read(body: dict[str, Any], me: Me, bot: Bot | None = None) -> Heard | None:
    """One update, masked; None for channels, services, other bots and unknown kinds.

    An update of a shape that the library cannot take is passed over too: asked for again, it
    would be delivered again and stand before all others.
    """
    try:
        return _read(sound(body), me, bot)
    except (AttributeError, LookupError, OverflowError, OSError, TypeError, ValueError) as problem:
        log.warning("update_not_understood", problem=type(problem).__name__)
        return None


def _read(body: dict[str, Any], me: Me, bot: Bot | None) -> Heard | None:
    update = Update.de_json(body, bot)
    key = str(update.update_id)
    if update.callback_query is not None:
        return _pressed(update, key)
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member, key)
    if update.message is not None:
        return _message(update.message, me, key, Kind.TEXT)
    if update.edited_message is not None:
        return _message(update.edited_message, me, key, Kind.EDITED)
    return None


def _message(message: Message, me: Me, key: str, kind: Kind) -> Heard | None:
    chat = message.chat
    if chat.type not in ("private", *GROUPS):
        return None
    if message.migrate_to_chat_id:
        return _plain(message, key, Kind.MOVED, moved_to=str(message.migrate_to_chat_id))
    sender = message.from_user
    anonymous = message.sender_chat is not None and message.sender_chat.id == chat.id
    if sender is None or (sender.is_bot and not anonymous):
        return None
    text = message.text or message.caption or ""
    if not text:
        has_media = message.effective_attachment is not None
        return _plain(message, key, Kind.MEDIA) if has_media and kind is Kind.TEXT else None
    if message.text is None and kind is Kind.TEXT:
        kind = Kind.MEDIA
    command, for_other, text = _command(text, me, is_group=chat.type in GROUPS)
    called, names_other, text = _mentions(message, me, text)
    target = message.reply_to_message
    # In a topic, a message that replies to nobody points at the topic's opening service message.
    if target is not None and (
        target.forum_topic_created is not None
        or (target.message_id == message.message_thread_id and message.is_topic_message)
    ):
        target = None
    author = target.from_user if target else None
    to_bot = author is not None and author.id == me.id
    return masked(
        Heard(
            platform=PLATFORM,
            key=key,
            kind=kind,
            chat_id=str(chat.id),
            is_group=chat.type in GROUPS,
            person_id=str(
                message.sender_chat.id if anonymous and message.sender_chat else sender.id
            ),
            person_name=sender.full_name if not anonymous else "",
            message_id=_number(message),
            title=chat.title or "",
            text=text.strip(),
            topic_id=_topic(message),
            reply_to=str(target.message_id) if target else "",
            reply_text=(target.text or target.caption or "") if target and not to_bot else "",
            called=called,
            to_bot=to_bot,
            to_person=(target is not None and not to_bot) or names_other,
            command=command,
            for_other_bot=for_other,
            is_admin=anonymous,
            sent_at=message.date,
        )
    )


def _plain(message: Message, key: str, kind: Kind, moved_to: str = "") -> Heard:
    return Heard(
        platform=PLATFORM,
        key=key,
        kind=kind,
        chat_id=str(message.chat.id),
        is_group=message.chat.type in GROUPS,
        person_id=str(message.from_user.id) if message.from_user else "",
        message_id=_number(message),
        topic_id=_topic(message),
        moved_to=moved_to,
        sent_at=message.date,
    )


def _number(message: Message) -> str:
    """The message to reply to; empty for one that only we were shown: nobody else could see it."""
    return str(message.message_id) if message.message_id else ""


def _topic(message: Message) -> str:
    """The topic to send back to: only a real one. A reply chain's number is refused there."""
    if message.is_topic_message and message.message_thread_id not in (None, 1):
        return str(message.message_thread_id)
    return ""


def _command(text: str, me: Me, *, is_group: bool) -> tuple[str, bool, str]:
    found = _COMMAND.match(text)
    if found is None:
        return "", False, text
    name, at = found[1].lower(), (found[2] or "").lower()
    if at and at != me.username.lower():
        return "", True, text[found.end() :]
    return name, False, text[found.end() :]


def _mentions(message: Message, me: Me, text: str) -> tuple[bool, bool, str]:
    """Whether the bot is named, whether somebody else is, and the text without the bot's name."""
    found = message.parse_entities([MessageEntity.MENTION, MessageEntity.TEXT_MENTION])
    if not found:
        found = message.parse_caption_entities([MessageEntity.MENTION, MessageEntity.TEXT_MENTION])
    called, other = False, False
    mine = f"@{me.username}".lower()
    for entity, words in found.items():
        if words.lower() == mine or (entity.user is not None and entity.user.id == me.id):
            called = True
            text = text.replace(words, " ", 1)
        else:
            other = True
    return called, other and not called, " ".join(text.split()) if called else text


def _pressed(update: Update, key: str) -> Heard | None:
    query = update.callback_query
    if query is None or not query.data or query.message is None:
        return None
    message = query.message
    return Heard(
        platform=PLATFORM,
        key=key,
        kind=Kind.PRESSED,
        chat_id=str(message.chat.id),
        is_group=message.chat.type in GROUPS,
        person_id=str(query.from_user.id),
        person_name=query.from_user.full_name,
        message_id=str(message.message_id),
        topic_id=_topic(message) if isinstance(message, Message) else "",
        pressed=query.data,
        press_id=query.id,
        sent_at=datetime.now(UTC),
    )


def _membership(change: ChatMemberUpdated, key: str) -> Heard | None:
    was = change.old_chat_member.status in PRESENT
    is_in = change.new_chat_member.status in PRESENT
    if was == is_in:
        return None
    sender: User = change.from_user
    # A blocked private chat is no group whose data goes; the person may come back.
    if change.chat.type not in GROUPS:
        return None
    return Heard(
        platform=PLATFORM,
        key=key,
        kind=Kind.ADDED if is_in else Kind.REMOVED,
        chat_id=str(change.chat.id),
        is_group=True,
        person_id=str(sender.id),
        message_id="",
        title=change.chat.title or "",
        sent_at=change.date,
    )
