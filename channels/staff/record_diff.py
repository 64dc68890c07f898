"""What differs between two states of a record, field by field, line by line."""

import difflib
from dataclasses import dataclass
from typing import Any

from channels.staff.record_form import FIELD_LABELS, LISTS, SECTIONS, SINGLE, Field
from knowledge.procedures import Procedure

ROWS = {rows.name: {field.name: field for field in rows.fields} for rows in LISTS}
CHOICES = {field.name: field.choices for field in SINGLE if field.choices}
SOURCE_LABELS = {"name": "Tên", "as_of": "Ngày của dữ liệu", "url": "Đường dẫn"}


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
        lines = difflib.ndiff(_lines(name, old[name]), _lines(name, new[name]))
        marked = tuple((line[0], line[2:]) for line in lines if line[0] != "?")
        found.append(FieldDiff(FIELD_LABELS.get(name, name), marked))
    return found


def _lines(name: str, value: Any) -> list[str]:
    """A value as lines a clerk reads; a row of a list is one line, its parts named as in the form.

    Empty parts of a row say nothing.
    """
    if value is None or value in ([], ""):
        return []
    if isinstance(value, bool):
        return ["có" if value else "không"]
    if isinstance(value, dict):
        return [f"{SOURCE_LABELS.get(k, k)}: {v}" for k, v in value.items() if v]
    if not isinstance(value, list):
        return str(CHOICES.get(name, {}).get(str(value), value)).splitlines()
    fields = ROWS.get(name, {})
    return [
        " · ".join(
            _part(fields.get(k), k, v)
            for k, v in row.items()
            if v not in (None, [], "") and (k not in fields or fields[k].kind != "hidden")
        )
        if isinstance(row, dict)
        else SECTIONS.get(str(row), str(row))
        for row in value
    ]


def _part(field: Field | None, name: str, value: Any) -> str:
    if field is None:
        return f"{name}: {value}"
    if field.kind == "cases":
        return f"trường hợp: {', '.join(value)}"
    if isinstance(value, list):
        value = "; ".join(value)
    shown = (field.choices or {}).get(str(value), value)
    if field.name == "amount_vnd":
        shown = f"{value:,}".replace(",", ".")
    return f"{field.label.split(' (mỗi dòng')[0]}: {shown}"
