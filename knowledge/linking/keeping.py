"""Keeps what a question can mean between starts.

Normalising 23,000 phrases and parsing 3,000 records takes seconds; the result depends on nothing
but the published knowledge and the spelling tables. It is written line by line, and the records'
texts apart: reading one large document leaves its weight in memory, and the texts are only needed
when they are indexed.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from sys import intern
from typing import Any

from knowledge.linking.labels import Label, Phrase
from knowledge.linking.meanings import Meanings

RECORDS, BODIES, PHRASES = "records.jsonl", "bodies.jsonl", "phrases.jsonl"


def kept_meanings(folder: Path | None) -> Meanings | None:
    """What was kept in ``folder``, the records without their texts; None when nothing was."""
    if folder is None or not (folder / RECORDS).exists():
        return None
    records, versions = [], []
    for row, version in _lines(folder / RECORDS):
        records.append(_label(row))
        versions.append(version)
    phrases, raw = [], []
    for text, label, written in _lines(folder / PHRASES):
        phrases.append(Phrase(text, intern(label)))
        raw.append(text if written == text else written)

    def bodies() -> Mapping[str, str]:
        return dict(_lines(folder / BODIES))

    return Meanings(tuple(records), tuple(versions), tuple(phrases), tuple(raw), bodies)


def keep_meanings(folder: Path | None, meanings: Meanings) -> None:
    """Keep for the next start; nothing happens without a folder."""
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / BODIES, meanings.bodies().items())
    pairs = zip(meanings.phrases, meanings.raw, strict=True)
    _write(folder / PHRASES, ((phrase.text, phrase.label, raw) for phrase, raw in pairs))
    records = zip(meanings.records, meanings.versions, strict=True)
    # Last, because its being there says that all is.
    _write(folder / RECORDS, ((_told(label), version) for label, version in records))


def _write(path: Path, rows: Iterable[Any]) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with part.open("w", encoding="utf-8") as out:
        out.writelines(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    part.replace(path)


def _lines(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8") as kept:
        yield from map(json.loads, kept)


def _told(label: Label) -> dict[str, Any]:
    """What a label says beyond what all do, without its text."""
    told = asdict(label)
    usual = {field.name: field.default for field in fields(Label)}
    return {name: value for name, value in told.items() if name != "body" and value != usual[name]}


def _label(row: dict[str, Any]) -> Label:
    """A label as it was kept; JSON knows lists only."""
    told: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}
    if stated := told.get("qualifiers"):
        told["qualifiers"] = tuple(map(intern, stated))  # a few dozen words, in thousands of labels
    return Label(**told)
