"""Messages that only mean something together with the procedure in hand."""

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.answers import Answer, Outcome
from assistant.conversations import State
from assistant.decide import Meant, Unsure
from assistant.dialogue.beyond import unstated
from assistant.dialogue.procedures import answer_procedure
from assistant.dialogue.turn import Backroom, Reply, Turn, fixed
from assistant.premises import assumes_district
from assistant.replies import say
from assistant.understand import back_to, correction, denial, goes_back, only_asks
from assistant.wording import lower_first
from knowledge.linking.bank import Intent
from knowledge.linking.linker import Candidate
from knowledge.linking.matter import core
from knowledge.procedures import Topic
from knowledge.vietnamese import fold, normalise

FOLLOW_UP_TOPICS = {
    "follow_up.more": (Topic.PAPERS, Topic.STEPS, Topic.CONDITIONS, Topic.RESULT),
    "follow_up.source": (Topic.LEGAL_BASIS,),
    "follow_up.not_needed_check": (Topic.PAPERS,),
}


_FORGET = re.compile(
    r"\b(?:xoa|huy)\b(?: \w+){0,4} (?:tro chuyen|hoi thoai|doan chat|cuoc chat|lich su|tin nhan)\b"
    r"|\b(?:delete|erase|forget) (?:this|the|my|our) (?:\w+ )?(?:chat|conversation|history)\b"
)
FORGET_WORDS = 12  # a longer message has something else to say, too


def forgotten(room: Backroom, turn: Turn) -> Reply | None:
    """ "Xóa cuộc trò chuyện": done at once, whatever was talked of."""
    said = fold(" ".join(re.findall(r"\w+", turn.masked.lower())))
    if len(said.split()) > FORGET_WORDS or not _FORGET.search(said):
        return None
    return _forget(room, turn)


def corrected(room: Backroom, turn: Turn) -> Reply | None:
    """ "Không phải khai sinh, khai tử cơ": what is meant instead, with the topics asked before."""
    meant = correction(turn.question.text)
    if meant is None:
        return None
    best = next(iter(room.finder.link(meant).procedures), None)
    if best is None or best.probability < room.thresholds.answer:
        best = _asked_anew(room, turn, meant)
    if best is None:
        return None
    pending = turn.state.pending_topics or turn.state.topics
    topics = turn.question.topics or tuple(Topic(topic) for topic in pending)
    return answer_procedure(room, turn, best.label, best.probability, topics=topics)


def _asked_anew(room: Backroom, turn: Turn, meant: str) -> Candidate | None:
    """ "Căn cước bị mất" – "à nhầm, không mất, chỉ hết hạn": the last question, put right.

    What is denied goes out of it and what is meant comes in; None when that leads nowhere else.
    """
    denied, said = denial(meant)
    turns = room.conversations.turns(turn.conversation.id) if denied else []
    if not turns:
        return None
    without = {fold(word) for word in denied.split()}
    kept = [w for w in normalise(turns[-1]["asked"]).split() if fold(w) not in without]
    best = next(iter(room.finder.link(f"{' '.join(kept)} {said}").procedures), None)
    leads = best and best.probability >= room.thresholds.leading and best.label != turn.state.code
    return best if leads else None


def back(room: Backroom, turn: Turn) -> Reply | None:
    """ "Quay lại cái khai sinh": the earlier procedure it names, or the one just before."""
    said = turn.question.normalised
    before = tuple(reversed(turn.state.earlier))
    if not before or not goes_back(said):
        return None
    rest = back_to(said)
    code = before[0] if not core(rest) else _named(room, rest, (*before, turn.state.code or ""))
    if code is None or room.view(code) is None:
        return None
    return answer_procedure(room, turn, code, 1.0, topics=turn.question.topics)


def _named(room: Backroom, rest: str, codes: Sequence[str]) -> str | None:
    """The earlier procedure that a few words name, by its names or by what they mean."""
    words = set(core(rest).split())
    for code in codes:
        view = room.view(code)
        names = (view.procedure.title, view.procedure.name, *view.procedure.aliases) if view else ()
        if any(words <= set(fold(normalise(name)).split()) for name in names):
            return code
    shares = {c.label: c.probability for c in room.finder.link(rest).procedures}
    known = [code for code in codes if shares.get(code, 0.0) >= room.thresholds.choice]
    return max(known, key=lambda code: shares[code], default=None)


def named_before(room: Backroom, turn: Turn) -> Reply | None:
    """ "Kết hôn ở quầy mấy" after two matters: the one of them that its few words name."""
    words = set(core(turn.question.normalised).split())
    decided = isinstance(turn.decision, Meant) and not turn.decision.candidate.is_intent
    if decided or not words or not turn.question.topics or not turn.state.earlier:
        return None
    for code in (turn.state.code, *reversed(turn.state.earlier)):
        view = room.view(code)
        if view is None or code is None:
            continue
        names = (view.procedure.title, view.procedure.name, *view.procedure.aliases)
        if any(words <= set(fold(normalise(name)).split()) for name in names):
            return answer_procedure(room, turn, code, 1.0, topics=turn.question.topics)
    return None


CALLED = 0.8  # what a procedure gets that is called by its own name


