"""The utterance bank: how residents really ask, labelled with what they mean.

A label is a procedure code ("1.001193") or an intent ("greeting", "court.divorce").
The bank is both knowledge (nearest phrases at run time) and teaching material;
one fifth of it, chosen by the text itself, is kept from the encoder so that the
ranker learns from phrases the encoder has not seen.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, TypeAdapter

from knowledge import sample
from knowledge.procedures import Code, Source, Text, Value
from knowledge.sample import DATA, BadDataFile, read_yaml

UTTERANCES = DATA / "utterances"
FIT_SHARE = 5  # one line in five is for the ranker only


class Intent(Value):
    """Something residents say that is not one held procedure, and what to answer.

    ``outcome`` is the outcome of the answer; ``reply`` a fixed sentence with
    ``{placeholders}`` for office facts; ``place`` a kind of office to send them to.
    ``held_as`` are the national records that answer it better once they are imported,
    ``held_partly`` those that answer only some of what is asked so.
    """

    id: Text
    outcome: Literal[
        "small_talk",
        "office_info",
        "out_of_scope",
        "refused",
        "handed_off",
        "follow_up",
        "not_found",
    ]
    topic: str | None = None
    place: str | None = None
    reply: str | None = None
    english: str | None = None
    related: tuple[Code, ...] = ()
    held_as: tuple[Code, ...] = ()
    held_partly: tuple[Code, ...] = ()
    utterances: tuple[str, ...] = Field(default=(), min_length=1)


class Vague(Value):
    """A request that fits several procedures; ``codes`` are asked back, most likely first."""

    text: Text
    codes: tuple[Code, ...] = Field(min_length=2)


@dataclass(frozen=True, slots=True)
class Utterance:
    """One way to ask; ``label`` is a procedure code or an intent id."""

    text: str
    label: str
    topics: tuple[str, ...] = ()


def is_fit_part(text: str) -> bool:
    """Whether a line is kept from the encoder and used to fit the ranker."""
    return zlib.crc32(text.strip().lower().encode()) % FIT_SHARE == 0


def read_utterances(folder: Path = UTTERANCES / "procedures") -> Iterator[Utterance]:
    """Every phrase of every procedure file; raises BadDataFile for an unknown topic."""
    for said in sample.read_utterances(folder):
        yield Utterance(said.text, str(said.code), said.topics)


def read_portal_utterances(folder: Path = UTTERANCES / "portal") -> Iterator[Utterance]:
    """Phrases for national procedures outside the sample office; they carry no topics."""
    for said in sample.read_portal_utterances(folder):
        yield Utterance(said.text, str(said.code))


def read_intents(folder: Path = UTTERANCES / "intents") -> list[Intent]:
    """Every intent of the intent files, ids unique, and every correction of `abolished.yaml`."""
    intents: dict[str, Intent] = {}
    for path in sorted(folder.glob("*.yaml")):
        for intent in TypeAdapter(list[Intent]).validate_python(read_yaml(path)):
            if intent.id in intents:
                raise BadDataFile(f"{path}: ý định {intent.id!r} có hai lần")
            intents[intent.id] = intent
    return [*intents.values(), *(entry.as_intent() for entry in read_abolished())]


class Abolished(Value):
    """A paper or procedure people still ask for that no longer exists, and what to do instead."""

    id: Text
    name: Text
    phrases: tuple[str, ...] = Field(min_length=1)
    says: Text
    instead: tuple[Code, ...] = ()
    rule: Text
    source: Source
    verified: bool = False

    def as_intent(self) -> Intent:
        """The correction as an intent that offers what is done instead; doubt is said."""
        doubt = "" if self.verified else " Nội dung này chưa được kiểm tra lại với văn bản gốc."
        return Intent(
            id=f"abolished.{self.id}",
            outcome="office_info",
            topic="abolished",
            reply=f"Dạ, {self.says} Căn cứ: {self.rule}.{doubt}",
            related=self.instead,
            utterances=self.phrases,
        )


def read_abolished(path: Path = DATA / "abolished.yaml") -> list[Abolished]:
    """What no longer exists."""
    return TypeAdapter(list[Abolished]).validate_python(read_yaml(path))


def read_vague(path: Path = UTTERANCES / "vague.yaml") -> list[Vague]:
    """Requests that fit several procedures."""
    return TypeAdapter(list[Vague]).validate_python(read_yaml(path)) if path.exists() else []
