"""English is answered in English; other languages get an apology and a person."""

import re
from dataclasses import replace

from assistant.answers import Answer, Outcome
from assistant.decide import Meant
from assistant.dialogue.turn import Backroom, Reply, Turn
from assistant.language import ENGLISH, VIETNAMESE, glossary
from knowledge.offices import Hours

_EMERGENCY = re.compile(r"\b11[345]\b")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def other_language(room: Backroom, turn: Turn) -> Reply | None:
    """An apology in the language, where we have one, and a person."""
    if turn.language in (ENGLISH, VIETNAMESE):
        return None
    _, facts = room.office(turn)
    room.open_inquiry(turn, turn.state.code, "foreign_language")
    apologies = glossary().apologies
    texts = dict.fromkeys([apologies[turn.language], apologies["other"]])
    text = "\n".join(text.format(phone=facts["phone"]) for text in texts)
    return Answer(Outcome.HANDED_OFF, text), turn.state


def said_in_english(room: Backroom, turn: Turn, reply: Reply) -> Reply:
    """A reply that is no procedure, with its English sentence instead of the Vietnamese one."""
    answer, state = reply
    if answer.outcome is Outcome.ANSWERED:
        return reply
    if _EMERGENCY.search(answer.text):  # the numbers matter more than the language of the rest
        return replace(answer, text=f"{glossary().replies['emergency']}\n{answer.text}"), state
    office, facts = room.office(turn)
    facts = facts | {"hours": english_hours(office.hours) or "not published"}
    sentences = glossary().replies
    name = answer.outcome.value
    if name == "clarifying" and not answer.choices:
        name = "clarifying_open"
    text = sentences.get(name, sentences["refused"])
    decision = turn.decision
    if isinstance(decision, Meant) and decision.candidate.is_intent:
        intent = room.finder.intents[decision.candidate.label]
        if intent.id.endswith(".thanks"):
            text = sentences["thanks"]
        elif intent.english and answer.outcome is not Outcome.OFFICE_INFO:
            text = intent.english
    lines = [text.format_map(facts | {"me": "I", "self": "I", "you": "you"})]
    lines += [f"{i}. {choice.label}" for i, choice in enumerate(answer.choices, 1)]
    return replace(answer, text="\n".join(lines)), state


def english_hours(hours: Hours) -> str:
    """ "Monday 7:30–11:30, 13:30–17:00; …" from the office's own hours, equal days grouped."""
    groups: list[tuple[list[str], str]] = []
    for day in DAYS:
        spans = ", ".join(
            f"{s.opens.hour}:{s.opens.minute:02d}–{s.closes.hour}:{s.closes.minute:02d}"
            for s in getattr(hours, day.lower())
        )
        if groups and groups[-1][1] == spans:
            groups[-1][0].append(day)
        else:
            groups.append(([day], spans))
    return "; ".join(
        f"{days[0]}–{days[-1]} {spans}" if len(days) > 1 else f"{days[0]} {spans}"
        for days, spans in groups
        if spans
    )
