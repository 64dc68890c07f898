"""What the office says before anything else: a channel that is off, an urgent banner.

Both are fields of the office, read with each question: what staff change holds from the next
question on, in every worker.
"""

import hashlib
from dataclasses import replace
from datetime import datetime

from assistant.address import UNKNOWN
from assistant.answers import Answer, Outcome
from assistant.conversations import State
from assistant.language import ENGLISH, glossary
from assistant.office_answers import office_facts
from assistant.replies import say
from knowledge.offices import HANOI, Office


def is_closed(office: Office, channel: str) -> bool:
    """Whether staff have switched this channel off; a group belongs to its platform."""
    return channel.removesuffix("_group") in office.closed_channels


def closed(office: Office, state: State, now: datetime) -> Answer:
    """The one sentence of a channel that is off: whom to call instead."""
    facts = office_facts(office, now)
    if state.language == ENGLISH:
        return Answer(Outcome.HANDED_OFF, glossary().replies["channel_closed"].format(**facts))
    return Answer(Outcome.HANDED_OFF, say("channel_closed", state.address or UNKNOWN, **facts))


def announced(office: Office, answer: Answer, state: State, now: datetime) -> tuple[Answer, State]:
    """The answer with the urgent banner before it, once in a conversation for each banner."""
    banner = _banner(office, now)
    if not banner:
        return answer, state
    told = hashlib.sha256(banner.encode()).hexdigest()[:12]
    if state.told == told:
        return answer, state
    text = f"{_line(banner)}\n{answer.text}"
    return replace(answer, text=text), replace(state, told=told)


def apart(office: Office, text: str, now: datetime) -> tuple[str, str]:
    """The banner's line at the head of a stored text, and the rest; the line may be empty."""
    banner = _banner(office, now)
    line = f"{_line(banner)}\n" if banner else ""
    return (line, text[len(line) :]) if line and text.startswith(line) else ("", text)


def _line(banner: str) -> str:
    return say("banner", banner=banner)


def _banner(office: Office, now: datetime) -> str:
    return office.banner_on(now.astimezone(HANOI).date())
