"""What a question can mean at one moment: labels and phrases, normalised, kept between starts.

Normalising 23,000 phrases and parsing 3,000 records takes seconds; the result depends on
nothing but the published knowledge and the spelling tables, so it is kept beside the index.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
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
_AT_COMMUNE = {Body.COMMUNE, Body.COMMUNE_POLICE, Body.COMMUNE_MILITARY}


@dataclass(frozen=True, slots=True)
class Meanings:
    """Labels in order, and phrases that name one of them (or an intent that is not usable)."""

    labels: tuple[Label, ...]
    phrases: tuple[Phrase, ...]

    @classmethod
    def of(
        cls,
        procedures: Iterable[Procedure],
        said: Iterable[tuple[str, str]],
        intents: Sequence[Intent],
    ) -> "Meanings":
        """From live procedures, (utterance, code) pairs and intents."""
        records = [procedure_label(procedure) for procedure in procedures]
        replaced = successors(records)
        held = [label for label in records if label.id not in replaced]
        phrases = [Phrase(normalise(text), replaced.get(code, code)) for text, code in said]
        phrases += [Phrase(normalise(text), i.id) for i in intents for text in i.utterances]
        labels = held + [intent_label(intent) for intent in usable_intents(intents, held)]
        return cls(tuple(labels), tuple(phrases))


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
        tuple(_label(row) for row in content["labels"]),
        tuple(Phrase(text, label) for text, label in content["phrases"]),
    )


def keep_meanings(folder: Path | None, meanings: Meanings) -> None:
    """Keep for the next start; nothing happens without a folder."""
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        "labels": [asdict(label) for label in meanings.labels],
        "phrases": [(phrase.text, phrase.label) for phrase in meanings.phrases],
    }
    part = folder / f"{FILE}.{os.getpid()}.part"
    part.write_text(json.dumps(content), "utf-8")
    part.replace(folder / FILE)


def _label(row: dict[str, Any]) -> Label:
    """A label as it was kept; JSON knows lists only."""
    fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}
    return Label(**fields)
