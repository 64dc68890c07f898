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
    stripes = STRIPES * count
    length = len(scores) // stripes if stripes else 0
    if length < 2:
        return -np.inf
    maxima = scores[: stripes * length].reshape(length, stripes).max(axis=0)
    return float(np.partition(maxima, -count)[-count])


def places_of_best(scores: Floats, count: int) -> NDArray[np.int64]:
    """Where the ``count`` best scores stand, best first, the earlier first where they are equal."""
    at = np.flatnonzero(scores >= floor_of_best(scores, count))
    return at[np.argsort(-scores[at], kind="stable")[:count]]


def least_of_best(scores: Floats, count: int) -> float:
    """The last of the ``count`` best scores; there are at least that many."""
    high = scores[scores >= floor_of_best(scores, count)]
    return float(np.partition(high, -count)[-count])
