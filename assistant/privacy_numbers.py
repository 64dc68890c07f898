"""Finds identity, phone, tax, insurance and account numbers in every layout people type or say.

Numbers and digit words are read as chains ("001 099-012.345", "không chín một …").
A chain beside a word such as "căn cước" or "STK" is masked on length alone; a
chain without such a word must have the shape of an identifier.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from assistant.privacy_innocent import hide_innocent, is_amount, is_hotline, is_written_date
from assistant.privacy_text import has_digits, read_digits

Span = tuple[int, int, str]

_WORDS = {
    "khong": "0", "mot": "1", "hai": "2", "ba": "3", "bon": "4", "tu": "4", "nam": "5", "lam": "5",
    "sau": "6", "bay": "7", "tam": "8", "chin": "9", "muoi": "0",
}  # fmt: skip
_TOKEN = re.compile(rf"\d+|(?<![a-z])(?:{'|'.join(_WORDS)})(?![a-z])")
# What may stand between two parts of one number: signs, and words of dictation, read as blanks.
_GAP = re.compile(r"(?: *[.,;:/|*()+~\-]){0,3} *")
_LONGEST_GAP = 32
_FILLER = re.compile(
    r"(?<=[\d ,])(?:(?:(?:ba|bon|nam|sau|tam|chin|may) )?so (?:dau|sau|cuoi|giua|tiep)(?: theo)?"
    r"(?: la)?|sau do|tiep theo"
    r"|tiep den|tiep|roi|va|xong|nua|cham|tram|linh|gach ngang|gach|cach)(?=[ ,:\d])"
)
FEWEST_DIGITS = 6  # shorter numbers tell nobody who somebody is
_BEFORE = 48  # "số căn cước công dân của vợ tôi ghi trên thẻ là " is 47 characters
_AFTER = 26

_BANKS = (
    "vietcombank|vcb|bidv|agribank|techcombank|tcb|mb ?bank|mb|acb|vp ?bank|tp ?bank|vib|sacombank"
    "|viettinbank"
    "|vietinbank|ctg|shb|hd ?bank|ocb|msb|lp ?bank|lienvietpostbank|seabank|eximbank|scb|nam a bank"
    "|bac a bank"
    "|pvcombank|abbank|baovietbank|kienlongbank|cake|timo|momo|zalo ?pay|vnpay|viettel ?pay"
    "|viettel money"
    "|ngan hang"
)
_CONTEXT = re.compile(
    r"(?<![a-z])(?:"
    r"(?P<citizen>cccd|cmnd|cmt|cmtnd|cm nd|can cuoc|chung minh|dinh danh|ddcn|ho chieu|passport"
    r"|giay phep lai xe"
    r"|gplx|bang lai|so giay to|ma so ca nhan|id)"
    r"|(?P<phone>sdt|sđt|dt|so dt|dien thoai|phone|tel|mobile|zalo|viber|whatsapp|goi|lien he|lien "
    r"lac|alo|nhan tin"
    r"|so may|di dong|hotline)"
    r"|(?P<insurance>bhxh|bhyt|bao hiem|(?<!ho )so so)"
    r"|(?P<tax>mst|ma so thue|ma thue|ma so doanh nghiep|ma so ho kinh doanh)"
    rf"|(?P<account>stk|so tk|tai khoan|tk|so the|chuyen khoan|ck|{_BANKS})"
    r"|(?P<dossier>ma ho so|so ho so|bien nhan|ma tra cuu|phieu hen|ma bien nhan)"
    r"|(?P<money>phi|le phi|gia|tien|von|luong|thu nhap|doanh thu|muc|tri gia|phat|vay|tro cap|no"
    r"|chi phi|het|thu)"
    r")(?![a-z])"
)
_BANK_AFTER = re.compile(rf"[ (,\-]{{0,3}}(?:tai |cua |o |thuoc )?(?:{_BANKS})(?![a-z])")
_MONEY = "money"

_PHONE = re.compile(r"(?:0|84|840|0084)(?:[2-9]\d{8}|2\d{9}|1\d{9})")
_CITIZEN = re.compile(r"0(?:0[1-9]|[1-9]\d)\d{9}")  # province codes 001–096
# Exactly twelve digits from a nought on, joined by signs and blanks only.
_TWELVE = re.compile(r"(?<!\d)(?<!\d[ .\-–])0(?:[ .\-–]{0,3}\d){11}(?![ .\-–]{0,3}\d)")
_CARD_GROUPS = ((4, 4, 4), (4, 4, 4, 4), (4, 4, 4, 4, 3), (3, 3, 3), (3, 3, 3, 3))


@dataclass(frozen=True, slots=True)
class _Part:
    start: int
    end: int
    digits: str
    is_word: bool
    gap: str  # what stands between the part before and this one


def find_numbers(folded: str) -> list[Span]:
    """Spans of identifiers made of digits, with their kind; innocent numbers are left alone."""
    plain = read_digits(folded)
    if not has_digits(plain) and len(_TOKEN.findall(plain)) < FEWEST_DIGITS:
        return []
    whole = _announced_whole(plain)
    for start, end, _ in whole:
        plain = plain[:start] + "\0" * (end - start) + plain[end:]
    view = _FILLER.sub(_blank, hide_innocent(plain))
    spans = whole
    for chain in _chains(view):
        if sum(len(part.digits) for part in chain) >= FEWEST_DIGITS:
            spans += _identifiers(chain, view)
    return spans


def _announced_whole(plain: str) -> list[Span]:
    """Announced citizens' numbers, however cut: "cccd 002 30.000 - 0018" is no money."""
    return [
        (match.start(), match.end(), "citizen")
        for match in _TWELVE.finditer(plain)
        if _CITIZEN.fullmatch(re.sub(r"\D", "", match[0]))
        and _announced_before(plain, match.start()) == "citizen"
    ]


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _chains(view: str) -> Iterator[list[_Part]]:
    chain: list[_Part] = []
    for match in _TOKEN.finditer(view):
        is_word = match[0][0].isalpha()
        gap = view[chain[-1].end : match.start()] if chain else ""
        if chain and (len(gap) > _LONGEST_GAP or not _GAP.fullmatch(gap)):
            yield chain
            chain, gap = [], ""
        digits = _WORDS[match[0]] if is_word else match[0]
        chain.append(_Part(match.start(), match.end(), digits, is_word, gap))
    if chain:
        yield chain


