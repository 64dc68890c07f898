"""From probabilities to what to do: answer, ask back, follow an intent, or say "not found".

Thresholds are data (`data/thresholds.yaml`), fitted on held-out questions by
`letan eval linking --fit`, with the figures that justify them stored beside them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from knowledge.data_files import parse_yaml
from knowledge.linking.linker import Candidate, Linking

FILE = Path(__file__).parent / "data" / "thresholds.yaml"
MAX_CHOICES = 4
FOLLOW_UP = "follow_up"
SERVED = ("office_info", "handed_off", "small_talk")
REFUSED = ("safety", "out_of_scope")
NEVER_BESIDE = frozenset({"safety", "refused", "handed_off", "small_talk"})
MOSTLY_FOLLOW_UP = 0.8
HARM = "safety"
DOUBTED = 0.25


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities, 0…1.

    ``answer``: the best procedure is answered from here. ``clarify``: the best few
    together reach this, each at least ``choice``. ``intent``: what is no procedure.
    ``leading``: below ``answer``, a procedure is still answered from here when it is
    ``lead`` times as probable as whatever comes second. ``alone``: below this, what was
    understood comes with the procedures that may be meant instead.
    """

    answer: float
    clarify: float
    choice: float
    intent: float
    leading: float
    lead: float
    alone: float = 0.0

    @classmethod
    @lru_cache(maxsize=1)
    def shipped(cls) -> "Thresholds":
        values = parse_yaml(FILE.read_text("utf-8"))["thresholds"]
        return cls(**{name: float(value) for name, value in values.items()})


@dataclass(frozen=True, slots=True)
class Meant:
    """One named thing is meant; intents keep their id, procedures their code.

    ``beside`` are procedures to offer with the answer, where it is less than certain; with
    an answered procedure at most MAX_CHOICES in all.
    """

    candidate: Candidate
    beside: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Unsure:
    """A few procedures are close; at most four, most probable first."""

    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing we hold is meant with enough probability."""

    probability: float


Decision = Meant | Unsure | Unknown


def decide(linking: Linking, thresholds: Thresholds, *, in_hand: bool = False) -> Decision:
    """What to do with the candidates of one question.

    Without a procedure ``in_hand`` a follow-up has nothing to follow, so its share goes
    to the other candidates. Intents of one outcome stand together: whether somebody asks
    for the hours or whether it is open now may be unclear, that it is about the office not.
    """
    candidates = linking.candidates if in_hand else standing_alone(linking)
    best = max(candidates, key=lambda c: c.probability, default=None)
    if best is None:
        return Unknown(0.0)
    if not best.is_intent and _is_clear(best, candidates, thresholds):
        return Meant(best, _beside(best, candidates, thresholds))
    shares: dict[str, float] = {}
    for candidate in candidates:
        if candidate.is_intent:
            shares[candidate.group] = shares.get(candidate.group, 0.0) + candidate.probability
    if _is_doubted(shares.get(HARM, 0.0), candidates, thresholds):
        del shares[HARM]
    group = max(shares, key=shares.__getitem__, default=None)
    if group is not None and shares[group] >= thresholds.intent:
        first = next(c for c in candidates if c.is_intent and c.group == group)
        told = replace(first, probability=shares[group])
        return Meant(told, _beside(told, candidates, thresholds))
    # Unsafe or somebody else's matter: either way nothing here answers it.
    refused = {group: shares[group] for group in REFUSED if group in shares}
    honest = max((c.probability for c in candidates if not c.is_intent), default=0.0)
    if sum(refused.values()) >= thresholds.intent and honest < DOUBTED:
        group = max(refused, key=refused.__getitem__)
        first = next(c for c in candidates if c.is_intent and c.group == group)
        return Meant(replace(first, probability=sum(refused.values())))
    # Where to complain, a person to complain to, a greeting: each is an answer, silence none.
    served = {group: shares[group] for group in SERVED if group in shares}
    together = sum(served.values())
    if together >= thresholds.intent:
        group = max(served, key=served.__getitem__)
        first = next(c for c in candidates if c.is_intent and c.group == group)
        return Meant(replace(first, probability=together))
    close = tuple(c for c in candidates if not c.is_intent and c.probability >= thresholds.choice)
    together = sum(c.probability for c in close[:MAX_CHOICES])
    if close and together >= thresholds.clarify:
        return Unsure(close[:MAX_CHOICES])
    return Unknown(best.probability)


def _beside(
    meant: Candidate, candidates: Sequence[Candidate], thresholds: Thresholds
) -> tuple[Candidate, ...]:
    """What may be meant instead; nothing beside what is certain, unsafe or small talk."""
    if meant.probability >= thresholds.alone or meant.group in NEVER_BESIDE:
        return ()
    others = [
        c
        for c in candidates
        if not c.is_intent and c.label != meant.label and c.probability >= thresholds.choice
    ]
    return tuple(others[: MAX_CHOICES - 1])


def _is_doubted(harm: float, candidates: Sequence[Candidate], thresholds: Thresholds) -> bool:
    """Whether an honest procedure may be meant: then asking back, for a refusal insults."""
    honest = max((c.probability for c in candidates if not c.is_intent), default=0.0)
    return 0.0 < harm < thresholds.answer and honest >= DOUBTED


def _is_clear(best: Candidate, candidates: Sequence[Candidate], thresholds: Thresholds) -> bool:
    if best.probability >= thresholds.answer:
        return True
    second = max((c.probability for c in candidates if c.label != best.label), default=0.0)
    return best.probability >= max(thresholds.leading, thresholds.lead * second)


def standing_alone(linking: Linking) -> tuple[Candidate, ...]:
    """The candidates of a message with nothing before it: follow-ups give their share away."""
    rest = [c for c in linking.candidates if c.group != FOLLOW_UP]
    lost = sum(c.probability for c in linking.candidates if c.group == FOLLOW_UP)
    if lost > MOSTLY_FOLLOW_UP:  # nothing else is meant; asking "about which paper?" is right
        return linking.candidates
    if not lost:
        return tuple(rest)
    return tuple(replace(c, probability=c.probability / (1 - lost)) for c in rest)
