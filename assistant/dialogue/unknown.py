"""Not knowing is an answer: it says so, names a person, and passes the question on."""

from dataclasses import replace

from assistant.answers import Answer, Outcome, ProcedureRef
from assistant.dialogue.turn import Backroom, Reply, Turn
from assistant.replies import say


def not_found(room: Backroom, turn: Turn, probability: float) -> Reply:
    """Nothing we hold is meant; the question becomes an inquiry."""
    _, facts = room.office(turn)
    reference = room.open_inquiry(turn, None, "not_found")
    text = say("not_found", turn.address, **facts | {"reference": f" (mã {reference})"})
    answer = Answer(Outcome.NOT_FOUND, text, probability=probability)
    return answer, replace(turn.state, choices=(), misses=turn.state.misses + 1)


def known_not_held(room: Backroom, turn: Turn, code: str, name: str) -> Reply:
    """A procedure of the catalogue whose content this office does not hold."""
    _, facts = room.office(turn)
    reference = room.open_inquiry(turn, code, "not_held")
    facts = facts | {"reference": f" (mã câu hỏi {reference})", "name": name, "code": code}
    text = say("known_not_held", turn.address, **facts)
    return Answer(Outcome.NOT_FOUND, text, procedure=ProcedureRef(code, name)), turn.state
