"""Not knowing is an answer: it says so, names a person, and passes the question on."""

import re
from dataclasses import replace

from assistant.answers import Answer, Outcome, ProcedureRef
from assistant.dialogue.handing import give_up, pass_on
from assistant.dialogue.turn import Backroom, Reply, Turn
from assistant.plausible import is_plausible
from assistant.replies import say
from assistant.understand import Question
from knowledge.catalogue import CodeStatus, KnownCode

# The second question in a row that is not found goes to a person; a third try helps nobody.
MISSES_BEFORE_PERSON = 2


# Who cannot put it into words is helped to begin; there is nothing a clerk could look up.
_AT_A_LOSS = re.compile(
    r"\b(?:không|chẳng|chả|hông|hổng) (?:biết|rành|hiểu)(?: phải| là| cách)? "
    r"(?:nói|hỏi|bắt đầu|trình bày|diễn đạt|kể)\b|\bbiết (?:nói|hỏi) (?:sao|thế nào|gì)\b"
)


def is_at_a_loss(question: Question) -> bool:
    """Whether somebody only says that they cannot put it into words."""
    return bool(_AT_A_LOSS.search(question.normalised))


def not_found(room: Backroom, turn: Turn, probability: float) -> Reply:
    """Nothing we hold is meant; the question becomes an inquiry, the second in a row a handover."""
    _, facts = room.office(turn)
    if is_at_a_loss(turn.question):
        return Answer(Outcome.CLARIFYING, say("at_a_loss", turn.address, **facts)), turn.state
    misses = turn.state.misses + 1
    if misses >= MISSES_BEFORE_PERSON:
        return give_up(room, turn)
    passed = pass_on(room, turn, "not_found")
    name = "not_found_alone" if is_plausible(turn.question.text) else "not_understood"
    text = say(name, turn.address, **facts)
    answer = Answer(
        Outcome.NOT_FOUND,
        f"{text}\n{passed.text}" if passed else text,
        probability=probability,
        inquiry=passed.reference if passed else None,
    )
    return answer, replace(turn.state, choices=(), misses=misses)


def known_not_held(room: Backroom, turn: Turn, known: KnownCode) -> Reply:
    """A procedure of the catalogue whose content this office does not hold, or one abolished."""
    _, facts = room.office(turn)
    code, name = known.code, known.name
    passed = pass_on(room, turn, "not_held", code)
    if known.status is CodeStatus.IN_FORCE:
        text = say(
            "known_not_held_alone", turn.address, **facts,
            name=name, code=code, sector=f", lĩnh vực {known.sector}" if known.sector else "",
        )  # fmt: skip
    else:
        instead = ", ".join(known.superseded_by)
        reason = f"Mã dùng thay: {instead}." if instead else ""
        text = say("abolished_code", turn.address, name=name, code=code, reason=reason).strip()
    answer = Answer(
        Outcome.NOT_FOUND,
        f"{text}\n{passed.text}" if passed else text,
        procedure=ProcedureRef(code, name),
        inquiry=passed.reference if passed else None,
    )
    return answer, turn.state
