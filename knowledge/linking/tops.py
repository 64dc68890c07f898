"""The best of many scores, without putting all of them in order.

`numpy.partition` over 22,000 scores takes as long as a small product with all of them. The maxima
of a few stripes say where the best can be, at the speed of reading.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
STRIPES = 4  # for each of the best: with fewer more scores stay in question


def floor_of_best(scores: Floats, count: int) -> float:
    """A score that at least the ``count`` best of ``scores``, shape (texts,), reach and few others.

    -inf where there are hardly more than that.
    """
    return float(floors_of_best(scores, count))


def floors_of_best(scores: Floats, count: int) -> Floats:
    """`floor_of_best` of each row of ``scores``, shape (..., texts)."""
    *rows, texts = scores.shape
    stripes = STRIPES * count
    length = texts // stripes if stripes else 0
    if length < 2:
        return np.full(rows, -np.inf)
    maxima = scores[..., : stripes * length].reshape(*rows, length, stripes).max(axis=-2)
    floors: Floats = np.partition(maxima, -count, axis=-1)[..., -count]
    return floors


def places_of_best(scores: Floats, count: int) -> NDArray[np.int64]:
    """Where the ``count`` best scores stand, best first, the earlier first where they are equal."""
    at = np.flatnonzero(scores >= floor_of_best(scores, count))
    return at[np.argsort(-scores[at], kind="stable")[:count]]
