"""Records of one matter whose names differ by who does it or by what is done with the paper.

"Cấp lại giấy phép … (cấp Bộ)" stands beside "… (cấp Tỉnh)" and "Gia hạn giấy phép …". Views of
whole texts hardly tell such names apart, so among the candidates that are twins of the first the
share moves to the one that fits what was said: what the question says is to be done, or, when it
says nothing of the kind, the plain matter; and of equals the one nearest to the resident. The
words are data, `knowledge/data/twins.yaml`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from knowledge.linking.labels import Label
from knowledge.procedures import Text, Value
from knowledge.sample import read_yaml
from knowledge.vietnamese import fold, has_tones, normalise

FILE = Path(__file__).parent.parent / "data" / "twins.yaml"
ALIKE = 0.75  # of the words of two names, without what is done and by whom
BY_NAME = 0.5  # of what a question is about that the name says
CONSIDERED = 0.005  # of the first's share; with less it is not what the views confuse
# What moves of the others' share: another thing is to be done than was said; or nobody said where,
# and then both are offered, the nearer first.
OTHER_ACTION, OTHER_PLACE = 0.8, 0.6
NAMES_KEPT = 4096  # some 2 kB each
HINT, NEITHER, FILLER, PLACE = "hint", "neither", "filler", "place"


class Level(Value):
    """``named``: how names state who does it; ``said``: what else in a question tells where."""

    named: tuple[Text, ...] = Field(min_length=1)
    said: tuple[Text, ...] = ()


class Table(Value):
    """The words names and questions are taken apart by; ``levels`` are nearest first."""

    levels: tuple[Level, ...]
    actions: Mapping[str, tuple[Text, ...]]
    hints: tuple[Text, ...]
    neither: tuple[Text, ...]
    fillers: tuple[Text, ...]
    marked: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """A text taken apart: what is done, how far away (0 is nearest), the words of the matter.

    These are without marks. ``is_hinted``: something is to be done, but it is not clear what.
    """

    actions: frozenset[str]
    level: int | None
    matter: frozenset[str]
    is_hinted: bool = False


class Twins:
    """Tells twins among candidates; safe between threads.

    Keeps official names as they were taken apart: the same few come up again and again.
    """

    def __init__(self, table: Table) -> None:
        self._levels = len(table.levels)
        self._names = _Scanner(_entries(table, said=False))
        self._asked = _Scanner(_entries(table, said=True))
        unmarked = {way: kind for way, kind in _entries(table, said=True).items()
                    if way not in table.marked}  # fmt: skip
        self._asked_unmarked = _Scanner({fold(way): kind for way, kind in unmarked.items()})
        self._parts = lru_cache(maxsize=NAMES_KEPT)(self._names.parts)

    def name(self, normalised: str) -> Parts:
        """An official name taken apart."""
        return self._parts(normalised)

    def question(self, normalised: str) -> Parts:
        """A question taken apart by what residents say; the words of the matter are of no use."""
        scanner = self._asked if has_tones(normalised) else self._asked_unmarked
        return scanner.parts(normalised)

    def settled(
        self,
        normalised: str,
        about: str,
        labels: Sequence[Label],
        shares: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """The shares of ``labels``, with those of twins moved to the one that fits best.

        ``about`` is the question without marks and without the words of asking.
        """
        order = [i for i in np.argsort(-shares, kind="stable") if not labels[i].is_intent]
        likely = [i for i in order if shares[i] >= CONSIDERED * shares[order[0]]]
        if len(likely) < 2:
            return shares
        names = {i: self.name(labels[i].names[0]) for i in likely}
        said = frozenset(fold(normalised).split())
        first = names[likely[0]]
        # What only the first has and was said ("ly hôn" beside "kết hôn") settles it for the first.
        twins = [
            i
            for i in likely
            if _are_alike(names[i], first) and not (first.matter - names[i].matter) & said
        ]
        if len(twins) < 2:
            return shares
        asked = self.question(normalised)
        # A tale may tell what is to be done in other words; a question by name would name it.
        matter = self._asked_unmarked.parts(about).matter
        is_clear = bool(asked.actions) or (
            not asked.is_hinted and len(first.matter & matter) >= BY_NAME * len(matter)
        )
        if not is_clear:
            twins = [i for i in twins if names[i].actions == first.actions]

        def fit(i: int) -> tuple[float, float]:
            action = _other_actions(asked, names[i]) if is_clear else 0.0
            return action, self._distance(asked, names[i], labels[i])

        best = min(twins, key=lambda i: (*fit(i), -shares[i]))
        out = shares.copy()
        for i in twins:
            (action, place), (least_action, least_place) = fit(i), fit(best)
            farther = place > least_place and names[i].actions == names[best].actions
            moved = OTHER_ACTION if action > least_action else OTHER_PLACE if farther else 0.0
            out[i] -= moved * shares[i]
            out[best] += moved * shares[i]
        return out

    def _distance(self, asked: Parts, named: Parts, label: Label) -> float:
        """0 where it is the place that was said; the office's own record is nearest of all."""
        if asked.level is not None:
            return float(named.level is not None and named.level != asked.level)
        if label.is_office:
            return -1.0
        if named.level is not None:
            return float(named.level)
        return float(label.level)


class _Scanner:
    """Reads a text by the longest known phrases."""

    def __init__(self, entries: Mapping[str, str]) -> None:
        self._kinds = {tuple(way.split()): kind for way, kind in entries.items()}
        self._longest = max(map(len, self._kinds), default=0)

    def parts(self, text: str) -> Parts:
        words = text.split()
        actions, matter, level, hinted, at = set(), set(), None, False, 0
        while at < len(words):
            for length in range(min(self._longest, len(words) - at), 0, -1):
                kind = self._kinds.get(tuple(words[at : at + length]))
                if kind is not None:
                    break
            else:
                kind, length = "", 1
            if kind.startswith(PLACE):
                level = int(kind.removeprefix(PLACE))
            elif kind == HINT:
                hinted = True
                matter.update(words[at : at + length])
            elif kind in ("", NEITHER):
                matter.update(words[at : at + length])
            elif kind != FILLER:
                actions.add(kind)
            at += length
        return Parts(frozenset(actions), level, frozenset(map(fold, matter)), hinted)


def _entries(table: Table, *, said: bool) -> dict[str, str]:
    """Every phrase of the table and what it is; ``said`` is for questions, else for names."""
    out: dict[str, str] = {}

    def add(phrases: Iterable[str], kind: str) -> None:
        out.update((normalise(phrase), kind) for phrase in phrases)

    add(table.fillers, FILLER)
    if said:
        add(table.hints, HINT)
    for action, phrases in table.actions.items():
        add(phrases, action)
    for place, level in enumerate(table.levels):
        add((*level.named, *level.said) if said else level.named, f"{PLACE}{place}")
    add(table.neither, NEITHER)
    return out


def _are_alike(one: Parts, other: Parts) -> bool:
    both = one.matter | other.matter
    return len(one.matter & other.matter) >= ALIKE * len(both) if both else False


def _other_actions(asked: Parts, named: Parts) -> float:
    """How far a name is from what is to be done; worse to lack what was said than to say more."""
    return len(asked.actions - named.actions) * 2 + len(named.actions - asked.actions)


@lru_cache(maxsize=1)
def shipped_twins() -> Twins:
    """The table that comes with the package, read once."""
    return Twins(Table.model_validate(read_yaml(FILE)))
