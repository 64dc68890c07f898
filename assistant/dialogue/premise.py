"""Questions that take something for granted, or tell which papers are there already."""

import re
from dataclasses import replace

from assistant.compose import case_choices
from assistant.dialogue.procedures import answer_procedure
from assistant.dialogue.turn import Backroom, Reply, Turn
from assistant.facts import select_case
from assistant.papers import Mention, is_conditional, is_named, mentions, status_of
from assistant.premises import asks_what_is_missing, find_premises, settle, without_premises
from assistant.replies import say
from assistant.understand import find_case, tells
from assistant.wording import lower_first, paper_line
from knowledge.procedures import Procedure, RequiredDocument, Topic
from knowledge.vietnamese import normalise


def premise(room: Backroom, turn: Turn) -> Reply | None:
    """The record's word on what the resident takes for granted, said first."""
    found = find_premises(turn.question.text)
    if found is None:
        return None
    code = _about(room, turn, found.rest)
    view = room.view(code)
    if code is None or view is None:
        return None
    case = find_case(turn.question, view.procedure) or turn.state.case
    record = select_case(view.procedure, case if code == turn.state.code else None)
    lead = settle(found, record, turn.address)
    topics = tuple(dict.fromkeys((*found.topics, *turn.question.topics)))
    topics = tuple(topic for topic in Topic if topic in topics)
    only_papers = topics == (Topic.PAPERS,) and bool(lead)  # the one sentence is the answer
    return answer_procedure(
        room, turn, code, 1.0, topics=topics, lead=lead, asks=not only_papers, brief=only_papers
    )


# "có cà vẹt với hợp đồng rồi": what is there names papers, not the matter.
_HELD = re.compile(r"\b(?:có|mang|cầm|đem|chuẩn bị)\b.{1,80}?\b(?:rồi|sẵn|đủ)\b", re.IGNORECASE)


def checklist(room: Backroom, turn: Turn) -> Reply | None:
    """What of the dossier is there, what is missing, what nobody needs."""
    held = asks_what_is_missing(turn.question.text) or _told_before(room, turn)
    held = held or _just_told(room, turn)
    if not held:
        return None
    code = _about(room, turn, without_premises(_HELD.sub(" ", turn.question.text), held))
    view = room.view(code)
    if code is None or view is None or not view.procedure.documents:
        return None
    procedure = view.procedure
    state_case = turn.state.case if code == turn.state.code else None
    case = find_case(turn.question, procedure) or state_case or _case_of(held, procedure)
    lead = _compared(turn, held, select_case(procedure, case))
    answer, state = answer_procedure(
        room, turn, code, 1.0, topics=(Topic.PAPERS,), case=case, lead=lead, asks=False, brief=True
    )
    if case is None and procedure.cases and procedure.case_question:
        choices = case_choices(procedure)
        asked = [say("ask_case", turn.address, question=procedure.case_question)]
        asked += [f"{i}. {choice.label}" for i, choice in enumerate(choices, 1)]
        answer = replace(answer, text="\n".join([answer.text, *asked]), choices=choices)
        state = replace(state, choices=choices, asked_case=True)
    return answer, state


_STILL = re.compile(r"\b(?:còn|đang) thiếu\b|\bthiếu (?:gì|những gì|giấy)\b|\bđủ chưa\b")
_STILL_WORDS = 9
_REMEMBERED = 3  # turns back


def _told_before(room: Backroom, turn: Turn) -> tuple[Mention, ...]:
    """ "Thế còn thiếu gì nữa" after "tôi có giấy báo tử rồi": the papers named just before."""
    question = turn.question
    short = question.words <= _STILL_WORDS and _STILL.search(question.normalised)
    if not short or turn.state.code is None or turn.conversation.is_new:
        return ()
    held: dict[str, Mention] = {}
    for before in room.conversations.turns(turn.conversation.id)[-_REMEMBERED:]:
        for said in _HELD.findall(before["asked"]):
            held |= {m.paper.id: m for m in mentions(said)}
    return tuple(held.values())


def _just_told(room: Backroom, turn: Turn) -> tuple[Mention, ...]:
    """ "Tôi có giấy báo tử rồi" about the procedure in hand, when no case was asked for."""
    question = turn.question
    said = _HELD.search(question.text)
    if not said or turn.state.code is None or turn.state.asked_case or not tells(question):
        return ()
    view = room.view(turn.state.code)
    held = tuple(mentions(said[0]))
    wanted = [m for m in held if view and status_of(m.paper, view.procedure).document]
    return held if wanted else ()


def _about(room: Backroom, turn: Turn, rest: str) -> str | None:
    """The procedure a message is about: named in what is left of it, or the one in hand."""
    best = next(iter(room.finder.link(rest).procedures), None) if rest else None
    if best and best.probability >= room.thresholds.answer:
        return best.label
    if turn.state.code:
        return turn.state.code
    whole = next(iter(turn.linking.procedures), None)
    if whole and whole.probability >= room.thresholds.clarify:
        return whole.label
    return best.label if best and best.probability >= room.thresholds.clarify else None


def _case_of(held: tuple[Mention, ...], procedure: Procedure) -> str | None:
    """The first case, in the order of the record, that a held paper belongs to alone."""
    for document in procedure.documents:
        if document.cases and any(is_named(m.paper, document.name) for m in held):
            return document.cases[0]
    return None


def _compared(turn: Turn, held: tuple[Mention, ...], procedure: Procedure) -> tuple[str, ...]:
    have, missing, sometimes = _sorted(held, procedure)
    lines = [say("checklist_head", turn.address, procedure=lower_first(procedure.title))]

    def add(name: str, entries: list[str]) -> None:
        if entries:
            lines.append(say(name, turn.address))
            lines.extend(f"• {entry}" for entry in entries)

    add("checklist_have", [paper_line(d) for d in have])
    add("checklist_missing", [paper_line(d) for d in missing])
    if not missing:
        lines.append(say("checklist_complete", turn.address))
    add("checklist_sometimes", [paper_line(d) for d in sometimes])
    extra = []
    for mention in held:
        status = status_of(mention.paper, procedure)
        if status.not_needed:
            extra.append(f"{status.not_needed.name}: {status.not_needed.rule}")
        elif status.document is None and not _is_the_matter(mention, procedure):
            extra.append(say("checklist_not_listed", paper=mention.words))
    add("checklist_not_needed", extra)
    return tuple(lines)


def _is_the_matter(mention: Mention, procedure: Procedure) -> bool:
    """Whether the words name the procedure itself ("đi đăng ký kết hôn, có căn cước rồi")."""
    names = (procedure.title, procedure.name, *procedure.aliases)
    return any(f" {mention.words} " in f" {normalise(name)} " for name in names)


def _sorted(
    held: tuple[Mention, ...], procedure: Procedure
) -> tuple[list[RequiredDocument], list[RequiredDocument], list[RequiredDocument]]:
    have, missing, sometimes = [], [], []
    for document in procedure.documents:
        if any(is_named(m.paper, document.name) for m in held):
            have.append(document)
        elif is_conditional(document):
            sometimes.append(document)
        else:
            missing.append(document)
    return have, missing, sometimes
