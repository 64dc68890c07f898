"""What a record only touches: being late, somebody who goes instead, what it does not say."""

import re
from dataclasses import replace

from assistant.answers import Answer, Outcome, ProcedureRef
from assistant.compose import case_choices
from assistant.cues import find_cue
from assistant.decide import Meant
from assistant.dialogue.procedures import answer_procedure
from assistant.dialogue.turn import Backroom, Reply, Turn
from assistant.language import ENGLISH
from assistant.moved import new_place
from assistant.replies import say
from assistant.understand import asks_amount, tells
from assistant.wording import lower_first, paper_line
from knowledge.procedures import Procedure, Topic
from knowledge.vietnamese import has_tones

LATE_WORDS = 9


def late(room: Backroom, turn: Turn) -> Reply | None:
    """ "Làm muộn có bị phạt không": the term the record gives; it knows no fines, and says so."""
    said = turn.question.normalised
    code = _named_or_in_hand(turn)
    view = room.view(code)
    if code is None or view is None or turn.language == ENGLISH or find_cue("other_fines", said):
        return None
    term = view.procedure.deadline
    terms = (term,) if term else ()
    if find_cue("fined", said):
        _, facts = room.office(turn)
        name = lower_first(view.procedure.title)
        unknown = say("fine_unknown", turn.address, procedure=name, phone=facts["phone"])
        return answer_procedure(
            room, turn, code, 1.0, topics=(Topic.TIME,), lead=(unknown, *terms), asks=False,
            brief=True,
        )  # fmt: skip
    is_late = find_cue("late" if has_tones(said) else "late_unmarked", said)
    if not is_late or code != turn.state.code or turn.question.words > LATE_WORDS:
        return None
    if not term or turn.question.topics:
        return None
    return answer_procedure(
        room, turn, code, 1.0, topics=(Topic.FEE,), lead=(say("late_term", term=term),)
    )


_KIN = (
    r"(?:mẹ|bố|ba|cha|vợ|chồng|con trai|con gái|con dâu|con rể|anh trai|chị gái|em trai|em gái"
    r"|ông|bà|cháu|người nhà|người thân|người khác|hàng xóm|bạn)"
)
_INSTEAD = re.compile(
    r"\b(?:đi|làm|xin|nộp|lấy|nhận|đăng ký|khai|ký|rút)(?: \w+){0,3}? "
    r"(?:thay|hộ(?! (?:khẩu|kinh|chiếu|tịch|nghèo|cận|gia|lý|dân|tống)))\b"
    r"(?! (?:em|tôi|mình|tui|anh chị) (?:với|cái|cho))"
    rf"|\bnhờ {_KIN}(?: \w+){{0,2}} (?:làm|xin|nộp|lấy|nhận|đăng ký|khai|rút)\b"
    rf"|\b{_KIN}(?: (?!cô|chú|anh|chị|bác)\w+){{0,3}} (?:làm|xin|nộp|lấy|đăng ký|khai)"
    r"(?: (?!cô|chú|anh|chị|bác)\w+){0,4} giúp (?:em|con|tôi|tui|cháu|mình)\b"
)


def instead(room: Backroom, turn: Turn) -> Reply | None:
    """ "Con gái bà đi thay được không": who may apply, and the paper for going instead."""
    said = turn.question.normalised
    if not (_INSTEAD.search(said) and find_cue("asks_leave", said)) or turn.language == ENGLISH:
        return None
    if set(turn.question.topics) - {Topic.CONDITIONS}:
        return None
    code = _named_or_in_hand(turn)
    return _sent(room, turn, code) if code else None


def _sent(room: Backroom, turn: Turn, code: str) -> Reply | None:
    view = room.view(code)
    if view is None:
        return None
    lines = _who_goes(view.procedure)
    name = lower_first(view.procedure.title)
    _, facts = room.office(turn)
    head = "instead" if lines else "instead_unknown"
    lead = (say(head, turn.address, procedure=name, phone=facts["phone"]), *lines)
    return answer_procedure(
        room, turn, code, 1.0, topics=(Topic.CONDITIONS,), lead=lead, asks=False, brief=True
    )


