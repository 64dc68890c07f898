"""The answer about one procedure, and what the conversation remembers of it."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.compose import compose
from assistant.dialogue.manner import with_condolence
from assistant.dialogue.turn import Backroom, Reply, Turn
from assistant.dialogue.unknown import not_found
from assistant.facts import depends_on_case
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
    lead: Sequence[str] = (),
    asks: bool = True,
) -> Reply:
    """What the record says on the topics asked; the procedure is then the one in hand.

    Where that depends on a case nobody told, the answer ends with the question that tells the
    cases apart, unless it ``asks`` nothing. ``lead`` are sentences to begin with.
    """
    view = room.view(code)
    if view is None:  # retired between finding and reading
        return not_found(room, turn, probability)
    state = turn.state.with_procedure(code)
    case = case or find_case(turn.question, view.procedure) or state.case
    if topics is None:
        topics = turn.question.topics
        if not topics and turn.state.topics and _continues(turn):
            topics = tuple(Topic(t) for t in turn.state.topics)
    office, facts = room.office(turn)
    asks_case = asks and case is None and depends_on_case(view.procedure, topics)
    lead, condoled = with_condolence(turn, code, lead)
    answer = compose(
        view,
        tuple(topics),
        address=turn.address,
        office_name=office.name,
        phone=facts["phone"],
        case=case,
        probability=probability,
        asks_case=asks_case,
        lead=lead,
    )
    answer = verify(answer, view, office)
    state = replace(
        state,
        case=case,
        topics=tuple(t.value for t in topics),
        choices=answer.choices,
        pending_topics=(),
        asked_case=asks_case,
        misses=0,
        condoled=turn.state.condoled or condoled,
    )
    return answer, state


def _continues(turn: Turn) -> bool:
    """Whether a message that names only a procedure keeps the last topics ("còn kết hôn?")."""
    first = turn.question.normalised.split(" ", 1)[0] if turn.question.normalised else ""
    return first in {"còn", "thế", "vậy", "con", "the", "vay", "rồi"} and turn.question.words <= 6
