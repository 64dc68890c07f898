"""How much of a question's wording a label has ever used: in phrases, in names, in its record.

A question may look like a phrase as a whole and still turn on a word that its
procedure never uses ("giấy phép hành nghề **dược**"). Words and neighbouring pairs are
looked up in the word indexes of the views, so nothing further is kept but who uses the
commonest.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from knowledge.words import Words

Floats = NDArray[np.float32]
COLUMNS = ("words_used", "rarest_unused", "pairs_used", "words_written")
TERMS_KEPT = 2048  # words and pairs that people use most; 400 bytes each for 3,000 labels

Users = Callable[[str], bytes]  # which labels use a term: a bit for each, the lowest first


@dataclass(frozen=True, slots=True)
class Source:
    """An index of documents without tones and the label that each document belongs to.

    ``hidden`` documents, and those of the label ``without``, are not seen.
    """

    index: Words
    owners: NDArray[np.int64]
    hidden: Collection[int] = ()
    without: int | None = None

    def users(self, term: str) -> NDArray[np.int64]:
        """The labels that have the term, as often as their documents."""
        documents = self.index.documents(term)
        if self.hidden:
            documents = documents[~np.isin(documents, list(self.hidden))]
        owners = self.owners[documents]
        return owners if self.without is None else owners[owners != self.without]


def users_in(sources: Sequence[Source], labels: int) -> Users:
    """Which of so many ``labels`` use a term in any of the ``sources``."""
    nobody = bytes(-(-labels // 8))

    def users(term: str) -> bytes:
        found = [users for source in sources if len(users := source.users(term))]
        if not found:
            return nobody
        used = np.zeros(labels, np.bool_)
        for each in found:
            used[each] = True
        return np.packbits(used, bitorder="little").tobytes()

    return users


def remembered(users: Users) -> Users:
    """A common syllable stands in thousands of documents of a few hundred labels."""
    return lru_cache(maxsize=TERMS_KEPT)(users)


def users_of_both(shared: Users, own: Source, labels: int) -> Users:
    """Who uses a term in an office's few own phrases or in what all offices share."""
    alone = users_in([own], labels)

    def users(term: str) -> bytes:
        if not len(own.index.documents(term)):
            return shared(term)
        both = np.frombuffer(shared(term), np.uint8) | np.frombuffer(alone(term), np.uint8)
        return both.tobytes()

    return users


def _used(users: Users, terms: Sequence[str], candidates: NDArray[np.int64]) -> Floats:
    """1 where a candidate uses a term, shape (terms, candidates)."""
    if not terms:
        return np.zeros((0, len(candidates)), np.float32)
    bits = np.frombuffer(b"".join(map(users, terms)), np.uint8).reshape(len(terms), -1)
    return (bits[:, candidates >> 3] >> (candidates & 7) & 1).astype(np.float32)


def wording(
    words: Sequence[str],
    weights: Mapping[str, float],
    said: Users,
    written: Users,
    candidates: NDArray[np.int64],
) -> Floats:
    """For each candidate the columns COLUMNS, all 0…1; shape (candidates, 4).

    ``words`` are the question's syllables in order without tones, with an empty one where
    something was taken out, ``weights`` how much each tells. ``words_used``: the share of that
    weight which the label's phrases and names use; ``rarest_unused``: the weight of the most
    telling word they do not use, as a share of the most telling there is; ``pairs_used``: as
    the first, of neighbouring pairs; ``words_written``: as the first, the record's text included.
    """
    single = list(dict.fromkeys(filter(None, words)))
    double = list(dict.fromkeys(pair for pair in pairwise(words) if all(pair)))
    here = _used(said, [*single, *map("_".join, double)], candidates)
    telling = np.asarray([weights[word] for word in single], np.float32)
    joint = np.asarray([weights[one] + weights[other] for one, other in double], np.float32)

    out = np.zeros((len(candidates), len(COLUMNS)), dtype=np.float32)
    if single:
        said_here = here[: len(single)]
        written_here = np.maximum(said_here, _used(written, single, candidates))
        out[:, 0] = telling @ said_here / (telling.sum() or 1.0)
        most = max(weights.values(), default=1.0) or 1.0
        out[:, 1] = (telling[:, None] * (1.0 - said_here)).max(axis=0) / most
        out[:, 3] = telling @ written_here / (telling.sum() or 1.0)
    if double:
        out[:, 2] = joint @ here[len(single) :] / (joint.sum() or 1.0)
    return out
