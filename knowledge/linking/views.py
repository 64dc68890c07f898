"""Several views of how well a question fits each label, as one feature matrix.

The views are deliberately different: phrases residents used before (vectors and
words), names and aliases (vectors, words with and without tones, coverage both
ways), the text of the record, passages in Chroma, and priors. None decides
alone; `ranker` weighs them.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Encoder as Encoder
from knowledge.linking.asking import matter_words
from knowledge.linking.classes import NATIONAL, PROCEDURE_GROUP, Classifiers, places
from knowledge.linking.coverage import NameCover
from knowledge.linking.grouped import Grouped
from knowledge.linking.labels import Bodies, Label, Phrase
from knowledge.linking.qualifiers import told
from knowledge.linking.rarity import Rarity
from knowledge.linking.wording import COLUMNS as WORDING
from knowledge.linking.wording import Source, wording
from knowledge.vietnamese import fold
from knowledge.words import WordIndex

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
KINDS = (PROCEDURE_GROUP, "out_of_scope", "not_found")  # groups a whole question may belong to
BM25_SCALE = 1 / 20  # BM25 of a full match of a usual question is about 20–60 here
TOP_PER_VIEW = 12
# Of the phrases near a question those within a few hundredths of the nearest count.
NEAR_COSINE, NEAR_WORDS = 0.05, 0.15


@dataclass(frozen=True, slots=True)
class Cosines:
    """Cosines of one question with every phrase and every name, computed for many at once."""

    phrases: Floats
    names: Floats


@dataclass(frozen=True, slots=True)
class Measured:
    """The candidates of one question: indices (K,), features (K, F) and question features (G,)."""

    candidates: NDArray[np.int64]
    features: Floats
    question: Floats


class Views:
    """All views over one fixed set of labels and phrases; immutable, safe between threads.

    ``folder`` keeps vectors and word indexes between starts; it belongs to exactly these
    labels and phrases. What ``earlier`` views hold of the same texts is taken over. ``bodies``
    are the labels' texts where the labels themselves come without.
    """

    def __init__(
        self,
        labels: Sequence[Label],
        phrases: Sequence[Phrase],
        encoder: Encoder,
        classifiers: Classifiers,
        folder: Path | None = None,
        earlier: "Views | None" = None,
        bodies: "Bodies | None" = None,
    ) -> None:
        classifier = self._classifier = classifiers.labels
        self._national = classifier.labels.index(NATIONAL)
        self._has_national = any(not (label.is_office or label.is_intent) for label in labels)
        self._groups = classifiers.groups
        self._group_columns = places(self._groups, [label.group for label in labels])
        self._safety = self._groups.labels.index("safety")
        self._kinds = [self._groups.labels.index(name) for name in KINDS]
        self._columns = places(classifier, [label.id for label in labels])
        self.labels = tuple(labels)
        self.index = {label.id: i for i, label in enumerate(self.labels)}
        self._encoder = encoder
        known = [p for p in phrases if p.label in self.index]
        self.phrases: Grouped = Grouped(
            [p.text for p in known],
            [self.index[p.label] for p in known],
            len(labels),
            encoder,
            folder and folder / "phrases",
            earlier.phrases if earlier else None,
        )
        names = [(name, i) for i, label in enumerate(self.labels) for name in label.names]
        self.names: Grouped = Grouped(
            [name for name, _ in names],
            [i for _, i in names],
            len(labels),
            encoder,
            folder and folder / "names",
            earlier.names if earlier else None,
        )
        bodies = bodies or Bodies.of(self.labels)
        self._bodies = bodies.mark
        same = earlier is not None and earlier._bodies == bodies.mark
        self._body: WordIndex = WordIndex.kept(
            bodies.texts,
            len(labels),
            folder and folder / "body",
            toned=False,
            earlier=earlier._body if earlier and same else None,
        )
        self._rarity = Rarity(
            [*self.names.texts, *self.phrases.texts], folder and folder / "idf.json"
        )
        self._names_said = NameCover(
            [self._rarity.weights(fold(text).split()) for text in self.names.texts],
            self.names.owners,
            len(labels),
        )
        self._own_name = np.full(len(self.labels), -1, dtype=np.int64)
        self._own_name[self.names.present] = self.names.starts
        self._each = np.arange(len(self.labels))
        self._qualifiers = [frozenset(label.qualifiers) for label in self.labels]
        self._priors = np.asarray(
            [
                [
                    label.popularity,
                    float(label.is_office),
                    float(label.is_commune),
                    float(label.is_intent),
                    math.log1p(self.phrases.counts[i]) / 4,
                    float(self.phrases.counts[i] > 0),
                ]
                for i, label in enumerate(self.labels)
            ],
            dtype=np.float32,
        ).reshape(len(self.labels), 6)

    def texts_with(self, term: str) -> int:
        """In how many phrases, names and records a term without tones stands (`words.terms`)."""
        indexes = (self.phrases.folded, self.names.folded, self._body)
        return sum(len(index.documents(term)) for index in indexes)

    def encode(self, normalised: str) -> Floats:
        """The unit vector of one normalised question, shape (dimensions,)."""
        vector: Floats = self._encoder.encode([normalised], "query")[0]
        return vector

    def encode_all(self, normalised: Sequence[str]) -> Floats:
        """The unit vectors of several normalised questions, shape (questions, dimensions)."""
        return self._encoder.encode(normalised, "query")

    def measure(
        self,
        normalised: str,
        vector: Floats,
        passages: Mapping[str, float],
        *,
        proper: Collection[str] = (),
        hidden_phrases: Collection[int] = (),
        hidden_labels: Collection[int] = (),
        without_phrases: int | None = None,
        cosines: Cosines | None = None,
    ) -> Measured:
        """Features of every label worth considering.

        ``passages`` maps a label id to the cosine of its nearest passage, ``proper`` are
        words that are only somebody's or something's name (`proper_words`). The
        ``hidden_…`` arguments serve teaching: phrases (by position in
        ``self.phrases``) and labels the question must not see, and one label
        whose phrases are all out of sight, as if it had just been imported;
        ``cosines`` spares computing them again.
        """
        if cosines is None:
            cosines = Cosines(self.phrases.near.cosines(vector), self.names.near.cosines(vector))
        phrase_cosines, phrase_words, phrase_tones = self._heard(
            normalised, cosines, hidden_phrases, without_phrases
        )
        views = {
            "phrase_cosine": self.phrases.best(phrase_cosines, 0.0),
            "phrase_words": self.phrases.best(phrase_words, 0.0),
            "phrase_tones": self.phrases.best(phrase_tones, 0.0),
            "name_cosine": self.names.best(cosines.names, 0.0),
            "name_words": self.names.best(self.names.folded.scores(normalised) * BM25_SCALE, 0.0),
            "name_tones": self.names.best(self.names.toned.scores(normalised) * BM25_SCALE, 0.0),
            "body_words": self._body.scores(normalised) * BM25_SCALE,
            "passage_cosine": np.zeros(len(self.labels), dtype=np.float32),
            "class_share": self._class_shares(normalised, hidden_labels, without_phrases),
        }
        for label, cosine in passages.items():
            if (at_label := self.index.get(label)) is not None:
                views["passage_cosine"][at_label] = cosine
        for hidden in hidden_labels:
            for view in views.values():
                view[hidden] = 0.0
        candidates = _union_of_tops(views, TOP_PER_VIEW)
        candidates = candidates[~np.isin(candidates, list(hidden_labels))]
        best = {name: float(view.max(initial=0.0)) for name, view in views.items()}

        words = [word for word in matter_words(normalised) if word not in proper]
        asked = self._rarity.weights(words)
        columns: dict[str, Floats] = {}
        for name, view in views.items():
            columns[name] = view[candidates]
            if name == "class_share":
                columns["class_gap"] = np.log((view[candidates] + 1e-4) / (best[name] + 1e-4)) / 5
            elif name.endswith("cosine"):
                columns[f"{name}_gap"] = view[candidates] - best[name]
            else:
                columns[f"{name}_ratio"] = view[candidates] / max(best[name], 1e-6)
        groups = self._groups.shares(normalised)
        columns["group_share"] = groups[self._group_columns[candidates]]
        columns["phrase_cosine_top3"] = self.phrases.top3(phrase_cosines, candidates)
        cover = self._names_said.coverage(asked, candidates)
        columns["name_covered"], columns["question_covered"], columns["phrase_overlap"] = cover.T
        said = told(normalised)
        stated = [self._qualifiers[c] for c in candidates]
        columns["qualifier_unsaid"] = np.asarray([len(q - said) / 2 for q in stated], np.float32)
        columns["qualifier_lacking"] = np.asarray([len(said - q) / 2 for q in stated], np.float32)
        columns["phrase_share"] = self.phrases.shares(phrase_cosines, NEAR_COSINE)[candidates]
        columns["phrase_words_share"] = self.phrases.shares(phrase_words, NEAR_WORDS)[candidates]
        columns["office_twin"] = self._office_twins(candidates)
        wordings = wording(
            words,
            asked,
            [
                self.phrases.source(hidden_phrases, without_phrases),
                self.names.source(),
            ],
            Source(self._body, self._each),
            candidates,
            len(self.labels),
        )
        columns |= dict(zip(WORDING, wordings.T, strict=True))
        priors = self._priors[candidates].copy()
        if without_phrases is not None:
            priors[candidates == without_phrases, 4:] = 0.0
        names = (
            "popularity",
            "is_office",
            "is_commune",
            "is_intent",
            "phrase_count",
            "has_phrases",
        )
        columns |= dict(zip(names, priors.T, strict=True))
        features = np.stack([columns[name] for name in FEATURES], axis=1)

        by_label = views["phrase_cosine"]
        second = float(np.partition(by_label, -2)[-2]) if len(by_label) > 1 else 0.0
        total = sum(asked.values()) or 1.0
        question = np.asarray(
            [
                best["phrase_cosine"], best["phrase_words"], best["phrase_tones"],
                best["name_cosine"], best["name_words"], best["body_words"],
                best["passage_cosine"], best["phrase_cosine"] - second, best["class_share"],
                float(groups[self._safety]),
                math.log1p(len(normalised.split())) / 3,
                sum(w for t, w in asked.items() if t in self._rarity) / total,
                float(fold(normalised) != normalised),
                math.log1p(len(self.labels)) / 10,
                *groups[self._kinds],
                columns["phrase_share"].max(initial=0.0), wordings[:, 0].max(initial=0.0),
                wordings[:, 2].max(initial=0.0), wordings[:, 1].min(initial=1.0),
            ],
            dtype=np.float32,
        )  # fmt: skip
        return Measured(candidates, features.astype(np.float32), question)

    def _heard(
        self,
        normalised: str,
        cosines: Cosines,
        hidden_phrases: Collection[int],
        without_phrases: int | None,
    ) -> tuple[Floats, Floats, Floats]:
        """How near each phrase is: by vector, by words and by words with their marks."""
        phrase_cosines = cosines.phrases
        phrase_words = self.phrases.folded.scores(normalised) * BM25_SCALE
        phrase_tones = self.phrases.toned.scores(normalised) * BM25_SCALE
        if hidden_phrases:
            at = np.fromiter(hidden_phrases, dtype=np.int64)
            phrase_cosines[at], phrase_words[at], phrase_tones[at] = 0.0, 0.0, 0.0
        if without_phrases is not None:
            own = self.phrases.owners == without_phrases
            phrase_cosines[own], phrase_words[own], phrase_tones[own] = 0.0, 0.0, 0.0
        return phrase_cosines, phrase_words, phrase_tones

    def _office_twins(self, candidates: NDArray[np.int64]) -> Floats:
        """How like the name of an office's own candidate the name of each other one is.

        The national records hold most of an office's own matters again, under other codes
        or for another level; the office's record is the one its residents mean.
        """
        out = np.zeros(len(candidates), dtype=np.float32)
        named = np.flatnonzero(self._own_name[candidates] >= 0)
        own = self._priors[candidates[named], 1] > 0
        if own.any() and not own.all():
            vectors = self.names.vectors[self._own_name[candidates[named]]]
            out[named[~own]] = (vectors[~own] @ vectors[own].T).max(axis=1)
        return out

    def _class_shares(
        self, normalised: str, hidden_labels: Collection[int], without_phrases: int | None
    ) -> Floats:
        """The classifier's softmax over the labels of this catalogue; 0 for those it never met."""
        scores = self._classifier.scores(normalised)
        known = self._columns >= 0
        for label in (*hidden_labels, *(() if without_phrases is None else (without_phrases,))):
            known[label] = False
        shares = np.zeros(len(self.labels), dtype=np.float32)
        if known.any():
            own = scores[self._columns[known]]
            others = scores[self._national : self._national + 1] if self._has_national else own[:0]
            most = max([own.max(), *others])
            exponents = np.exp(own - most)
            shares[known] = exponents / (exponents.sum() + np.exp(others - most).sum())
        return shares

    def nearest_phrase(self, vector: Floats, label: int) -> str | None:
        """The phrase of a label nearest to a question, to show why it was considered."""
        own = np.flatnonzero(self.phrases.owners == label)
        if not len(own):
            return None
        nearest = int(own[int(np.argmax(self.phrases.vectors[own] @ vector))])
        return str(self.phrases.texts[nearest])


def _union_of_tops(views: Mapping[str, Floats], count: int) -> NDArray[np.int64]:
    """The labels among the ``count`` best of any view, those as good as the last of them too."""
    every = np.stack(list(views.values()))
    size = min(count, every.shape[1])
    if not size:
        return np.zeros(0, dtype=np.int64)
    # Where the best begin is found for all views at once, in a third of the time that it takes
    # to find which they are, one view after the other.
    last = np.partition(every, -size, axis=1)[:, -size, None]
    return np.flatnonzero(((every >= last) & (every > 0)).any(axis=0))
