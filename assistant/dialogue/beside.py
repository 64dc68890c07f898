"""An answer that is not quite certain names the few other things that may have been meant.

Asking back would cost a resident whose question was understood a turn; the wrong answer
alone would send one away with the wrong papers.
"""

from collections.abc import Sequence
from dataclasses import replace

from assistant.answers import Answer, Choice, Outcome
from assistant.conversations import State
from assistant.dialogue.turn import Backroom, Reply, Turn
from assistant.language import ENGLISH
from assistant.replies import say
from knowledge.linking.linker import Candidate

TELLING = frozenset({Outcome.ANSWERED, Outcome.OFFICE_INFO, Outcome.OUT_OF_SCOPE})


def with_others(room: Backroom, turn: Turn, reply: Reply, candidates: Sequence[Candidate]) -> Reply:
    """The reply with what may be meant instead as choices; as it is when it asks by itself."""
    answer, state = reply
    if not _has_room(answer) or turn.language == ENGLISH:
        return reply
    choices = tuple(
        Choice(view.procedure.title, view.procedure.title, candidate.label)
        for candidate in candidates
        if (view := room.view(candidate.label))
    )
    if not choices:
        return reply
    lines = [f"{i}. {choice.label}" for i, choice in enumerate(choices, 1)]
    text = "\n".join([answer.text, say("or_meant", turn.address), *lines])
    return replace(answer, text=text, choices=choices), replace(
        state, choices=choices, offered=choices
    )


def are_beside(state: State) -> bool:
    """Whether the choices on offer stand beside an answer, so that a "yes" is not about them."""
    return bool(state.choices) and state.choices == state.offered


def _has_room(answer: Answer) -> bool:
    return answer.outcome in TELLING and not answer.choices and not answer.also
