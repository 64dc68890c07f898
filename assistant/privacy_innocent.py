"""Numbers that say nothing about a person: codes of procedures and laws, dates, times and money."""

import re

_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
DATE = (
    rf"{_DAY}(?: ?/ ?{_MONTH} ?/ ?(?:(?:19|20)\d\d|\d\d(?![\d]))"
    rf"|(?: ?- ?{_MONTH} ?- ?| ?\. ?{_MONTH} ?\. ?)(?:19|20)\d\d)"
)
_UNITS = (
    r"(?:dong|vnd|d|usd|k|nghin|ngan(?! hang)|tr|trieu|ty|%|m2|m3|m|km|ha|kg|met|hecta)(?![a-z0-9])"
)
_NOT_LAST_GROUP = r"(?<!\d\d[\s-]\d{3}[\s-])(?<!\d[\s-]\d{4}[\s-])(?<!\d\d[\s-]\d\d[\s-])"

_INNOCENT = re.compile(
    "|".join(
        (
            # 1.001193, 1.013978.H36, 1.001193.000.00.00.H26
            r"(?<![\d.])[1-9]\.\d{6}(?![\d]|[ .-]\d{3})(?:(?:\.000\.00\.00)?\.[hg]\d\d)?",
            # 123/2015/NĐ-CP, 66.7/2025/NQ-CP, 3121/QĐ-BNNMT, 60/2014/QH13
            r"(?<![\d/])\d{1,5}(?:\.\d{1,2})?/(?:(?:19|20)\d\d/)?[a-z]{2}[a-z0-9-]{0,24}",
            # results of procedures on the national portal: KQ.G01.000023, 000.00.00.G04-KQ3015
            r"(?<![a-z0-9])kq\.[ghk]\d\d\.\d{6}(?!\d)|(?:000\.00\.00\.)?[ghk]\d\d-kq\.?\d{3,6}"
            r"(?!\d)",
            # 351/2025, 01/2026
            r"(?<![\d/.-])\d{1,4}/(?:19|20)\d\d(?![\d/])",
            rf"(?<![\d/])(?<!\d[.-]){DATE}(?: ?(?:-|~|den) ?{DATE})?(?!\d|[/.-]\d)",
            rf"(?<![\d/]){_DAY}/{_MONTH}(?![\d/])",
            # 113/114/115
            r"(?<![\d.,/-])11[1-5](?:(?: ?[/,] ?| hay | hoac | va )11[1-5])+(?!\d|[/.-]\d)",
            # 7h30, 07:30, 7 giờ 30
            r"(?<![\d:])(?<!\d[ .-])(?<!\d[.-] )(?:[01]?\d|2[0-4]) ?(?:[:h]|gio) ?[0-5]\d(?![\d:])",
            # 2.000 đồng, 10,000 VNĐ, 150000đ, 120m2, 1.200.000.000 đồng
            # "dong", "d" and "k" are also "đóng", "đ…" and "không": longer numbers must be round
            # and the last group of a phone number cut in groups ("0912 345 678 k ạ") is no amount
            rf"(?<![\d.,]){_NOT_LAST_GROUP}"
            rf"(?:[1-9]\d{{0,2}}(?:[.,]\d{{3}}){{0,3}}[.,]000|[1-9]\d{{0,2}}"
            rf"(?:[.,]\d{{3}}){{1,2}}"
            rf"|[1-9]\d{{0,4}}|[1-9]\d{{1,9}}00) ?{_UNITS}",
            r"(?<![\d.,])[1-9]\d{0,2}(?:[.,]\d{3}){0,2}(?:[.,]000){2}(?![.,]?\d)",
            # amounts with a range or in a list: 500.000-1.000.000, 20.000, 30.000
            r"(?<![\d.,])[1-9]\d{0,2}(?:[.,]\d{3})?[.,]000(?![.,]?\d)",
        )
    )
)
_HOTLINE = re.compile(r"1[89]00\d{4}(?:\d\d)?")
_WRITTEN_DATE = re.compile(
    r"(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d"
    r"|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
)


def hide_innocent(folded: str) -> str:
    """The folded text with every innocent number blanked, in the same length."""
    return _INNOCENT.sub(lambda match: "\0" * len(match[0]), folded)


def is_hotline(digits: str) -> bool:
    """Whether this is a public 1800 or 1900 number."""
    return _HOTLINE.fullmatch(digits) is not None


def is_written_date(digits: str) -> bool:
    """Whether eight digits read as 23112026 or 20261123."""
    return _WRITTEN_DATE.fullmatch(digits) is not None


def is_amount(digits: str, about_money: bool) -> bool:
    """Whether a long number is money: round, and more surely so where the talk is of money."""
    if digits.startswith("0") or len(digits) > 13:
        return False
    if about_money or len(digits) < 8:
        return digits.endswith("000")
    # One identity number in 100,000 ends like this; one in 10,000 of eight digits.
    return digits.endswith("00000") or (len(digits) == 8 and digits.endswith("0000"))
