"""Reads lists of procedures (Excel, tables, pictures of them) as entries of the catalogue."""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from ingest.decisions import CODE
from ingest.draft import BAR
from ingest.folding import folded
from ingest.found import Piece, name_in
from ingest.labels import column_of
from ingest.portal_text import capped, one_line
from knowledge.catalogue import KnownCode
from knowledge.procedures import Source, Value


class ListedCode(Value):
    """A line of a list: code and name as read, its page, and how sure the reading is."""

    code: str
    name: str
    sector: str | None = None
    page: int | None = None
    confidence: float = 1.0

    @property
    def is_sure(self) -> bool:
        return self.confidence >= BAR


def listed_codes(pieces: Sequence[Piece]) -> tuple[list[ListedCode], list[str]]:
    """The codes of a list in order, and what looks wrong in it, in Vietnamese."""
    found: dict[str, ListedCode] = {}
    problems: list[str] = []
    for piece in pieces:
        entry = _entry(piece)
        if entry is None:
            continue
        held = found.get(entry.code)
        if held is None:
            found[entry.code] = entry
        elif folded(held.name) != folded(entry.name):
            where = f" (trang {entry.page})" if entry.page else ""
            problems.append(
                f"mã {entry.code} có hai tên{where}: {capped(held.name, 60)!r} và "
                f"{capped(entry.name, 60)!r}; giữ tên đầu"
            )
    return list(found.values()), problems


def _entry(piece: Piece) -> ListedCode | None:
    code = CODE.search(piece.text)
    if code is None:
        return None
    name, sector = "", None
    sections = [column_of(head) if head else None for head in piece.heads]
    for place, cell in enumerate(piece.cells):
        section = sections[place] if place < len(sections) else None
        text = name_in(one_line(cell))
        if section == "sector":
            sector = text or None
        elif section in ("code", "agency", "authority", "decision"):
            continue
        elif (section == "name" and text) or (
            not name and len(re.findall(r"[^\W\d_]{2,}", text)) >= 2
        ):
            name = text
    name = name or name_in(piece.text)
    if not re.search(r"[^\W\d_]{2,}", name):
        return None
    return ListedCode(
        code=code[1], name=capped(name, 700), sector=sector, page=piece.page,
        confidence=piece.confidence,
    )  # fmt: skip


def _is_wordy(text: str) -> bool:
    return len(re.findall(r"[^\W\d_]{2,}", text)) >= 2


def known_codes(entries: Iterable[ListedCode], source: str, as_of: date) -> list[KnownCode]:
    """Catalogue entries of what was read surely; the doubtful ones wait for a person."""
    return [
        KnownCode(
            code=entry.code,
            name=entry.name,
            sector=entry.sector,
            source=Source(name=source, as_of=as_of),
        )
        for entry in entries
        if entry.is_sure
    ]