def _identifiers(chain: list[_Part], view: str) -> list[Span]:
    context = _context(chain, view)
    named = None if context == _MONEY else context
    windows: list[tuple[int, int]] = []
    at = 0
    while at < len(chain):
        last = None
        if named is not None:
            last = _by_length(chain, at, named)
        if last is None:
            last = _by_shape(chain, at, context == _MONEY)
        if last is None:
            at += 1
        else:
            windows.append((at, last))
            at = last + 1
    if windows:
        windows += _leftovers(chain, windows)
    return [_span(chain[first : last + 1], view, named) for first, last in windows]


def _leftovers(
    chain: Sequence[_Part], windows: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Long rests beside a found identifier: two numbers in one chain may have been cut wrongly."""
    edges = [-1, *(edge for window in windows for edge in window), len(chain)]
    for before, after in zip(edges[::2], edges[1::2], strict=True):
        parts = chain[before + 1 : after]
        digits = "".join(part.digits for part in parts if not part.is_word)
        round_amount = len(parts) == 1 and digits.endswith("000")
        if (len(digits) >= 6 and not round_amount and not _are_years(parts)) or (
            len(parts) >= 6 and len(digits) < 6
        ):
            yield before + 1, after - 1


def _context(chain: Sequence[_Part], view: str) -> str | None:
    """The kind of number the words around a chain announce; the nearest word wins."""
    start, end = chain[0].start, chain[-1].end
    if _BANK_AFTER.match(view, end, end + _AFTER):
        return "account"
    return _announced_before(view, start)


def _announced_before(view: str, start: int) -> str | None:
    kind = None
    for match in _CONTEXT.finditer(view, max(0, start - _BEFORE), start):
        kind = match.lastgroup
    return kind


def _by_length(chain: Sequence[_Part], at: int, kind: str) -> int | None:
    """The last part of an announced number, or None when what follows cannot be one."""
    parts = list(chain[at:])
    if sum(part.is_word for part in parts) < 6:  # a stray "năm", "không", "ba" is no digit
        parts = list(takewhile(lambda part: not part.is_word, parts))
    if not parts or (parts[0].is_word and not _is_dictated(parts)):
        return None
    # "0912345678, 15 ngày": a list comma ends a number that is long enough already.
    since_comma = 0
    for index, part in enumerate(parts):
        if index and ("," in part.gap or ";" in part.gap):
            if since_comma >= 8:
                parts = parts[:index]
                break
            since_comma = 0
        since_comma += len(part.digits)
    digits = "".join(part.digits for part in parts)
    if len(digits) < 7 and not (len(digits) == 6 and len(parts) == 1):
        return None
    if len(digits) < 9 and (digits.endswith("000") or _are_years(parts)):
        return None
    if (kind == "phone" and is_hotline(digits)) or sum(part.is_word for part in parts) == len(
        parts
    ) < 7:
        return None
    return at + len(parts) - 1


def _by_shape(chain: Sequence[_Part], at: int, about_money: bool) -> int | None:
    """The last part of the longest window from ``at`` that looks like an identifier."""
    first = chain[at]
    # "1.030.000.500" is one number: no window may start inside it.
    if first.gap == "." and at and not first.is_word:
        return None
    if first.is_word and not _is_dictated(chain[at:]):
        return None
    if len(first.digits) >= 10 and _is_whole(first.digits):
        return at
    sure, likely, digits = None, None, ""
    for last in range(at, min(len(chain), at + 16)):
        digits += chain[last].digits
        if len(digits) > 19:
            break
        if len(digits) < 8:
            continue
        if _is_whole(digits) and last > at:
            sure = last
        elif sure is None and _is_likely(chain[at : last + 1], digits, about_money):
            likely = last
    found = likely if sure is None else sure
    return None if found is None or _is_list(chain[at : found + 1]) else found


def _is_whole(digits: str) -> bool:
    """Whether the digits are a citizen's number or a phone number, complete."""
    return digits[0] in "08" and bool(_PHONE.fullmatch(digits) or _CITIZEN.fullmatch(digits))


def _is_likely(parts: Sequence[_Part], digits: str, about_money: bool) -> bool:
    if len(parts) == 1:
        if is_hotline(digits) or (len(digits) == 8 and is_written_date(digits)):
            return False
        return not is_amount(digits, about_money)
    if len(parts) >= 7:
        words = sum([part.is_word for part in parts])
        return len(digits) >= 9 and (words >= 7 or (not words and len(digits) == len(parts)))
    lengths = tuple([len(part.digits) for part in parts])
    if len(parts) == 2:
        # The suffix of a tax number, or a slip of the finger after a long number.
        return lengths[0] >= 9 and lengths[1] <= 4 and parts[1].gap in (".", "-")
    if lengths not in _CARD_GROUPS or _are_years(parts) or is_amount(digits, about_money):
        return False
    return len({part.gap for part in parts[1:]}) == 1


def _is_dictated(parts: Sequence[_Part]) -> bool:
    """Whether a leading digit word belongs to a number and is not "không?", "năm" or "ba" alone."""
    following = parts[1:3]
    return len(following) == 2 and all(part.is_word or len(part.digits) <= 3 for part in following)


def _are_years(parts: Sequence[_Part]) -> bool:
    return all(len(part.digits) == 4 and part.digits[:2] in ("19", "20") for part in parts)


def _is_list(parts: Sequence[_Part]) -> bool:
    """Whether the parts count upwards ("mẫu 01, 02, 03, 04 và 06", "Điều 134, 135, 136")."""
    if len(parts) < 3 or len(parts[0].digits) > 3 or "," not in parts[1].gap + parts[2].gap:
        return False
    return all(0 < int(b.digits) - int(a.digits) < 10 for a, b in pairwise(parts))


def _span(parts: Sequence[_Part], view: str, context: str | None) -> Span:
    start, end = parts[0].start, parts[-1].end
    digits = "".join(part.digits for part in parts)
    while start and view[start - 1] in "+(":
        start -= 1
    if "(" in view[start : parts[0].end] and view[end : end + 1] == ")":
        end += 1
    return start, end, _kind(digits, context)


def _kind(digits: str, context: str | None) -> str:
    if context and context != "phone":
        return context
    if _PHONE.fullmatch(digits) or context == "phone":
        return "phone"
    if len(digits) in (9, 12):
        return "citizen"
    return "number"
