"""Several matters in one message."""

from dataclasses import replace

from assistant.dialogue.procedures import answer_procedure
from assistant.dialogue.turn import Backroom, Reply, Turn
from assistant.understand import Question, clauses, understand

MAX_MATTERS = 3


def several(room: Backroom, turn: Turn) -> Reply | None:
    """Each matter answered, the first as the main one."""
    parts = clauses(turn.question.text)
    if len(parts) < 2:
        return None
    found: dict[str, tuple[Question, float]] = {}
    for part in parts:
        best = room.finder.link(part).best
        if best and not best.is_intent and best.probability >= room.thresholds.answer:
            found.setdefault(best.label, (understand(part, room.topics), best.probability))
    whole = turn.linking.best
    if len(found) < 2 or (
        whole and whole.is_intent and whole.probability >= room.thresholds.intent
    ):
        return None
    replies = [
        answer_procedure(room, turn, code, probability, topics=part.topics or turn.question.topics)
        for code, (part, probability) in list(found.items())[:MAX_MATTERS]
    ]
    main, state = replies[0]
    others = tuple(answer for answer, _ in replies[1:])
    text = "\n\n".join(answer.text for answer in (main, *others))
    return replace(main, text=text, also=others), state
