"""Finds e-mail addresses, plates, dossier codes, passports, insurance cards and secrets."""

import re
from collections.abc import Iterator

from assistant.privacy_numbers import Span
from assistant.privacy_text import has_digits

# -- e-mail: found from its sign, so that long texts without one cost nothing ---------------------

_SIGN = re.compile(r" ?@ ?| ?[(\[{] ?(?:at|a cong|a moc) ?[)\]}] ?| (?:a cong|a moc|at|acong) ")
# What stands in every sign.
_MAY_SIGN = ("@", "(", "[", "{", " a cong ", " a moc ", " at ", " acong ")
_DOT = r"(?: ?\. ?| ?[(\[{] ?(?:dot|cham) ?[)\]}] ?| (?:dot|cham) )"
_ENDINGS = "com|vn|net|org|edu|gov|info|me|io|co|biz|asia|email|live|fr|de|jp|kr|uk|us|au|cn|tw"
_DOMAIN = re.compile(
    rf"[a-z0-9-]{{1,63}}(?:{_DOT}[a-z0-9-]{{1,63}}){{0,4}}?{_DOT}(?:{_ENDINGS})(?:{_DOT}vn)?"
    rf"(?![a-z0-9])"
)
_PROVIDER = re.compile(
    r"(?:gmail|gmai|yahoo|ymail|outlook|hotmail|icloud|proton(?:mail)?|zoho)(?![a-z0-9])"
)
_BARE = re.compile(r"[a-z][a-z0-9.-]{1,63}")
_LOCAL = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._%+-'")
# Words before a spoken address that are not part of it.
_STOP = frozenset(
    [
        "la",
        "email",
        "mail",
        "gmail",
        "thu",
        "e-mail",
        "qua",
        "vao",
        "dia",
        "chi",
        "toi",
        "em",
        "minh",
        "cua",
        "gui",
        "den",
        "theo",
        "hop",
    ]
)
_SPOKEN_WORDS = 4


def _emails(text: str, folded: str) -> Iterator[Span]:
    if not any(part in folded for part in _MAY_SIGN):
        return
    for sign in _SIGN.finditer(folded):
        right = _DOMAIN.match(folded, sign.end()) or _PROVIDER.match(folded, sign.end())
        if right is None and sign[0] == "@":
            right = _BARE.match(folded, sign.end())
        start = _local_start(text, folded, sign.start(), spoken="@" not in sign[0])
        if right and start < sign.start():
            yield start, right.end(), "email"


def _local_start(text: str, folded: str, end: int, *, spoken: bool) -> int:
    """Where the part before the sign starts; spoken addresses may have several words."""
    start = _word_start(folded, end)
    for _ in range(_SPOKEN_WORDS if spoken else 0):
        before = folded[:start].rstrip(" ")[-65:]
        if len(before) == len(folded[:start][-65:]):
            break
        gap_end = len(folded[:start].rstrip(" "))
        previous = _word_start(folded, gap_end)
        word = folded[previous:gap_end]
        # Address words carry no tones: "là", "của" end the search.
        if not word or word in _STOP or text[previous:gap_end].lower() != word:
            break
        start = previous
    return start


def _word_start(folded: str, end: int) -> int:
    start = end
    while start and end - start < 64 and folded[start - 1] in _LOCAL:
        start -= 1
    return start


# -- fixed shapes ---------------------------------------------------------------------------------

