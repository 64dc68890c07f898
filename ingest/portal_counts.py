"""Separates a paper's text from its count ("1 bản chính, 1 bản sao"); the page glued them."""

import re
from dataclasses import dataclass

# The record refuses more; nobody is asked for more than 20 copies of one paper.
MOST = 20
_COUNT = re.compile(
    r"\(\s*(?:(?P<originals>\d{1,8})\s*bản (?:chính|gốc))?"
    r"\s*[,;]?\s*(?:(?P<copies>\d{1,8})\s*bản sao)?\s*(?P<any>\d{1,8}\s*bản)?"
    r"\s*\)\s*[.;]?\s*$",
    re.IGNORECASE,
)
# "…: 01 bản chụp;": customs and the police write the count behind a colon or a dash.
_COUNT_IN_WORDS = re.compile(
    r"\s*[:–—-]\s*(?P<number>\d{1,2})\s*(?:\([^\W\d_]{2,5}\)\s*)?"
    r"bản (?P<kind>chính|gốc|sao|chụp|photo)\s*[.;]?\s*$",
    re.IGNORECASE,
)
# After these words a number is missing, so the digits before the count belong to the text.
_WANTS_NUMBER = re.compile(
    r"(?:/|\.|\b(?i:số|năm|mẫu|bước|nghị định|thông tư|điều|khoản|phụ lục)|\b[A-ZĐ-]{2,})$"
)


@dataclass(frozen=True)
class Counted:
    """A text without its count, and how many originals and copies it asks for."""

    text: str
    originals: int = 0
    copies: int = 0


def split_count(text: str) -> Counted:
    """The text and its count.

    "theo Mẫu số (181 bản chính)" was "Mẫu số 18" and "1 bản chính", "ngày 01/01/ (20261 bản
    chính)" was 2026 and 1: of three digits or more only the last one counts.
    """
    match = _COUNT.search(text)
    if not match or not any(match.groups()):
        return _in_words(text)
    rest = text[: match.start()].rstrip()
    first = re.sub(r"\D", "", match["originals"] or match["copies"] or match["any"] or "")
    kept, number = _parted(first)
    if kept and _WANTS_NUMBER.search(rest):
        rest += kept if rest.endswith(("/", ".")) else f" {kept}"
    copies = min(int(match["copies"] or 0), MOST)
    if match["originals"] or not match["copies"]:
        return Counted(rest, min(number, MOST), copies)
    return Counted(rest, 0, min(number, MOST))


def _in_words(text: str) -> Counted:
    match = _COUNT_IN_WORDS.search(text)
    if not match or not text[: match.start()].strip():
        return Counted(text.strip())
    number = min(int(match["number"]), MOST)
    rest = text[: match.start()].strip()
    if match["kind"].lower() in ("chính", "gốc"):
        return Counted(rest, number)
    return Counted(rest, 0, number)


def _parted(digits: str) -> tuple[str, int]:
    if len(digits) >= 3 or (len(digits) == 2 and int(digits) > MOST) or digits == "11":
        return digits[:-1], int(digits[-1])
    return "", int(digits or 0)
