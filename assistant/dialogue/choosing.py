"""A few procedures are close: ask which, and take the choice in words, by number or button."""

from dataclasses import replace

from assistant.answers import Answer, Choice, Outcome
from assistant.decide import MAX_CHOICES, Unsure
from assistant.dialogue.procedures import answer_procedure
from assistant.dialogue.turn import Backroom, Reply, Turn, fixed
from assistant.dialogue.unknown import not_found
from assistant.replies import say
from assistant.understand import find_choice
from knowledge.procedures import Topic

ORDINALS = {
    "follow_up.which_first": 0,
    "follow_up.which_second": 1,
    "follow_up.which_third": 2,
    "follow_up.which_fourth": 3,
}
NONE_OF_THESE = ("follow_up.none_of_these", "follow_up.no")


def by_choice(room: Backroom, turn: Turn) -> Reply | None:
    """The resident picked one of the offered choices."""
    state = turn.state
    if not state.choices:
        return None
    choice = find_choice(turn.question, state.choices)
    best = turn.linking.best
    if choice is None and best and best.probability >= room.thresholds.intent:
        position = ORDINALS.get(best.label)
        if position is not None and position < len(state.choices):
            choice = state.choices[position]
        elif best.label in NONE_OF_THESE:
            return fixed(turn, "which_none", Outcome.CLARIFYING, replace(state, choices=()))
    if choice is None:
        return None
    if choice.code is None:
        return fixed(turn, "which_none", Outcome.CLARIFYING, replace(state, choices=()))
    topics = turn.question.topics or tuple(Topic(t) for t in state.pending_topics)
    return answer_procedure(room, turn, choice.code, 1.0, topics=topics)


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
    text = say("clarify", turn.address)
    lines = [f"{i}. {choice.label}" for i, choice in enumerate(choices, 1)]
    topics = tuple(t.value for t in turn.question.topics)
    answer = Answer(
        Outcome.CLARIFYING,
        "\n".join([text, *lines]),
        choices=tuple(choices),
        topics=topics,
        probability=candidates[0].probability,
    )
    return answer, replace(turn.state, choices=tuple(choices), pending_topics=topics)
