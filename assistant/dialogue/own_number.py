""" "Số K012 còn mấy người nữa": the place of a queue number, in every channel.

A label is what the whole waiting room sees and hears; nothing else of the number is told.
"""

import re

from assistant.answers import Answer, Outcome
from assistant.dialogue.turn import Backroom, Reply, Turn
from assistant.queue_numbers import UnknownNumber
from assistant.queue_words import place_text
from assistant.replies import say
from knowledge.vietnamese import fold

# "U" before the letter marks the priority series; people write K012, k12, K-012, "K 012".
_LABEL = r"(?P<priority>u)?\s?(?P<letter>[a-hj-np-tv-z])\s?[-.]?\s?(?P<number>\d{1,4})"
_ALONE = re.compile(rf"^(?:toi )?(?:cam |lay )?(?:so thu tu|so|stt|number)? ?{_LABEL}$")
_NAMED = re.compile(rf"\b(?:so thu tu|so|stt|number) {_LABEL}\b")
_ABOUT_THE_TURN = re.compile(
    r"\b(den luot|toi luot|luot|may nguoi|bao nhieu nguoi|bao lau|goi|cho bao|dang cho|den dau|"
    r"toi dau|sap den|sap toi|quay nao|my turn|how long|waiting|queue)\b"
)
# A number alone is short: "A4" is a paper size, "D01" a form.
FEWEST_DIGITS_ALONE = 3


def own_number(room: Backroom, turn: Turn) -> Reply | None:
    """Where the number stands, when the message is about one that this office gives."""
    if room.standing is None:
        return None
    said = " ".join(re.findall(r"[\w.-]+", fold(turn.masked.lower())))
    alone = _ALONE.match(said)
    named = alone or _NAMED.search(said)
    if named is None:
        return None
    if alone and len(alone["number"]) < FEWEST_DIGITS_ALONE:
        return None
    if not alone and not _ABOUT_THE_TURN.search(said):
        return None
    letter, number = named["letter"].upper(), int(named["number"])
    if letter not in {counter.queue for counter in room.office(turn)[0].counters}:
        return None
    is_priority = bool(named["priority"])
    number_id = None
    label = f"{'U' if is_priority else ''}{letter}{number:03d}"
    try:
        standing = room.standing(letter, number, is_priority)
    except UnknownNumber:
        text = say("queue_no_such_number", turn.address, label=label)
    else:
        place = place_text(standing, turn.language)
        text = say("queue_place", turn.address, label=label, place=place)
        number_id = standing.number.id
    return Answer(Outcome.OFFICE_INFO, text, queue_number=number_id), turn.state
