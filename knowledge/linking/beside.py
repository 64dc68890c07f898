"""Puts the networks of two teachings side by side, so that both score every candidate.

Two teachings on different states of the bank err on different questions; their mean errs less.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]


EARLIER = 1 / 3  # share of the earlier teaching in the score


def beside(earlier: Arrays, later: Arrays) -> dict[str, NDArray[Any]]:
    """The weights of a ranker with the members of both, in the scales of ``later``.

    Both must have been fitted for the same features; ValueError otherwise. Temperatures are
    means by share; ``letan eval linking --fit`` fits them anew.
    """
    for names in ("features", "globals"):
        if tuple(earlier[names]) != tuple(later[names]):
            raise ValueError("the two rankers were fitted for other features")
    out = dict(later)
    for part, (mean, scale), (old_mean, old_scale) in (
        ("layer", _of_candidates(later), _of_candidates(earlier)),
        ("none", _of_question(later), _of_question(earlier)),
    ):
        last = sum(key.startswith(f"{part}_weight") for key in later) - 1
        members = len(earlier[f"{part}_bias0"]) + len(later[f"{part}_bias0"])
        for kind, layer in ((k, i) for i in range(last + 1) for k in ("weight", "bias")):
            key = f"{part}_{kind}{layer}"
            old, new = earlier[key], later[key]
            if layer == 0 and kind == "weight":
                old = (scale / old_scale)[:, None] * old
            elif layer == 0:
                shift = ((mean - old_mean) / old_scale) @ earlier[f"{part}_weight0"]
                old = old + shift[:, None, :]
            if layer == last:  # the scores of all members are averaged
                old = old * (EARLIER * members / len(old))
                new = new * ((1 - EARLIER) * members / len(new))
            out[key] = np.concatenate([old, new]).astype(np.float32)
    for key in ("temperature", "growth"):
        out[key] = np.asarray(EARLIER * earlier[key] + (1 - EARLIER) * later[key])
    return out


def _of_question(weights: Arrays) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return (
        np.asarray(weights["question_mean"], np.float64),
        np.asarray(weights["question_scale"], np.float64),
    )


def _of_candidates(weights: Arrays) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    mean, scale = _of_question(weights)
    return (
        np.concatenate([np.asarray(weights["feature_mean"], np.float64), mean]),
        np.concatenate([np.asarray(weights["feature_scale"], np.float64), scale]),
    )


def load(path: Path) -> dict[str, NDArray[Any]]:
    """All arrays of a file of weights."""
    with np.load(path, allow_pickle=False) as stored:
        return {key: stored[key] for key in stored.files}
