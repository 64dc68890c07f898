"""When the desk speaks in a chat: one decision for all platforms, values in, a reason out.

The order of the questions is the order below. Whoever is called answers; who is not called
keeps quiet unless the room was declared for questions and a procedure is surely meant.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from channels.asking import calls_somebody, is_question, is_thanks
from channels.heard import Heard, Kind


class Mode(StrEnum):
    """How a group wants it: only when called, or a room for questions."""

    CALLED = "mention"
    QUESTIONS = "hoi-dap"


class Why(StrEnum):
    """Why the desk speaks, or keeps quiet."""

    PRIVATE = "private"
    COMMAND = "command"
    CALLED = "called"
    REPLY_TO_BOT = "reply_to_bot"
    PRESSED = "pressed"
    QUESTION_ROOM = "question_room"
    NOTHING_SAID = "nothing_said"
    OTHER_BOT = "other_bot"
    MUTED = "muted"
    THANKS = "thanks"
    MEDIA = "media"
    BETWEEN_PEOPLE = "between_people"
    NOT_CALLED = "not_called"
    CLERK = "clerk"
    CLERK_IS_HERE = "clerk_is_here"
    UNSURE = "unsure"
    TOO_MUCH = "too_much"


SPOKEN = frozenset(
    {Why.PRIVATE, Why.COMMAND, Why.CALLED, Why.REPLY_TO_BOT, Why.PRESSED, Why.QUESTION_ROOM}
)
# Called by name: these are answered even when the answer is "I do not know".
ADDRESSED = SPOKEN - {Why.QUESTION_ROOM}


@dataclass(frozen=True, slots=True)
class Room:
    """What a chat allows. ``topics`` narrows a question room to some topics of a forum."""

    mode: Mode = Mode.CALLED
    muted: bool = False
    topics: tuple[str, ...] = ()
    clerk_until: datetime | None = None

    def is_for_questions(self, topic_id: str) -> bool:
        if self.mode is not Mode.QUESTIONS:
            return False
        return not self.topics or topic_id in self.topics


@dataclass(frozen=True, slots=True)
class Spoken:
    """How much was answered lately, and how much is allowed."""

    to_person_lately: int = 0
    to_person_today: int = 0
    in_chat_last_minute: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """The most answers: to one person in ten minutes and a day, in one chat a minute."""

    person_per_10_minutes: int
    person_per_day: int
    chat_per_minute: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Speak or not, and why. ``needs_meaning`` asks for a surely meant procedure first."""

    why: Why
    needs_meaning: bool = False

    @property
    def speaks(self) -> bool:
        return self.why in SPOKEN


def gate(
    heard: Heard, room: Room, now: datetime, *, is_clerk: bool, spoken: Spoken, limits: Limits
) -> Verdict:
    """Whether to speak. Pure, cheap: no search and no network have happened yet."""
    why = _calls(heard) if heard.is_group else _private(heard)
    if why in SPOKEN and room.muted and heard.is_group and why is not Why.COMMAND:
        why = Why.MUTED
    if heard.is_group and is_clerk and why not in ADDRESSED:
        return Verdict(Why.CLERK)
    if why is Why.NOT_CALLED:
        return _uncalled(heard, room, now, spoken, limits)
    if why in SPOKEN and _too_much(spoken, limits):
        return Verdict(Why.TOO_MUCH)
    return Verdict(why)


def _private(heard: Heard) -> Why:
    return Why.PRESSED if heard.kind is Kind.PRESSED else Why.PRIVATE


def _calls(heard: Heard) -> Why:
    """How a message in a group calls the desk, if it does."""
    if heard.for_other_bot:
        return Why.OTHER_BOT
    if heard.kind is Kind.PRESSED:
        return Why.PRESSED
    if heard.command:
        return Why.COMMAND
    if heard.kind in (Kind.MEDIA, Kind.UNREADABLE):
        # A photo whose caption calls the desk asks in its caption.
        return Why.CALLED if heard.called and heard.text else Why.MEDIA
    if heard.called:
        return Why.THANKS if heard.text and is_thanks(heard.text) else Why.CALLED
    if heard.to_bot:
        return Why.THANKS if is_thanks(heard.text) else Why.REPLY_TO_BOT
    if not heard.text.strip():
        return Why.NOTHING_SAID
    if heard.to_person:
        return Why.BETWEEN_PEOPLE
    return Why.NOT_CALLED


def _uncalled(heard: Heard, room: Room, now: datetime, spoken: Spoken, limits: Limits) -> Verdict:
    if room.muted:
        return Verdict(Why.MUTED)
    if not room.is_for_questions(heard.topic_id):
        return Verdict(Why.NOT_CALLED)
    if room.clerk_until is not None and now < room.clerk_until:
        return Verdict(Why.CLERK_IS_HERE)
    if is_thanks(heard.text):
        return Verdict(Why.THANKS)
    if calls_somebody(heard.text) or not is_question(heard.text):
        return Verdict(Why.BETWEEN_PEOPLE)
    if _too_much(spoken, limits):
        return Verdict(Why.TOO_MUCH)
    return Verdict(Why.QUESTION_ROOM, needs_meaning=True)


def _too_much(spoken: Spoken, limits: Limits) -> bool:
    return (
        spoken.to_person_lately >= limits.person_per_10_minutes
        or spoken.to_person_today >= limits.person_per_day
        or spoken.in_chat_last_minute >= limits.chat_per_minute
    )
