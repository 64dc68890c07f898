"""Questions a clerk has answered before: answered again, or offered when nothing else is found."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.answers import Answer, Choice, Citation, Outcome, ProcedureRef
from assistant.decide import Meant
from assistant.dialogue.choosing import NONE_OF_THESE
from assistant.dialogue.turn import Backroom, Reply, Turn
from assistant.dialogue.unknown import not_found
from assistant.faq import MOST_OFFERED, Found
from assistant.language import VIETNAMESE
from assistant.replies import say
from assistant.understand import NO, YES, bare_word, find_choice, understand
from assistant.wording import day
from knowledge.faq import FaqEntry
from knowledge.layers import ProcedureView
from knowledge.linking.matter import core
from knowledge.vietnamese import fold, normalise

SECTION = "faq"
# What a resident presses when none of the offered questions is theirs.
NOT_THESE = Choice("Không phải các câu trên", "không phải các câu trên")
# With fewer words of its own besides the procedure's name, a question asks what its record says.
OWN_WORDS = 2
# A general word about the office may stand where a clerk's answer would tell more.
BESIDE = frozenset({Outcome.OFFICE_INFO, Outcome.OUT_OF_SCOPE})


def frequent(room: Backroom, turn: Turn) -> Reply | None:
    """The published answer to a question asked in nearly the same words, or one just offered."""
    if turn.language != VIETNAMESE:
        return None
    if NOT_THESE in turn.state.choices:
        return _taken(room, turn)
    for found in room.faq.find(turn.question.text):
        if not found.is_same:
            break
        if not _record_answers(room, turn, found.entry):
            return _answer(room, turn, found.entry, found.probability)
    return None


def offer_frequent(room: Backroom, turn: Turn) -> Reply | None:
    """Before "not found": the questions it may be, each a button; the clerk comes after a no."""
    if turn.language != VIETNAMESE or isinstance(turn.decision, Meant):
        return None
    found = room.faq.find(turn.question.text)[:MOST_OFFERED]
    if not found:
        return None
    answer = Answer(Outcome.CLARIFYING, "", probability=found[0].probability)
    return _offering(turn, (answer, turn.state), say("faq_offer", turn.address), found)


def with_frequent(room: Backroom, turn: Turn, reply: Reply) -> Reply:
    """What the office says of itself, and below it the questions it may have been."""
    answer, _ = reply
    if answer.outcome not in BESIDE or answer.choices or turn.language != VIETNAMESE:
        return reply
    found = room.faq.find(turn.question.text)[:MOST_OFFERED]
    return _offering(turn, reply, say("faq_beside", turn.address), found) if found else reply


def _offering(turn: Turn, reply: Reply, lead: str, found: Sequence[Found]) -> Reply:
    answer, state = reply
    choices = (*(Choice(f.entry.question, f.entry.question) for f in found), NOT_THESE)
    lines = [f"{i}. {choice.label}" for i, choice in enumerate(choices, 1)]
    text = "\n".join([*filter(None, [answer.text]), lead, *lines])
    state = replace(state, choices=choices, pending_topics=(), asked_case=False)
    return replace(answer, text=text, choices=choices), state


def _taken(room: Backroom, turn: Turn) -> Reply | None:
    """What became of the offer: the entry chosen, the clerk after a no, or another question."""
    choices = turn.state.choices
    choice = find_choice(turn.question, choices)
    said = bare_word(turn.question.normalised)
    best = turn.linking.best
    if choice is None and len(choices) == 2 and said in YES:
        choice = choices[0]
    refused = said in NO or (best is not None and best.label in NONE_OF_THESE)
    if choice == NOT_THESE or (choice is None and refused):
        return not_found(room, _asked_before(room, turn), 0.0)
    entry = room.faq.find_exact(choice.message) if choice else None
    return _answer(room, turn, entry, 1.0) if entry else None


def _asked_before(room: Backroom, turn: Turn) -> Turn:
    """The turn with the question that led to the offer, which is what a clerk should read."""
    before = room.conversations.turns(turn.conversation.id)
    asked = str(before[-1]["asked"]) if before else turn.masked
    state = replace(turn.state, choices=())
    conversation = replace(turn.conversation, state=state)
    question = understand(asked, room.topics)
    return replace(turn, masked=asked, question=question, conversation=conversation)


def _answer(room: Backroom, turn: Turn, entry: FaqEntry, probability: float) -> Reply:
    office, _ = room.office(turn)
    view = room.view(entry.code)
    text = entry.answer if fold(entry.answer).startswith("da") else f"Dạ, {entry.answer}"
    source = say("faq_source", turn.address, office=office.name, day=day(entry.as_of))
    code = entry.code or ""
    answer = Answer(
        Outcome.ANSWERED,
        f"{text}\n{source}",
        procedure=ProcedureRef(code, view.procedure.title) if view else None,
        citations=(Citation(code, SECTION, office.name, entry.as_of, verified=True),),
        probability=probability,
    )
    state = turn.state.with_procedure(code) if view else turn.state
    return answer, replace(state, choices=(), pending_topics=(), asked_case=False, misses=0)


def _record_answers(room: Backroom, turn: Turn, entry: FaqEntry) -> bool:
    """Whether the question is one the procedure's own record answers: facts come from records."""
    decision = turn.decision
    if not isinstance(decision, Meant) or decision.candidate.is_intent:
        return False
    view = room.view(decision.candidate.label)
    if view is None or not turn.question.topics:
        return False
    return len(_own_words(turn, view)) < OWN_WORDS


def _own_words(turn: Turn, view: ProcedureView) -> set[str]:
    """Words of substance that are not in any name of the procedure."""
    procedure = view.procedure
    names = (procedure.name, procedure.title, *procedure.aliases)
    named = {word for name in names for word in fold(normalise(name)).split()}
    return set(core(turn.question.normalised).split()) - named
