"""Reads the sample office's files: what a clerk could edit by hand, validated on the way in."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from knowledge.catalogue import CodeStatus, KnownCode
from knowledge.data_files import parse_yaml
from knowledge.layers import LocalRule
from knowledge.offices import Office
from knowledge.procedures import Procedure, Topic
from knowledge.store import KnowledgeStore
from knowledge.utterances import Utterance
from knowledge.versions import PUBLISHED, Status

T = TypeVar("T")

DATA = Path(__file__).parent / "data"
SAMPLE_OFFICE = "hoa-sen"
# Who the log names for what came with the package, and the source of shipped utterances.
BY = "letan"
SHIPPED = "shipped"
# The setting that holds the fingerprint of the files the store was last prepared from.
PREPARED = "sample.prepared"


class BadDataFile(ValueError):
    """A data file does not hold what it should; the message names the file and the field."""


def read_yaml(path: Path) -> Any:
    """The content of one YAML file; raises BadDataFile with the path when it is not YAML."""
    try:
        return parse_yaml(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadDataFile(f"{path}: {error}") from error


def _read_as(kind: type[T] | Any, path: Path) -> T:
    try:
        value: T = TypeAdapter(kind).validate_python(read_yaml(path))
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, e['loc'])) or 'record'}: {e['msg']}" for e in error.errors()
        )
        raise BadDataFile(f"{path}: {problems}") from error
    return value


def read_procedure(path: Path) -> Procedure:
    """One procedure file (``<code>.yaml``) as a validated record."""
    procedure: Procedure = _read_as(Procedure, path)
    if path.stem != procedure.code:
        raise BadDataFile(f"{path}: tên tệp phải là mã thủ tục {procedure.code!r}")
    return procedure


def read_procedures(folder: Path = DATA / "procedures") -> Iterator[Procedure]:
    """Every procedure file below ``folder``, ordered by path."""
    for path in sorted(folder.rglob("*.yaml")):
        yield read_procedure(path)


def read_office(path: Path = DATA / "office" / f"{SAMPLE_OFFICE}.yaml") -> Office:
    """One office file (``<id>.yaml``)."""
    office: Office = _read_as(Office, path)
    if path.stem != office.id:
        raise BadDataFile(f"{path}: tên tệp phải là id của văn phòng {office.id!r}")
    return office


def read_rules(folder: Path = DATA / "office" / "rules") -> Iterator[LocalRule]:
    """The rules of every file below ``folder``; each file is a list."""
    for path in sorted(folder.rglob("*.yaml")):
        rules: list[LocalRule] = _read_as(list[LocalRule], path)
        yield from rules


def read_catalogue(path: Path = DATA / "catalogue.yaml") -> list[KnownCode]:
    """The hand-written list of codes that are superseded, abolished or about to be."""
    codes: list[KnownCode] = _read_as(list[KnownCode], path)
    return codes


def read_utterances(folder: Path = DATA / "utterances" / "procedures") -> Iterator[Utterance]:
    """How residents ask for each procedure: a file a code, keys are topics joined by "+".

    "general" is no topic in particular.
    """
    for path in sorted(folder.rglob("*.yaml")):
        content: dict[str, Any] = _read_as(dict[str, Any], path)
        code = content.pop("code", None)
        for key, texts in content.items():
            topics = () if key == "general" else tuple(key.split("+"))
            if strange := set(topics) - {topic.value for topic in Topic}:
                raise BadDataFile(f"{path}: loại câu hỏi không có: {sorted(strange)!r}")
            for text in texts or ():
                try:
                    yield Utterance.model_validate(
                        {"text": text, "code": code, "topics": topics, "source": SHIPPED}
                    )
                except ValidationError as error:
                    raise BadDataFile(f"{path}: {key}: {text!r}: {error}") from error


def read_portal_utterances(folder: Path = DATA / "utterances" / "portal") -> Iterator[Utterance]:
    """How people ask for national procedures outside the sample office: code → lines.

    They serve as soon as the procedure is imported, and do nothing before.
    """
    for path in sorted(folder.glob("*.yaml")):
        content: dict[str, list[str]] = _read_as(dict[str, list[str]], path)
        for code, texts in content.items():
            for text in texts:
                try:
                    yield Utterance.model_validate({"text": text, "code": code, "source": SHIPPED})
                except ValidationError as error:
                    raise BadDataFile(f"{path}: {code}: {text!r}: {error}") from error


def superseded_by(procedures: list[Procedure]) -> Iterator[KnownCode]:
    """A catalogue entry for every older code that the records say they replaced."""
    for procedure in procedures:
        for old in procedure.replaces:
            yield KnownCode(
                code=old.code,
                name=old.name or procedure.name,
                sector=procedure.sector,
                status=CodeStatus.SUPERSEDED,
                superseded_by=(procedure.code,),
                note=old.note,
                source=procedure.source,
            )


def prepare(store: KnowledgeStore, data: Path = DATA) -> bool:
    """Fill an empty store with the sample office; whether anything was done.

    Safe to repeat, to interrupt and to run in several processes. A newer package brings its
    newer records with it, but what staff have published, retired or edited stays theirs, and a
    deployment with an office of its own is left alone.
    """
    fingerprint = _fingerprint(data)
    before = store.find_setting(None, PREPARED)
    if before == fingerprint:
        return False
    if before is None and any(office.id != SAMPLE_OFFICE for office in store.offices()):
        return False
    procedures = list(read_procedures(data / "procedures"))
    touched = _touched_by_staff(store)
    store.publish_many([p for p in procedures if p.code not in touched], by=BY)
    codes = {entry.code: entry for entry in superseded_by(procedures)}
    codes |= {entry.code: entry for entry in read_catalogue(data / "catalogue.yaml")}
    store.put_known_codes(codes.values(), by=BY)
    said = [
        *read_utterances(data / "utterances" / "procedures"),
        *read_portal_utterances(data / "utterances" / "portal"),
    ]
    store.put_utterances(said, by=BY, replace=True)
    if before is None:
        store.put_office(read_office(data / "office" / f"{SAMPLE_OFFICE}.yaml"), by=BY)
        for rule in read_rules(data / "office" / "rules"):
            store.put_rule(rule, by=BY)
    store.put_setting(None, PREPARED, fingerprint, by=BY)
    return True


def _touched_by_staff(store: KnowledgeStore) -> set[str]:
    """Codes staff have published or retired: what came with the package no longer answers."""
    ours: set[str] = set()
    seen: set[str] = set()
    for version in store.versions_in(*Status):
        if version.office_id is not None or version.published_at is None:
            continue
        seen.add(version.code)
        if version.status in PUBLISHED and version.created_by == BY:
            ours.add(version.code)
    return seen - ours


def _fingerprint(data: Path) -> str:
    digest = hashlib.sha256()
    parts = ("procedures", "office", "utterances/procedures", "utterances/portal", "catalogue.yaml")
    for part in parts:
        root = data / part
        for path in [root] if root.is_file() else sorted(root.rglob("*.yaml")):
            digest.update(path.relative_to(data).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
