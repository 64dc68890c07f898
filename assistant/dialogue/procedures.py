"""The answer about one procedure, and what the conversation remembers of it."""

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.compose_english import compose_english
from assistant.composed import Asked
from assistant.dialogue.manner import with_condolence
from assistant.dialogue.opening import on_that_day
from assistant.dialogue.turn import Backroom, Reply, Turn
from assistant.dialogue.unknown import not_found
from assistant.facts import depends_on_case
from assistant.language import ENGLISH
from assistant.premises import assumes_district
from assistant.replies import say
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
    brief: bool = False,
) -> Reply:
    """What the record says on the topics asked; the procedure is then the one in hand.

    Where that depends on a case nobody told, the answer ends with the question that tells the
    cases apart, unless it ``asks`` nothing. ``lead`` are sentences to begin with; in ``brief``
    they say it all, and only the sources follow.
    """
    view = room.view(code)
    if view is None:  # retired between finding and reading
        return not_found(room, turn, probability)
    state = turn.state.with_procedure(code)
    case = case or find_case(turn.question, view.procedure) or state.case
    if topics is None:
        topics = turn.question.topics
        waiting = turn.state.pending_topics or (turn.state.topics if _continues(turn) else ())
        if not topics and waiting:
            topics = tuple(Topic(t) for t in waiting)
    if assumes_district(turn.question.text):
        lead = (say("no_district", turn.address), *lead)
        topics = topics if Topic.PLACE in topics else (*topics, Topic.PLACE)
    office, facts = room.office(turn)
    asks_case = asks and case is None and depends_on_case(view.procedure, topics)
    lead = (*on_that_day(turn, office, view.procedure), *lead)
    lead, condoled = with_condolence(turn, code, lead)
    if turn.language == ENGLISH:
        lead = ()
        answer = compose_english(
            view, tuple(topics), phone=facts["phone"], case=case, probability=probability,
            asks_case=asks_case,
        )  # fmt: skip
        answer = verify(answer, view, office)
    else:
        asked = Asked(
            tuple(topics), turn.address, facts["phone"], case, asks_case, bool(lead), brief
        )
        answer = room.composed.answer(view, office, asked, probability)
    # Before the checked text: fixed sentences, the resident's own words and whole lines of the
    # record. The amount a correction takes up stands in no record and may not be dropped.
    if lead:
        answer = replace(answer, text="\n".join([*lead, answer.text]))
    url = room.checklist_url(code, case)
    if url and answer.facts.papers:
        link = say("checklist_link", url=url)
        link = f"Checklist to keep or print: {url}" if turn.language == ENGLISH else link
        answer = replace(answer, text=f"{answer.text}\n{link}")
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


_GOES_ON = re.compile(
    r"^(?:còn|thế|vậy|con|the|vay|rồi)\b|\b(?:thì sao|thì thế nào|thi sao|thế nào)$"
)


def _continues(turn: Turn) -> bool:
    """Whether a message that names only a procedure keeps the last topics ("còn kết hôn?")."""
    said = turn.question.normalised
    return turn.question.words <= 6 and bool(_GOES_ON.search(said))
