"""From probabilities to what to do: answer, ask back, follow an intent, or say "not found".

Thresholds are data (`data/thresholds.yaml`), fitted on held-out questions by
`letan eval linking --fit`, with the figures that justify them stored beside them.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from knowledge.linking.linker import Candidate, Linking

FILE = Path(__file__).parent / "data" / "thresholds.yaml"
MAX_CHOICES = 4


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities, 0…1.

    ``answer``: the best procedure is answered from here. ``clarify``: the best few
    together reach this, each at least ``choice``. ``intent``: what is no procedure.
    """

    answer: float
    clarify: float
    choice: float
    intent: float

    @classmethod
    @lru_cache(maxsize=1)
    def shipped(cls) -> "Thresholds":
        values = yaml.safe_load(FILE.read_text("utf-8"))["thresholds"]
        return cls(**{name: float(value) for name, value in values.items()})


@dataclass(frozen=True, slots=True)
class Meant:
    """Exactly one named thing is meant; intents keep their id, procedures their code."""

    candidate: Candidate


@dataclass(frozen=True, slots=True)
class Unsure:
    """A few procedures are close; at most four, most probable first."""

    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing we hold is meant with enough probability."""

    probability: float


Decision = Meant | Unsure | Unknown


def decide(linking: Linking, thresholds: Thresholds) -> Decision:
    """What to do with the candidates of one question."""
    best = linking.best
    if best is None:
        return Unknown(0.0)
    if best.probability >= (thresholds.intent if best.is_intent else thresholds.answer):
        return Meant(best)
    close = tuple(c for c in linking.procedures if c.probability >= thresholds.choice)[:MAX_CHOICES]
    together = sum(c.probability for c in close)
    if close and together >= thresholds.clarify:
        return Unsure(close)
    return Unknown(best.probability)
