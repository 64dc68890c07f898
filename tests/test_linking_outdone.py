"""Between two records the one that residents' phrases put first in every view is not the second."""

import numpy as np
import pytest

from knowledge.linking.features import FEATURES, Measured
from knowledge.linking.outdone import unless_outdone

NEAR = {"phrase_cosine": 0.8, "phrase_words": 1.8, "phrase_tones": 1.8, "words_used": 0.8}
FAR = {"phrase_cosine": 0.6, "phrase_words": 0.8, "phrase_tones": 0.7, "words_used": 0.4}


def shares(first: dict[str, float], second: dict[str, float]) -> list[float]:
    features = np.zeros((2, len(FEATURES)), np.float32)
    for row, given in enumerate((first, second)):
        for name, value in given.items():
            features[row, FEATURES.index(name)] = value
    measured = Measured(np.arange(2), features, np.zeros(1, np.float32))
    found = unless_outdone(measured, np.asarray([0.9, 0.01], np.float32))
    return [round(float(share), 2) for share in found]


def test_what_is_outdone_in_every_view_gives_its_place() -> None:
    assert shares(FAR, NEAR) == [0.01, 0.9]


@pytest.mark.parametrize(
    "behind",
    [{"popularity": -0.5}, {"name_words": -0.5}, {"qualifier_lacking": 1.0}, {"is_intent": 1.0}],
    ids=lambda given: next(iter(given)),
)
def test_one_view_that_speaks_against_it_keeps_the_order(behind: dict[str, float]) -> None:
    assert shares(FAR, NEAR | behind) == [0.9, 0.01]


def test_an_intent_that_is_first_stays_first() -> None:
    assert shares(FAR | {"is_intent": 1.0}, NEAR) == [0.9, 0.01]


def test_a_little_nearer_is_not_enough() -> None:
    assert shares(FAR, FAR | {"phrase_cosine": 0.62}) == [0.9, 0.01]
