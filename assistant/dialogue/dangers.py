"""Danger, fraud, threats and insults, before anything else a message may ask."""

from assistant.danger import find_danger, find_threat_to_life
from assistant.decide import Meant
from assistant.dialogue.intents import answer_intent
from assistant.dialogue.turn import Backroom, Reply, Turn


def danger(room: Backroom, turn: Turn) -> Reply | None:
    """The fixed reply to what cannot wait or must not be helped with; nobody is lectured."""
    decision = turn.decision
    about_procedure = isinstance(decision, Meant) and not decision.candidate.is_intent
    label = find_danger(turn.question.text, about_procedure=about_procedure)
    label = label or find_threat_to_life(turn.linking)
    intent = room.finder.intents.get(label) if label else None
    if intent is None:
        return None
    best = next((c.probability for c in turn.linking.candidates if c.label == label), 0.0)
    return answer_intent(room, turn, intent, best)
