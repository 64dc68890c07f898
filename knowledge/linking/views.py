"""Several views of how well a question fits each label, as one feature matrix.

The views are deliberately different: phrases residents used before (vectors and
words), names and aliases (vectors, words with and without tones, coverage both
ways), the text of the record, passages in Chroma, and priors. None decides
alone; `ranker` weighs them.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Encoder as Encoder
from knowledge.linking.asking import matter_words
from knowledge.linking.classes import NATIONAL, Classifiers, places
from knowledge.linking.coverage import NameCover
from knowledge.linking.features import (
    FEATURES,
    KINDS,
    NOTHING_HIDDEN,
    PRIORS,
    VIEWS,
    Cosines,
    Floats,
    Hidden,
    Measured,
    compared,
    union_of_tops,
)
from knowledge.linking.grouped import Grouped
from knowledge.linking.labels import SENDS_AWAY, Bodies, Label, Phrase
from knowledge.linking.own import WithOwn
from knowledge.linking.qualifiers import Unlike, told
from knowledge.linking.rarity import Rarity
from knowledge.linking.wording import COLUMNS as WORDING
from knowledge.linking.wording import Source, remembered, users_in, users_of_both, wording
from knowledge.vietnamese import fold
from knowledge.words import WordIndex

BM25_SCALE = 1 / 20  # BM25 of a full match of a usual question is about 20–60 here
TOP_PER_VIEW = 12
# Of the phrases near a question those within a few hundredths of the nearest count.
NEAR_COSINE, NEAR_WORDS = 0.05, 0.15


class Views:
    """All views over one fixed set of labels and phrases; immutable, safe between threads.

    ``folder`` keeps vectors and word indexes between starts; it belongs to exactly these
    labels and phrases. What ``earlier`` views hold of the same texts is taken over. ``bodies``
    are the labels' texts where the labels themselves come without.
    """

    phrases: Grouped
    names: Grouped

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
        self._classifiers = classifiers
        classifier = classifiers.labels
        self._national = classifier.labels.index(NATIONAL)
        self._has_national = any(not (label.is_office or label.is_intent) for label in labels)
        groups = classifiers.groups
        self._group_columns = places(groups, [label.group for label in labels])
        self._safety = groups.labels.index("safety")
        self._kinds = [groups.labels.index(name) for name in KINDS]
        self._columns = places(classifier, [label.id for label in labels])
        self._taught = np.flatnonzero(self._columns >= 0)
        self.labels = tuple(labels)
        self.index = {label.id: i for i, label in enumerate(self.labels)}
        self._encoder = encoder
        known = [p for p in phrases if p.label in self.index]
        self.phrases = Grouped(
            [p.text for p in known],
            [self.index[p.label] for p in known],
            len(labels),
            encoder,
            folder and folder / "phrases",
            earlier.phrases if earlier else None,
        )
        names = [(name, i) for i, label in enumerate(self.labels) for name in label.names]
        self.names = Grouped(
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
            self._rarity.weights(fold(text).split()) for text in self.names.texts
        )
        self._own_name = np.where(self.names.counts > 0, self.names.bounds[:-1], -1)
        self._said = remembered(users_in(self._sources(NOTHING_HIDDEN), len(labels)))
        body = Source(self._body, np.arange(len(labels)))
        self._written = remembered(users_in([body], len(labels)))
        self._qualifiers = Unlike([label.qualifiers for label in self.labels])
        self._priors = np.asarray(
            [
                [
                    label.popularity,
                    float(label.is_office),
                    float(label.is_commune),
                    float(label.is_intent),
                    *(0.0, 0.0),
                ]
                for label in self.labels
            ],
            dtype=np.float32,
        ).reshape(len(self.labels), len(PRIORS))
        self._count_phrases()

    def _count_phrases(self) -> None:
        counts = self.phrases.counts.astype(np.float64)
        self._priors[:, PRIORS.index("phrase_count")] = np.log1p(counts) / 4
        self._priors[:, PRIORS.index("has_phrases")] = counts > 0

    def with_own(self, phrases: Sequence[Phrase]) -> "Views":
        """These views with a few phrases more, of the same labels; the rest is shared."""
        views = copy(self)
        texts = [phrase.text for phrase in phrases]
        owners = [self.index[phrase.label] for phrase in phrases]
        views.phrases = with_own = WithOwn(self.phrases, texts, owners)
        views._said = users_of_both(self._said, with_own.own_words, len(self.labels))
        views._rarity = self._rarity.with_texts(texts)
        views._priors = self._priors.copy()
        views._count_phrases()
        return views

    @cached_property
    def sent_away(self) -> frozenset[str]:
        """The phrases of intents that only send residents elsewhere."""
        away = [label.group in SENDS_AWAY for label in self.labels]
        owners = self.phrases.owners.tolist()
        return frozenset(t for t, o in zip(self.phrases.texts, owners, strict=True) if away[o])

    def texts_with(self, term: str) -> int:
        """In how many phrases, names and records a term without tones stands (`words.terms`)."""
        indexes = (self.phrases.folded, self.names.folded, self._body)
        return sum(len(index.documents(term)) for index in indexes)

    def encode(self, normalised: Sequence[str]) -> Floats:
        """The unit vectors of several normalised questions, shape (questions, dimensions)."""
        return self._encoder.encode(normalised, "query")

    def cosines(self, vectors: Floats) -> list[Cosines]:
        """How near each of ``vectors``, shape (questions, dimensions), is to phrases and names."""
        found = self.phrases.near.cosines(vectors), self.names.near.cosines(vectors)
        return [Cosines(*of_one) for of_one in zip(*found, strict=True)]

    def measure(
        self,
        normalised: str,
        cosines: Cosines,
        passages: Mapping[str, float],
        *,
        proper: Collection[str] = (),
        hidden: Hidden = NOTHING_HIDDEN,
    ) -> Measured:
        """Features of every label worth considering.

        ``cosines`` are the question's, ``passages`` maps a label id to the cosine of its nearest
        passage, ``proper`` are words that are only somebody's or something's name
        (`proper_words`). ``hidden`` serves teaching.
        """
        heard = self._heard(normalised, cosines, hidden)
        classes, groups = self._classifiers.read(normalised)
        every = self._every(normalised, heard, cosines.names, passages, hidden)
        every[8] = self._class_shares(classes, hidden)
        every[:, list(hidden.labels)] = 0.0
        tops = union_of_tops(every, TOP_PER_VIEW)
        candidates = tops.labels
        if hidden.labels:
            candidates = candidates[~np.isin(candidates, list(hidden.labels))]
        words = [word for word in matter_words(normalised) if word not in proper]
        asked = self._rarity.weights(words)

        best = tops.scores.max(axis=1, initial=0.0)
        columns = compared(every[:, candidates], best)
        columns["group_share"] = groups[self._group_columns[candidates]]
        phrases = self.phrases.of(candidates)
        columns["phrase_cosine_top3"] = phrases.top3(heard.cosines)
        columns["phrase_share"] = phrases.shares(heard.cosines, NEAR_COSINE)
        columns["phrase_words_share"] = phrases.shares(heard.words, NEAR_WORDS)
        columns |= self._of_names(normalised, asked, candidates)
        columns |= self._of_wording(words, asked, candidates, hidden)
        columns |= self._of_labels(candidates, hidden)
        features = np.asarray([columns[name] for name in FEATURES], np.float32).T
        question = self._as_a_whole(normalised, asked, tops.scores[0], best, groups, columns)
        return Measured(candidates, features, question)

    def _every(
        self,
        normalised: str,
        heard: "_Heard",
        names: Floats,
        passages: Mapping[str, float],
        hidden: Hidden,
    ) -> Floats:
        """How well each label fits in each of VIEWS, shape (views, labels)."""
        every = np.zeros((len(VIEWS), len(self.labels)), dtype=np.float32)
        every[0] = self.phrases.best(heard.cosines, 0.0)
        every[1] = self.phrases.best(heard.words, 0.0)
        every[2] = self.phrases.best(heard.tones, 0.0)
        every[3] = self.names.best(names, 0.0)
        every[4] = self.names.best(self.names.folded.scores(normalised) * BM25_SCALE, 0.0)
        every[5] = self.names.best(self.names.toned.scores(normalised) * BM25_SCALE, 0.0)
        every[6] = self._body.scores(normalised) * BM25_SCALE
        for label, cosine in passages.items():
            if (at_label := self.index.get(label)) is not None:
                every[7, at_label] = cosine
        return every

    def _heard(self, normalised: str, cosines: Cosines, hidden: Hidden) -> "_Heard":
        """How near each phrase is: by vector, by words and by words with their marks."""
        heard = _Heard(
            cosines.phrases,
            self.phrases.folded.scores(normalised) * BM25_SCALE,
            self.phrases.toned.scores(normalised) * BM25_SCALE,
        )
        for scores in (heard.cosines, heard.words, heard.tones):
            if hidden.phrases:
                scores[list(hidden.phrases)] = 0.0
            if hidden.without is not None:
                scores[self.phrases.owners == hidden.without] = 0.0
        return heard

    def _of_names(
        self, normalised: str, asked: Mapping[str, float], candidates: NDArray[np.int64]
    ) -> dict[str, Floats]:
        """What the names of each candidate say of the question, and what sets variants apart."""
        names = self.names.of(candidates)
        covered, of_question, overlap = self._names_said.coverage(asked, names).T
        unsaid, lacking = self._qualifiers.of(told(normalised), candidates)
        return {
            "name_covered": covered,
            "question_covered": of_question,
            "phrase_overlap": overlap,
            "qualifier_unsaid": unsaid,
            "qualifier_lacking": lacking,
            "office_twin": self._office_twins(candidates),
        }

    def _of_wording(
        self,
        words: Sequence[str],
        asked: Mapping[str, float],
        candidates: NDArray[np.int64],
        hidden: Hidden,
    ) -> dict[str, Floats]:
        said = self._said
        if hidden.phrases or hidden.without is not None:
            said = users_in(self._sources(hidden), len(self.labels))
        used = wording(words, asked, said, self._written, candidates)
        return dict(zip(WORDING, used.T, strict=True))

    def _sources(self, hidden: Hidden) -> tuple[Source, Source]:
        """What says of words who uses them: phrases and names."""
        phrases, names = self.phrases, self.names
        return (
            Source(phrases.folded, phrases.owners, hidden.phrases, hidden.without),
            Source(names.folded, names.owners),
        )

    def _of_labels(self, candidates: NDArray[np.int64], hidden: Hidden) -> dict[str, Floats]:
        """What is true of each candidate whatever is asked: PRIORS."""
        priors = self._priors[candidates]
        if hidden.without is not None:
            priors[candidates == hidden.without, PRIORS.index("phrase_count") :] = 0.0
        return dict(zip(PRIORS, priors.T, strict=True))

    def _as_a_whole(
        self,
        normalised: str,
        asked: Mapping[str, float],
        near: Floats,
        best: Floats,
        groups: Floats,
        columns: Mapping[str, Floats],
    ) -> Floats:
        """What a question says before any candidate is looked at, in the order of GLOBALS."""
        of = dict(zip(VIEWS, best.tolist(), strict=True))
        second = float(near[-2]) if len(near) > 1 else 0.0
        total = sum(asked.values()) or 1.0
        return np.asarray(
            [
                of["phrase_cosine"], of["phrase_words"], of["phrase_tones"],
                of["name_cosine"], of["name_words"], of["body_words"],
                of["passage_cosine"], of["phrase_cosine"] - second, of["class_share"],
                float(groups[self._safety]),
                math.log1p(len(normalised.split())) / 3,
                sum(w for t, w in asked.items() if t in self._rarity) / total,
                float(fold(normalised) != normalised),
                math.log1p(len(self.labels)) / 10,
                *groups[self._kinds],
                columns["phrase_share"].max(initial=0.0), columns["words_used"].max(initial=0.0),
                columns["pairs_used"].max(initial=0.0), columns["rarest_unused"].min(initial=1.0),
            ],
            dtype=np.float32,
        )  # fmt: skip

    def _office_twins(self, candidates: NDArray[np.int64]) -> Floats:
        """How like the name of an office's own candidate the name of each other one is.

        The national records hold most of an office's own matters again, under other codes
        or for another level; the office's record is the one its residents mean.
        """
        out = np.zeros(len(candidates), dtype=np.float32)
        named = np.flatnonzero(self._own_name[candidates] >= 0)
        own = self._priors[candidates[named], PRIORS.index("is_office")] > 0
        if own.any() and not own.all():
            vectors = self.names.vectors[self._own_name[candidates[named]]]
            out[named[~own]] = (vectors[~own] @ vectors[own].T).max(axis=1)
        return out

    def _class_shares(self, scores: Floats, hidden: Hidden) -> Floats:
        """The softmax of ``scores`` over this catalogue's labels; 0 for those never met."""
        known = self._taught
        if hidden.labels or hidden.without is not None:
            unseen = [*hidden.labels, *(() if hidden.without is None else (hidden.without,))]
            known = known[~np.isin(known, unseen)]
        shares = np.zeros(len(self.labels), dtype=np.float32)
        if len(known):
            own = scores[self._columns[known]]
            others = scores[self._national : self._national + 1] if self._has_national else own[:0]
            most = max([own.max(), *others])
            exponents = np.exp(own - most)
            shares[known] = exponents / (exponents.sum() + np.exp(others - most).sum())
        return shares

    def nearest_phrase(self, vector: Floats, label: int) -> str | None:
        """The phrase of a label nearest to a question, to show why it was considered."""
        places, cosines = self.phrases.cosines_of(label, vector)
        return (
            str(self.phrases.texts[int(places[int(np.argmax(cosines))])]) if len(places) else None
        )


@dataclass(frozen=True, slots=True)
class _Heard:
    """How near each phrase is to one question, three ways; each of shape (phrases,)."""

    cosines: Floats
    words: Floats
    tones: Floats
