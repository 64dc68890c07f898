"""A linear classifier over the bank's labels: which words tell confusable procedures apart.

Nearest phrases count every word alike; this learns that "lại", "bản sao" or
"nước ngoài" decide. It only knows the labels it was taught; new procedures and
new phrases are carried by the other views until the next training.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.words import terms

WEIGHTS = Path(__file__).parent.parent / "data" / "linking" / "classes.npz"
GROUP_WEIGHTS = WEIGHTS.with_name("groups.npz")
PROCEDURE_GROUP = "procedure"
NATIONAL = "national"  # one class for all procedures outside the sample office
Floats = NDArray[np.float32]


def class_terms(normalised: str) -> frozenset[str]:
    """Tone-free syllables and pairs, and the toned ones beside them."""
    toned = (f"={term}" for term in terms(normalised, toned=True))
    return frozenset((*terms(normalised, toned=False), *toned))


@dataclass(frozen=True, slots=True)
class Classifier:
    """``weights`` (terms, labels) times ``scale`` (terms), over unit-length idf-weighted terms."""

    vocabulary: dict[str, int]
    labels: tuple[str, ...]
    idf: Floats
    weights: NDArray[np.int8]
    scale: Floats
    bias: Floats

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> "Classifier":
        with np.load(path, allow_pickle=False) as stored:
            return cls(
                {term: i for i, term in enumerate(stored["vocabulary"].tolist())},
                tuple(stored["labels"].tolist()),
                stored["idf"],
                stored["weights"],
                stored["scale"],
                stored["bias"],
            )

    def known(self, normalised: str) -> list[int]:
        """The places in the vocabulary of a question's terms."""
        return [i for t in class_terms(normalised) if (i := self.vocabulary.get(t)) is not None]

    def scores(self, at: list[int]) -> Floats:
        """A score for each label by `known` terms; only the differences of scores mean anything."""
        if not at:
            return self.bias.copy()
        shares = self.idf[at]
        shares = shares / math.sqrt(float(shares @ shares)) * self.scale[at]
        return np.asarray(shares @ self.weights[at].astype(np.float32) + self.bias, np.float32)

    def shares(self, at: list[int]) -> Floats:
        """The softmax of the scores, shape (labels,)."""
        scores = self.scores(at)
        exponents = np.exp(scores - scores.max())
        return np.asarray(exponents / exponents.sum(), np.float32)


@dataclass(frozen=True, slots=True)
class Classifiers:
    """Which label a question means, and which sort of thing it asks for."""

    labels: Classifier
    groups: Classifier

    @classmethod
    def load(cls) -> "Classifiers":
        labels, groups = Classifier.load(WEIGHTS), Classifier.load(GROUP_WEIGHTS)
        if groups.vocabulary == labels.vocabulary:  # taught on the same phrases
            groups = replace(groups, vocabulary=labels.vocabulary)
        return cls(labels, groups)

    def read(self, normalised: str) -> tuple[Floats, Floats]:
        """The score of each label for a question, and the share of each group."""
        known = at = self.labels.known(normalised)
        if self.groups.vocabulary is not self.labels.vocabulary:
            at = self.groups.known(normalised)
        return self.labels.scores(known), self.groups.shares(at)


def group_of(label: str, outcome: str | None) -> str:
    """What sort of thing a label is: a procedure, or an intent of some outcome; safety apart.

    An unsafe request often wears the words of a procedure; which sort of request it
    is shows in other words than which procedure it names.
    """
    if outcome is None:
        return PROCEDURE_GROUP
    return "safety" if label.startswith(("safety.", "emergency.")) else outcome


def places(classifier: Classifier, label_ids: Sequence[str]) -> NDArray[np.int64]:
    """For each label of a catalogue, its column in the classifier, -1 where it has none."""
    column = {label: i for i, label in enumerate(classifier.labels)}
    return np.asarray([column.get(label, -1) for label in label_ids], dtype=np.int64)
