"""Finds where a person lives and when they were born."""

import re
from collections.abc import Iterator

from assistant.privacy_innocent import DATE
from assistant.privacy_numbers import Span
from assistant.privacy_text import fold_in_place, has_digits

_NUMBER = r"\d{1,4}[a-z]?(?: ?[/-] ?\d{1,4}[a-z]?){0,4}"
_LANE = r"(?:ngo|ngach|hem|kiet|duong|pho|hxh)"
_AREA = r"(?:to dan pho|to|khu pho|khu|khom|xom|thon|ap|cum|kp|tdp|block|lo)"
# Numbers of papers, counters and laws come after these words, house numbers do not.
_NOT_A_HOUSE = "".join(
    f"(?<!{word} )"
    for word in (
        "mau",
        "quay",
        "luat",
        "ban",
        "diem",
        "dieu",
        "nghi dinh",
        "thong tu",
        "quyet dinh",
    )
)
_LIVES = r"(?:o|tai|dia chi|nha|ngu|thuong tru|tam tru|ho khau|que|song|thuoc|ve)"

_HOUSE = re.compile(
    # số 12 ngõ 34 phố …, nhà số 5 đường …, 12/3 đường …, ngõ 12 ngách 5/3 …
    rf"(?<![a-z0-9./]){_NOT_A_HOUSE}(?:(?:so nha|nha so|so|sn|nha) {_NUMBER}"
    rf"|\d{{1,4}}[a-z]?/{_NUMBER})"
    rf"(?: ?,? ?(?:ngo|ngach|hem|kiet) {_NUMBER}){{0,3}} ?,? ?(?P<street>{_LANE}) (?!(?:nao|bo|sat"
    rf"|thuy|gi|may|dau|hang khong)(?![a-z]))"
    rf"|(?<![a-z])(?:(?:ngo|ngach|hem|kiet) {_NUMBER})(?: ?,? ?(?:(?:ngo|ngach|hem|kiet) {_NUMBER}"
    rf"|so(?: nha)? {_NUMBER})){{0,3}}"
    rf"(?: ?,? ?(?:duong|pho) )?"
    rf"|(?<![a-z])(?:so nha|nha so) {_NUMBER}(?![a-z0-9])(?: ?,? ?{_AREA} \d{{1,3}}(?![\d]))?"
)
_BARE_HOUSE = re.compile(
    rf"(?<![a-z]){_LIVES}(?: la|:| toi| em| chau)? (?P<house>(?:so )?{_NUMBER}) (?=[a-z])"
)
_FLAT = re.compile(
    r"(?<![a-z])(?:can ho|can|phong|p\.?) ?(?:so )?(?P<flat>[a-z]{0,2}\d{1,2}[.-]?\d{2,3}[a-z]?)"
    r" ?[,-]? ?(?:tang \d{1,2} ?,? ?)?(?:toa(?: nha)?|thap|chung cu|block|ct|kdt)[ ]?"
    r"(?:[a-z]{0,2}\d{1,3}[a-z]?)?"
)
_HAMLET = re.compile(
    rf"(?<![a-z]){_LIVES}(?: toi| em| chau| la|:)? (?P<hamlet>(?:(?:so|so nha) {_NUMBER} ?,? ?)?"
    rf"(?:(?:to|doi) \d{{1,3}} ?,? ?)?(?P<area>thon|xom|ap|ban|buon|lang|khom|to dan pho|tdp|khu "
    rf"pho|kp|soc|phum) )(?=[a-z0-9])"
)
# "Ban", "làn", "áp" fold to the same letters, so the written word decides.
_AREA_WORDS = frozenset(
    [
        "thôn", "thon", "Thôn", "xóm", "xom", "Xóm", "ấp", "Ấp", "bản", "buôn", "Buôn", "làng",
        "lang", "khóm", "khom", "sóc", "phum", "tdp", "TDP", "kp", "KP",
    ]
) | {"tổ dân phố", "to dan pho", "Tổ dân phố", "khu phố", "khu pho", "Khu phố"}  # fmt: skip
_BORN = re.compile(
    r"(?<!khai )(?<!hoc )(?<!ve )(?<!phat )(?<!thi )(?<!chung )(?<![a-z])(?:ngay,? thang,? nam sinh"
    r"|ngay sinh|ngay thang sinh|sinh ngay|sanh ngay|sinh|sanh|sn|dob|ns)"
    r"(?: cua (?:toi|em|con|chau|be|vo|chong|me|bo|ba|ong)(?: toi| em| chau)?)?(?: la| vao| hom| "
    r"ngay)?[ :]{1,3}"
    rf"(?P<date>{DATE}|\d{{1,2}}[ .]\d{{1,2}}[ .](?:19|20)\d\d|[0-3]\d[01]\d(?:19|20)\d\d"
    r"|(?:ngay )?(?:mung |mong )?\d{1,2},? thang \d{1,2},? nam \d{4}"
    r"|(?:ngay )?(?:mung |mong )?(?:[a-z]{2,5} ){1,3}thang (?:[a-z]{2,5} ){1,2}nam"
    r"(?: (?:khong|mot|hai|ba|bon|tu|nam|lam|sau|bay|tam|chin|muoi|tram|nghin|ngan|linh|le)){2,8})"
    r"(?!\d)"
)
_SURNAMES = [
    "nguyễn", "trần", "lê", "phạm", "hoàng", "huỳnh", "phan", "vũ", "võ", "đặng", "bùi", "đỗ",
    "hồ", "ngô", "dương", "lý", "đinh", "trương", "trịnh", "đào", "đoàn", "mai", "lâm", "lương",
    "cao", "chu", "tạ", "thái", "quách", "la", "vi", "hà", "lưu", "phùng", "tôn", "tô", "kiều",
    "tăng", "giang", "đàm", "nông", "hứa", "diệp", "triệu",
]  # fmt: skip
_FOLDED_SURNAMES = [fold_in_place(name) for name in _SURNAMES]
_NAMED_DATE = re.compile(rf"(?<![\d/])(?<!\d[.-]){DATE}(?!\d|[/.-]\d)")
_NAME_BEFORE = re.compile(
    rf"(?<![a-z])(?:{'|'.join(_FOLDED_SURNAMES)})(?: [a-z]{{1,7}}){{1,4}} ?[,:;(\-]{{0,2}} ?"
    rf"(?:ngay )?$"
)
# Surnames that are no other word, so that lower-case typing may count.
_SURE_SURNAMES = frozenset(("nguyễn", "nguyen", "huỳnh", "huynh"))
_OFFICES = frozenset(
    [
        "uy", "ubnd", "bo", "so", "cong", "phuong", "xa", "trung", "co", "van", "tinh", "thanh",
        "quan", "huyen", "quoc", "hoi", "dang", "chi", "toa", "bao", "benh",
    ]
)  # fmt: skip
# Lower-case typing gives no end to a street's name; these words end it.
_END = frozenset(
    [
        "can", "muon", "xin", "thi", "lam", "co", "o", "la", "thuoc", "phuong", "xa", "quan",
        "huyen", "tinh", "tp", "thanh", "gan", "da", "dang", "nop", "thu", "tuc", "giay", "to",
        "ky", "phai", "cho", "hoi", "bao", "khi", "minh", "toi", "em", "chau", "ve", "den", "voi",
        "va", "roi", "chua", "duoc", "khong", "ko", "k", "di", "bay", "nay",
    ]
)  # fmt: skip


