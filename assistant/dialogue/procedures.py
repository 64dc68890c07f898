"""The answer about one procedure, and what the conversation remembers of it."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.compose import compose
from assistant.dialogue.turn import Backroom, Reply, Turn
from assistant.dialogue.unknown import not_found
from assistant.understand import find_case
from assistant.verify import verify
from knowledge.procedures import Topic


def answer_procedure(
    room: Backroom,
    turn: Turn,
    code: str,
    probability: float,
    *,
    topics: Sequence[Topic] | None = None,
    case: str | None = None,
) -> Reply:
    """What the record says on the topics asked; the procedure is then the one in hand."""
    view = room.view(code)
    if view is None:  # retired between finding and reading
        return not_found(room, turn, probability)
    state = turn.state.with_procedure(code)
    case = case or state.case or find_case(turn.question, view.procedure)
    if topics is None:
        topics = turn.question.topics
        if not topics and turn.state.topics and _continues(turn):
            topics = tuple(Topic(t) for t in turn.state.topics)
    office, facts = room.office(turn)
    answer = compose(
        view,
        tuple(topics),
        address=turn.address,
        office_name=office.name,
        phone=facts["phone"],
        case=case,
        probability=probability,
    )
    answer = verify(answer, view, office)
    state = replace(
        state,
        case=case,
        topics=tuple(t.value for t in topics),
        choices=(),
        pending_topics=(),
        asked_case=False,
        misses=0,
    )
    return answer, state


def _continues(turn: Turn) -> bool:
    """Whether a message that names only a procedure keeps the last topics ("còn kết hôn?")."""
    first = turn.question.normalised.split(" ", 1)[0] if turn.question.normalised else ""
    return first in {"còn", "thế", "vậy", "con", "the", "vay", "rồi"} and turn.question.words <= 6
