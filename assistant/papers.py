"""What residents call their papers, matched with the papers of a record.

The table is data (`data/papers.yaml`): how people say it, and what the record writes.
Matching is on whole words, without marks where none were typed; where two names overlap
the longer one holds.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from knowledge.data_files import parse_yaml
from knowledge.procedures import NotNeeded, Procedure, RequiredDocument
from knowledge.vietnamese import fold, has_tones, normalise

_ALTERNATIVES = re.compile(r"[,;:()]|\bhoặc\b", re.IGNORECASE)
FILE = Path(__file__).parent / "data" / "papers.yaml"


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of paper: how residents and how records write it.

    ``issued_by`` is the procedure whose result it is, where a ward's desk gives it.
    """

    id: str
    says: tuple[str, ...]
    record: tuple[str, ...]
    issued_by: str | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """A paper somebody named: its kind and the words they used; ``at`` is the word's position."""

    paper: Paper
    words: str
    at: int


@lru_cache(maxsize=1)
def shipped_papers() -> tuple[Paper, ...]:
    """The table that comes with the package."""
    rows = parse_yaml(FILE.read_text("utf-8"))
    return tuple(
        Paper(
            row["id"],
            tuple(dict.fromkeys(normalise(said) for said in row["says"])),
            tuple(dict.fromkeys(normalise(said) for said in row["record"])),
            row.get("issued_by"),
        )
        for row in rows
    )


def mentions(text: str) -> list[Mention]:
    """The papers a message names, in the order of the message, each kind once."""
    toned = normalise(text).split()
    marked = has_tones(text)  # "sơ đồ" is no "sổ đỏ", but "so do" may be
    words = toned if marked else fold(" ".join(toned)).split()
    named = _named(marked)
    found = [
        (at, len(parts), order, paper)
        for at, word in enumerate(words)
        for order, parts, paper in named.get(word, ())
        if words[at : at + len(parts)] == parts
    ]
    found.sort(key=lambda hit: (-hit[1], hit[2], hit[0]))
    taken: set[int] = set()
    kept: dict[str, Mention] = {}
    for at, length, _, paper in found:
        span = set(range(at, at + length))
        if span & taken:
            continue
        taken |= span
        kept.setdefault(paper.id, Mention(paper, " ".join(toned[at : at + length]), at))
    return sorted(kept.values(), key=lambda mention: mention.at)


@lru_cache(maxsize=2)
def _named(marked: bool) -> dict[str, list[tuple[int, list[str], Paper]]]:
    """The names of papers by their first word: place in the table, words, paper."""
    named: dict[str, list[tuple[int, list[str], Paper]]] = {}
    every = ((said, paper) for paper in shipped_papers() for said in paper.says)
    for order, (said, paper) in enumerate(every):
        parts = (said if marked else fold(said)).split()
        named.setdefault(parts[0], []).append((order, parts, paper))
    return named


@lru_cache(maxsize=4096)
def kinds_of(record_name: str) -> frozenset[str]:
    """The kinds of paper that a record's paper names, each alternative by its beginning.

    "Phiếu thu nhận thông tin căn cước" is a form and no identity card, so a kind counts only
    where an alternative begins with it; of several kinds the one written longest holds.
    """
    kinds: set[str] = set()
    for part in _ALTERNATIVES.split(record_name):
        written = normalise(part) + " "
        fitting = [
            (len(named), paper.id)
            for paper in shipped_papers()
            for named in paper.record
            if written.startswith(named + " ")
        ]
        longest = max((length for length, _ in fitting), default=0)
        kinds |= {kind for length, kind in fitting if length == longest}
    return frozenset(kinds)


def is_named(paper: Paper, record_name: str) -> bool:
    """Whether a record's paper is (or may be) of this kind."""
    return paper.id in kinds_of(record_name)


Need = Literal["needed", "sometimes", "not_needed", "not_listed"]


@dataclass(frozen=True, slots=True)
class Status:
    """Whether a procedure wants a paper, and the entry of the record that says so."""

    need: Need
    document: RequiredDocument | None = None
    not_needed: NotNeeded | None = None


def status_of(paper: Paper, procedure: Procedure) -> Status:
    """What a record says about one kind of paper.

    What the record calls not needed beats a mention elsewhere ("ảnh thẻ chụp sẵn").
    """
    for entry in procedure.not_needed:
        if is_named(paper, entry.name):
            return Status("not_needed", not_needed=entry)
    wanted = [d for d in procedure.documents if is_named(paper, d.name)]
    always = [d for d in wanted if not is_conditional(d) and not d.cases]
    if always:
        return Status("needed", always[0])
    if wanted:
        return Status("sometimes", wanted[0])
    return Status("not_listed")


def is_conditional(document: RequiredDocument) -> bool:
    """Whether a paper is wanted only sometimes ("chỉ khi …"); other remarks only explain it.

    "chỉ cần đọc số định danh" is a remark: the paper is still the one to bring.
    """
    when = normalise(document.when or "")
    return bool(re.match(r"(?:chỉ khi|khi|nếu|chỉ công trình)\b", when))
