"""Which questions ask the same: the measure fitted and tried on groups it has not seen.

A row of `cases/alike.jsonl` holds ways to ask one thing (``same``) and questions that look like
it but ask something else (``near``). Every pair within ``same`` is a pair of the same, every
pair across is one of the nearly same, and questions of different rows are unrelated.
"""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from evals.cases import read_cases
from knowledge.linking.alike import MEASURES, WEIGHTS, Alike
from knowledge.linking.bank import read_intents, read_utterances
from knowledge.linking.topics import TopicModel
from knowledge.linking.views import Encoder
from knowledge.vietnamese import fold, normalise

PARTS = 10
# Unrelated pairs by the thousand would drown the others; every third row's are enough.
EVERY = 3
LEVELS = (0.2, 0.3, 0.5, 0.7, 0.9)


class AlikeCase(BaseModel):
    """Ways to ask one thing, and what only looks like it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    same: tuple[str, ...]
    near: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two questions: ``kind`` is same, near or other; ``row`` is where they come from."""

    one: str
    other: str
    kind: str
    row: int


def read_alike() -> list[AlikeCase]:
    """The committed groups."""
    return read_cases(AlikeCase, "alike")


def pairs(cases: list[AlikeCase]) -> Iterator[Pair]:
    """Every pair the groups give."""
    for row, case in enumerate(cases):
        for one, other in combinations(case.same, 2):
            yield Pair(one, other, "same", row)
        for one in case.same:
            for near in case.near:
                yield Pair(one, near, "near", row)
        for later in range(row + 1, len(cases), EVERY):
            for one in case.same:
                for other in cases[later].same:
                    yield Pair(one, other, "other", row)


def measure(encoder: Encoder) -> tuple[Alike, list[dict[str, float]]]:
    """The measure fitted on all groups, and its figures on groups left out of the fit.

    Each figure row: from ``probability`` on, the share of pairs taken for the same among the
    ``same``, the ``near`` and the ``other``.
    """
    cases = read_alike()
    topics = TopicModel.load()
    bare = Alike(encoder, topics, *_word_weights(), np.zeros(len(MEASURES)), 0.0)
    texts = list(dict.fromkeys(t for case in cases for t in (*case.same, *case.near)))
    read = dict(zip(texts, bare.read(texts), strict=True))
    given = list(pairs(cases))
    values = np.asarray([bare.measures(read[p.one], read[p.other]) for p in given])
    is_same = np.asarray([p.kind == "same" for p in given])
    row = np.asarray([p.row for p in given])
    out = np.zeros(len(given))
    for part in range(PARTS):
        held = row % PARTS == part
        weights = fit_logistic(values[~held], is_same[~held])
        out[held] = _probabilities(values[held], weights)
    worded = np.asarray([bare.is_same(read[p.one], read[p.other]) for p in given])
    out[worded] = 1.0
    kinds = np.asarray([p.kind for p in given])
    figures = [
        {"probability": level}
        | {kind: float((out[kinds == kind] >= level).mean()) for kind in ("same", "near", "other")}
        for level in LEVELS
    ]
    figures.append(
        {"probability": 1.0}
        | {kind: float(worded[kinds == kind].mean()) for kind in ("same", "near", "other")}
    )
    weights = fit_logistic(values, is_same)
    fitted = Alike(encoder, topics, bare.terms, bare.unseen, weights[1:], float(weights[0]))
    return fitted, figures


def save(alike: Alike, path: Path = WEIGHTS) -> None:
    """Write the weights where `Alike.load` finds them."""
    np.savez_compressed(
        path,
        terms=np.asarray(list(alike.terms)),
        weights=np.asarray(list(alike.terms.values()), np.float32),
        unseen=alike.unseen,
        coefficients=alike.coefficients,
        bias=alike.bias,
    )


def fit_logistic(values: NDArray[np.float64], truth: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Weights, the bias first, by Newton's method with a little shrinkage."""
    design = np.hstack([np.ones((len(values), 1)), values])
    shrink = np.diag([0.0] + [0.1] * values.shape[1])
    weights = np.zeros(design.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-(design @ weights)))
        slope = design.T @ (p - truth) + shrink @ weights
        curve = (design * (p * (1 - p))[:, None]).T @ design + shrink
        step = np.linalg.solve(curve, slope)
        weights -= step
        if np.abs(step).max() < 1e-8:
            break
    return weights


def _probabilities(
    values: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-(weights[0] + values @ weights[1:]))))


def _word_weights() -> tuple[dict[str, float], float]:
    """How much a word tells, from how rare it is in the utterance bank."""
    texts = [said.text for said in read_utterances()]
    texts += [text for intent in read_intents() for text in intent.utterances]
    seen = Counter(word for text in texts for word in set(fold(normalise(text)).split()))
    weights = {word: math.log(1 + len(texts) / (1 + n)) for word, n in seen.items()}
    return weights, max(weights.values())
