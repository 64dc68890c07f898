"""Messages that only mean something together with the procedure in hand."""

from assistant.answers import Answer, Outcome
from assistant.conversations import State
from assistant.dialogue.procedures import answer_procedure
from assistant.dialogue.turn import Backroom, Reply, Turn, fixed
from assistant.replies import say
from knowledge.linking.bank import Intent
from knowledge.procedures import Topic

FOLLOW_UP_TOPICS = {
    "follow_up.more": (Topic.PAPERS, Topic.STEPS, Topic.CONDITIONS, Topic.RESULT),
    "follow_up.source": (Topic.LEGAL_BASIS,),
    "follow_up.not_needed_check": (Topic.PAPERS,),
}


def in_hand(room: Backroom, turn: Turn) -> Reply | None:
    """A message too short to stand alone is read together with the procedure in hand."""
    view = room.view(turn.state.code)
    if view is None:
        return None
    topics = turn.question.topics
    together = room.finder.link(f"{view.procedure.title} {turn.question.text}").best
    if together and not together.is_intent and together.probability >= room.thresholds.answer:
        return answer_procedure(room, turn, together.label, together.probability, topics=topics)
    if topics and turn.question.words <= 10:
        best = turn.linking.best
        probability = best.probability if best else 0.5
        return answer_procedure(room, turn, view.procedure.code, probability, topics=topics)
    return None


def follow_up(room: Backroom, turn: Turn, intent: Intent) -> Reply:
    """What a follow-up asks about the procedure in hand."""
    if intent.id == "follow_up.delete_conversation":
        return _forget(room, turn)
    code = turn.state.code
    if code is None or room.view(code) is None:
        return fixed(turn, "follow_up_without_context", Outcome.CLARIFYING)
    if intent.id == "follow_up.for_other":
        together = room.finder.link(turn.question.text).procedures
        if together and together[0].probability >= room.thresholds.choice:
            return answer_procedure(room, turn, together[0].label, together[0].probability)
    if intent.id in ("follow_up.no", "follow_up.none_of_these"):
        return fixed(turn, "which_none", Outcome.CLARIFYING)
    asked = turn.question.topics or FOLLOW_UP_TOPICS.get(intent.id, ())
    if not asked and intent.topic in {t.value for t in Topic}:
        asked = (Topic(intent.topic),)
    if not asked and intent.id in ("follow_up.yes", "follow_up.repeat"):
        asked = tuple(Topic(topic) for topic in turn.state.topics)
    best = turn.linking.best
    return answer_procedure(room, turn, code, best.probability if best else 1.0, topics=asked)


def _forget(room: Backroom, turn: Turn) -> Reply:
    text = say("forgot", turn.address)
    if not turn.conversation.is_new:
        kept = room.inquiries.forget_conversation(turn.conversation.id)
        room.conversations.forget(turn.conversation.id)
        if kept:
            text += "\n" + say("inquiry_kept", turn.address, references=", ".join(kept))
    return Answer(Outcome.SMALL_TALK, text), State(forgotten=True)
