"""Which label a question names in so many words: by a known phrase, or by the name of a record."""

import re
from collections import ChainMap
from collections.abc import Collection, MutableMapping, Sequence

from knowledge.linking.labels import Phrase
from knowledge.linking.matter import LEAST_LEFT, matter
from knowledge.linking.views import Views
from knowledge.vietnamese import fold
from knowledge.words import terms

LEAST_UNMARKED = 3  # words; two of them without marks may be many things
# Words of a name that people leave out ("kết hôn" for "đăng ký kết hôn"); "mất" or "lại" they
# do not, for that would be another matter.
LEFT_OUT = frozenset(["dang", "ky", "thu", "tuc", "giay", "to", "xin", "cap", "lam"])
# "Theo khoản 2 Điều 13 Luật Hộ tịch thì …" names a law, and what follows the matter.
CITING = re.compile(r"^(?:theo|căn cứ|can cu) .*? (?:thì|thi) ")


class Names:
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
                about = matter(name)
                owners.setdefault(about, set()).add(i)
                names.setdefault(about, []).append(frozenset(fold(name).split()) - LEFT_OUT)
        self._names = {
            about: (min(labels), tuple(names[about]))
            for about, labels in owners.items()
            if about and len(labels) == 1
        }

    def called_by(self, normalised: str) -> int | None:
        """The place of the label that is called; None when none is, or only in part."""
        normalised = CITING.sub("", normalised)
        held = self._names.get(matter(normalised))
        if held is None:
            return None
        said = set(fold(normalised).split())
        return held[0] if any(name <= said for name in held[1]) else None


class Phrases:
    """Which label has a question as its phrase; what staff add works word for word at once.

    ``own`` are those phrases of the views that the office added: what they are about means their
    label, whatever is asked of it.
    """

    def __init__(
        self, views: Views, own: Sequence[Phrase], shared: "Phrases | None" = None
    ) -> None:
        self._phrases = views.phrases
        self._labels: MutableMapping[str, int | None] = (
            ChainMap(_labels(views, {phrase.text for phrase in own}), shared._labels)
            if shared
            else _labels(views)
        )
        self._taught = _taught(views, own)

    def with_own(self, views: Views, own: Sequence[Phrase]) -> "Phrases":
        """These and an office's own, which ``views`` hold beside them."""
        return Phrases(views, own, self)

    def said_in(self, normalised: str) -> int | None:
        """The label whose phrase is said, with its marks or wholly without; None of several."""
        if normalised in self._labels:
            return self._labels[normalised]
        if len(normalised.split()) < LEAST_UNMARKED or fold(normalised) != normalised:
            return None
        phrases = self._phrases
        holders = [phrases.folded.documents(term) for term in terms(normalised, toned=False)]
        fewest = min(holders, key=len).tolist()
        owners = {int(phrases.owners[at]) for at in fewest if fold(phrases.texts[at]) == normalised}
        return owners.pop() if len(owners) == 1 else None

    def taught(self, normalised: str) -> int | None:
        """The label of the office's own phrases that are about the same."""
        return self._taught.get(matter(normalised)) if self._taught else None


def _labels(views: Views, only: Collection[str] | None = None) -> dict[str, int | None]:
    """The label of each known phrase, or of ``only`` these; None where several have it."""
    owners: dict[str, int | None] = {}
    for text, owner in zip(views.phrases.texts, views.phrases.owners.tolist(), strict=True):
        if only is None or text in only:
            owners[text] = owner if owners.get(text, owner) == owner else None
    return owners


def _taught(views: Views, phrases: Sequence[Phrase]) -> dict[str, int]:
    owners: dict[str, set[int]] = {}
    for phrase in phrases:
        if phrase.label in views.index:
            owners.setdefault(matter(phrase.text), set()).add(views.index[phrase.label])
    return {
        about: labels.pop()
        for about, labels in owners.items()
        if len(about.split()) >= LEAST_LEFT and len(labels) == 1
    }
