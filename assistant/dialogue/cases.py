"""A message that tells the case of the procedure in hand."""

from assistant.dialogue.procedures import answer_procedure
from assistant.dialogue.turn import Backroom, Reply, Turn
from assistant.understand import find_case
from knowledge.procedures import Topic


def by_case(room: Backroom, turn: Turn) -> Reply | None:
    """A short message that only tells the case of the procedure in hand."""
    state = turn.state
    view = room.view(state.code)
    if view is None or not view.procedure.cases or turn.question.words > 12:
        return None
    case = find_case(turn.question, view.procedure)
    best = turn.linking.best
    elsewhere = best and best.label != state.code and best.probability >= room.thresholds.answer
    if case is None or (elsewhere and not state.asked_case):
        return None
    topics = turn.question.topics or tuple(Topic(t) for t in state.topics)
    return answer_procedure(room, turn, view.procedure.code, 1.0, topics=topics, case=case)
