"""What differs between two states of a record, field by field, line by line."""

import difflib
from dataclasses import dataclass

import yaml

from channels.staff.record_form import FIELD_LABELS
from knowledge.procedures import Procedure


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """One field that differs; each line is marked " ", "-" or "+"."""

    label: str
    lines: tuple[tuple[str, str], ...]


def diff(before: Procedure, after: Procedure) -> list[FieldDiff]:
    """The fields that differ, in the order of the record."""
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    found = []
    for name in new:
        if old[name] == new[name]:
            continue
        lines = difflib.ndiff(_lines(old[name]), _lines(new[name]))
        marked = tuple((line[0], line[2:]) for line in lines if line[0] != "?")
        found.append(FieldDiff(FIELD_LABELS.get(name, name), marked))
    return found


def _lines(value: object) -> list[str]:
    if value is None or value in ([], ""):
        return []
    if isinstance(value, str):
        return value.splitlines()
    if isinstance(value, list):  # empty parts of a row say nothing
        value = [
            {k: v for k, v in row.items() if v not in (None, [], "")}
            if isinstance(row, dict)
            else row
            for row in value
        ]
    written: str = yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=1000)
    return written.removesuffix("...\n").splitlines()
