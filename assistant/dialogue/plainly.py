"""What a message plainly is, although it names a procedure: thanks, a dossier handed in before.

"Hồ sơ khai sinh nộp hôm thứ ba xong chưa" names a matter in full and does not ask for it. The
ways of speaking are data, `assistant/data/plain_signs.yaml`.
"""

from pathlib import Path

from assistant.decide import Meant
from assistant.dialogue.intents import answer_intent
from assistant.dialogue.turn import Backroom, Reply, Turn
from assistant.language import VIETNAMESE
from assistant.signs import find_sign

FILE = Path(__file__).parent.parent / "data" / "plain_signs.yaml"


def plainly(room: Backroom, turn: Turn) -> Reply | None:
    """The reply to what the way of speaking tells; what is meant as none already goes its way."""
    decision = turn.decision
    known = isinstance(decision, Meant) and decision.candidate.is_intent
    if known or turn.language != VIETNAMESE:
        return None
    label = find_sign(FILE, turn.question.normalised)
    intent = room.finder.intents.get(label) if label else None
    return answer_intent(room, turn, intent, 1.0) if intent else None
