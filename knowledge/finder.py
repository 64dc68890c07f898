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

from knowledge.holdings import Holdings, HoldingsReader
from knowledge.index import PassageIndex
from knowledge.linking.bank import Intent, read_intents
from knowledge.linking.classes import Classifiers
from knowledge.linking.keeping import keep_meanings, kept_meanings
from knowledge.linking.linker import Linker, Linking, Read
from knowledge.linking.meanings import Meanings, added, procedure_label, tables_digest
from knowledge.linking.ranker import Ranker
from knowledge.linking.views import Encoder, Views
from knowledge.memory import give_back
from knowledge.store import KnowledgeStore
from knowledge.vectors import VectorIndex, VectorsUnavailable

log = structlog.get_logger()

PASSAGES = 40  # enough that one long record cannot crowd the others out
KEPT = "views-"
FEW = 500  # phrases of an office's own that stand beside the others; more are indexed with them
SHAPE = 12  # raise when normalising or label texts change, so that kept views are made anew


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Understanding:
    """How a question is linked to what can be meant by whoever holds some content.

    ``read_meanings`` gives what it was made from, for the next one; as long as nothing changes,
    nobody needs that in memory. ``beside`` is what this only adds an office's phrases to.
    """

    linker: Linker
    read_meanings: Callable[[], Meanings | None]
    beside: "Understanding | None" = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What can be meant at one revision of the store."""

    revision: int
    held: Understanding

    @property
    def linker(self) -> Linker:
        return self.held.linker


class Linkers:
    """What offices of one process hold alike, read, built and kept once. Safe between threads.

    ``intents`` are those shipped with the program, ``rules`` a mark of all but the holdings that
    decides what a question means.
    """

    def __init__(self, holdings: HoldingsReader) -> None:
        self.holdings = holdings
        intents = read_intents()
        self.intents = {intent.id: intent for intent in intents}
        kinds = [(i.id, i.outcome, i.held_as, i.held_partly, i.utterances) for i in intents]
        content = json.dumps([SHAPE, tables_digest(), kinds])
        self.rules = hashlib.sha256(content.encode()).hexdigest()
        self._held: WeakValueDictionary[tuple[str, str], Understanding] = WeakValueDictionary()
        self._used: dict[str, str] = {}
        self._lock = Lock()

    def get(
        self, office_id: str, content: str, index: str, make: Callable[[], Understanding]
    ) -> Understanding:
        """What exactly this ``content``, kept on disk for an office, means over ``index``."""
        with self._lock:
            self._used[office_id] = content
        return self.find(content, index, make)

    def find(self, content: str, index: str, make: Callable[[], Understanding]) -> Understanding:
        """What exactly this ``content`` means over the vectors of ``index``."""
        with self._lock:
            held = self._held.get((content, index))
            if held is None:
                held = self._held[content, index] = make()
            return held

    def drop_others(self, cache: Path) -> None:
        """Delete what is kept in ``cache`` of contents that no office here answers from."""
        contents = set(self._used.values())
        for kept in cache.glob(f"{KEPT}*"):
            if kept.name.removeprefix(KEPT) not in contents:
                shutil.rmtree(kept, ignore_errors=True)


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
        self._linkers = linkers or Linkers(HoldingsReader(store))
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
        return self._linkers.intents

    @property
    def encoder(self) -> Encoder:
        """What turns texts into vectors here."""
        return self._encoder

    def read(self, texts: Sequence[str]) -> list[Read]:
        """Messages made ready for `link`: for several together it costs a third as much each."""
        return self._snapshot.linker.read(texts)

    def link(self, text: str, *, explain: bool = False, read: Read | None = None) -> Linking:
        """What a message most probably means, with calibrated probabilities.

        ``read`` is the message read before; should what can be meant have changed since, it is
        read again.
        """
        self._refresh()
        return self._snapshot.linker.link(text, explain=explain, read=read)

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
            give_back()
        except Exception:
            log.exception("finder_rebuild_failed")
        finally:
            self._catching_up.release()

    def _build(self, earlier: Snapshot | None) -> Snapshot:
        """The present state of knowledge; what did not change since ``earlier`` is taken over."""
        revision = self._store.revision()
        holdings = self._linkers.holdings.of(self._office_id)
        index = self._index.current()
        before = (earlier.held.beside or earlier.held) if earlier else None
        held = None
        if holdings.beside and len(holdings.own) <= FEW:
            held = self._with_own(holdings, self._whole(holdings.beside, index, before), index)
        if held is None:
            held = self._whole(holdings, index, before)
        if earlier and self._cache:
            self._linkers.drop_others(self._cache)
        return Snapshot(revision, held)

    def _whole(
        self, holdings: Holdings, index: VectorIndex, earlier: Understanding | None
    ) -> Understanding:
        """Everything an office holds, in views of its own; the same content is held once."""
        content = self._content(holdings)

        def make() -> Understanding:
            return self._understanding(content, holdings, index, earlier)

        return self._linkers.get(self._office_id, content, index.name, make)

    def _with_own(
        self, holdings: Holdings, shared: Understanding, index: VectorIndex
    ) -> Understanding | None:
        """What all hold with the office's few phrases beside it; None where they change more."""
        views = shared.linker.views
        own = added(holdings.own, views.labels, views.sent_away)
        if own is None:
            return None

        def make() -> Understanding:
            return Understanding(shared.linker.with_own(own), shared.read_meanings, shared)

        return self._linkers.find(self._content(holdings), index.name, make)

    def _content(self, holdings: Holdings) -> str:
        """A mark of all that decides what a question means to whoever holds this."""
        mark = json.dumps([self._linkers.rules, self._encoder.name, holdings.mark])
        return hashlib.sha256(mark.encode()).hexdigest()[:16]

    def _understanding(
        self,
        content: str,
        holdings: Holdings,
        index: VectorIndex,
        earlier: Understanding | None,
    ) -> Understanding:
        """Built from what is kept of this content, or made and kept."""
        folder = self._cache / f"{KEPT}{content}" if self._cache else None
        meanings = kept_meanings(folder) or self._made(folder, holdings, earlier)
        labels = meanings.labels(list(self._linkers.intents.values()))
        views = Views(
            labels,
            meanings.meant(labels),
            self._encoder,
            self._classifiers,
            folder,
            earlier.linker.views if earlier else None,
            meanings.bodies_of(labels),
        )
        own = added(holdings.own, labels, ()) or ()
        linker = Linker(views, self._ranker, _PassageSearch(index, holdings.live), own)
        if folder:
            return Understanding(linker, lambda: kept_meanings(folder))
        return Understanding(linker, lambda: meanings)

    def _made(
        self, folder: Path | None, holdings: Holdings, earlier: Understanding | None
    ) -> Meanings:
        """Made, and kept; then read again, because the records come without their texts so."""
        intents = self._linkers.intents.values()
        said = [*holdings.said, *((t, i.id) for i in intents for t in i.utterances)]
        before = earlier.read_meanings() if earlier else None
        made = self._meanings(holdings.live, said, before)
        keep_meanings(folder, made)
        return kept_meanings(folder) or made

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


class _PassageSearch:
    """The best cosine by procedure for each vector; words alone when Chroma does not answer."""

    def __init__(self, index: VectorIndex, live: Mapping[str, int]) -> None:
        self._index = index
        self._live = live

    def __call__(self, vectors: NDArray[np.float32]) -> list[dict[str, float]]:
        best: list[dict[str, float]] = [{} for _ in vectors]
        try:
            found = self._index.nearest(vectors, PASSAGES, self._live)
        except VectorsUnavailable:  # whoever mends it has said so, once
            return best
        for of_one, hits in zip(best, found, strict=True):
            for hit in hits:  # the best of a record comes first
                of_one.setdefault(hit.code, hit.similarity)
        return best
