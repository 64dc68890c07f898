"""What is best, or summed up, of each label's documents, as going through them one by one finds."""

import itertools

import numpy as np
import pytest

from knowledge.linking.runs import BestOfEach, Runs


@pytest.mark.parametrize("counts", [[0], [0, 3, 0, 1, 2, 9, 4, 0, 5, 1], [1, 1], [70, 0, 0]])
def test_each_labels_documents_give_what_a_loop_gives(counts: list[int]) -> None:
    bounds = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    scores = np.random.default_rng(len(counts)).uniform(-1, 1, bounds[-1]).astype(np.float32)
    own = [scores[a:b] for a, b in itertools.pairwise(bounds.tolist())]
    best = BestOfEach(bounds).of(scores, 0.5)
    assert best.tolist() == [float(max(each, default=0.5)) for each in own]

    labels = np.arange(len(counts))[::-1]
    runs = Runs.between(bounds[labels], bounds[labels + 1])
    wanted = [np.sort(own[label])[-3:].mean() if len(own[label]) else 0.0 for label in labels]
    assert np.allclose(runs.top3(scores), wanted, atol=1e-6)
    near = [np.exp((own[label] - scores.max(initial=-1.0)) / 0.1).sum() for label in labels]
    assert np.allclose(runs.shares(scores, 0.1), np.asarray(near) / (sum(near) or 1.0), atol=1e-6)