def _named_here(room: Backroom, turn: Turn, code: str) -> str | None:
    """Another procedure that a seeming follow-up calls by its name ("vậy khai sinh thì sao")."""
    rest = core(turn.question.normalised)
    best = next(iter(room.finder.link(rest).procedures), None) if rest else None
    return best.label if best and best.label != code and best.probability >= CALLED else None


DISTRICT_WORDS = 8  # "nộp ở huyện à" asks where the matter in hand is done


def bare(room: Backroom, turn: Turn) -> Reply | None:
    """A question of nothing but asking words ("bao nhiêu ngày") is about the procedure in hand."""
    code = turn.state.code
    other = isinstance(turn.decision, Meant) and not turn.decision.candidate.is_intent
    short = turn.question.words <= DISTRICT_WORDS
    if code and short and not other and assumes_district(turn.question.text):
        return answer_procedure(room, turn, code, 1.0, topics=(Topic.PLACE,))
    if code is None or not turn.question.topics or not only_asks(turn.question.normalised):
        return None
    return answer_procedure(room, turn, code, 1.0, topics=turn.question.topics)


def in_hand(room: Backroom, turn: Turn) -> Reply | None:
    """A message too short to stand alone is read together with the procedure in hand."""
    view = room.view(turn.state.code)
    if view is None:
        return None
    topics = turn.question.topics
    if _is_elsewhere(room, turn, view.procedure.code):
        return None
    together = room.finder.link(f"{view.procedure.title} {turn.question.text}").best
    if together and not together.is_intent and together.probability >= room.thresholds.answer:
        if together.label == view.procedure.code and not topics:
            return unstated(room, turn, together.label) or acknowledged(room, turn, together.label)
        return answer_procedure(room, turn, together.label, together.probability, topics=topics)
    if topics and turn.question.words <= 10:
        best = turn.linking.best
        probability = best.probability if best else 0.5
        return answer_procedure(room, turn, view.procedure.code, probability, topics=topics)
    return None


def _is_elsewhere(room: Backroom, turn: Turn, code: str) -> bool:
    """Whether a few other procedures are meant rather than the one in hand."""
    decision = turn.decision
    if not isinstance(decision, Unsure) or code in {c.label for c in decision.candidates}:
        return False
    return sum(c.probability for c in decision.candidates) >= room.thresholds.answer


def follow_up(room: Backroom, turn: Turn, intent: Intent) -> Reply:
    """What a follow-up asks about the procedure in hand."""
    if intent.id == "follow_up.delete_conversation":
        return _forget(room, turn)
    code = turn.state.code
    if code is None or room.view(code) is None:
        topics = tuple(topic.value for topic in turn.question.topics)
        state = replace(turn.state, pending_topics=topics)
        return fixed(turn, "follow_up_without_context", Outcome.CLARIFYING, state)
    if intent.id == "follow_up.for_other":
        return _for_other(room, turn, code)
    if intent.id in ("follow_up.no", "follow_up.none_of_these"):
        return fixed(turn, "which_none", Outcome.CLARIFYING)
    if intent.id == "follow_up.yes" and not turn.question.topics:
        return acknowledged(room, turn, code)
    if named := _named_here(room, turn, code):
        return answer_procedure(room, turn, named, 1.0)
    asked = turn.question.topics or FOLLOW_UP_TOPICS.get(intent.id, ())
    if not asked and intent.topic in {t.value for t in Topic}:
        asked = (Topic(intent.topic),)
    if not asked and intent.id == "follow_up.repeat":
        asked = tuple(Topic(topic) for topic in turn.state.topics)
    best = turn.linking.best
    return answer_procedure(room, turn, code, best.probability if best else 1.0, topics=asked)


def _for_other(room: Backroom, turn: Turn, code: str) -> Reply:
    """The same for somebody else: another procedure only when that is clearly named."""
    topics = turn.question.topics or tuple(Topic(topic) for topic in turn.state.topics)
    best = next(iter(turn.linking.procedures), None)
    if best and best.probability >= room.thresholds.answer:
        return answer_procedure(room, turn, best.label, best.probability, topics=topics)
    if not topics and turn.question.words >= WHAT_IF_WORDS:
        return unstated(room, turn, code) or acknowledged(room, turn, code)
    return answer_procedure(room, turn, code, 1.0, topics=topics)


WHAT_IF_WORDS = 5  # "chủ nhà không cho thì sao" asks something; "thế của chồng em" the same again


def acknowledged(room: Backroom, turn: Turn, code: str) -> Reply:
    """ "Vâng" after an answer: no repetition, an offer of what else there is."""
    view = room.view(code)
    assert view is not None  # the caller has just seen it
    text = say("acknowledged", turn.address, procedure=lower_first(view.procedure.title))
    return Answer(Outcome.SMALL_TALK, text), turn.state


def _forget(room: Backroom, turn: Turn) -> Reply:
    text = say("forgot", turn.address)
    if not turn.conversation.is_new:
        kept = room.inquiries.forget_conversation(turn.conversation.id)
        room.conversations.forget(turn.conversation.id)
        if kept:
            text += "\n" + say("inquiry_kept", turn.address, references=", ".join(kept))
    return Answer(Outcome.SMALL_TALK, text), State(forgotten=True)
