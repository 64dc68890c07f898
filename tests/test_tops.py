"""The best scores as sorting all of them finds them, ties and short lists included."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.linking.features import union_of_tops
from knowledge.linking.tops import floor_of_best, places_of_best

SCORES = st.integers(0, 4000).flatmap(
    lambda size: st.builds(
        lambda seed, levels: (
            np.random.default_rng(seed).integers(0, levels, size).astype(np.float32) / levels
        ),
        st.integers(0, 1000),
        st.sampled_from([1, 3, 50, 100_000]),
    )
)


@given(SCORES, st.integers(0, 60))
def test_the_places_are_those_of_a_stable_sort(scores: np.ndarray, count: int) -> None:
    found = places_of_best(scores, count)
    assert found.tolist() == np.argsort(-scores, kind="stable")[:count].tolist()


def test_the_floor_leaves_few_scores_in_question() -> None:
    scores = np.random.default_rng(7).standard_normal(22_000).astype(np.float32)
    above = int((scores >= floor_of_best(scores, 512)).sum())
    assert 512 <= above <= 640


@pytest.mark.parametrize("labels", [3, 12, 110, 3000])
def test_the_candidates_are_the_best_of_each_view_with_equals(labels: int) -> None:
    every = np.random.default_rng(labels).integers(0, 40, (9, labels)).astype(np.float32)
    every[2] = 0.0
    wanted = set()
    for scores in every:
        last = np.sort(scores)[-min(12, labels)]
        wanted |= {i for i, score in enumerate(scores) if score >= last and score > 0}
    tops = union_of_tops(every, 12)
    assert tops.labels.tolist() == sorted(wanted)
    best = np.sort(every, axis=1)[:, -2:]
    assert tops.scores[:, -2:].tolist() == best.tolist()
