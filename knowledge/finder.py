"""Finds what a question means among everything that answers today, and keeps itself current.

A `Snapshot` is immutable: labels, phrases and their views at one revision of
the store. When the revision moves, a new one is built beside the old and then
swapped in; facts are always read from the store, so a snapshot that is seconds
old can only rank, never answer from an old version.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray

from knowledge.index import PassageIndex
from knowledge.linking.bank import Intent, read_intents
from knowledge.linking.classes import Classifiers, group_of
from knowledge.linking.linker import Linker, Linking
from knowledge.linking.qualifiers import stated
from knowledge.linking.ranker import Ranker
from knowledge.linking.views import Encoder, Label, Phrase, Views
from knowledge.procedures import Body, Procedure
from knowledge.store import KnowledgeStore
from knowledge.vectors import VectorIndex, VectorsUnavailable
from knowledge.vietnamese import normalise

log = structlog.get_logger()

PASSAGES = 40  # enough that one long record cannot crowd the others out
BODY_CHARS = 1500
SHAPE = 2  # raise when normalising or label texts change, so that kept views are made anew
_AT_COMMUNE = {Body.COMMUNE, Body.COMMUNE_POLICE, Body.COMMUNE_MILITARY}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What can be meant at one revision of the store."""

    revision: int
    linker: Linker
    intents: Mapping[str, Intent]


def procedure_label(procedure: Procedure) -> Label:
    """A procedure as something a question can mean."""
    names = [procedure.name, procedure.title, *procedure.aliases]
    body = " ".join(
        [
            procedure.summary or "",
            " ".join(case.label for case in procedure.cases),
            " ".join(paper.name for paper in procedure.documents),
            procedure.result or "",
            " ".join(procedure.conditions),
        ]
    )
    return Label(
        procedure.code,
        tuple(dict.fromkeys(n for n in map(normalise, names) if n)),
        normalise(body[:BODY_CHARS]),
        popularity=procedure.popularity / 5,
        is_office=procedure.origin == "office",
        is_commune=procedure.receiving_body in _AT_COMMUNE,
        qualifiers=tuple(sorted(stated(normalise(procedure.name)))),
        replaces=tuple(old.code for old in procedure.replaces),
    )


def successors(labels: Sequence[Label]) -> dict[str, str]:
    """For each code that a held record replaces, the code to mean instead."""
    return {old: label.id for label in labels for old in label.replaces}


def usable_intents(intents: Sequence[Intent], held: Sequence[Label]) -> list[Intent]:
    """The intents that hold for a catalogue.

    What a ward does not hold is an intent only while it holds nothing but its own
    records; with the national records imported, those questions have an answer.
    """
    own_only = all(label.is_office for label in held)
    return [intent for intent in intents if own_only or intent.outcome != "not_found"]


def intent_label(intent: Intent) -> Label:
    """An intent as something a question can mean."""
    group = group_of(intent.id, intent.outcome)
    return Label(intent.id, (), is_intent=True, group=group, held_as=intent.held_as)


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
    ) -> None:
        self._cache = cache
        self._store = store
        self._office_id = office_id
        self._encoder = encoder
        self._index = index
        self._ranker = ranker
        self._classifiers = classifiers
        self._swap = Lock()
        self._building = False
        self._snapshot = self._build()

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
        if self._snapshot.revision != self._store.revision():
            self._snapshot = self._build()

    def _refresh(self) -> None:
        if self._building or self._snapshot.revision == self._store.revision():
            return
        with self._swap:
            if self._building:
                return
            self._building = True
        Thread(target=self._rebuild, name="finder", daemon=True).start()

    def _rebuild(self) -> None:
        try:
            self._index.update()
            self._snapshot = self._build()
        except Exception:
            log.exception("finder_rebuild_failed")
        finally:
            self._building = False

    def _build(self) -> Snapshot:
        revision = self._store.revision()
        live = self._store.find_live_versions(self._office_id)
        intents = read_intents()
        phrases = [
            Phrase(normalise(said.text), said.code)
            for said in self._store.utterances(self._office_id)
            if said.code
        ]
        phrases += [
            Phrase(normalise(text), entry.code)
            for entry in self._store.published_faq(self._office_id)
            if entry.code
            for text in entry.asked
        ]
        phrases += [Phrase(normalise(text), i.id) for i in intents for text in i.utterances]
        folder = self._folder(live, phrases)
        records = self._labels(folder)
        replaced = successors(records)
        held = [label for label in records if label.id not in replaced]
        phrases = [Phrase(p.text, replaced.get(p.label, p.label)) for p in phrases]
        labels = held + [intent_label(intent) for intent in usable_intents(intents, held)]
        views = Views(labels, phrases, self._encoder, self._classifiers, folder)
        if folder:
            _drop_others(folder)
        linker = Linker(views, self._ranker, _PassageSearch(self._index.current(), live))
        return Snapshot(revision, linker, {intent.id: intent for intent in intents})

    def _folder(self, live: Mapping[str, int], phrases: Sequence[Phrase]) -> Path | None:
        """Where what is derived from exactly this knowledge is kept between starts."""
        if self._cache is None:
            return None
        content = json.dumps([SHAPE, sorted(live.items()), [(p.text, p.label) for p in phrases]])
        return self._cache / f"views-{hashlib.sha256(content.encode()).hexdigest()[:16]}"

    def _labels(self, folder: Path | None) -> list[Label]:
        """Every procedure as a label; kept, because parsing 3,000 records takes seconds."""
        kept = folder / "labels.json" if folder else None
        if kept and kept.exists():
            rows = json.loads(kept.read_text("utf-8"))
            return [_label(row) for row in rows]
        labels = [procedure_label(p) for p, _ in self._store.live_procedures(self._office_id)]
        if kept:
            kept.parent.mkdir(parents=True, exist_ok=True)
            part = kept.with_suffix(".part")
            part.write_text(json.dumps([asdict(label) for label in labels]), "utf-8")
            part.replace(kept)
        return labels


def _label(row: dict[str, Any]) -> Label:
    """A label as it was kept; JSON knows lists only."""
    fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}
    return Label(**fields)


def _drop_others(folder: Path) -> None:
    for other in folder.parent.glob("views-*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)


class _PassageSearch:
    """Nearest live passages by procedure; words alone when Chroma does not answer."""

    def __init__(self, index: VectorIndex, live: Mapping[str, int]) -> None:
        self._index = index
        self._live = live

    def __call__(self, vector: NDArray[np.float32]) -> Mapping[str, float]:
        try:
            hits = self._index.nearest(vector.tolist(), PASSAGES, self._live)
        except VectorsUnavailable:
            log.warning("vectors_unavailable")
            return {}
        best: dict[str, float] = {}
        for hit in hits:
            best[hit.code] = max(best.get(hit.code, 0.0), hit.similarity)
        return best
