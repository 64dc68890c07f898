"""Links a question to what it means: candidates with calibrated probabilities."""

import re
from collections import ChainMap
from collections.abc import Collection, Mapping, MutableMapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.linking.asking import without_asking
from knowledge.linking.classes import PROCEDURE_GROUP
from knowledge.linking.courtesies import without_courtesies
from knowledge.linking.features import Cosines
from knowledge.linking.labels import Phrase
from knowledge.linking.outdone import unless_outdone
from knowledge.linking.papers_copied import with_any_paper
from knowledge.linking.proper import proper_words
from knowledge.linking.ranker import Ranker
from knowledge.linking.twins import shipped_twins
from knowledge.linking.typos import Typos
from knowledge.linking.views import Views
from knowledge.vietnamese import fold, normalise
from knowledge.words import terms

KEPT = 12
# A question that is nothing but a procedure's own name (and how one asks) means that
# procedure; a fifth is left to the views.
CALLED_BY_NAME = 0.8
FITS = 0.005  # share of a record from which it may answer in the place of an intent
LEAST_UNMARKED = 3  # words; two of them without marks may be many things
LEAST_LEFT = 2  # words of a matter, without which a greeting is a greeting
# Words of a name that people leave out ("kết hôn" for "đăng ký kết hôn"); "mất" or "lại" they
# do not, for that would be another matter.
LEFT_OUT = frozenset(["dang", "ky", "thu", "tuc", "giay", "to", "xin", "cap", "lam"])
# "Theo khoản 2 Điều 13 Luật Hộ tịch thì …" names a law, and what follows the matter.
CITING = re.compile(r"^(?:theo|căn cứ|can cu) .*? (?:thì|thi) ")
# Where nothing is asked with it ("mất bao lâu"), it is what happened: "mất giấy khai sinh".
LOST = re.compile(r"\bmat\b(?! (?:phi|le phi|tien|bao|may|nhieu|lau|gi|ngay|thoi|them|cong)\b)")
GENERIC = Path(__file__).parent.parent / "data" / "generic_words.txt"


@lru_cache(maxsize=1)
def generic_words() -> frozenset[str]:
    """Words of asking that name no procedure ("thủ tục", "cần", "gì"), without marks."""
    lines = (line for line in GENERIC.read_text("utf-8").splitlines() if line and line[0] != "#")
    return frozenset(fold(word) for line in lines for word in line.split())


def core(normalised: str) -> str:
    """What is left of a question without the words of asking, without marks."""
    return " ".join(word for word in fold(normalised).split() if word not in generic_words())


def _matter(normalised: str) -> str:
    """The core of a question without what it asks of the record."""
    about = core(without_asking(normalised))
    return f"{about} mat" if LOST.search(fold(normalised)) else about


def heard(normalised: str) -> str:
    """A question without its courtesies, unless they are all that was meant."""
    rest = without_courtesies(normalised)
    return rest if len(core(rest).split()) >= LEAST_LEFT else normalised


class _Called:
    """Which procedure of the office a question calls by its own name.

    The core of the question is that of a name or alias no other procedure shares, and the name
    is said in full: "làm hộ chiếu" does not call "trình báo mất hộ chiếu", although the same is
    left of both without the words of asking.
    """

    def __init__(self, views: Views) -> None:
        owners: dict[str, set[int]] = {}
        names: dict[str, list[frozenset[str]]] = {}
        for i, label in enumerate(views.labels):
            for name in label.names if label.is_office else ():
                about = _matter(name)
                owners.setdefault(about, set()).add(i)
                names.setdefault(about, []).append(frozenset(fold(name).split()) - LEFT_OUT)
        self._names = {
            about: (min(labels), tuple(names[about]))
            for about, labels in owners.items()
            if about and len(labels) == 1
        }

    def by(self, normalised: str) -> int | None:
        """The place of the label that is called; None when none is, or only in part."""
        held = self._names.get(_matter(normalised))
        if held is None:
            return None
        said = set(fold(normalised).split())
        return held[0] if any(name <= said for name in held[1]) else None


def _said(views: Views, only: Collection[str] | None = None) -> dict[str, int | None]:
    """The label of each known phrase, or of ``only`` these; None where several have it.

    What staff add works word for word at once.
    """
    owners: dict[str, int | None] = {}
    for text, owner in zip(views.phrases.texts, views.phrases.owners.tolist(), strict=True):
        if only is None or text in only:
            owners[text] = owner if owners.get(text, owner) == owner else None
    return owners


def _taught(views: Views, phrases: Sequence[Phrase]) -> dict[str, int]:
    """The label meant by what an office's own phrases are about, whatever is asked of it."""
    owners: dict[str, set[int]] = {}
    for phrase in phrases:
        if phrase.label in views.index:
            owners.setdefault(_matter(phrase.text), set()).add(views.index[phrase.label])
    return {
        about: labels.pop()
        for about, labels in owners.items()
        if len(about.split()) >= LEAST_LEFT and len(labels) == 1
    }


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
    near: "Near | None"


@dataclass(frozen=True, slots=True)
class Near:
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
        self._called = _Called(views)
        self._gives_way = np.asarray(
            [bool(label.held_as or label.held_partly) for label in views.labels], np.bool_
        )
        self._said: MutableMapping[str, int | None] = _said(views)
        self._typos = Typos(views.texts_with)
        self._taught = _taught(views, own)

    def with_own(self, phrases: Sequence[Phrase]) -> "Linker":
        """This linker with a few phrases more, of the labels it has; it shares all else."""
        linker = copy(self)
        linker._views = views = self._views.with_own(phrases)
        linker._said = ChainMap(_said(views, {p.text for p in phrases}), self._said)
        linker._typos = Typos(views.texts_with)
        linker._taught = _taught(views, phrases)
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

    def _near(self, normalised: Sequence[str]) -> list[Near]:
        if not normalised:
            return []
        vectors = self._views.encode_all(normalised)
        each = zip(vectors, self._views.cosines(vectors), self._passages(vectors), strict=True)
        return [Near(*of_one) for of_one in each]

    def _said_in(self, text: str) -> tuple[str, int | None]:
        """The words of a text that count, and the label that is named in so many words."""
        normalised = self._typos.mended(normalise(text))
        if not normalised:
            return "", None
        named = self._word_for_word(normalised)
        polite, normalised = normalised, heard(normalised)
        if named is None and normalised != polite:
            named = self._word_for_word(normalised)
        if named is None and self._taught:
            named = self._taught.get(_matter(normalised))
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
            normalised, near.vector, near.passages, proper=proper_words(text), cosines=near.cosines
        )
        shares, none = self._ranker.probabilities(measured)
        shares = unless_outdone(measured, shares)
        if named is None:
            named = self._called.by(CITING.sub("", normalised))
        if named is None or self._views.labels[named].is_intent:
            found = [self._views.labels[int(c)] for c in measured.candidates]
            shares = shipped_twins().settled(normalised, _matter(normalised), found, shares)
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

    def _word_for_word(self, normalised: str) -> int | None:
        """The label whose phrase is said, with its marks or wholly without; None of several."""
        if normalised in self._said:
            return self._said[normalised]
        if len(normalised.split()) < LEAST_UNMARKED or fold(normalised) != normalised:
            return None
        phrases = self._views.phrases
        holders = [phrases.folded.documents(term) for term in terms(normalised, toned=False)]
        fewest = min(holders, key=len).tolist()
        owners = {int(phrases.owners[at]) for at in fewest if fold(phrases.texts[at]) == normalised}
        return owners.pop() if len(owners) == 1 else None

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
