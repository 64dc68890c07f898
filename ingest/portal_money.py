"""Finds amounts of money, what they are paid for, and their dates in Vietnamese text."""

import re
from dataclasses import dataclass
from datetime import date

from ingest.portal_text import LOWER

_UNIT = rf"(?:đồng|vnđ|vnd|việt nam đồng|đ(?![{LOWER}]))"
_AMOUNT = re.compile(
    rf"(?<![\d.,/])(?:(?P<grouped>\d{{1,3}}(?:[.,]\d{{3}})+)(?=\s*(?:\([^()]{{0,80}}\)\s*)?(?:{_UNIT}|/\s?\S))"
    rf"|(?P<plain>\d{{4,12}})(?=\s*{_UNIT})"
    rf"|(?P<scaled>\d{{1,4}}(?:,\d{{1,3}})?)\s*(?P<scale>triệu|nghìn|ngàn|tỷ)(?=\s*{_UNIT}))"
    rf"\s*(?:{_UNIT})?(?:\s*\([^()]{{0,80}}\)\s*(?={_UNIT}|/))?(?:\s*{_UNIT})?",
    re.IGNORECASE,
)
_SCALES = {"triệu": 1_000_000, "nghìn": 1_000, "ngàn": 1_000, "tỷ": 1_000_000_000}
# "dưới 500.000.000 đồng" is the size of a case, not what one pays.
_THRESHOLD = re.compile(
    r"(?:dưới|trên|từ|đến|tới|hơn|lớn hơn|bằng|vượt|giá trị|vốn)(?: \S+)?\s*$", re.IGNORECASE
)
_PER = re.compile(
    r"^\s*/\s*(?:\d{1,2}\s+)?(?P<what>[^\W\d_][^\s,;.()\[\]:]*(?:\s(?!(?:đối"
    r"|theo|khi|kể|áp|cho|và|hoặc|nếu|tại"
    r"|từ|do|được|trường|thu|tối|không|giá|bằng|miễn|lệ|phí|của|khối|xuất|-"
    r"|\+)\b)[^\s,;.()\[\]:]+){0,3})"
)
_DAY = r"(\d{1,2})(?:\s*/\s*|\s+tháng\s+)(\d{1,2})(?:\s*/\s*|\s+năm\s+)(\d{4})"
PERIOD = re.compile(
    rf"(?:từ\s+)?(?:kể\s+từ\s+)?(?:ngày\s+)?{_DAY}\s*(?:cho\s+)?đến\s+(?:hết\s+)?"
    rf"(?:ngày\s+)?{_DAY}|đến\s+hết\s+(?:ngày\s+)?{_DAY}",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Amount:
    """A sum as written: how much, for what (``per``), and where it stands in the text."""

    vnd: int
    per: str | None
    start: int
    end: int


@dataclass(frozen=True)
class Period:
    """From and until as written; ``start`` is None for "đến hết ngày …"."""

    start: date | None
    end: date


def amounts_in(text: str) -> list[Amount]:
    """Every sum one may have to pay; limits ("dưới 5 triệu đồng") only where nothing else is."""
    found: list[Amount] = []
    limits: list[Amount] = []
    for match in _AMOUNT.finditer(text):
        vnd = _value(match)
        if not 0 < vnd <= 1_000_000_000:
            continue
        amount = Amount(vnd, per_of(text[match.end() :]), match.start(), match.end())
        is_limit = amount.per is None and _THRESHOLD.search(
            text[max(0, match.start() - 20) : match.start()]
        )
        (limits if is_limit else found).append(amount)
    return found or limits


def per_of(text: str) -> str | None:
    """What "/trang", "/ 1 môn thi" counts, None when the text does not start so."""
    match = _PER.match(text)
    return match["what"].rstrip("-–") if match else None


def period_in(text: str) -> Period | None:
    """The first "từ ngày … đến hết ngày …" of a text; a date that does not exist is ignored."""
    match = PERIOD.search(text)
    if not match:
        return None
    numbers = match.groups()
    try:
        if numbers[6]:
            return Period(None, _date(numbers[6:9]))
        return Period(_date(numbers[0:3]), _date(numbers[3:6]))
    except ValueError:
        return None


def in_words(vnd: int) -> str:
    """ "150.000 đồng"."""
    return f"{vnd:,}".replace(",", ".") + " đồng"


def _date(numbers: tuple[str | None, ...]) -> date:
    day, month, year = (int(number or 0) for number in numbers)
    return date(year, month, day)


def _value(match: re.Match[str]) -> int:
    if match["grouped"]:
        return int(re.sub(r"[.,]", "", match["grouped"]))
    if match["plain"]:
        return int(match["plain"])
    return round(float(match["scaled"].replace(",", ".")) * _SCALES[match["scale"].lower()])
