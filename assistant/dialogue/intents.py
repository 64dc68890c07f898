"""What is clearly meant: a procedure, or one of the things people say that is none."""

import re
from dataclasses import replace

from assistant.answers import Answer, Choice, Outcome
from assistant.days import asked_days
from assistant.decide import FOLLOW_UP, MAX_CHOICES, Meant
from assistant.dialogue.beside import with_others
from assistant.dialogue.beyond import delegated, unstated
from assistant.dialogue.following import follow_up
from assistant.dialogue.frequent import with_frequent
from assistant.dialogue.handing import hand_over, pass_on
from assistant.dialogue.procedures import answer_procedure
from assistant.dialogue.turn import Backroom, Reply, Turn
from assistant.dialogue.unknown import is_at_a_loss, not_found
from assistant.office_answers import office_reply
from assistant.replies import fill, say
from assistant.understand import only_asks, tells
from knowledge.linking.bank import Intent
from knowledge.linking.labels import SENDS_AWAY
from knowledge.linking.linker import Candidate
from knowledge.procedures import Topic

# With a procedure in hand, "quầy nào" asks for its counter, not for the list of counters.
PLACE_QUESTIONS = frozenset({"counter", "who_to_meet"})


def meant(room: Backroom, turn: Turn) -> Reply | None:
    """The answer when one thing is meant with enough probability."""
    if not isinstance(turn.decision, Meant):
        return None
    candidate = turn.decision.candidate
    if not candidate.is_intent:
        if _only_tells(room, turn, candidate) and (reply := unstated(room, turn, candidate.label)):
            return reply
        reply = answer_procedure(room, turn, candidate.label, candidate.probability)
        return with_others(room, turn, reply, turn.decision.beside)
    intent = room.finder.intents[candidate.label]
    if intent.outcome == "small_talk" and is_at_a_loss(turn.question):
        return not_found(room, turn, candidate.probability)
    if intent.outcome in SENDS_AWAY and turn.state.code and _only_asks(turn):
        return None
    if intent.id in ACKNOWLEDGES and turn.state.code and _asks_back(turn):
        return answer_procedure(room, turn, turn.state.code, 1.0)
    if intent.outcome == "follow_up":
        return follow_up(room, turn, intent)
    if intent.topic == "delegation" and (reply := delegated(room, turn)):
        return reply
    if intent.topic in PLACE_QUESTIONS and turn.state.code:
        return answer_procedure(room, turn, turn.state.code, 1.0, topics=(Topic.PLACE,))
    intent = _tax_in_hand(room, turn, intent)
    reply = with_frequent(room, turn, answer_intent(room, turn, intent, candidate.probability))
    if intent.id in UNTOLD:
        return _to_a_clerk(room, turn, reply)
    return with_others(room, turn, reply, turn.decision.beside)


# "thuế má hết bao nhiêu" amid a matter means that matter's tax, unless it says which.
TAXES = {"đất đai": "tax.land", "hộ kinh doanh": "tax.business"}
_TAX_OF = re.compile(r"\b(?:đất|nhà|xe|kinh doanh|doanh nghiệp|thu nhập|hóa đơn|bán hàng)\b")


def _tax_in_hand(room: Backroom, turn: Turn, intent: Intent) -> Intent:
    """The tax of the matter in hand, where only "tax" was said."""
    if not intent.id.startswith("tax.") or not turn.state.code:
        return intent
    view = room.view(turn.state.code)
    if view is None or _TAX_OF.search(turn.question.normalised):
        return intent
    sector = view.procedure.sector.lower()
    named = next((tax for words, tax in TAXES.items() if words in sector), intent.id)
    return room.finder.intents.get(named, intent)


# Their fixed replies say that the desk has no data.
UNTOLD = frozenset({"office.parking", "office.facilities"})
ACKNOWLEDGES = frozenset({"small_talk.acknowledge"})
_ASKS_BACK = re.compile(r"\b(?:à|hả|chứ|không|nhỉ|phải không|đúng không)$")
NODS = 4  # "vậy à", "thế hả em" only nod; a longer question asks


def _only_tells(room: Backroom, turn: Turn, candidate: Candidate) -> bool:
    """Whether "bà 76 tuổi rồi" goes on about the matter in hand, of which it reminds a little."""
    goes_on = candidate.label == turn.state.code and candidate.probability < room.thresholds.alone
    return goes_on and tells(turn.question)


def _only_asks(turn: Turn) -> bool:
    """ "Bao lâu?" names no other matter that could be somebody else's."""
    return bool(turn.question.topics) and only_asks(turn.question.normalised)


def _asks_back(turn: Turn) -> bool:
    question = turn.question
    return question.words > NODS and bool(_ASKS_BACK.search(question.normalised))


LEANS = 0.45  # with a procedure in hand, short of `intent`: something else is talked of
NEAR = 0.1
# "Ly hôn có làm ở phường không": divorce, or what other offices do; in no case the one in hand.
BESIDE, BESIDE_TOGETHER = ("out_of_scope", "office_info"), 0.7


def leaning(room: Backroom, turn: Turn) -> Reply | None:
    """What the ward does not do ("thế ly hôn làm ở phường không"), asked amid something else."""
    best = turn.linking.best
    if turn.state.code is None or best is None or best.group != "out_of_scope":
        return None
    near = max((c.probability for c in turn.linking.procedures), default=0.0)
    follows = sum(c.probability for c in turn.linking.candidates if c.group == FOLLOW_UP)
    beside = sum(c.probability for c in turn.linking.candidates if c.group in BESIDE)
    leans = best.probability >= LEANS or beside >= BESIDE_TOGETHER
    if not leans or max(near, follows) > NEAR:
        return None
    return answer_intent(room, turn, room.finder.intents[best.label], best.probability)


def answer_intent(room: Backroom, turn: Turn, intent: Intent, probability: float) -> Reply:
    """What is said to something that is no procedure: the office's facts or a fixed reply."""
    office, facts = room.office(turn)
    if intent.outcome == "not_found":
        return not_found(room, turn, probability)
    if intent.outcome == "handed_off":
        return hand_over(room, turn, intent)
    text = None
    if intent.outcome == "office_info":
        days = asked_days(turn.question.text, office, turn.now)
        text = office_reply(intent.topic, office, turn.address, turn.now, days)
    if text is None:
        text = fill(intent.reply or say("greeting", turn.address), turn.address, **facts)
    choices = tuple(
        Choice(view.procedure.title, view.procedure.title, code)
        for code in intent.related[:MAX_CHOICES]
        if (view := room.view(code))
    )
    answer = Answer(Outcome(intent.outcome), text, choices=choices, probability=probability)
    return answer, replace(turn.state, choices=choices, pending_topics=())


def _to_a_clerk(room: Backroom, turn: Turn, reply: Reply) -> Reply:
    """What the office has not told the desk is a clerk's to tell, and a frequent question to be;
    where one is offered already, a "no" brings it to a clerk."""
    answer, state = reply
    passed = None if answer.choices else pass_on(room, turn, "office")
    if passed is None:
        return reply
    text = f"{answer.text}\n{passed.text}"
    return replace(answer, text=text, inquiry=passed.reference), state
