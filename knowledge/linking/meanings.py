"""What a question can mean at one moment: labels and phrases, normalised, kept between starts.

Normalising 23,000 phrases and parsing 3,000 records takes seconds; the result depends on
nothing but the published knowledge and the spelling tables, so it is kept beside the index.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from knowledge.linking.bank import Intent
from knowledge.linking.classes import group_of
from knowledge.linking.qualifiers import FILE as QUALIFIERS
from knowledge.linking.qualifiers import stated
from knowledge.linking.views import Label, Phrase
from knowledge.procedures import Body, Procedure
from knowledge.vietnamese import TABLES, normalise

BODY_CHARS = 1500
FILE = "meanings.json"
SENDS_AWAY = frozenset({"out_of_scope", "not_found"})
_AT_COMMUNE = {Body.COMMUNE, Body.COMMUNE_POLICE, Body.COMMUNE_MILITARY}


@dataclass(frozen=True, slots=True)
class Meanings:
    """Every record that answers as a label, and every phrase with what it was said of.

    ``versions`` are the records' versions, and ``raw`` the phrases as written, both in order: what
    did not change since is taken over when the next `Meanings` are made.
    """

    records: tuple[Label, ...]
    versions: tuple[int, ...]
    phrases: tuple[Phrase, ...]
    raw: tuple[str, ...]

    @classmethod
    def of(
        cls,
        records: Iterable[tuple[Label, int]],
        said: Iterable[tuple[str, str]],
        earlier: "Meanings | None" = None,
    ) -> "Meanings":
        """From (label, version) and (phrase, code or intent) pairs."""
        labels = tuple(records)
        pairs = tuple(said)
        known = (
            dict(zip(earlier.raw, (p.text for p in earlier.phrases), strict=True))
            if earlier
            else {}
        )
        return cls(
            tuple(label for label, _ in labels),
            tuple(version for _, version in labels),
            tuple(
                Phrase(known[text] if text in known else normalise(text), meant)
                for text, meant in pairs
            ),
            tuple(text for text, _ in pairs),
        )

    def unchanged(self, live: Mapping[str, int]) -> dict[str, Label]:
        """The labels of records that still answer in the same version."""
        return {
            label.id: label
            for label, version in zip(self.records, self.versions, strict=True)
            if live.get(label.id) == version
        }

    def labels(self, intents: Sequence[Intent]) -> list[Label]:
        """What can be meant: records that no other replaces, then the intents that hold."""
        replaced = successors(self.records)
        held = [label for label in self.records if label.id not in replaced]
        return held + [intent_label(intent) for intent in usable_intents(intents, held)]

    def meant(self, labels: Sequence[Label]) -> list[Phrase]:
        """The phrases with what they mean among ``labels``; an older code means the newer."""
        replaced = successors(self.records)
        phrases = [Phrase(p.text, replaced.get(p.label, p.label)) for p in self.phrases]
        return settled(phrases, labels)


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

    A matter a ward does not hold is an intent until a record that answers it is imported.
    """
    codes = {label.id for label in held}
    return [i for i in intents if i.outcome != "not_found" or codes.isdisjoint(i.held_as)]


def settled(phrases: Sequence[Phrase], labels: Sequence[Label]) -> list[Phrase]:
    """The phrases without those of an intent that only sends away what a held record answers.

    A line may stand under both: where the record is held it is the record's alone.
    """
    away = {label.id for label in labels if label.group in SENDS_AWAY}
    records = {label.id for label in labels if not label.is_intent}
    answered = {phrase.text for phrase in phrases if phrase.label in records}
    return [p for p in phrases if p.label not in away or p.text not in answered]


def intent_label(intent: Intent) -> Label:
    """An intent as something a question can mean."""
    group = group_of(intent.id, intent.outcome)
    return Label(intent.id, (), is_intent=True, group=group, held_as=intent.held_as)


@lru_cache(maxsize=1)
def tables_digest() -> str:
    """Changes whenever a table that normalising or labels depend on changes."""
    digest = hashlib.sha256()
    for path in [*sorted(TABLES.glob("*.yaml")), QUALIFIERS]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def kept_meanings(folder: Path | None) -> Meanings | None:
    """What was kept in ``folder``; None when nothing was."""
    kept = folder / FILE if folder else None
    if kept is None or not kept.exists():
        return None
    content = json.loads(kept.read_text("utf-8"))
    return Meanings(
        tuple(_label(row) for row in content["records"]),
        tuple(content["versions"]),
        tuple(Phrase(text, label) for text, label in content["phrases"]),
        tuple(content["raw"]),
    )


def keep_meanings(folder: Path | None, meanings: Meanings) -> None:
    """Keep for the next start; nothing happens without a folder."""
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        "records": [asdict(label) for label in meanings.records],
        "versions": meanings.versions,
        "phrases": [(phrase.text, phrase.label) for phrase in meanings.phrases],
        "raw": meanings.raw,
    }
    part = folder / f"{FILE}.{os.getpid()}.part"
    part.write_text(json.dumps(content), "utf-8")
    part.replace(folder / FILE)


def _label(row: dict[str, Any]) -> Label:
    """A label as it was kept; JSON knows lists only."""
    fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}
    return Label(**fields)
