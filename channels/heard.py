"""What arrives from a chat platform and what goes back, in our own words.

A platform's module reads its payload into `Heard` and turns `Say` into its calls; nothing
between the two knows which platform it is.
"""

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from assistant.privacy import mask
from knowledge.vietnamese import clean

# Beyond this no resident writes; the rest of a longer text is not read.
MAX_CHARS = 2000
# What a stored message cannot do without, even when it is empty.
ALWAYS = frozenset({"chat_id", "person_id", "message_id", "is_group"})


class Kind(StrEnum):
    """What happened in the chat."""

    TEXT = "text"
    EDITED = "edited"
    PRESSED = "pressed"
    MEDIA = "media"
    UNREADABLE = "unreadable"
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    FOLLOWED = "followed"


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that happened in a chat; text is masked, without the call to the bot.

    ``key`` is the same for each delivery of the same thing. ``called`` tells that the bot is
    named, ``to_bot`` that it is a reply to the bot, ``to_person`` that it is a reply to, or
    names, somebody else. ``command`` is without slash; ``for_other_bot`` marks another bot's.
    """

    platform: str
    key: str
    kind: Kind
    chat_id: str
    is_group: bool
    person_id: str
    message_id: str
    text: str = ""
    person_name: str = ""
    title: str = ""
    topic_id: str = ""
    reply_to: str = ""
    reply_text: str = ""
    called: bool = False
    to_bot: bool = False
    to_person: bool = False
    command: str = ""
    for_other_bot: bool = False
    pressed: str = ""
    press_id: str = ""
    moved_to: str = ""
    is_admin: bool = False
    had_personal_data: bool = False
    sent_at: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """Only what differs from the defaults, JSON-ready."""
        body = {
            name: value
            for name, value in asdict(self).items()
            if name in ALWAYS or value not in ("", False)
        }
        body["sent_at"] = self.sent_at.isoformat() if self.sent_at else None
        return body

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> "Heard":
        sent = body.get("sent_at")
        return cls(
            **body
            | {
                "kind": Kind(body["kind"]),
                "sent_at": datetime.fromisoformat(sent) if sent else None,
            }
        )


def sound(value: Any) -> Any:
    """JSON whose texts can be stored: half a character, as a cut name may end, becomes "?"."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {sound(key): sound(held) for key, held in value.items()}
    return [sound(held) for held in value] if isinstance(value, list) else value


def fields(value: Any) -> dict[str, Any]:
    """An object of a payload; none where something else stands in its place."""
    return value if isinstance(value, dict) else {}


def moment_of(seconds: float) -> datetime | None:
    """A platform's time since 1970, None for what is no time."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def masked(heard: Heard) -> Heard:
    """The same without personal data, as it may be stored."""
    text = mask(clean(heard.text[:MAX_CHARS]))
    reply = mask(clean(heard.reply_text[:MAX_CHARS]))
    return replace(heard, text=text.text, reply_text=reply.text, had_personal_data=bool(text.found))


def joined(parts: list[Heard]) -> Heard:
    """Fragments of one person read as one message: the last, with the words of all."""
    if len(parts) == 1:
        return parts[0]
    return replace(
        parts[-1],
        text="\n".join(part.text for part in parts if part.text),
        called=any(part.called for part in parts),
        to_bot=any(part.to_bot for part in parts),
        to_person=any(part.to_person for part in parts),
        command=next((part.command for part in parts if part.command), ""),
        reply_to=next((part.reply_to for part in reversed(parts) if part.reply_to), ""),
        reply_text=next((part.reply_text for part in reversed(parts) if part.reply_text), ""),
        had_personal_data=any(part.had_personal_data for part in parts),
    )


@dataclass(frozen=True, slots=True)
class Button:
    """A choice to press: ``data`` comes back when pressed, or ``url`` opens."""

    label: str
    data: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Say:
    """One message to a chat, plain text.

    ``edits`` is the id of an earlier message of ours that this one replaces where the platform
    can; ``quiet`` sends without a sound.
    """

    chat_id: str
    text: str
    is_group: bool = False
    reply_to: str = ""
    topic_id: str = ""
    buttons: tuple[Button, ...] = ()
    edits: str = ""
    quiet: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> "Say":
        return cls(**body | {"buttons": tuple(Button(**b) for b in body.get("buttons", ()))})