_DOSSIER = re.compile(
    r"(?<![\da-z.])(?:\d{3}\.\d\d\.\d\d\.)?[hgk]\d\d"
    r"(?:\.\d{1,3}){0,4} ?[-. ] ?\d{6} ?[-. ] ?\d{3,6}(?!\d)"
    r"|(?<![\d.])\d{3}\.\d\d\.\d\d\.[hgk]\d\d(?!\d|-kq)(?:[-.]\d{1,6}){0,4}"
    r"|(?<!\d)\d{3}\.\d\d\.\d\d\.\d\d(?:[-.]\d{1,6}){1,4}(?!\d)"
)
_DOSSIER_NAMED = re.compile(
    r"(?:ma|so) (?:ho so|bien nhan|tra cuu|phieu hen)(?: cua \w{1,6})?(?: la| so)?[ :]{1,3}"
    r"(?P<code>(?=[a-z.-]{0,8}\d)[a-z0-9][a-z0-9.\-/]{5,40})"
)
_PLATE = re.compile(
    # 29A-123.45, 30E1 123.45, 29-B1 234.56
    r"(?<![a-z0-9.,/])[1-9]\d ?-? ?[a-z](?:[a-z]|\d)?[ .\-]{0,3}\d{3} ?[.,] ?\d\d(?!\d)"
    # 29A 12345, 29-B1 23456, 29a12345
    r"|(?<![a-z0-9.,/])[1-9]\d-?[a-z](?:[a-z]|\d)?[ \-]{0,3}\d{5}(?!\d)"
    r"|(?<![a-z0-9.,/])[1-9]\d -? ?[a-z]\d[ .\-]{0,3}\d{4,5}(?!\d)"
    # four digits: only with a series of letter and digit, or with a dash
    r"|(?<![a-z0-9.,/])[1-9]\d-?(?:[a-z]\d[ \-]{1,3}|[a-z]-)\d{4}(?!\d)"
)
_PLATE_NAMED = re.compile(
    r"(?:bien so|bien kiem soat|bks|bien xe|bien do|bien xanh|bien vang)(?: (?:xe|la|cua toi|cua em"
    r"|so)){0,3}[ :]{1,3}"
    r"(?P<code>\d\d ?-? ?[a-z]{1,2}\d? ?[-. ]? ?\d[\d.\- ]{2,6}\d|[a-z]{2}[ \-]{0,2}\d\d[ \-]\d\d"
    r"(?:[ \-]?\d\d)?)"
)
_AMOUNT = re.compile(r"\d\dk[ -]{0,3}\d{1,3}000")  # "20k 10000", always a small k
_PASSPORT = re.compile(r"(?<![a-z0-9])[a-z] ?\d{7,8}(?!\d)")
_SERIAL = re.compile(r"(?<![A-Za-z0-9])(?!KQ)[A-Z]{2} ?\d{6,8}(?!\d)")
_INSURANCE = re.compile(r"(?<![a-z0-9])[a-z]{2} ?\d(?:[ .\-]?\d){12}(?!\d)")
_SECRET = re.compile(
    r"(?<![a-z])(?:otp|ma xac thuc|ma xac nhan|ma pin|pin)(?: \w{1,6}){0,3}[ :=]{1,3}(?P<code>\d"
    r"(?:[ -]?\d){3,7})(?!\d)"
    r"|(?<![a-z])(?:mat khau|password|pass)(?: (?:vneid|dich vu cong|cua toi|cua em|dang nhap))?"
    r"(?: la |[ ]?[:=] ?)"
    r"(?P<word>(?=\S{0,20}\d)\S{4,40})"
)


def find_codes(text: str, folded: str) -> list[Span]:
    """Spans of everything that is not a plain number, with their kind."""
    spans = list(_emails(text, folded))
    if not has_digits(folded):
        return spans
    for kind, pattern in (("dossier", _DOSSIER), ("insurance", _INSURANCE)):
        spans += [(m.start(), m.end(), kind) for m in pattern.finditer(folded)]
    for kind, pattern in (("dossier", _DOSSIER_NAMED), ("plate", _PLATE_NAMED)):
        for match in pattern.finditer(folded):
            if not _is_public_code(match["code"]):
                spans.append((match.start("code"), match.end("code"), kind))
    spans += [
        (m.start(), m.end(), "plate")
        for m in _PLATE.finditer(folded)
        if not _AMOUNT.fullmatch(text[m.start() : m.end()])
    ]
    spans += [
        (m.start(), m.end(), "citizen")
        for pattern, view in ((_PASSPORT, folded), (_SERIAL, "" if text.isupper() else text))
        for m in pattern.finditer(view)
        if not m[0].endswith("000")
    ]
    for match in _SECRET.finditer(folded):
        group = "code" if match["code"] else "word"
        spans.append((match.start(group), match.end(group), "secret"))
    return spans


_PROCEDURE = re.compile(r"[1-9]\.\d{6}(?:\.[a-z0-9.]*)?")


def _is_public_code(code: str) -> bool:
    return _PROCEDURE.fullmatch(code.rstrip(".")) is not None
