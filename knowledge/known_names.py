"""Finds a procedure of the catalogue that is not held, by the name somebody gives it.

Derived from the catalogue at each change and kept in memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from knowledge.catalogue import CodeStatus, KnownCode
from knowledge.holdings import HoldingsReader
from knowledge.linking.matter import core
from knowledge.store import KnowledgeStore
from knowledge.vietnamese import normalise

# Of the words of a question, and of those of the name, how many both must share: residents say
# less than an official name does, and hardly anything it does not say.
OF_QUESTION, OF_NAME, LEAST_WORDS = 0.8, 0.6, 2


@dataclass(frozen=True, slots=True)
class _Name:
    known: KnownCode
    words: frozenset[str]


class CatalogueNames:
    """The catalogue's names in words, kept once for all offices. Safe between threads."""

    def __init__(self, store: KnowledgeStore) -> None:
        self._store = store
        self._lock = Lock()
        self._held: tuple[int, Sequence[_Name]] | None = None

    def read(self) -> Sequence[_Name]:
        """The names of procedures in force, held or not."""
        revision = self._store.revision()
        with self._lock:
            if self._held is None or self._held[0] != revision:
                names = [
                    _Name(known, frozenset(core(normalise(known.name)).split()))
                    for known in self._store.known_codes()
                    if known.status is not CodeStatus.ABOLISHED
                ]
                self._held = (revision, [name for name in names if name.words])
            return self._held[1]


class KnownNames:
    """The names of procedures in force that one office does not hold. Safe between threads."""

    def __init__(self, names: CatalogueNames, holdings: HoldingsReader, office_id: str) -> None:
        self._names = names
        self._holdings = holdings
        self._office_id = office_id

    def find(self, question: str) -> KnownCode | None:
        """The one entry that a question names; None where none or several fit as well."""
        asked = frozenset(core(normalise(question)).split())
        if len(asked) < LEAST_WORDS:
            return None
        fitting = []
        for name in self._names.read():
            shared = len(asked & name.words)
            if shared >= OF_QUESTION * len(asked) and shared >= OF_NAME * len(name.words):
                fitting.append((shared / len(asked | name.words), name.known))
        live = self._holdings.of(self._office_id).live if fitting else {}
        fitting = [found for found in fitting if found[1].code not in live]
        fitting.sort(key=lambda found: (-found[0], found[1].code))
        if not fitting or (len(fitting) > 1 and fitting[0][0] == fitting[1][0]):
            return None
        return fitting[0][1]
