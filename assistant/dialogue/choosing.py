"""A few procedures are close: ask which, and take the choice in words, by number or button."""

import re
from dataclasses import replace

from assistant.answers import Answer, Choice, Outcome
from assistant.decide import MAX_CHOICES, Unsure
from assistant.dialogue.beside import are_beside
from assistant.dialogue.procedures import answer_procedure
from assistant.dialogue.turn import Backroom, Reply, Turn, fixed
from assistant.dialogue.unknown import not_found
from assistant.replies import say
from assistant.understand import YES, bare_word, find_choice, only_asks
from knowledge.procedures import Topic

ORDINALS = {
    "follow_up.which_first": 0,
    "follow_up.which_second": 1,
    "follow_up.which_third": 2,
    "follow_up.which_fourth": 3,
}
NONE_OF_THESE = ("follow_up.none_of_these", "follow_up.no")
OTHER_ONE = re.compile(r"\b(?:cái|việc|thủ tục|chuyện) (?:kia|còn lại|khác|nọ)\b")
OTHER_ONE_WORDS = 7


def by_choice(room: Backroom, turn: Turn) -> Reply | None:
    """The resident picked one of the offered choices, or wants the other one after all."""
    state = turn.state
    if not state.choices or state.asked_case:
        return _other_one(room, turn)
    choice = find_choice(turn.question, state.choices)
    best = turn.linking.best
    if choice is None and are_beside(state):
        return _other_one(room, turn)
    if choice is None and len(state.choices) == 1:  # "is it this?": yes, or simply going on
        goes_on = turn.question.topics and only_asks(turn.question.normalised)
        if goes_on or bare_word(turn.question.normalised) in YES:
            choice = state.choices[0]
    if choice is None and best and best.probability >= room.thresholds.intent:
        position = ORDINALS.get(best.label)
        if position is not None and position < len(state.choices):
            choice = state.choices[position]
        elif best.label in NONE_OF_THESE:
            return fixed(turn, "which_none", Outcome.CLARIFYING, replace(state, choices=()))
    if choice is None:
        choice = _narrowed(turn)
    if choice is None:
        return _asked_again(turn)
    if choice.code is None:
        return fixed(turn, "which_none", Outcome.CLARIFYING, replace(state, choices=()))
    topics = turn.question.topics or tuple(Topic(t) for t in state.pending_topics)
    answer, after = answer_procedure(room, turn, choice.code, 1.0, topics=topics)
    return answer, replace(after, offered=state.choices)


def _narrowed(turn: Turn) -> Choice | None:
    """ "Mất cả cuốn" after "mất sổ đỏ": the one choice among what this may mean, too."""
    if not isinstance(turn.decision, Unsure):
        return None
    meant = {candidate.label for candidate in turn.decision.candidates}
    fitting = [choice for choice in turn.state.choices if choice.code in meant]
    return fitting[0] if len(fitting) == 1 and len(turn.state.choices) > 1 else None


def _asked_again(turn: Turn) -> Reply | None:
    """ "Nộp ở quầy mấy" instead of a choice: which one, so that this can be told."""
    topics = tuple(topic.value for topic in turn.question.topics)
    offered = tuple(choice for choice in turn.state.choices if choice.code)
    if not (topics and len(offered) > 1 and only_asks(turn.question.normalised)):
        return None
    if turn.state.code is not None:  # something is in hand that may be asked about
        return None
    text = _listed(say("which_of", turn.address), offered)
    answer = Answer(Outcome.CLARIFYING, text, choices=offered, topics=topics)
    return answer, replace(turn.state, choices=offered, pending_topics=topics)


def _other_one(room: Backroom, turn: Turn) -> Reply | None:
    """ "Không, cái kia": the choice that was not taken, or the procedure before this one."""
    said = turn.question.normalised
    if turn.question.words > OTHER_ONE_WORDS or not OTHER_ONE.search(said):
        return None
    state = turn.state
    topics = turn.question.topics or tuple(Topic(topic) for topic in state.topics)
    left = tuple(c for c in state.offered if c.code and c.code != state.code)
    if len(left) > 1:
        answer = Answer(
            Outcome.CLARIFYING, _listed(say("which_of", turn.address), left), choices=left
        )
        pending = tuple(topic.value for topic in topics)
        return answer, replace(state, choices=left, pending_topics=pending)
    code = left[0].code if left else next((c for c in reversed(state.earlier)), None)
    if code is None or room.view(code) is None:
        return None
    return answer_procedure(room, turn, code, 1.0, topics=topics)


def _listed(text: str, choices: tuple[Choice, ...]) -> str:
    return "\n".join([text, *(f"{i}. {choice.label}" for i, choice in enumerate(choices, 1))])


def clarify(room: Backroom, turn: Turn) -> Reply | None:
    """One short question with at most four choices, when a few procedures are close."""
    if not isinstance(turn.decision, Unsure):
        return None
    candidates = turn.decision.candidates
    choices: list[Choice] = []
    for candidate in candidates[:MAX_CHOICES]:
        if view := room.view(candidate.label):
            title = view.procedure.title
            choices.append(Choice(title, title, candidate.label))
    if not choices:
        return not_found(room, turn, 0.0)
    asked = say("clarify" if len(choices) > 1 else "clarify_one", turn.address)
    text = _listed(asked, tuple(choices))
    topics = tuple(t.value for t in turn.question.topics)
    answer = Answer(
        Outcome.CLARIFYING,
        text,
        choices=tuple(choices),
        topics=topics,
        probability=candidates[0].probability,
    )
    return answer, replace(turn.state, choices=tuple(choices), pending_topics=topics)
