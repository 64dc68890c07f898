"""How much of a question's wording a label has ever used: in phrases, in names, in its record.

A question may look like a phrase as a whole and still turn on a word that its
procedure never uses ("giấy phép hành nghề **dược**"). Words and neighbouring pairs are
looked up in the word indexes of the views, so nothing further is kept.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from knowledge.words import Words

Floats = NDArray[np.float32]
COLUMNS = ("words_used", "rarest_unused", "pairs_used", "words_written")


@dataclass(frozen=True, slots=True)
class Source:
    """An index of documents without tones and the label that each document belongs to.

    ``hidden`` documents, and those of the label ``without``, are not seen. ``users`` gives the
    labels that use a term, each once, where all documents are seen.
    """

    index: Words
    owners: NDArray[np.int64]
    hidden: Collection[int] = ()
    without: int | None = None
    users: Callable[[str], NDArray[np.integer]] | None = None

    def mark(self, term: str, used: NDArray[np.bool_]) -> None:
        """Set ``used`` for every label that has the term."""
        if self.users and not self.hidden and self.without is None:
            used[self.users(term)] = True
            return
        documents = self.index.documents(term)
        if self.hidden:
            documents = documents[~np.isin(documents, list(self.hidden))]
        owners = self.owners[documents]
        used[owners if self.without is None else owners[owners != self.without]] = True


def wording(
    words: Sequence[str],
    weights: Mapping[str, float],
    said: Sequence[Source],
    written: Source,
    candidates: NDArray[np.int64],
    labels: int,
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
    # A row for each word and pair, a column for each label; read at the candidates once.
    used = np.zeros((len(single) + len(double), labels), dtype=np.bool_)
    for row, term in zip(used, (*single, *map("_".join, double)), strict=True):
        for source in said:
            source.mark(term, row)
    here = used[:, candidates].astype(np.float32)
    for row, term in zip(used, single, strict=False):
        written.mark(term, row)
    written_here = used[: len(single), candidates].astype(np.float32)
    telling = np.asarray([weights[word] for word in single], np.float32)
    joint = np.asarray([weights[one] + weights[other] for one, other in double], np.float32)

    out = np.zeros((len(candidates), len(COLUMNS)), dtype=np.float32)
    if single:
        said_here = here[: len(single)]
        out[:, 0] = telling @ said_here / (telling.sum() or 1.0)
        most = max(weights.values(), default=1.0) or 1.0
        out[:, 1] = (telling[:, None] * (1.0 - said_here)).max(axis=0) / most
        out[:, 3] = telling @ written_here / (telling.sum() or 1.0)
    if double:
        out[:, 2] = joint @ here[len(single) :] / (joint.sum() or 1.0)
    return out
