"""Links a question to what it means: candidates with calibrated probabilities."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.linking.classes import PROCEDURE_GROUP
from knowledge.linking.features import Cosines
from knowledge.linking.labels import Phrase
from knowledge.linking.matter import heard, matter
from knowledge.linking.naming import Names, Phrases
from knowledge.linking.outdone import unless_outdone
from knowledge.linking.papers_copied import with_any_paper
from knowledge.linking.proper import proper_words
from knowledge.linking.ranker import Ranker
from knowledge.linking.twins import shipped_twins
from knowledge.linking.typos import Typos
from knowledge.linking.views import Views
from knowledge.vietnamese import normalise

KEPT = 12
# A question that is nothing but a procedure's own name (and how one asks) means that
# procedure; a fifth is left to the views.
CALLED_BY_NAME = 0.8
FITS = 0.005  # share of a record from which it may answer in the place of an intent


class PassageSearch(Protocol):
    """Finds the nearest passages; gives the best cosine by procedure code for each vector."""

    def __call__(self, vectors: NDArray[np.float32]) -> Sequence[Mapping[str, float]]: ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """A label with the probability that the question means it, and the nearest known phrase.

    ``group`` is what sort of thing it is: a procedure, or an intent's outcome.
    """

    label: str
    is_intent: bool
    probability: float
    phrase: str | None = None
    group: str = PROCEDURE_GROUP


@dataclass(frozen=True, slots=True)
class Linking:
    """Candidates, most probable first; ``none`` is the probability of nothing we know."""

    candidates: tuple[Candidate, ...]
    none: float

    @property
    def best(self) -> Candidate | None:
        return self.candidates[0] if self.candidates else None

    @property
    def procedures(self) -> tuple[Candidate, ...]:
        return tuple(c for c in self.candidates if not c.is_intent)


@dataclass(frozen=True, slots=True)
class Read:
    """A question as one linker understands it word by word, and how near it is to all there is.

    ``named`` is the place of the label whose own words it is; without words nothing is near.
    """

    by: "Linker"
    text: str
    normalised: str
    named: int | None
    near: "Compared | None"


@dataclass(frozen=True, slots=True)
class Compared:
    """A question's vector, and its cosines with phrases, names and passages."""

    vector: NDArray[np.float32]
    cosines: Cosines
    passages: Mapping[str, float]


class Linker:
    """One question in, one `Linking` out; holds no state of its own.

    ``own`` are those phrases of the views that the office added: it knows what it means by them.
    """

    def __init__(
        self,
        views: Views,
        ranker: Ranker,
        passages: PassageSearch,
        own: Sequence[Phrase] = (),
    ) -> None:
        self._views = views
        self._ranker = ranker
        self._passages = passages
        self._names = Names(views)
        self._phrases = Phrases(views, own)
        self._gives_way = np.asarray(
            [bool(label.held_as or label.held_partly) for label in views.labels], np.bool_
        )
        self._typos = Typos(views.texts_with)

    def with_own(self, phrases: Sequence[Phrase]) -> "Linker":
        """This linker with a few phrases more, of the labels it has; it shares all else."""
        linker = copy(self)
        linker._views = views = self._views.with_own(phrases)
        linker._phrases = self._phrases.with_own(views, phrases)
        linker._typos = Typos(views.texts_with)
        return linker

    @property
    def views(self) -> Views:
        """What it links with."""
        return self._views

    def read(self, texts: Sequence[str]) -> list[Read]:
        """Each text made ready for `link`; what is compared with vectors in one go for all."""
        said = [self._said_in(text) for text in texts]
        near = iter(self._near([normalised for normalised, _ in said if normalised]))
        return [
            Read(self, text, normalised, named, next(near) if normalised else None)
            for text, (normalised, named) in zip(texts, said, strict=True)
        ]

    def _near(self, normalised: Sequence[str]) -> list[Compared]:
        if not normalised:
            return []
        vectors = self._views.encode(normalised)
        each = zip(vectors, self._views.cosines(vectors), self._passages(vectors), strict=True)
        return [Compared(*of_one) for of_one in each]

    def _said_in(self, text: str) -> tuple[str, int | None]:
        """The words of a text that count, and the label that is named in so many words."""
        normalised = self._typos.mended(normalise(text))
        if not normalised:
            return "", None
        named = self._phrases.said_in(normalised)
        polite, normalised = normalised, heard(normalised)
        if named is None and normalised != polite:
            named = self._phrases.said_in(normalised)
        if named is None:
            named = self._phrases.taught(normalised)
        return with_any_paper(normalised), named

    def link(self, text: str, *, explain: bool = False, read: Read | None = None) -> Linking:
        """What ``text`` most probably means; empty when it has no words.

        ``read`` is the text as `read` gave it; what another linker or text gave is not used.
        """
        if read is None or read.by is not self or read.text != text:
            read = self.read([text])[0]
        if read.near is None:
            return Linking((), 1.0)
        normalised, named, near = read.normalised, read.named, read.near
        measured = self._views.measure(
            normalised, near.cosines, near.passages, proper=proper_words(text)
        )
        shares, none = self._ranker.probabilities(measured)
        shares = unless_outdone(measured, shares)
        if named is None:
            named = self._names.called_by(normalised)
        if named is None or self._views.labels[named].is_intent:
            found = [self._views.labels[int(c)] for c in measured.candidates]
            shares = shipped_twins().settled(normalised, matter(normalised), found, shares)
        if named is not None:
            shares = shares * (1 - CALLED_BY_NAME)
            shares[measured.candidates == named] += CALLED_BY_NAME
            none *= 1 - CALLED_BY_NAME
        shares = self._handed_over(measured.candidates, shares)
        order = np.argsort(-shares, kind="stable")[:KEPT]
        labels = self._views.labels
        picked: Sequence[int] = [int(measured.candidates[i]) for i in order]
        return Linking(
            tuple(
                Candidate(
                    labels[label].id,
                    labels[label].is_intent,
                    float(shares[i]),
                    self._views.nearest_phrase(near.vector, label) if explain else None,
                    labels[label].group,
                )
                for i, label in zip(order, picked, strict=True)
            ),
            none,
        )

    def _handed_over(
        self, candidates: NDArray[np.int64], shares: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Shares where an intent that only sends residents away gives way to records held.

        Its share goes to those among the candidates that answer it, in the ratio they have; those
        that answer only some of it must fit by themselves, or "thuế tính mấy bậc" would be answered
        with how to register for taxes.
        """
        labels = self._views.labels
        if not self._gives_way[candidates].any():
            return shares
        place = {labels[int(c)].id: i for i, c in enumerate(candidates)}
        out = shares.copy()
        for i, candidate in enumerate(candidates):
            label = labels[int(candidate)]
            held = [place[code] for code in label.held_as if code in place]
            partly = [place[code] for code in label.held_partly if code in place]
            held += [at for at in partly if shares[at] >= FITS]
            if held:
                known = shares[held] + 1e-6
                out[held] += shares[i] * known / known.sum()
                out[i] = 0.0
        return out
