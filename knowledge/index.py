"""Keeps the passages in Chroma in step with the store; derived, and rebuilt at any time.

The live collection is named by one setting. An update adds and removes what
changed; a rebuild fills a new collection, checks it against the catalogue and
moves the pointer, so readers never see a half-filled index.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np

from knowledge.chroma_client import Chroma, VectorsUnavailable
from knowledge.embedding import Encoder
from knowledge.mending import Mending
from knowledge.near_passages import MOST, NearPassages, keep, kept
from knowledge.passages import Passage, split
from knowledge.store import KnowledgeStore
from knowledge.turns import Turn
from knowledge.vectors import BATCH, VectorIndex, list_collections

POINTER = "index.collection"
GOLDEN = 50  # procedures asked for by their own name after a rebuild

Progress = Callable[[int, int], None]


class IndexCheckFailed(RuntimeError):
    """A rebuilt index does not find what the catalogue holds; the old one stays in use."""


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What an update or rebuild did."""

    collection: str
    procedures: int
    passages: int
    added: int
    removed: int
    seconds: float


class PassageIndex:
    """The index of one deployment; safe to call from several threads and processes."""

    def __init__(
        self,
        store: KnowledgeStore,
        chroma: Chroma,
        encoder: Encoder,
        turn: Turn = nullcontext,
        near: Path | None = None,
    ) -> None:
        """Vectors of another encoder get a collection of their own.

        ``turn`` is what the processes of a deployment take turns by to change it. With a folder
        in ``near``, questions are compared in memory while the passages are few; the folder keeps
        between starts what was read from Chroma for that.
        """
        self._turn = turn
        self._near_folder = near
        self._near: tuple[str, str, NearPassages] | None = None  # of which collection and content
        self._base = "passages-" + re.sub(r"[^a-zA-Z0-9]+", "-", encoder.name).strip("-")
        self._store = store
        self._chroma = chroma
        self._encoder = encoder
        self._mending = Mending("index", self._mend)
        chroma.on_failure(self._mending.start)

    def current(self) -> VectorIndex:
        """The collection that answers now."""
        pointers = self._store.find_setting(None, POINTER) or {}
        name = str(pointers.get(self._base, self._base))
        return VectorIndex(self._chroma, name, self._encoder, lambda: self._near_in(name))

    def _near_in(self, name: str) -> NearPassages | None:
        """What memory holds of a collection."""
        near = self._near
        return near[2] if near and near[0] == name else None

    @property
    def is_away(self) -> bool:
        """Whether Chroma does not answer now, so that questions are found by words alone."""
        return self._chroma.is_away

    def update(self, progress: Progress | None = None) -> IndexReport:
        """Bring the live collection in step with what is published; unchanged passages stay."""
        with self._turn():
            return self._update(progress)

    def _update(self, progress: Progress | None = None) -> IndexReport:
        started = perf_counter()
        index = self.current()
        wanted = self._wanted()
        present = index.ids()
        missing = [passage for id_, passage in wanted.items() if id_ not in present]
        _fill(index, missing, progress)
        stale = present - wanted.keys()
        index.delete(stale)
        index.note(_made_from(_versions(wanted), len(wanted)))
        return self._report(index, wanted, len(missing), len(stale), started)

    def keep_in_step(self) -> None:
        """Update what is not in step; of the processes of a deployment, one at a time.

        Without Chroma the desk finds by words meanwhile, and this is tried again until it works.
        """
        try:
            self._bring_in_step()
            self._hold()
        except VectorsUnavailable as problem:
            self._chroma.failed(problem)

    def _bring_in_step(self) -> None:
        if self.is_in_step():
            return
        with self._turn():
            if not self.is_in_step():
                self._update()

    def _hold(self) -> None:
        """Have in memory what the live collection holds now; what is there already is not read."""
        if self._near_folder is None:
            return
        index = self.current()
        content, earlier = index.holds, self._near
        if earlier and earlier[:2] == (index.name, content):
            return
        if index.count() > MOST:
            self._near = None
            return
        folder, name = self._near_folder, f"{index.name}-{content}"
        near = kept(folder, name)
        if near is None:
            near = _read(index, earlier[2] if earlier and earlier[0] == index.name else None)
            keep(folder, name, near)
        self._near = (index.name, content, near)

    def _mend(self) -> None:
        """Bring it in step and see that it answers a question."""
        self._bring_in_step()
        self._chroma.is_back()
        self.current().nearest(np.eye(1, self._encoder.dimensions, dtype=np.float32), 1, {})

    def rebuild(self, progress: Progress | None = None) -> IndexReport:
        """Fill a new collection, check it, then point to it; raises IndexCheckFailed."""
        with self._turn():
            return self._rebuild(progress)

    def _rebuild(self, progress: Progress | None) -> IndexReport:
        started = perf_counter()
        wanted = self._wanted()
        old = self.current()
        taken = set(list_collections(self._chroma))
        names = (f"{self._base}-v{i}" for i in range(1, len(taken) + 2))
        name = next(name for name in names if name not in taken)
        index = VectorIndex(self._chroma, name, self._encoder)
        try:
            _fill(index, list(wanted.values()), progress)
            self._check(index, wanted)
        except Exception:
            index.drop()
            raise
        index.note(_made_from(_versions(wanted), len(wanted)))
        pointers = self._store.find_setting(None, POINTER) or {}
        self._store.put_setting(None, POINTER, {**pointers, self._base: name}, by="letan")
        if old.name in taken:
            old.drop()
        return self._report(index, wanted, len(wanted), 0, started)

    def is_in_step(self) -> bool:
        """Whether the live collection holds exactly the published versions.

        Says so from what the last finished update noted and from the count, in milliseconds;
        an update that broke off noted nothing.
        """
        index = self.current()
        return index.holds == _made_from(self._store.find_live_versions(), index.count())

    def _wanted(self) -> dict[str, Passage]:
        return {
            passage.id: passage
            for procedure, version in self._store.live_procedures()
            for passage in split(procedure, version)
        }

    def _check(self, index: VectorIndex, wanted: dict[str, Passage]) -> None:
        present = index.ids()
        if present != wanted.keys():
            raise IndexCheckFailed(
                f"{len(wanted.keys() - present)} passages missing, "
                f"{len(present - wanted.keys())} extra"
            )
        named = [p for p in wanted.values() if p.section == "name"]
        live = {p.code: p.version for p in named}
        for passage in named[:: max(1, len(named) // GOLDEN)]:
            vectors = self._encoder.encode([passage.text], "query")
            if all(hit.code != passage.code for hit in index.nearest(vectors, 20, live)[0]):
                raise IndexCheckFailed(f"procedure {passage.code!r} is not found by its own name")

    def _report(
        self,
        index: VectorIndex,
        wanted: dict[str, Passage],
        added: int,
        removed: int,
        started: float,
    ) -> IndexReport:
        return IndexReport(
            index.name,
            len({p.code for p in wanted.values()}),
            len(wanted),
            added,
            removed,
            perf_counter() - started,
        )


def _read(index: VectorIndex, earlier: NearPassages | None) -> NearPassages:
    """The passages of a collection; those of ``earlier`` still in it are not read again."""
    present = index.ids()
    ids, vectors = index.vectors(sorted(present - set(earlier.ids if earlier else ())))
    if earlier:
        stay = [at for at, id_ in enumerate(earlier.ids) if id_ in present]
        ids = [*(earlier.ids[at] for at in stay), *ids]
        vectors = np.concatenate([earlier.vectors[stay], vectors])
    return NearPassages(ids, vectors)


def _versions(wanted: Mapping[str, Passage]) -> dict[str, int]:
    return {passage.code: passage.version for passage in wanted.values()}


def _made_from(live: Mapping[str, int], passages: int) -> str:
    """A short text that is the same only for the same published versions and passage count."""
    content = json.dumps([sorted(live.items()), passages])
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def _fill(index: VectorIndex, passages: list[Passage], progress: Progress | None) -> None:
    for start in range(0, len(passages), BATCH):
        index.add(passages[start : start + BATCH])
        if progress:
            progress(min(start + BATCH, len(passages)), len(passages))
