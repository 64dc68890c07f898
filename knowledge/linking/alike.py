"""Whether two questions ask the same, as a calibrated probability.

Used where there is nothing to link to: questions waiting for a clerk that one answer may serve,
and questions a clerk has answered before. Four measures are weighed: the cosine of the whole
questions, the words of substance they share, and how well each pair of neighbouring words of one
finds a counterpart in the other, for the worse and the better covered of the two. The weights are
fitted on `evals/cases/alike.jsonl` by `letan eval alike --fit`, which also tells how often the
same, the nearly same and the unrelated are taken for the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.linking.courtesies import without_courtesies
from knowledge.linking.features import Floats
from knowledge.linking.matter import core, generic_words
from knowledge.linking.topics import TopicModel
from knowledge.linking.views import Encoder
from knowledge.procedures import Topic
from knowledge.vietnamese import fold, normalise

WEIGHTS = Path(__file__).parent.parent / "data" / "linking" / "alike.npz"
# The share of a question's words, by weight, that may differ in what counts as the same words;
# with 0.2 none of the pairs that only look the same in `evals/cases/alike.jsonl` passes.
SMALL_CHANGE = 0.2
MEASURES = ("cosine", "shared", "covered_worse", "covered_better")


@dataclass(frozen=True, slots=True)
class Read:
    """A question as it is compared; ``vector`` and the rows of ``pairs`` have length 1.

    ``plain`` is its text without marks: typed with or without them it is the same question.
    """

    plain: str
    words: frozenset[str]
    topics: frozenset[Topic]
    vector: Floats
    pairs: Floats
    weights: Floats


@dataclass(frozen=True, slots=True)
class Alike:
    """Compares questions; holds no state but its encoder. Safe between threads."""

    encoder: Encoder
    topics: TopicModel
    terms: dict[str, float]
    unseen: float
    coefficients: NDArray[np.float64]
    bias: float

    @classmethod
    def load(cls, encoder: Encoder, path: Path = WEIGHTS) -> "Alike":
        """The shipped weights with the desk's encoder."""
        with np.load(path, allow_pickle=False) as kept:
            terms = dict(zip(map(str, kept["terms"]), map(float, kept["weights"]), strict=True))
            return cls(
                encoder,
                TopicModel.load(),
                terms,
                float(kept["unseen"]),
                kept["coefficients"],
                float(kept["bias"]),
            )

    def read(self, texts: Sequence[str]) -> list[Read]:
        """Each text made ready to be compared, without its courtesies, all encoded at once."""
        wholes = [_matter(text) for text in texts]
        pairs = [_pairs(whole) for whole in wholes]
        flat = list(dict.fromkeys([*wholes, *(pair for own in pairs for pair in own)]))
        at = {text: i for i, text in enumerate(flat)}
        vectors = _unit(self.encoder.encode(flat)) if flat else np.zeros((0, 1), np.float32)
        return [
            Read(
                fold(whole),
                frozenset(core(whole).split()),
                frozenset(self.topics.topics_of(whole)),
                vectors[at[whole]],
                vectors[[at[pair] for pair in own]],
                np.asarray([self._pair_weight(pair) for pair in own], np.float32),
            )
            for whole, own in zip(wholes, pairs, strict=True)
        ]

    def probability(self, one: Read, other: Read) -> float:
        """How probably both ask the same; 1 where only words of courtesy differ."""
        if self.is_same(one, other):
            return 1.0
        score = float(self.measures(one, other) @ self.coefficients) + self.bias
        return float(1 / (1 + np.exp(-score)))

    def is_same(self, one: Read, other: Read) -> bool:
        """Whether the same is asked in nearly the same words: safe to answer without asking back.

        A question that differs in one word of substance may ask for something else, however
        alike the two look ("chồng đi tù thì kết hôn được không", "… ly hôn được không").
        """
        if one.plain == other.plain:
            return bool(one.words)
        if not one.words or one.topics != other.topics:
            return False
        missing = self._weight(one.words ^ other.words)
        return missing <= SMALL_CHANGE * self._weight(one.words | other.words)

    def measures(self, one: Read, other: Read) -> NDArray[np.float64]:
        """The values of ``MEASURES``, each 0…1 or a cosine."""
        shared = self._weight(one.words & other.words)
        either = self._weight(one.words | other.words)
        worse = better = 0.0
        if len(one.pairs) and len(other.pairs):
            near = one.pairs @ other.pairs.T
            forth = float(one.weights @ near.max(1) / one.weights.sum())
            back = float(other.weights @ near.max(0) / other.weights.sum())
            worse, better = min(forth, back), max(forth, back)
        cosine = float(one.vector @ other.vector)
        return np.asarray([cosine, shared / either if either else 0.0, worse, better])

    def _weight(self, words: frozenset[str]) -> float:
        return sum(self.terms.get(word, self.unseen) for word in words)

    def _pair_weight(self, pair: str) -> float:
        words = fold(pair).split()
        return sum(self.terms.get(word, self.unseen) for word in words) / max(len(words), 1)


def _matter(text: str) -> str:
    """What is asked, however politely; a text that is nothing but courtesy stands for itself."""
    normalised = normalise(text)
    return without_courtesies(normalised) or normalised or text


def _pairs(normalised: str) -> list[str]:
    """Neighbouring words of substance; a lone one stands for itself."""
    words = [word for word in normalised.split() if fold(word) not in generic_words()]
    return [f"{a} {b}" for a, b in pairwise(words)] or words


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)
