"""The views of a message that masking reads: what is visible, and the same without tones.

Both have one length, so a position found in the one holds in the other.
"""

import re
import unicodedata

_DASHES = "-‐‑‒–—―−⁃﹘﹣－_"
_DOTS = ".·•∙‧・。．｡․"
_BLANKS = "\u115f\u1160\u3164\uffa0\u2800"  # letters and symbols that print as nothing
# Letters of other scripts that people and spam filters know to look like these.
_LOOKALIKES = {"о": "o", "О": "o", "ο": "o", "Ο": "o", "а": "a", "е": "e", "Ø": "0", "ø": "0"}
# Marks that stay single after NFC and could stand between digits, and what makes an emoji.
_MARKS = re.compile("[\u0300-\u036f\u20d0-\u20ff\ufe00-\ufe0f\U000e0100-\U000e01ef]+")


class _Visible(dict[int, int | None]):
    """Drops what is invisible; blank letters become spaces."""

    def __missing__(self, code: int) -> int | None:
        char = chr(code)
        kept: int | None = code
        if char in _BLANKS:
            kept = ord(" ")
        elif not char.isspace() and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn"):
            kept = None
        self[code] = kept
        return kept


class _Folded(dict[int, str]):
    """One plain character for each: lower case, no tones, digits of any script as 0–9."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold(chr(code))
        return folded


def _fold(char: str) -> str:
    if char.isspace():
        return " "
    if char in _DASHES:
        return "-"
    if char in _DOTS:
        return "."
    if char in "đĐ":
        return "d"
    if char in _LOOKALIKES:
        return _LOOKALIKES[char]
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    bases = [c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c)]
    plain = bases[0].lower() if len(bases) == 1 else char
    return plain if len(plain) == 1 else char


_VISIBLE = _Visible()
_FOLDED = _Folded()


def visible(text: str) -> str:
    """The text in NFC without characters that do not show and without stray combining marks."""
    if text.isascii() and text.isprintable():
        return text
    return _MARKS.sub("", unicodedata.normalize("NFC", text.translate(_VISIBLE)))


def fold_in_place(text: str) -> str:
    """The text in plain lower-case letters and ASCII digits, character for character."""
    return text.translate(_FOLDED)


# "OO1O99O12345", "O912 345 678", "09l2345678": letters that stand for digits beside digits.
_MIXED = re.compile(
    r"(?:(?<![a-z0-9])|(?<=cccd)|(?<=cmnd)|(?<=sdt)|(?<=stk)|(?<=mst))"
    r"(?=[oil|]{0,15}\d)[0-9oil|]{2,30}(?![a-z0-9])"
)
_LONE = re.compile(r"(?<=\d[ .\-])[oil]{1,4}(?=[ .\-]\d)|(?<![a-z0-9])o{1,4}(?=[ .\-]{1,2}[\do])")
_AS_DIGITS = str.maketrans("oil|", "0111")
_NOUGHTS = re.compile(r"o[ .\-]{1,2}o")
_DIGIT = re.compile(r"\d")


def has_digits(text: str) -> bool:
    """Whether any digit stands in a text: most messages hold none, and no number to look for."""
    return _DIGIT.search(text) is not None


def read_digits(folded: str) -> str:
    """The folded text with O, l and I written as the digits they stand for."""
    if not has_digits(folded) and not _NOUGHTS.search(folded):
        return folded
    read = _MIXED.sub(lambda match: match[0].translate(_AS_DIGITS), folded)
    return _LONE.sub(lambda match: match[0].translate(_AS_DIGITS), read)
