"""Handing over to a person: an inquiry, its reference, and what happens next."""

import re
from dataclasses import dataclass, replace

from assistant.answers import Answer, Outcome
from assistant.dialogue.turn import Backroom, Reply, Turn
from assistant.inquiries import ALPHABET, CODE_LENGTH, Inquiry, InquiryStatus
from assistant.plausible import is_plausible
from assistant.replies import fill, say
from assistant.wording import day, upper_first
from knowledge.linking.bank import Intent
from knowledge.offices import HANOI

# More waiting questions than this from one conversation are not read sooner for being more.
MAX_WAITING = 5
CHATS = frozenset({"telegram", "zalo", "telegram_group", "zalo_group"})
# As it was given, or in small letters after the word that announces it.
_CODE = f"([{ALPHABET}]{{{CODE_LENGTH}}})"
_REFERENCE = re.compile(
    rf"(?<![A-Za-z0-9])(?:(?i:mã(?: câu hỏi)?|ma(?: cau hoi)?)[ :]{{1,3}}(?i:{_CODE})|{_CODE})"
    r"(?![A-Za-z0-9])"
)


@dataclass(frozen=True, slots=True)
class Passed:
    """A question that waits for a clerk, and the sentence that says so."""

    reference: str
    text: str


def pass_on(room: Backroom, turn: Turn, kind: str, code: str | None = None) -> Passed | None:
    """Open an inquiry, or find the one that asks the same; None when there is nothing to pass on.

    Gibberish is not passed on, nor more than a few questions of one conversation.
    """
    if code is None and not is_plausible(turn.question.text):
        return None
    waiting = room.inquiries.waiting_of(turn.conversation.id)
    same = next((i for i in waiting if _asks_same(i, turn)), None)
    if same is None and len(waiting) >= MAX_WAITING:
        return None
    reference = same.code if same else room.open_inquiry(turn, code, kind)
    name = "passed_on_again" if same else "passed_on"
    text = say(name, turn.address, reference=reference, next=_what_next(room, turn))
    return Passed(reference, text)


def hand_over(room: Backroom, turn: Turn, intent: Intent) -> Reply:
    """A person takes over because the resident asks for one or complains."""
    _, facts = room.office(turn)
    lines = [fill(intent.reply, turn.address, **facts)] if intent.reply else []
    where = say("human", turn.address, **facts | {"reference": ""}).rstrip()
    if lines and (rest := where.removeprefix("Dạ, ")):  # once is polite
        where = upper_first(rest)
    lines.append(where)
    return _handed(room, turn, intent.id, lines)


def give_up(room: Backroom, turn: Turn) -> Reply:
    """A person takes over because the desk failed more than once in a row."""
    _, facts = room.office(turn)
    lines = [say("repeated_failure", turn.address, **facts).rstrip()]
    return _handed(room, turn, "repeated_failure", lines)


def _handed(room: Backroom, turn: Turn, kind: str, lines: list[str]) -> Reply:
    passed = pass_on(room, turn, kind, turn.state.code)
    if passed:
        lines.append(passed.text)
    answer = Answer(
        Outcome.HANDED_OFF, "\n".join(lines), inquiry=passed.reference if passed else None
    )
    return answer, replace(turn.state, misses=0)


def by_reference(room: Backroom, turn: Turn) -> Reply | None:
    """The state of an inquiry whose reference the message holds; None when it holds none."""
    for match in _REFERENCE.finditer(turn.masked):
        inquiry = room.inquiries.find(match[1] or match[2])
        if inquiry:
            _, facts = room.office(turn)
            text = _standing(inquiry, turn, facts)
            return Answer(Outcome.OFFICE_INFO, text, inquiry=inquiry.code), turn.state
    return None


def _standing(inquiry: Inquiry, turn: Turn, facts: dict[str, str]) -> str:
    known = facts | {"reference": inquiry.code}
    if inquiry.answer and inquiry.answered_at:
        on = day(inquiry.answered_at.astimezone(HANOI).date())
        return say("inquiry_answered", turn.address, **known, day=on, answer=inquiry.answer)
    if inquiry.status is InquiryStatus.CLOSED:
        return say("inquiry_closed", turn.address, **known)
    if inquiry.status is InquiryStatus.FORWARDED and inquiry.forwarded_to:
        return say("inquiry_forwarded", turn.address, **known, forwarded_to=inquiry.forwarded_to)
    return say("inquiry_waiting", turn.address, **known, seen=_seen(turn, facts))


def _what_next(room: Backroom, turn: Turn) -> str:
    _, facts = room.office(turn)
    channel = turn.conversation.channel
    way = "back_page" if channel == "web" else "back_chat" if channel in CHATS else "back_code"
    return f"{_seen(turn, facts)} {say(way, turn.address)}"


def _seen(turn: Turn, facts: dict[str, str]) -> str:
    return say("seen_closed" if facts["opening"] else "seen_open", turn.address, **facts)


def _asks_same(inquiry: Inquiry, turn: Turn) -> bool:
    return _key(inquiry.question) == _key(turn.masked)


def _key(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
