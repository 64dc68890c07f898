"""Two teachings of the ranker side by side score as the mean of both."""

from pathlib import Path

import numpy as np
import pytest

from knowledge.linking.beside import EARLIER, Arrays, beside, load
from knowledge.linking.ranker import WEIGHTS, Ranker, _forward


def other_teaching(weights: Arrays) -> dict[str, np.ndarray]:
    """The same shapes with other numbers, in other scales."""
    draw = np.random.default_rng(3)
    return {
        key: value * draw.uniform(0.5, 1.5, value.shape)
        if value.dtype.kind == "f" and value.ndim
        else value
        for key, value in weights.items()
    }


def scores(ranker: Ranker, wide: np.ndarray, question: np.ndarray) -> tuple[np.ndarray, float]:
    asked = (question - ranker.question_mean) / ranker.question_scale
    features = (wide - ranker.feature_mean) / ranker.feature_scale
    both = np.concatenate([features, np.broadcast_to(asked, (len(wide), len(asked)))], axis=1)
    return (
        _forward(both, ranker.layers)[:, 0],
        float(_forward(asked[None, :], ranker.none_layers)[0, 0]),
    )


def test_both_score_every_candidate_by_their_shares(tmp_path: Path) -> None:
    later = load(WEIGHTS)
    earlier = other_teaching(later)
    files = {"earlier": earlier, "later": later, "both": beside(earlier, later)}
    for name, arrays in files.items():
        np.savez(tmp_path / f"{name}.npz", **arrays)
    rankers = {name: Ranker.load(tmp_path / f"{name}.npz") for name in files}
    draw = np.random.default_rng(5)
    wide = draw.normal(size=(7, len(later["features"])))
    question = draw.normal(size=len(later["globals"]))
    said = {name: scores(ranker, wide, question) for name, ranker in rankers.items()}
    for part in (0, 1):
        wanted = EARLIER * said["earlier"][part] + (1 - EARLIER) * said["later"][part]
        assert said["both"][part] == pytest.approx(wanted, rel=1e-3, abs=1e-3)


def test_rankers_for_other_features_are_not_put_together() -> None:
    later = load(WEIGHTS)
    with pytest.raises(ValueError, match="other features"):
        beside({**later, "globals": later["globals"][:-1]}, later)
