"""Finds a procedure of the catalogue that is not held, by the name somebody gives it.

Derived from the catalogue at each change and kept in memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from knowledge.catalogue import CodeStatus, KnownCode
from knowledge.linking.linker import core
from knowledge.store import KnowledgeStore
from knowledge.vietnamese import normalise

# Of the words of a question, and of those of the name, how many both must share: residents say
# less than an official name does, and hardly anything it does not say.
OF_QUESTION, OF_NAME, LEAST_WORDS = 0.8, 0.6, 2


@dataclass(frozen=True, slots=True)
class _Name:
    known: KnownCode
    words: frozenset[str]


class KnownNames:
    """The names of procedures in force that the office does not hold. Safe between threads."""

    def __init__(self, store: KnowledgeStore, office_id: str) -> None:
        self._store = store
        self._office_id = office_id
        self._lock = Lock()
        self._held: tuple[int, Sequence[_Name]] | None = None

    def find(self, question: str) -> KnownCode | None:
        """The one entry that a question names; None where none or several fit as well."""
        asked = frozenset(core(normalise(question)).split())
        if len(asked) < LEAST_WORDS:
            return None
        fitting = []
        for name in self._names():
            shared = len(asked & name.words)
            if shared >= OF_QUESTION * len(asked) and shared >= OF_NAME * len(name.words):
                fitting.append((shared / len(asked | name.words), name.known))
        fitting.sort(key=lambda found: (-found[0], found[1].code))
        if not fitting or (len(fitting) > 1 and fitting[0][0] == fitting[1][0]):
            return None
        return fitting[0][1]

    def _names(self) -> Sequence[_Name]:
        revision = self._store.revision()
        with self._lock:
            if self._held is None or self._held[0] != revision:
                live = self._store.find_live_versions(self._office_id)
                names = [
                    _Name(known, frozenset(core(normalise(known.name)).split()))
                    for known in self._store.known_codes()
                    if known.code not in live and known.status is not CodeStatus.ABOLISHED
                ]
                self._held = (revision, [name for name in names if name.words])
            return self._held[1]