def find_places(text: str, folded: str) -> list[Span]:
    """Spans of house addresses and of birth dates that belong to a person."""
    if has_digits(folded):
        return [*_houses(text, folded), *_hamlets(text, folded), *_births(text, folded)]
    said_in_words = _births(text, folded) if " thang " in folded else ()
    return [*_hamlets(text, folded), *said_in_words]


def _houses(text: str, folded: str) -> Iterator[Span]:
    for match in _HOUSE.finditer(folded):
        end = match.end()
        if match[0].endswith(" ") or match["street"]:
            end = _name_end(text, folded, end)
        yield match.start(), end, "address"
    for match in _BARE_HOUSE.finditer(folded):
        end = _capitals_end(text, match.end())
        name = folded[match.end() : end].split()
        if len(name) >= 2 and name[0] not in _OFFICES:
            yield match.start("house"), end, "address"
    for match in _FLAT.finditer(folded):
        yield match.start(), _capitals_end(text, match.end(), skip_space=True), "address"


def _hamlets(text: str, folded: str) -> Iterator[Span]:
    for match in _HAMLET.finditer(folded):
        end = _capitals_end(text, match.end(), digits=True)
        if end > match.end() and text[match.start("area") : match.end("area")] in _AREA_WORDS:
            yield match.start("hamlet"), end, "address"


def _name_end(text: str, folded: str, start: int) -> int:
    """The end of a street's name: its capitals, or two words where nothing is capital."""
    end = _capitals_end(text, start)
    if end > start:
        return end
    for word in re.finditer(r"[a-z0-9]+", folded[start : start + 40]):
        if (
            word.start() + start > end + 1
            or word[0] in _END
            or (end > start and " " in folded[start:end])
        ):
            break
        end = start + word.end()
    return max(end, start - 1)


_WORD = re.compile(r"[^\W_]+")


def _capitals_end(text: str, start: int, *, digits: bool = False, skip_space: bool = False) -> int:
    """The end of up to four words with capital first letters (or numbers) from ``start``."""
    end, at = start, start + (1 if skip_space and text[start : start + 1] == " " else 0)
    for _ in range(4):
        word = _WORD.match(text, at)
        if word is None or not (word[0][0].isupper() or (digits and word[0].isdigit())):
            break
        end, at = word.end(), word.end() + 1
        if text[end : end + 1] != " ":
            break
        if text[at : at + 1].islower():
            break
    return end


def _births(text: str, folded: str) -> Iterator[Span]:
    for match in _BORN.finditer(folded):
        yield match.start("date"), match.end("date"), "birth"
    for match in _NAMED_DATE.finditer(folded):
        name = _NAME_BEFORE.search(folded[max(0, match.start() - 48) : match.start()])
        if name is None:
            continue
        start = max(0, match.start() - 48) + name.start()
        surname, given, *_ = text[start : match.start()].split()
        is_surname = surname.lower() in _SURNAMES or surname.isascii()
        if (
            is_surname and surname[0].isupper() and given[0].isupper()
        ) or surname.lower() in _SURE_SURNAMES:
            yield match.start(), match.end(), "birth"
