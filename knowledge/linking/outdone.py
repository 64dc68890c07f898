"""No record is less probable than one that residents' phrases put behind it in every view.

The ranker is a small network, and between records it has hardly seen it may be sure of the one
that fits worse in all it measures ("bay flycam xin phép": amending a permit, 0.99, before granting
it, whose very phrase this is). Where all views of phrases speak for the one and its name is not far
behind, the two change places.
"""

import numpy as np
from numpy.typing import NDArray

from knowledge.linking.features import FEATURES, Measured

Floats = NDArray[np.float32]


def _places(*names: str) -> NDArray[np.int64]:
    return np.asarray([FEATURES.index(name) for name in names], np.int64)


# The more the better: clearly nearer in phrases, in no way of theirs behind, in names not far.
NEARER = _places("phrase_cosine", "phrase_words", "phrase_tones")
NOT_BEHIND = _places(
    "phrase_cosine_top3", "phrase_overlap", "phrase_share", "phrase_words_share", "words_used",
    "pairs_used", "words_written", "class_share", "popularity", "is_office", "is_commune",
)  # fmt: skip
NOT_FAR_BEHIND = _places(
    "name_cosine", "name_words", "name_tones", "name_covered", "question_covered", "body_words",
    "passage_cosine",
)  # fmt: skip
NOT_ABOVE = _places("qualifier_unsaid", "qualifier_lacking", "rarest_unused")  # the less the better
IS_INTENT = FEATURES.index("is_intent")
# Of features between 0 and about 2. On 2,060 questions with the national records the first was
# outdone 19 times: 13 became right, none wrong; 0.15 for FAR gives 10 of 16, no bound at all 16 of
# 25 and two that were right go wrong.
TOLERANCE, FAR = 0.05, 0.3


def unless_outdone(measured: Measured, shares: Floats) -> Floats:
    """The shares of the candidates, those of the first and of what outdoes it exchanged."""
    if len(shares) < 2:
        return shares
    features = measured.features
    first = int(np.argmax(shares))
    own = features[first]
    if own[IS_INTENT]:
        return shares
    nearer = (features[:, NEARER] > own[NEARER] + TOLERANCE).all(axis=1)
    if not nearer.any():
        return shares
    outdoes = (
        nearer
        & (features[:, NOT_BEHIND] >= own[NOT_BEHIND] - TOLERANCE).all(axis=1)
        & (features[:, NOT_FAR_BEHIND] >= own[NOT_FAR_BEHIND] - FAR).all(axis=1)
        & (features[:, NOT_ABOVE] <= own[NOT_ABOVE] + TOLERANCE).all(axis=1)
        & (features[:, IS_INTENT] == 0)
    )
    if not outdoes.any():
        return shares
    best = int(np.argmax(np.where(outdoes, features[:, NEARER].sum(axis=1), -np.inf)))
    out = shares.copy()
    out[first], out[best] = shares[best], shares[first]
    return out
