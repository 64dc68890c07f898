"""A few words that fit several records: asked back where they fit alike, else the usual one."""

from dataclasses import replace

from assistant.decide import MAX_CHOICES, Meant, Unsure
from assistant.dialogue.choosing import clarify
from assistant.dialogue.procedures import answer_procedure
from assistant.dialogue.turn import Backroom, Reply, Turn
from knowledge.linking.linker import Candidate
from knowledge.linking.matter import generic_words
from knowledge.procedures import Procedure
from knowledge.vietnamese import fold, has_tones, normalise

FEW_WORDS = 3  # of what is left without the words of asking; more say something of their own
SEVERAL = 3
TO_A_COUNTER = frozenset({"vao"})  # "vào quầy nào" asks; "vào hộ nghèo" does not
# What everybody means who says no more than its name ("khai sinh"): the top of `popularity`.
USUAL = 5


def unspecific(room: Backroom, turn: Turn) -> Reply | None:
    """The question back, where the words stand in the names of several procedures.

    The ranking learns from phrases and may be sure of one of them by chance. It is trusted
    where the matter is the usual one of its kind, or something is asked about it.
    """
    decision = turn.decision
    words = _told(turn.question.normalised, asks=bool(turn.question.topics))
    if not 1 <= len(words) <= FEW_WORDS:
        return None
    if isinstance(decision, Unsure) and turn.question.topics:
        return _usual(room, turn, decision, words)
    if not isinstance(decision, Meant) or decision.candidate.is_intent or turn.question.topics:
        return None
    chosen = decision.candidate
    fitting = [
        (candidate, view.procedure)
        for candidate in turn.linking.procedures
        if (view := room.view(candidate.label)) and _is_in_a_name(words, view.procedure)
    ]
    own = next((p for c, p in fitting if c.label == chosen.label), None)
    if own is None or len(fitting) < SEVERAL or _is_usual(own, fitting):
        return None
    if chosen.probability >= room.thresholds.answer and _stands_out(own, fitting):
        return None
    others = [c for c, _ in fitting if c.label != chosen.label]
    asked = Unsure((chosen, *others)[:MAX_CHOICES])
    return clarify(room, replace(turn, decision=asked))


def _usual(room: Backroom, turn: Turn, decision: Unsure, words: frozenset[str]) -> Reply | None:
    """ "Kết hôn mất phí không": of several titles that say this, the one everybody means.

    Where nothing else is in question a title that says it all needs no asking back.
    """
    usual = [
        candidate
        for candidate in decision.candidates
        if (view := room.view(candidate.label))
        and (view.procedure.popularity >= USUAL or len(decision.candidates) == 1)
        and _holds(view.procedure.title, words)
    ]
    if len(usual) != 1:
        return None
    return answer_procedure(room, turn, usual[0].label, usual[0].probability)


def _told(normalised: str, *, asks: bool) -> frozenset[str]:
    """The words that are not words of asking, as they were typed: with marks or without."""
    marked = has_tones(normalised)
    generic = generic_words() | TO_A_COUNTER if asks else generic_words()
    told = [word for word in normalised.split() if fold(word) not in generic]
    return frozenset(told if marked else map(fold, told))


def _holds(name: str, words: frozenset[str]) -> bool:
    marked = any(has_tones(word) for word in words)
    written = normalise(name)
    return words <= set((written if marked else fold(written)).split())


def _is_in_a_name(words: frozenset[str], procedure: Procedure) -> bool:
    names = (procedure.title, procedure.name, *procedure.aliases)
    return any(_holds(name, words) for name in names)


Fitting = list[tuple[Candidate, Procedure]]


def _is_usual(own: Procedure, fitting: Fitting) -> bool:
    return own.popularity >= USUAL and all(p.popularity <= own.popularity for _, p in fitting)


def _stands_out(own: Procedure, fitting: Fitting) -> bool:
    """Whether no other is asked for more often, and at most one as often."""
    others = [p.popularity for _, p in fitting if p.code != own.code]
    return max(others) <= own.popularity and others.count(own.popularity) < SEVERAL - 1
