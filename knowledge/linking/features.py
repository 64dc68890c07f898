"""The features a ranker weighs: their names and order, and what is measured of one question."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.linking.classes import PROCEDURE_GROUP
from knowledge.linking.tops import floors_of_best

Floats = NDArray[np.float32]

FEATURES = (
    "phrase_cosine", "phrase_cosine_gap", "phrase_cosine_top3",
    "phrase_words", "phrase_words_ratio",
    "phrase_tones", "phrase_tones_ratio",
    "name_cosine", "name_cosine_gap",
    "name_words", "name_words_ratio",
    "name_tones", "name_tones_ratio",
    "name_covered", "question_covered", "phrase_overlap",
    "class_share", "class_gap", "group_share",
    "body_words", "body_words_ratio",
    "passage_cosine", "passage_cosine_gap",
    "popularity", "is_office", "is_commune", "is_intent", "phrase_count",
    "has_phrases", "qualifier_unsaid", "qualifier_lacking",
    "phrase_share", "phrase_words_share", "office_twin",
    "words_used", "rarest_unused", "pairs_used", "words_written",
)  # fmt: skip
GLOBALS = (
    "phrase_cosine_best", "phrase_words_best", "phrase_tones_best", "name_cosine_best",
    "name_words_best", "body_words_best", "passage_cosine_best", "phrase_cosine_margin",
    "class_share_best", "safety_share", "words", "known_share", "has_tones", "catalogue_size",
    "procedure_share", "out_of_scope_share", "not_held_share",
    "phrase_share_best", "words_used_best", "pairs_used_best", "rarest_unused_least",
)  # fmt: skip
VIEWS = (
    "phrase_cosine", "phrase_words", "phrase_tones", "name_cosine", "name_words", "name_tones",
    "body_words", "passage_cosine", "class_share",
)  # fmt: skip
PRIORS = ("popularity", "is_office", "is_commune", "is_intent", "phrase_count", "has_phrases")
LEAST = np.finfo(np.float32).smallest_normal  # of what fits at all
KINDS = (PROCEDURE_GROUP, "out_of_scope", "not_found")  # groups a whole question may belong to


@dataclass(frozen=True, slots=True)
class Cosines:
    """Cosines of one question with every phrase and every name, computed for many at once."""

    phrases: Floats
    names: Floats


@dataclass(frozen=True, slots=True)
class Hidden:
    """What a question must not see while the ranker is taught.

    ``phrases`` (by position in ``Views.phrases``), ``labels``, and all phrases of the one label
    ``without``, as if it had just been imported.
    """

    phrases: Collection[int] = ()
    labels: Collection[int] = ()
    without: int | None = None


NOTHING_HIDDEN = Hidden()


@dataclass(frozen=True, slots=True)
class Measured:
    """The candidates of one question: indices (K,), features (K, F) and question features (G,)."""

    candidates: NDArray[np.int64]
    features: Floats
    question: Floats


def compared(fits: Floats, best: Floats) -> dict[str, Floats]:
    """Each view of the candidates, shape (views, candidates), and beside the best there is."""
    columns: dict[str, Floats] = {}
    for name, fit, most in zip(VIEWS, fits, best.tolist(), strict=True):
        columns[name] = fit
        if name == "class_share":
            columns["class_gap"] = np.log((fit + 1e-4) / (most + 1e-4)) / 5
        elif name.endswith("cosine"):
            columns[f"{name}_gap"] = fit - most
        else:
            columns[f"{name}_ratio"] = fit / max(most, 1e-6)
    return columns


@dataclass(frozen=True, slots=True)
class Tops:
    """The ``labels`` among the best of any view; ``scores`` are each view's best, rising.

    Shapes (K,) and (views, count), or fewer where there are fewer labels that fit at all.
    """

    labels: NDArray[np.int64]
    scores: Floats


def union_of_tops(every: Floats, count: int) -> Tops:
    """The labels among the ``count`` best of any view, those as good as the last of them too.

    Nobody is among the best who does not fit at all.
    """
    floors = np.maximum(floors_of_best(every, count), LEAST)
    likely = np.flatnonzero((every >= floors[:, None]).any(axis=0))
    fits = every[:, likely]
    best = np.sort(fits, axis=1)[:, -count:]
    if not len(likely):
        return Tops(likely, best)
    lasts = np.maximum(best[:, :1], LEAST)
    return Tops(likely[(fits >= lasts).any(axis=0)], best)
