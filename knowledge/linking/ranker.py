"""Turns the views of a question into one calibrated probability for each candidate.

A small network scores every candidate from its features, another gives the
score of "none of these" from the question as a whole; a softmax over both,
divided by a temperature fitted on unseen questions, is the probability. The
temperature follows the size of the catalogue: among thousands of national records
rivals are nearer than among an office's own.
NumPy alone at run time; `train` writes the weights.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.linking.features import FEATURES, GLOBALS, Measured

Floats = NDArray[np.float32]
_SIZE = GLOBALS.index("catalogue_size")
WEIGHTS = Path(__file__).parent.parent / "data" / "linking" / "ranker.npz"


@dataclass(frozen=True, slots=True)
class Ranker:
    """Weights of the two small networks; ``probabilities`` is what they say.

    A weight of shape (members, in, out) is several networks, whose scores are averaged.
    """

    feature_mean: Floats
    feature_scale: Floats
    question_mean: Floats
    question_scale: Floats
    layers: tuple[tuple[Floats, Floats], ...]
    none_layers: tuple[tuple[Floats, Floats], ...]
    temperature: float
    growth: float = 0.0  # of the log of the temperature with the log of the catalogue's size
    reference: float = 0.0  # the size (as in GLOBALS) at which ``temperature`` holds

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> "Ranker":
        """The shipped weights; raises ValueError when they were fitted for other features."""
        with np.load(path, allow_pickle=False) as stored:
            if tuple(stored["features"]) != FEATURES or tuple(stored["globals"]) != GLOBALS:
                raise ValueError(
                    f"{path} was fitted for other features; run knowledge.linking.train"
                )
            return cls(
                stored["feature_mean"],
                stored["feature_scale"],
                stored["question_mean"],
                stored["question_scale"],
                _layers(stored, "layer"),
                _layers(stored, "none"),
                float(stored["temperature"]),
                float(stored["growth"]),
                float(stored["reference"]),
            )

    def probabilities(self, measured: Measured) -> tuple[Floats, float]:
        """Probability of each candidate, shape (K,), and of none of them."""
        question = (measured.question - self.question_mean) / self.question_scale
        features = (measured.features - self.feature_mean) / self.feature_scale
        # The question is the same beside every candidate: its part of the first layer is a bias.
        (weight, bias), *further = self.layers
        of_all = np.asarray(question[None, :] @ weight[..., len(FEATURES) :, :] + bias, np.float32)
        first = (weight[..., : len(FEATURES), :], of_all)
        candidate_scores = _forward(features, (first, *further))[:, 0]
        none_score = _forward(question[None, :], self.none_layers)[0, 0]
        size = float(measured.question[_SIZE])
        temperature = self.temperature * math.exp(self.growth * (size - self.reference))
        scores = np.append(candidate_scores, none_score) / temperature
        exponents = np.exp(scores - scores.max())
        shares = exponents / exponents.sum()
        return shares[:-1].astype(np.float32), float(shares[-1])


def _layers(stored: "np.lib.npyio.NpzFile", prefix: str) -> tuple[tuple[Floats, Floats], ...]:
    count = sum(1 for key in stored.files if key.startswith(f"{prefix}_weight"))
    return tuple((stored[f"{prefix}_weight{i}"], stored[f"{prefix}_bias{i}"]) for i in range(count))


def _forward(values: Floats, layers: tuple[tuple[Floats, Floats], ...]) -> Floats:
    for i, (weight, bias) in enumerate(layers):
        values = values @ weight + bias
        if i < len(layers) - 1:
            values = np.maximum(values, 0.0)
    return np.asarray(values.mean(axis=0)) if values.ndim == 3 else values
