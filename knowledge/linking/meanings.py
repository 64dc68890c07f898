"""What a question can mean at one moment: labels and phrases, normalised."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from knowledge.linking.bank import Intent
from knowledge.linking.classes import group_of
from knowledge.linking.labels import SENDS_AWAY, Bodies, Label, Phrase
from knowledge.linking.qualifiers import FILE as QUALIFIERS
from knowledge.linking.qualifiers import stated
from knowledge.procedures import Body, Procedure
from knowledge.vietnamese import FOREIGNERS, TABLES, normalise

BODY_CHARS = 1500
_AT_COMMUNE = {Body.COMMUNE, Body.COMMUNE_POLICE, Body.COMMUNE_MILITARY}
_FARTHER = 2  # than the province
RARE = 1  # popularity of what people seldom ask a ward for


@dataclass(frozen=True, slots=True)
class Meanings:
    """Every record that answers as a label, and every phrase with what it was said of.

    ``versions`` are the records' versions, and ``raw`` the phrases as written, both in order: what
    did not change since is taken over when the next `Meanings` are made. Records that were kept
    (`kept_meanings`) come without their texts; ``kept_bodies`` reads those.
    """

    records: tuple[Label, ...]
    versions: tuple[int, ...]
    phrases: tuple[Phrase, ...]
    raw: tuple[str, ...]
    kept_bodies: Callable[[], Mapping[str, str]] | None = None

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
        """The labels of records that still answer in the same version, with their texts."""
        body = self.bodies()
        return {
            label.id: replace(label, body=body[label.id])
            for label, version in zip(self.records, self.versions, strict=True)
            if live.get(label.id) == version
        }

    def bodies(self) -> Mapping[str, str]:
        """The text of each record."""
        if self.kept_bodies:
            return self.kept_bodies()
        return {label.id: label.body for label in self.records}

    def bodies_of(self, labels: Sequence[Label]) -> Bodies:
        """The texts of ``labels``, which were made from these records; intents have none."""
        versions = dict(zip((r.id for r in self.records), self.versions, strict=True))
        content = json.dumps([(label.id, versions.get(label.id)) for label in labels])

        def texts() -> list[str]:
            body = self.bodies()
            return [body.get(label.id, "") for label in labels]

        return Bodies(hashlib.sha256(content.encode()).hexdigest(), texts)

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
        qualifiers=tuple(sorted(stated(normalise(procedure.name), normalise(procedure.sector)))),
        replaces=tuple(old.code for old in procedure.replaces),
        level=_level(procedure),
    )


def _level(procedure: Procedure) -> int:
    """Where it is handed in; national records of the commune's level are told by their prior."""
    if procedure.receiving_body in _AT_COMMUNE or procedure.popularity > RARE:
        return 0
    return _FARTHER if procedure.receiving_body is Body.OTHER else 1


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


def added(
    said: Sequence[tuple[str, str]], labels: Sequence[Label], sent_away: Collection[str]
) -> list[Phrase] | None:
    """Phrases that can stand beside those known of ``labels``; None where one changes these.

    It does where an intent that only sends away has the same line, among ``sent_away`` (`settled`).
    """
    replaced = successors(labels)
    codes = {label.id for label in labels}
    meant = ((text, replaced.get(code, code)) for text, code in said)
    phrases = [Phrase(normalise(text), code) for text, code in meant if code in codes]
    return None if any(phrase.text in sent_away for phrase in phrases) else phrases


def intent_label(intent: Intent) -> Label:
    """An intent as something a question can mean."""
    group = group_of(intent.id, intent.outcome)
    return Label(
        intent.id,
        (),
        is_intent=True,
        group=group,
        held_as=intent.held_as,
        held_partly=intent.held_partly,
    )


@lru_cache(maxsize=1)
def tables_digest() -> str:
    """Changes whenever a table that normalising or labels depend on changes."""
    digest = hashlib.sha256()
    for path in [*sorted(TABLES.glob("*.yaml")), FOREIGNERS, QUALIFIERS]:
        digest.update(path.read_bytes())
    return digest.hexdigest()
