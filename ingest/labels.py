"""Recognises the headings of a procedure's parts, also where a scan misread a letter or two."""

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache
from pathlib import Path

from ingest.folding import folded
from ingest.own_words import heading_in, section_named
from knowledge.data_files import parse_yaml

LABELS = Path(__file__).parent / "data" / "labels.yaml"
# Two wrong letters in a label of twelve; shorter labels must be read exactly.
ALIKE = 0.86
SHORTEST_ALIKE = 8
_BULLET = re.compile(
    r"^\s*(?:[-+*•–—·▪●○◦>]+\s*|\(?(?:\d{1,3}(?:\.\d{1,3}){0,4}|[a-zđA-ZĐ]\d?|[IVXLCivxlc]{1,6}|[a-zđ]?[øïìöëÿñåß](?=\)))"
    r"\s*[.)/]\)?\s*|\d{1,3}(?:\.\d{1,3}){1,4}\s+)*"
)
# "I." before capitals is read as "L" or "1L", its point lost.
_MISREAD_NUMERAL = re.compile(r"^[LIl1|!]{1,3}[.,]?\s+(?=[^\W\d_a-z])")
_DASHED = re.compile(r"^\s*[-+*•–—·▪●○◦>]")
_AFTER = re.compile(
    r"^\s*(?:\([^()]{0,60}\)|của thủ tục hành chính|của tthc)?\s*(:|[.;]?\s*$)", re.I
)


@dataclass(frozen=True)
class Heading:
    """The section a line opens and what follows on the line; ``is_exact`` when it is named as
    published procedures name it, not in the office's own words."""

    section: str
    rest: str
    is_exact: bool = True


@cache
def _labels() -> list[tuple[str, str]]:
    listed = parse_yaml(LABELS.read_text("utf-8"))
    pairs = [(folded(label), section) for section, labels in listed.items() for label in labels]
    return sorted(pairs, key=lambda pair: -len(pair[0]))


def unbulleted(text: str) -> str:
    """Text without the number or sign of its list."""
    return text[_BULLET.match(text).end() :] if _BULLET.match(text) else text  # type: ignore[union-attr]


def label_of(text: str, *, scanned: bool = False) -> tuple[str, str] | None:
    """The section a line opens and what follows its label on the line, None for content.

    A label is followed by a colon or ends the line; "Hồ sơ được nộp …" is no label.
    """
    body = unicodedata.normalize("NFC", unbulleted(text)).strip()
    if scanned:
        body = _MISREAD_NUMERAL.sub("", body)
    plain = folded(body)
    if len(plain) != len(body):
        return None
    for label, section in _labels():
        if plain.startswith(label) and (match := _AFTER.match(body[len(label) :])):
            return section, body[len(label) + match.end() :].strip()
    return _label_alike(body, plain) if scanned else None


def heading_of(text: str, *, scanned: bool = False) -> Heading | None:
    """The same in the words of published procedures or in an office's own; None for content."""
    if label := label_of(text, scanned=scanned):
        return Heading(*label)
    body = unbulleted(text).strip()
    if not (found := heading_in(body)):
        return None
    if _DASHED.match(text) and not found[1] and not body.isupper() and body[-1:] not in ":?":
        return None  # "- Giấy tờ kèm theo" is a line of a list
    return Heading(*found, is_exact=False)


def with_colon(text: str) -> str:
    """A line whose label and text a tab keeps apart, with a colon between them instead."""
    if "\t" not in text:
        return text
    label, _, rest = text.partition("\t")
    label, rest = label.strip(), " ".join(rest.split())
    if label and rest and ":" not in label and heading_of(f"{label}:"):
        return f"{label}: {rest}"
    return f"{label} {rest}".strip()


def _label_alike(body: str, plain: str) -> tuple[str, str] | None:
    """The same for a label misread by a letter or two; it ends at the colon, if there is one."""
    opening = plain.partition(":")[0]
    for label, section in _labels():
        if len(label) < SHORTEST_ALIKE or len(opening) < len(label) - 2:
            continue
        if _is_alike(opening[: len(label)], label):
            end = len(label)
            while end < len(plain) and plain[end].isalpha():
                end += 1
            if match := _AFTER.match(body[end:]):
                return section, body[end + match.end() :].strip()
    return None


def _is_alike(text: str, label: str) -> bool:
    matcher = SequenceMatcher(None, text, label)
    # The two quick ones are upper bounds, and spare nearly every comparison.
    return (
        matcher.real_quick_ratio() >= ALIKE
        and matcher.quick_ratio() >= ALIKE
        and matcher.ratio() >= ALIKE
    )


@lru_cache(4096)
def column_of(text: str) -> str | None:
    """The section a column heading names ("Thời hạn giải quyết (ngày)"), else None."""
    plain = folded(" ".join(text.split())).strip(" :.")
    if not plain or len(plain) > 70:
        return None
    for label, section in _labels():
        # "Phiếu …" is no column of "phí"
        opens = plain.startswith(label) and not plain[len(label) : len(label) + 1].isalnum()
        if opens or (len(label) >= SHORTEST_ALIKE and _is_alike(plain[: len(label) + 1], label)):
            return section
    if plain in ("stt", "tt", "so tt"):
        return "other"
    return section_named(text)
