"""Turns text typed in the old TCVN3 and VNI fonts into Unicode, where text was typed in them."""

import re
import unicodedata
from collections.abc import Iterable
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


def to_unicode(text: str, encoding: Encoding) -> str:
    """The text in Unicode; a text that is Unicode already stays as it is."""
    if _UNICODE.search(text):
        return text
    table, pattern = _table(encoding)
    return unicodedata.normalize("NFC", pattern.sub(lambda match: table[match[0]], text))


@cache
def _table(encoding: Encoding) -> tuple[dict[str, str], re.Pattern[str]]:
    table: dict[str, str] = dict(parse_yaml(TABLES.read_text("utf-8"))[encoding])
    if encoding == "vni":
        for sign, letter in list(table.items()):
            table[sign.upper()] = letter.upper()
            table[sign[0].upper() + sign[1:]] = letter.upper()
    longest_first = sorted(table, key=len, reverse=True)
    return table, re.compile("|".join(map(re.escape, longest_first)))
