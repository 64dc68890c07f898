"""Events of a Zalo Official Account: their signature, and what they say in our own words."""

import hashlib
import hmac
import re
from dataclasses import replace
from typing import Any

from channels.heard import Heard, Kind, fields, masked, moment_of, sound

PLATFORM = "zalo-oa"
MEDIA = ("image", "audio", "video", "sticker", "location", "file", "gif", "business_card", "link")
_STAMP = re.compile(r"[0-9]{1,16}")


def is_signed(
    raw: bytes, header: str, app_id: str, oa_secret: str, timestamps: tuple[str, ...]
) -> bool:
    """Whether the signature belongs to these bytes.

    SHA-256 over application id, raw body, time and secret, as documented; an HMAC over the body,
    which some accounts are reported to get, is as safe and accepted as well. The time stands in
    the body, according to one report in a header.
    """
    given = header.strip().lower().removeprefix("mac=")
    if not given or not oa_secret:
        return False
    secret = oa_secret.encode()
    macs = [
        hashlib.sha256(app_id.encode() + raw + stamp.encode() + secret).hexdigest()
        for stamp in timestamps
    ]
    macs.append(hmac.new(secret, raw, hashlib.sha256).hexdigest())
    return any(hmac.compare_digest(mac, given) for mac in macs)


def read(body: dict[str, Any], oa_name: str = "") -> Heard | None:
    """One event, masked; None for receipts, our own messages and what we do not know."""
    body = sound(body)
    event = str(body.get("event_name") or "")
    if event == "follow":
        person = str(fields(body.get("follower")).get("id") or "")
        if not person:
            return None
        key = f"follow:{person}:{body.get('timestamp', '')}"
        return _heard(body, key, Kind.FOLLOWED, person, person, is_group=False)
    is_group = event.startswith("user_send_group_")
    prefix = "user_send_group_" if is_group else "user_send_"
    if not event.startswith(prefix):
        return None
    what = event.removeprefix(prefix)
    message = fields(body.get("message"))
    person = str(fields(body.get("sender")).get("id") or "")
    chat = str(fields(body.get("recipient")).get("id") or "") if is_group else person
    message_id = str(message.get("msg_id") or "")
    if not person or not chat or not message_id:
        return None
    text = str(message.get("text") or "")
    if what == "text":
        kind = Kind.TEXT
    elif what in MEDIA:
        kind = Kind.MEDIA
    else:
        return None
    heard = _heard(body, message_id, kind, chat, person, is_group=is_group)
    return masked(_words(heard, text, message, body, oa_name))


def _heard(
    body: dict[str, Any], key: str, kind: Kind, chat: str, person: str, *, is_group: bool
) -> Heard:
    stamp = str(body.get("timestamp") or "")
    return Heard(
        platform=PLATFORM,
        key=key,
        kind=kind,
        chat_id=chat,
        is_group=is_group,
        person_id=person,
        message_id=key,
        sent_at=moment_of(int(stamp) / 1000) if _STAMP.fullmatch(stamp) else None,
    )


def _words(
    heard: Heard, text: str, message: dict[str, Any], body: dict[str, Any], oa_name: str
) -> Heard:
    """Text, command, mention and quote put in. A group delivers everything, called or not."""
    text = text.strip()
    called = False
    if oa_name and text.lower().startswith(f"@{oa_name}".lower()):
        called = True
        text = text[len(oa_name) + 1 :].strip(" ,:")
    command = ""
    if text.startswith("/"):
        first, _, rest = text[1:].partition(" ")
        command, text = first.lower(), rest.strip()
    quote = fields(message.get("quote_msg"))
    quoted_from = str(fields(quote.get("sender")).get("id") or quote.get("sender_id") or "")
    to_bot = bool(quote) and quoted_from == str(body.get("oa_id") or "-")
    return replace(
        heard,
        text=text,
        command=command,
        called=called,
        to_bot=to_bot,
        to_person=(bool(quote) and not to_bot) or (text.startswith("@") and not called),
        reply_to=str(quote.get("msg_id") or ""),
        reply_text=str(quote.get("text") or "") if not to_bot else "",
    )
