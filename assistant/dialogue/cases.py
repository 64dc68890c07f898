"""The one question that separates the cases of a procedure, and the answer to it."""

import re
from dataclasses import replace

from assistant.decide import Meant
from assistant.dialogue.beyond import unstated
from assistant.dialogue.procedures import answer_procedure
from assistant.dialogue.turn import Backroom, Reply, Turn
from assistant.facts import ALL_CASES, depends_on_case
from assistant.understand import (
    answer_yes_no,
    does_not_know,
    find_case,
    find_choice,
    guess_case,
    only_asks,
    phrases_of,
    tells,
)
from knowledge.procedures import Procedure, Topic
from knowledge.vietnamese import fold, normalise

MAX_WORDS = 12  # a longer message tells more than a case


def by_case(room: Backroom, turn: Turn) -> Reply | None:
    """A short message that only tells the case of the procedure in hand."""
    state = turn.state
    view = room.view(state.code)
    if view is None or not view.procedure.cases or turn.question.words > MAX_WORDS:
        return None
    case = _asked_case(turn, view.procedure) if state.asked_case else None
    if case is None and turn.question.normalised:
        case = find_case(turn.question, view.procedure)
    best = turn.linking.best
    elsewhere = best and best.label != state.code and best.probability >= room.thresholds.answer
    if case is None:
        return unstated(room, turn, view.procedure.code) if _is_mistaken(turn) else None
    if elsewhere and not state.asked_case and not _says_only(case, turn, view.procedure):
        return None
    topics = turn.question.topics or tuple(Topic(t) for t in state.topics)
    if topics or case == ALL_CASES:
        return answer_procedure(room, turn, view.procedure.code, 1.0, topics=topics, case=case)
    # The overview was given: now what this case brings, and the next question starts anew.
    answer, after = answer_procedure(
        room, turn, view.procedure.code, 1.0, topics=_by_case(view.procedure), case=case
    )
    return answer, replace(after, topics=())


def _is_mistaken(turn: Turn) -> bool:
    """Whether an answer to our question ("tôi đi 8 tháng") was taken for talk beside the matter."""
    best = turn.linking.best
    if not turn.state.asked_case or best is None or turn.question.words > FEW_WORDS + 1:
        return False
    return tells(turn.question) and best.group in BESIDE and best.probability < TALK


TALK = 0.75  # from here thanks, greetings and the like are what they seem


def _by_case(procedure: Procedure) -> tuple[Topic, ...]:
    """What differs between the cases: papers, fee, time; everything where nothing does."""
    topics = (Topic.PAPERS, Topic.FEE, Topic.TIME)
    return tuple(topic for topic in topics if depends_on_case(procedure, (topic,)))


def _asked_case(turn: Turn, procedure: Procedure) -> str | None:
    """The case that answers our question: by button or number, yes or no, or in other words."""
    question = turn.question
    choice = find_choice(question, turn.state.choices)
    if choice:
        told = next((case.id for case in procedure.cases if case.label == choice.label), None)
        return told or ALL_CASES
    if does_not_know(question.normalised):
        return ALL_CASES
    told = answer_yes_no(question, procedure) or find_case(question, procedure)
    if told or question.topics or not question.normalised:
        return told
    best = turn.linking.best
    position = _ORDINALS.get(best.label) if best and best.probability >= SURE else None
    if position is not None and position < len(procedure.cases):
        return procedure.cases[position].id
    if isinstance(turn.decision, Meant):  # it says something of its own
        meant = turn.decision.candidate
        if meant.is_intent and not (meant.group in BESIDE and tells(question)):
            return None
        if not meant.is_intent and meant.label != procedure.code and question.words > FEW_WORDS:
            return None
    return guess_case(question, procedure)


def _says_only(case_id: str, turn: Turn, procedure: Procedure) -> bool:
    """Whether nothing but the case is said ("mua bán thì cần giấy gì")."""
    case = next(case for case in procedure.cases if case.id == case_id)
    told = {word for phrase in phrases_of(case) for word in fold(normalise(phrase)).split()}
    said = _BEGINS.sub("", turn.question.normalised)
    return only_asks(" ".join(word for word in said.split() if fold(word) not in told))


_BEGINS = re.compile(r"^(?:(?:thôi|được|rồi|ok|à|ừ|dạ|vậy|thế|thì|vâng|còn) )+")
FEW_WORDS = 4  # "tôi mua bán" after our question is an answer, not another matter
# Groups of intents a plain answer to our question may be mistaken for.
BESIDE = frozenset({"out_of_scope", "small_talk", "office_info"})
SURE = 0.4  # an ordinal after a numbered question needs little more
_ORDINALS = {
    "follow_up.which_first": 0,
    "follow_up.which_second": 1,
    "follow_up.which_third": 2,
    "follow_up.which_fourth": 3,
}
