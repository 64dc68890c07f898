"""A message that names a procedure by its code."""

from dataclasses import replace

from assistant.dialogue.procedures import answer_procedure
from assistant.dialogue.turn import Backroom, Reply, Turn, is_open
from assistant.dialogue.unknown import known_not_held, not_found
from assistant.language import VIETNAMESE
from assistant.replies import say


def by_code(room: Backroom, turn: Turn) -> Reply | None:
    """The first code of the message decides, whatever its words mean."""
    for code in turn.question.codes:
        return _one(room, turn, code)
    return None


def by_known_name(room: Backroom, turn: Turn) -> Reply | None:
    """A procedure of the catalogue that is named but not held here, where nothing else is meant."""
    if turn.language != VIETNAMESE or not is_open(room, turn):
        return None
    known = room.known.find(turn.question.text)
    return _one(room, turn, known.code) if known else None


def _one(room: Backroom, turn: Turn, code: str) -> Reply:
    if room.view(code):
        return answer_procedure(room, turn, code, 1.0)
    known = room.store.find_known_code(code)
    if known is None:
        return not_found(room, turn, 0.0)
    for successor in known.superseded_by:
        if room.view(successor):
            answer, state = answer_procedure(room, turn, successor, 1.0)
            note = say("superseded", turn.address, old=code, code=successor)
            return replace(answer, text=f"{note}\n{answer.text}"), state
    return known_not_held(room, turn, known)
