"""Links a question to what it means: candidates with calibrated probabilities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.linking.classes import PROCEDURE_GROUP
from knowledge.linking.ranker import Ranker
from knowledge.linking.views import Views
from knowledge.vietnamese import normalise

KEPT = 12


class PassageSearch(Protocol):
    """Finds the nearest passages; gives the best cosine by procedure code."""

    def __call__(self, vector: NDArray[np.float32]) -> Mapping[str, float]: ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """A label with the probability that the question means it, and the nearest known phrase.

    ``group`` is what sort of thing it is: a procedure, or an intent's outcome.
    """

    label: str
    is_intent: bool
    probability: float
    phrase: str | None = None
    group: str = PROCEDURE_GROUP


@dataclass(frozen=True, slots=True)
class Linking:
    """Candidates, most probable first; ``none`` is the probability of nothing we know."""

    candidates: tuple[Candidate, ...]
    none: float

    @property
    def best(self) -> Candidate | None:
        return self.candidates[0] if self.candidates else None

    @property
    def procedures(self) -> tuple[Candidate, ...]:
        return tuple(c for c in self.candidates if not c.is_intent)


class Linker:
    """One question in, one `Linking` out; holds no state of its own."""

    def __init__(self, views: Views, ranker: Ranker, passages: PassageSearch) -> None:
        self._views = views
        self._ranker = ranker
        self._passages = passages

    def link(self, text: str, *, explain: bool = False) -> Linking:
        """What ``text`` most probably means; empty when it has no words."""
        normalised = normalise(text)
        if not normalised:
            return Linking((), 1.0)
        vector = self._views.encode(normalised)
        measured = self._views.measure(normalised, vector, self._passages(vector))
        shares, none = self._ranker.probabilities(measured)
        order = np.argsort(-shares, kind="stable")[:KEPT]
        labels = self._views.labels
        picked: Sequence[int] = [int(measured.candidates[i]) for i in order]
        return Linking(
            tuple(
                Candidate(
                    labels[label].id,
                    labels[label].is_intent,
                    float(shares[i]),
                    self._views.nearest_phrase(vector, label) if explain else None,
                    labels[label].group,
                )
                for i, label in zip(order, picked, strict=True)
            ),
            none,
        )
