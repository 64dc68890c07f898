"""Turns text typed in the old TCVN3 and VNI fonts into Unicode, where text was typed in them."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from knowledge.data_files import parse_yaml

TABLES = Path(__file__).parent / "data" / "encodings.yaml"
Encoding = Literal["tcvn3", "vni"]

# Signs that stand inside words in TCVN3 text and nowhere in Unicode Vietnamese.
_TCVN3_SIGNS = re.compile(
    r"[®©ª«¬µ¶·¸¹¨»¼½¾\u00ad](?=[^\W\d_])|(?<=[^\W\d_])[®©ª«¬µ¶·¸¹¨»¼½¾\u00ad]"
)
_VNI_PAIRS = re.compile(r"[aeouyAEOUY][ùøûõïÙØÛÕÏ]|[aeoAEO][âáàåãäÂÁÀÅÃÄ]|[öôÖÔ][ùøûõïÙØÛÕÏ]")
# Letters only real Unicode Vietnamese has (ă đ ĩ ơ ư and the toned ones).
_UNICODE = re.compile("[\u0102\u0103\u0110\u0111\u0128\u0129\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9]")
# Of all letters; plain French or English stays far below, an old font reaches 8 to 20 %.
LEAST_SHARE = 0.02
LEAST_SIGNS = 0.04
# Beside Unicode a line must speak for itself: "toà án" alone holds a pair that VNI has too.
FEWEST_ALONE, LEAST_ALONE = 3, 0.08
# "ư" of TCVN3 is the soft hyphen, which many PDFs give back as a hyphen ("ng-êi", "l-îng"); in
# Unicode already: the beginning of a syllable, the hyphen, and what can follow an "ư" in one.
_ONSET = r"(?:ngh?|nh|th|tr|ch|gi|kh|ph|[bcdđghklmnrstvx])"
_LOST_U = re.compile(
    rf"(?<![^\W\d_])(?P<onset>{_ONSET})[-\u2010]"
    r"(?=(?:[ơớờởỡợ](?:ng|[cimnptu])|ng|[aiu])(?![^\W\d_])|$|[\s.,;:)])"
    # "ước tính", "ưu tiên"
    r"|(?<![^\W\d_])[-\u2010](?=[ớơ](?:ng|c)(?![^\W\d_])|u (?=[^\W\d_]))",
    re.IGNORECASE,
)
_CAPITALS = re.compile(r"[^\W\d_]*[A-Z][^\W\d_]*[A-Z][^\W\d_]*")


def encoding_of(texts: Iterable[str]) -> Encoding | None:
    """The old font a document was typed in, None for Unicode or plain ASCII."""
    whole = "\n".join(texts)
    letters = sum(character.isalpha() for character in whole)
    if letters < 20 or len(_UNICODE.findall(whole)) > LEAST_SHARE * letters:
        return None
    tcvn3 = len(_TCVN3_SIGNS.findall(whole)) / letters
    vni = len(_VNI_PAIRS.findall(whole)) / letters
    if max(tcvn3, vni) < LEAST_SIGNS:
        return None
    return "tcvn3" if tcvn3 > vni else "vni"


def encodings_of(texts: Sequence[str]) -> list[Encoding | None]:
    """The old font of each text of one document, in which several may meet.

    Offices copy old pages into new ones: what holds signs of the other font, or stands among
    Unicode and is plainly typed in an old font, is told apart line by line.
    """
    whole = encoding_of(texts)
    counts = [(len(_TCVN3_SIGNS.findall(text)), len(_VNI_PAIRS.findall(text))) for text in texts]
    if whole is not None:
        return list(_told_apart(whole, counts))
    found = [_alone(text, *count) for text, count in zip(texts, counts, strict=True)]
    last: Encoding | None = None
    for at, (text, (tcvn3, vni)) in enumerate(zip(texts, counts, strict=True)):
        # A short line ("H¹n: 3 ngµy") goes with the old font of the lines before it.
        if found[at] is None and last and (tcvn3 if last == "tcvn3" else vni):
            found[at] = None if _UNICODE.search(text) else last
        if any(character.isalpha() for character in text):
            last = found[at]
    return found


def _told_apart(whole: Encoding, counts: Sequence[tuple[int, int]]) -> Iterator[Encoding]:
    """The font of each line of a document without Unicode, most of which is of one font."""
    last = whole
    for tcvn3, vni in counts:
        if abs(tcvn3 - vni) >= 2:
            last = "tcvn3" if tcvn3 > vni else "vni"
        # One sign is enough to go on with the font of the line before.
        elif not (vni if last == "vni" else tcvn3):
            last = whole
        yield last


def _alone(text: str, tcvn3: int, vni: int) -> Encoding | None:
    letters = sum(character.isalpha() for character in text)
    enough = max(tcvn3, vni) >= max(FEWEST_ALONE, LEAST_ALONE * letters)
    if not enough or _UNICODE.search(text):
        return None
    return "tcvn3" if tcvn3 > vni else "vni"


def to_unicode(text: str, encoding: Encoding) -> str:
    """The text in Unicode; a text that is Unicode already stays as it is."""
    if _UNICODE.search(text):
        return text
    table, pattern = _table(encoding)
    found = unicodedata.normalize("NFC", pattern.sub(lambda match: table[match[0]], text))
    if encoding == "tcvn3":
        found = _LOST_U.sub(_with_u, found)
        # The font of capitals has no capital of its own for a letter with a tone ("QUèC HéI").
        if not re.search("[a-z]", text) and _CAPITALS.search(text):
            return found.upper()
        found = _CAPITALS.sub(lambda word: _as_capitals(word[0]), found)
    return found


def _with_u(match: re.Match[str]) -> str:
    return f"{match['onset'] or ''}ư"


def _as_capitals(word: str) -> str:
    return word if re.search("[a-z]", word) else word.upper()


@cache
def _table(encoding: Encoding) -> tuple[dict[str, str], re.Pattern[str]]:
    table: dict[str, str] = dict(parse_yaml(TABLES.read_text("utf-8"))[encoding])
    if encoding == "vni":
        for sign, letter in list(table.items()):
            table[sign.upper()] = letter.upper()
            table[sign[0].upper() + sign[1:]] = letter.upper()
    longest_first = sorted(table, key=len, reverse=True)
    return table, re.compile("|".join(map(re.escape, longest_first)))
