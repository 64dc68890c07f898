"""What the encoder learns from: procedures with their texts, and residents' phrasings.

Everything is read, nothing is written: office records and utterances from
``knowledge/data``, portal records from a file given by path, which is never
part of the project.
"""

import gzip
import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from knowledge.linking.bank import (
    Utterance,
    is_fit_part,
    read_intents,
    read_portal_utterances,
    read_utterances,
)
from knowledge.passages import split
from knowledge.procedures import Procedure
from knowledge.sample import DATA, read_procedures

SECTION_CHARS = 900  # as in knowledge.passages: what a passage holds at most


@dataclass(slots=True)
class Subject:
    """One procedure or intent: its names, what is written about it, how residents ask for it."""

    label: str
    names: list[str] = field(default_factory=list)
    sections: dict[str, str] = field(default_factory=dict)
    asks: list[str] = field(default_factory=list)
    related: tuple[str, ...] = ()
    is_office: bool = False

    def texts(self) -> list[str]:
        """The passages a search for this subject may hit, the names first."""
        return [*self.sections.values()]


def _flat(value: Any, limit: int = SECTION_CHARS) -> str:
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value or "")
    return " ".join(text.split())[:limit]


def read_portal(path: Path) -> Iterator[Subject]:
    """Every portal record (gzipped JSON lines), its passages shaped like knowledge.passages."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            name = _flat(record["name"])
            texts = {
                "summary": _flat(record.get("result")),
                "papers": _flat(record.get("documents")),
                "conditions": _flat(record.get("requirements")),
                "steps": _flat(record.get("steps")),
            }
            sections = {"name": name} | {s: f"{name}. {t}" for s, t in texts.items() if t}
            yield Subject(str(record["code"]), [name], sections)


def _from_office(procedure: Procedure) -> Subject:
    names = [procedure.name, procedure.title, *procedure.aliases]
    names += [phrase for case in procedure.cases for phrase in (case.label, *case.says)]
    return Subject(
        procedure.code,
        list(dict.fromkeys(names)),
        {passage.section: passage.text for passage in split(procedure, 0)},
        related=procedure.related,
        is_office=True,
    )


def read_subjects(portal: Path | None = None, data: Path = DATA) -> dict[str, Subject]:
    """All subjects by label; an office record stands in for the portal's of the same code.

    Phrasings are the part of the bank that the encoder may learn; see
    ``held_out`` for the rest.
    """
    subjects = {s.label: s for s in read_portal(portal)} if portal else {}
    for procedure in read_procedures(data / "procedures"):
        office = _from_office(procedure)
        if (known := subjects.get(procedure.code)) is not None:
            office.names.extend(known.names)
        subjects[procedure.code] = office
    for utterance in _bank(data):
        if not is_fit_part(utterance.text):
            subject = subjects.setdefault(utterance.label, Subject(utterance.label))
            subject.asks.append(utterance.text)
    return subjects


def held_out(data: Path = DATA) -> list[Utterance]:
    """The phrasings of procedures that the encoder never sees, for comparing encoders."""
    return [u for u in read_utterances(data / "utterances" / "procedures") if is_fit_part(u.text)]


def _bank(data: Path) -> Iterator[Utterance]:
    yield from read_utterances(data / "utterances" / "procedures")
    yield from read_portal_utterances(data / "utterances" / "portal")
    for intent in read_intents(data / "utterances" / "intents"):
        for text in intent.utterances:
            yield Utterance(text, intent.id)


def corpus(subjects: Iterable[Subject]) -> Iterator[str]:
    """Every text once, for counting words."""
    for subject in subjects:
        yield from subject.names
        yield from subject.sections.values()
        yield from subject.asks


class PairSampler:
    """Draws (question, text, label) at random; phrasings and names ask, passages answer."""

    def __init__(self, subjects: dict[str, Subject], rng: random.Random) -> None:
        self._rng = rng
        self._subjects = subjects
        self._written = [s for s in subjects.values() if s.sections]
        self._asked = [s for s in subjects.values() if s.asks]

    def draw(self, count: int, asked_share: float) -> list[tuple[str, str, str]]:
        """``count`` pairs, ``asked_share`` of them from residents' phrasings if there are any."""
        return [self._one(asked_share) for _ in range(count)]

    def _one(self, asked_share: float) -> tuple[str, str, str]:
        rng = self._rng
        if self._asked and rng.random() < asked_share:
            subject = rng.choice(self._asked)
            return rng.choice(subject.asks), self._answer(subject), subject.label
        subject = rng.choice(self._written)
        question = rng.choice(subject.names)
        return question, rng.choice(list(subject.sections.values())), subject.label

    def _answer(self, subject: Subject) -> str:
        """A text to land near: mostly what a search meets, at times another way to ask."""
        draw = self._rng.random()
        if not subject.sections or (draw < 0.3 and len(subject.asks) > 1):
            return self._rng.choice(subject.asks)
        if draw < 0.45:
            return self._rng.choice(subject.names)
        if draw < 0.85:
            return subject.sections["name"]
        return self._rng.choice(list(subject.sections.values()))

    def rivals(self, labels: Iterable[str], count: int) -> list[tuple[str, str]]:
        """(name passage, label) of procedures confusable with ``labels``, filled up at random."""
        close = {
            r for label in labels for r in self._subjects[label].related if r in self._subjects
        }
        chosen = [
            self._subjects[r] for r in self._rng.sample(sorted(close), min(len(close), count))
        ]
        chosen += self._rng.choices(self._written, k=count - len(chosen)) if self._written else []
        return [(s.sections["name"], s.label) for s in chosen if s.sections]
