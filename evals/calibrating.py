"""Fits how sure the ranker may sound, on half of the cases; the other half says how well.

The bank's own lines are harder than residents' questions (each is hidden from its own
views), so a temperature fitted on them alone sounds too unsure.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from evals.fitting import is_fitted_on
from evals.linking import Linked
from evals.scoring import expected_calibration_error
from knowledge.linking.linker import Linking
from knowledge.linking.ranker import WEIGHTS

STEPS = tuple(0.4 + 0.02 * i for i in range(61))


def cooled(linking: Linking, factor: float) -> Linking:
    """The linking as it would be with a temperature ``factor`` times as high."""
    shares = np.asarray([*(c.probability for c in linking.candidates), linking.none])
    powered = np.maximum(shares, 1e-12) ** (1 / factor)
    powered = powered / powered.sum()
    candidates = tuple(
        replace(c, probability=float(p))
        for c, p in zip(linking.candidates, powered[:-1], strict=True)
    )
    return Linking(candidates, float(powered[-1]))


def fit_factor(every: Sequence[Linked]) -> tuple[float, dict[str, float]]:
    """The factor of least log loss on the fitted half, and ECE of both halves with it.

    Only questions with a right answer count: how sure to be that there is none is learned
    from lines robbed of theirs.
    """
    rows = [row for row in every if is_fitted_on(row) and not row.must_be_silent]
    factor = min(STEPS, key=lambda f: _loss(rows, f))
    held = [row for row in every if not is_fitted_on(row) and not row.must_be_silent]
    return factor, {"fitted_ece": _ece(rows, factor), "held_out_ece": _ece(held, factor)}


def save(factors: Sequence[float], path: Path = WEIGHTS) -> None:
    """Put the factors of the office's own catalogue and of the large one into the weights."""
    with np.load(path, allow_pickle=False) as stored:
        weights: dict[str, Any] = {name: stored[name] for name in stored.files}
    small, large = factors[0], factors[-1]
    weights["temperature"] = np.float32(weights["temperature"] * small)
    span = float(weights["span"])
    weights["growth"] = np.float32(weights["growth"] + math.log(large / small) / span)
    np.savez_compressed(path, **weights)


def _loss(rows: Sequence[Linked], factor: float) -> float:
    total = 0.0
    for row in rows:
        found = cooled(row.linking, factor).candidates
        total -= math.log(sum(c.probability for c in found if c.label in row.case.codes) or 1e-6)
    return total


def _ece(rows: Sequence[Linked], factor: float) -> float:
    pairs = []
    for row in rows:
        best = cooled(row.linking, factor).best
        pairs.append((best.probability if best else 0.0, row.right_at(1)))
    return expected_calibration_error(pairs)
