"""Features to calibrated probabilities, and the weights that ship."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from knowledge.linking.features import FEATURES, GLOBALS, Measured
from knowledge.linking.ranker import Ranker

WIDE = len(FEATURES) + len(GLOBALS)


def ranker(temperature: float = 1.0, none_score: float = 0.0) -> Ranker:
    """Scores a candidate by its first feature alone."""
    weight = np.zeros((WIDE, 1), np.float32)
    weight[0] = 1.0
    return Ranker(
        np.zeros(len(FEATURES), np.float32),
        np.ones(len(FEATURES), np.float32),
        np.zeros(len(GLOBALS), np.float32),
        np.ones(len(GLOBALS), np.float32),
        ((weight, np.zeros(1, np.float32)),),
        ((np.zeros((len(GLOBALS), 1), np.float32), np.full(1, none_score, np.float32)),),
        temperature,
    )


def question(*first: float) -> Measured:
    features = np.zeros((len(first), len(FEATURES)), np.float32)
    features[:, 0] = first
    return Measured(np.arange(len(first)), features, np.zeros(len(GLOBALS), np.float32))


def test_probabilities_and_none_add_up_to_one() -> None:
    shares, none = ranker().probabilities(question(1.0, 2.0, -3.0))
    assert shares.shape == (3,)
    assert float(shares.sum()) + none == pytest.approx(1)
    assert int(shares.argmax()) == 1


def test_several_networks_are_averaged() -> None:
    one = ranker()
    weight, bias = one.layers[0]
    twice = replace(one, layers=((np.stack([weight, 3 * weight]), np.stack([bias[None]] * 2)),))
    shares, none = twice.probabilities(question(1.0, 2.0))
    doubled, of_none = replace(one, layers=((2 * weight, bias),)).probabilities(question(1.0, 2.0))
    assert shares == pytest.approx(doubled) and none == pytest.approx(of_none)


def test_no_candidates_mean_none_for_certain() -> None:
    shares, none = ranker().probabilities(question())
    assert len(shares) == 0 and none == 1


def test_a_higher_temperature_is_less_certain_about_the_same_order() -> None:
    sharp, _ = ranker(0.5).probabilities(question(1.0, 2.0))
    soft, _ = ranker(5.0).probabilities(question(1.0, 2.0))
    assert sharp.max() > soft.max() and sharp.argmax() == soft.argmax()


def test_enormous_scores_do_not_overflow() -> None:
    shares, none = ranker(0.01).probabilities(question(1e6, -1e6))
    assert np.isfinite(shares).all() and shares[0] == pytest.approx(1)
    assert none == pytest.approx(0)


def test_the_shipped_weights_fit_the_features_of_this_version() -> None:
    shipped = Ranker.load()
    shares, none = shipped.probabilities(question(0.1, 0.2))
    assert float(shares.sum()) + none == pytest.approx(1, abs=1e-5)
    assert shipped.temperature > 0
    assert (shipped.feature_scale > 0).all() and (shipped.question_scale > 0).all()


def test_weights_fitted_for_other_features_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "old.npz", features=np.array(["other"]), globals=np.array(GLOBALS))
    with pytest.raises(ValueError, match=r"old\.npz was fitted for other features"):
        Ranker.load(tmp_path / "old.npz")


def test_the_shipped_weights_do_not_hang_on_the_size_of_the_catalogue() -> None:
    """A ward with twenty procedures and a province with ten thousand are both within reach."""
    shipped = Ranker.load()
    if "catalogue_size" not in GLOBALS:
        return
    at = GLOBALS.index("catalogue_size")
    for size in (20, 10_000):
        value = np.log1p(size) / 10
        moved = abs(value - shipped.question_mean[at]) / shipped.question_scale[at]
        assert moved < 6, f"{size} labels lie {moved:.1f} deviations away from what was taught"
