"""Reads server-sent events as a browser does."""

import json
from collections.abc import Iterable, Iterator
from typing import Any


def events_of(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Each event as its fields, ``data`` parsed; comments are skipped."""
    fields: dict[str, Any] = {}
    for line in lines:
        if not line:
            if "data" in fields:
                yield fields | {"data": json.loads(fields["data"])}
            fields = {}
        elif not line.startswith(":"):
            name, _, text = line.partition(":")
            fields[name] = text.removeprefix(" ")
