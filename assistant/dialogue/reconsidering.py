"""Where our own reading is unsure, a language model may choose among what was found."""

from dataclasses import replace

from assistant.decide import Meant, Unsure
from assistant.dialogue.choosing import clarify
from assistant.dialogue.procedures import answer_procedure
from assistant.dialogue.turn import Backroom, Reply, Turn
from assistant.model.second_opinion import Context


def reconsider(room: Backroom, turn: Turn) -> Reply | None:
    """The reply a second opinion leads to; None without a model, or when it changes nothing."""
    if room.model is None or isinstance(turn.decision, Meant):
        return None
    view = room.view(turn.state.code)
    context = Context()
    if view:
        turns = room.conversations.turns(turn.conversation.id)
        last = turns[-1]["asked"] if turns else ""
        context = Context(last, view.procedure.title)
    again = room.model.opinion.reconsider(turn.question.text, turn.linking, turn.decision, context)
    if isinstance(again, Meant):
        return answer_procedure(
            room, turn, again.candidate.label, again.candidate.probability,
            topics=turn.question.topics,
        )  # fmt: skip
    if isinstance(again, Unsure):
        return clarify(room, replace(turn, decision=again))
    return None