def delegated(room: Backroom, turn: Turn) -> Reply | None:
    """Somebody else for the procedure in hand, in other words than `instead` knows."""
    code = turn.state.code
    if code is None or room.view(code) is None or turn.language == ENGLISH:
        return None
    if set(turn.question.topics) - {Topic.CHANNEL}:
        return None
    if find_cue("sends", turn.question.normalised):
        return _sent(room, turn, code)
    return unstated(room, turn, code)


_MONEY = re.compile(r"\b(?:đồng|triệu|%|phần trăm|lương cơ sở|mức chuẩn)\b|\d ?%")


def received(room: Backroom, turn: Turn) -> Reply | None:
    """ "Tiền mai táng được bao nhiêu": the amount the record gives, or that it gives none."""
    question = turn.question
    if not asks_amount(question.normalised) or set(question.topics) - {Topic.RESULT}:
        return None
    code = _named_or_in_hand(turn)
    view = room.view(code)
    if code is None or view is None or turn.language == ENGLISH:
        return None
    if any(
        _MONEY.search(said) for said in (view.procedure.result, view.procedure.validity) if said
    ):
        return answer_procedure(room, turn, code, 1.0, topics=(Topic.RESULT,))
    _, facts = room.office(turn)
    name = lower_first(view.procedure.title)
    unknown = say("amount_unknown", turn.address, procedure=name, phone=facts["phone"])
    return answer_procedure(
        room, turn, code, 1.0, topics=(Topic.RESULT,), lead=(unknown,), asks=False, brief=True
    )


def _who_goes(procedure: Procedure) -> tuple[str, ...]:
    """Whole lines of the record on who may apply and what somebody else brings."""
    lines = []
    if procedure.who_can_apply:
        lines.append(f"• Người làm được: {lower_first(procedure.who_can_apply.rstrip('.'))}.")
    lines += [
        f"• {paper_line(paper)}"
        for paper in procedure.documents
        if find_cue("for_another", f"{paper.name} {paper.when or ''}")
    ]
    lines += [f"• {c}" for c in procedure.conditions if find_cue("for_another", c)]
    return tuple(dict.fromkeys(lines))


def _named_or_in_hand(turn: Turn) -> str | None:
    """The procedure that is clearly meant, else the one in hand."""
    decision = turn.decision
    if isinstance(decision, Meant) and not decision.candidate.is_intent:
        return decision.candidate.label
    return turn.state.code


def moved(room: Backroom, turn: Turn) -> Reply | None:
    """ "Bảo hiểm xã hội quận còn không": that level is no more, and who does its work now."""
    decision = turn.decision
    named = isinstance(decision, Meant) and not decision.candidate.is_intent
    place = new_place(turn.question.text)
    if named or place is None or turn.language == ENGLISH:
        return None
    lines = [say("no_district", turn.address), say("moved_to", turn.address, place=place)]
    state = replace(turn.state, choices=(), pending_topics=(), misses=0)
    return Answer(Outcome.OFFICE_INFO, "\n".join(lines)), state


def unstated(room: Backroom, turn: Turn, code: str) -> Reply | None:
    """What is said to a message about the procedure in hand that names nothing a record has.

    To repeat everything answers nothing. Who tells something is asked what is still open; who
    asks hears that the record does not say it, and its conditions, which come nearest.
    """
    view = room.view(code)
    if view is None or turn.language == ENGLISH:
        return None
    procedure = view.procedure
    if tells(turn.question):
        if turn.state.asked_case and procedure.case_question:
            choices = case_choices(procedure)
            asked = say("ask_case_again", turn.address, question=procedure.case_question)
            text = "\n".join([asked, *(f"{i}. {c.label}" for i, c in enumerate(choices, 1))])
            ref = ProcedureRef(procedure.code, procedure.name)
            answer = Answer(Outcome.CLARIFYING, text, procedure=ref, choices=choices)
            return answer, replace(turn.state, choices=choices)
        return None
    _, facts = room.office(turn)
    name = lower_first(procedure.title)
    said = procedure.conditions or procedure.who_can_apply
    head = "not_stated" if said else "not_stated_alone"
    lead = (say(head, turn.address, procedure=name, phone=facts["phone"]),)
    return answer_procedure(
        room, turn, code, 1.0, topics=(Topic.CONDITIONS,), lead=lead, asks=False, brief=not said
    )
