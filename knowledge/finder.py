"""Finds what a question means among everything that answers today, and keeps itself current.

A `Snapshot` is immutable: labels, phrases and their views at one revision of
the store. When the revision moves, a new one is built beside the old and then
swapped in; facts are always read from the store, so a snapshot that is seconds
old can only rank, never answer from an old version.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread
from weakref import WeakValueDictionary

import numpy as np
import structlog
from numpy.typing import NDArray

from knowledge.index import PassageIndex
from knowledge.linking.bank import Intent, read_intents
from knowledge.linking.classes import Classifiers
from knowledge.linking.linker import Linker, Linking
from knowledge.linking.meanings import (
    Meanings,
    keep_meanings,
    kept_meanings,
    procedure_label,
    tables_digest,
)
from knowledge.linking.ranker import Ranker
from knowledge.linking.views import Encoder, Views
from knowledge.store import KnowledgeStore
from knowledge.vectors import VectorIndex, VectorsUnavailable

log = structlog.get_logger()

PASSAGES = 40  # enough that one long record cannot crowd the others out
KEPT = "views-"
SHAPE = 6  # raise when normalising or label texts change, so that kept views are made anew


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What can be meant at one revision of the store."""

    revision: int
    linker: Linker
    intents: Mapping[str, Intent]
    meanings: Meanings


class Linkers:
    """The linkers of one process: what several offices hold alike is built and kept once."""

    def __init__(self) -> None:
        self._held: WeakValueDictionary[tuple[str, str], Linker] = WeakValueDictionary()
        self._used: dict[str, str] = {}
        self._lock = Lock()

    def get(self, office_id: str, content: str, index: str, make: Callable[[], Linker]) -> Linker:
        """The linker of exactly this ``content`` over the vectors of ``index``."""
        with self._lock:
            self._used[office_id] = content
            linker = self._held.get((content, index))
            if linker is None:
                linker = self._held[content, index] = make()
            return linker

    @property
    def contents(self) -> frozenset[str]:
        """What the offices answer from now."""
        return frozenset(self._used.values())


class Finder:
    """Links questions to procedures and intents for one office; safe between threads."""

    def __init__(
        self,
        store: KnowledgeStore,
        office_id: str,
        encoder: Encoder,
        index: PassageIndex,
        ranker: Ranker,
        classifiers: Classifiers,
        cache: Path | None = None,
        linkers: Linkers | None = None,
    ) -> None:
        self._cache = cache
        self._linkers = linkers or Linkers()
        self._store = store
        self._office_id = office_id
        self._encoder = encoder
        self._index = index
        self._ranker = ranker
        self._classifiers = classifiers
        self._build_turn = Lock()  # whoever builds; the next one finds it done
        self._catching_up = Lock()  # held by the one thread that a question may start
        self._snapshot = self._build(None)

    @property
    def intents(self) -> Mapping[str, Intent]:
        return self._snapshot.intents

    @property
    def encoder(self) -> Encoder:
        """What turns texts into vectors here."""
        return self._encoder

    def link(self, text: str, *, explain: bool = False) -> Linking:
        """What a message most probably means, with calibrated probabilities."""
        self._refresh()
        return self._snapshot.linker.link(text, explain=explain)

    def refresh_now(self) -> None:
        """Take over what is published now, before the next question."""
        with self._build_turn:
            if self._snapshot.revision != self._store.revision():
                self._snapshot = self._build(self._snapshot)

    def _refresh(self) -> None:
        """See to it that what is published is taken over; the question at hand does not wait."""
        if self._build_turn.locked() or self._snapshot.revision == self._store.revision():
            return
        if self._catching_up.acquire(blocking=False):
            Thread(target=self._catch_up, name="finder", daemon=True).start()

    def _catch_up(self) -> None:
        try:
            # What is meant first: passages of an older version are only passed over meanwhile.
            self.refresh_now()
            self._index.keep_in_step()
        except Exception:
            log.exception("finder_rebuild_failed")
        finally:
            self._catching_up.release()

    def _build(self, earlier: Snapshot | None) -> Snapshot:
        """The present state of knowledge; what did not change since ``earlier`` is taken over."""
        revision = self._store.revision()
        live = self._store.find_live_versions(self._office_id)
        intents = read_intents()
        said = self._store.said(self._office_id)
        said += [
            (text, entry.code)
            for entry in self._store.published_faq(self._office_id)
            if entry.code
            for text in entry.asked
        ]
        said += [(text, intent.id) for intent in intents for text in intent.utterances]
        content = self._content(live, said, intents)
        folder = self._cache / f"{KEPT}{content}" if self._cache else None
        index = self._index.current()
        meanings = kept_meanings(folder)
        if meanings is None:
            meanings = self._meanings(live, said, earlier.meanings if earlier else None)
            keep_meanings(folder, meanings)

        def make() -> Linker:
            labels = meanings.labels(intents)
            views = Views(
                labels,
                meanings.meant(labels),
                self._encoder,
                self._classifiers,
                folder,
                earlier.linker.views if earlier else None,
            )
            return Linker(views, self._ranker, _PassageSearch(index, live))

        linker = self._linkers.get(self._office_id, content, index.name, make)
        if self._cache:
            _drop_others(self._cache, self._linkers.contents)
        return Snapshot(revision, linker, {intent.id: intent for intent in intents}, meanings)

    def _meanings(
        self, live: Mapping[str, int], said: Sequence[tuple[str, str]], earlier: Meanings | None
    ) -> Meanings:
        known = earlier.unchanged(live) if earlier else {}
        changed = live.keys() - known.keys()
        fresh = {
            procedure.code: procedure_label(procedure)
            for procedure, _ in self._store.live_procedures(self._office_id, changed)
        }
        labels = known | fresh
        return Meanings.of(((labels[code], live[code]) for code in sorted(labels)), said, earlier)

    def _content(
        self, live: Mapping[str, int], said: Sequence[tuple[str, str]], intents: Sequence[Intent]
    ) -> str:
        """The mark of this knowledge, under which what is derived from it is kept."""
        kinds = [(i.id, i.outcome, i.held_as) for i in intents]
        content = json.dumps(
            [SHAPE, self._encoder.name, tables_digest(), sorted(live.items()), said, kinds]
        )
        return hashlib.sha256(content.encode()).hexdigest()[:16]


def _drop_others(cache: Path, contents: frozenset[str]) -> None:
    for kept in cache.glob(f"{KEPT}*"):
        if kept.name.removeprefix(KEPT) not in contents:
            shutil.rmtree(kept, ignore_errors=True)


class _PassageSearch:
    """Nearest live passages by procedure; words alone when Chroma does not answer."""

    def __init__(self, index: VectorIndex, live: Mapping[str, int]) -> None:
        self._index = index
        self._live = live

    def __call__(self, vector: NDArray[np.float32]) -> Mapping[str, float]:
        try:
            hits = self._index.nearest(vector.tolist(), PASSAGES, self._live)
        except VectorsUnavailable:  # whoever mends it has said so, once
            return {}
        best: dict[str, float] = {}
        for hit in hits:
            best[hit.code] = max(best.get(hit.code, 0.0), hit.similarity)
        return best
