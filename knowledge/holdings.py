"""What each office answers from: the national records, and what it has of its own.

A province's offices hold nearly everything alike. What they share is read once for each state of
the store; an office costs three short questions more, and none of the memory where it has
nothing of its own.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

from knowledge.store import KnowledgeStore


@dataclass(frozen=True, slots=True)
class Holdings:
    """What one office answers from: versions by code, and phrases with the code they mean.

    ``mark`` is the same only for the same content. ``has_own`` tells whether any of it is the
    office's alone, ``own`` are its phrases, and ``beside`` is what every office holds, where it
    has nothing else.
    """

    live: Mapping[str, int]
    said: Sequence[tuple[str, str]]
    mark: str
    has_own: bool = False
    own: Sequence[tuple[str, str]] = ()
    beside: "Holdings | None" = None


class HoldingsReader:
    """Reads what offices hold; keeps what all of them share. Safe between threads."""

    def __init__(self, store: KnowledgeStore) -> None:
        self._store = store
        self._lock = Lock()
        self._kept: tuple[int, Holdings] | None = None

    def national(self) -> Holdings:
        """What every office holds."""
        revision = self._store.revision()
        with self._lock:
            if self._kept is None or self._kept[0] != revision:
                live, said = self._store.find_live_versions(), self._store.said(None)
                self._kept = revision, Holdings(live, said, _mark("", live, said))
            return self._kept[1]

    def of(self, office_id: str) -> Holdings:
        """What one office holds; the very object of `national` where it has nothing of its own."""
        shared = self.national()
        live = self._store.find_own_versions(office_id)
        said = self._store.said_in(office_id)
        said += [
            (text, entry.code)
            for entry in self._store.published_faq(office_id)
            if entry.code
            for text in entry.asked
        ]
        if not (live or said):
            return shared
        mark = _mark(shared.mark, live, said)
        both = [*shared.said, *said]
        if live:
            return Holdings({**shared.live, **live}, both, mark, has_own=True, own=said)
        return Holdings(shared.live, both, mark, has_own=True, own=said, beside=shared)


def _mark(before: str, live: Mapping[str, int], said: Sequence[tuple[str, str]]) -> str:
    content = json.dumps([before, sorted(live.items()), said])
    return hashlib.sha256(content.encode()).hexdigest()
