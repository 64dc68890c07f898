"""The "cách thức thực hiện" table of a portal record as rows with each text in its own column.

The source was scraped from a page whose table cells ran together, so a fee may
sit in the time column ("120" + "VNĐ") and sentences about money in the note.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from ingest.portal_money import amounts_in
from ingest.portal_text import UPPER, bracket, clean, one_line, sentences, without_bullet
from knowledge.procedures import Channel

_CURRENCY = re.compile(rf"^(VNĐ|VND|Việt Nam Đồng|Đồng|USD)\s*(?=\(|$|[{UPPER}\-+*])")
_FEE_HEAD = re.compile(r"^(?:Miễn phí|[\d.,]+ (?:Việt Nam Đồng|VNĐ|VND|USD))\s*\(")
_LEAD = re.compile(r"^(?:cách (?:thức )?thực hiện|thời hạn giải quyết)\s*:\s*", re.IGNORECASE)
_DIGITS = re.compile(r"^\d[\d,.]*$")
_FEE_WORDS = re.compile(r"(?:\bphí\b|lệ phí|mức thu)", re.IGNORECASE)
_OPENING_HOURS = re.compile(
    r"(?:thời gian|giờ) tiếp nhận|giờ hành chính|thứ 2|thứ hai", re.IGNORECASE
)
_DURATION = re.compile(
    r"\d\s*(?:\([^)]{0,40}\)\s*)?(?:ngày|giờ|tháng|phút|tuần)|ngay (?:trong|khi|sau)|trong ngày",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Row:
    """One way of handing in: what it takes and costs, and the words that explain each."""

    channel: Channel | None
    time: str
    fee: str
    time_note: str = ""
    fee_note: str = ""
    channel_note: str = ""
    glued: str = ""
    """The digits that could not be told apart into time and fee ("120 VNĐ"), else empty."""


def channel_of(name: object) -> Channel | None:
    """The channel a portal label means, None for a label nobody has seen yet."""
    label = one_line(name).lower()
    if "trực tuyến" in label:
        return Channel.ONLINE
    if "bưu" in label:
        return Channel.POST
    return Channel.IN_PERSON if "trực tiếp" in label else None


def read_rows(methods: object) -> list[Row]:
    """The rows of a record's ``methods``; what is not a table row is left out."""
    raw = (
        [entry for entry in methods if isinstance(entry, dict)] if isinstance(methods, list) else []
    )
    known = {amount for entry in raw for amount in _stated_amounts(entry)}
    return [_row(entry, known) for entry in raw]


def _stated_amounts(entry: dict[str, Any]) -> Iterable[int]:
    for key in ("fee", "note"):
        for found in amounts_in(one_line(entry.get(key))):
            yield found.vnd


def _row(entry: dict[str, Any], known: set[int]) -> Row:
    time, fee, note = one_line(entry.get("time")), clean(entry.get("fee")), clean(entry.get("note"))
    fee, note = _fee_and_note(fee, note)
    row = Row(channel_of(entry.get("channel")), time, fee)
    currency = _CURRENCY.match(note)
    if not fee and currency and _DIGITS.match(time):
        note = note[currency.end() :].lstrip()
        inside, note = bracket(note) if note.startswith("(") else ("", note)
        row = _unglued(row, currency[1], inside, known)
    return _with_note(row, note)


def _fee_and_note(fee: str, note: str) -> tuple[str, str]:
    """What follows the fee's bracket ("Miễn phí(…)03 ngày làm việc …") belongs to the note."""
    head = _FEE_HEAD.match(fee)
    if not head:
        return fee, note
    inside, rest = bracket(fee[head.end() - 1 :])
    return f"{fee[: head.end()]}{inside})", f"{rest}\n{note}" if rest.strip(" .)") else note


def _unglued(row: Row, currency: str, inside: str, known: set[int]) -> Row:
    """Tell "1" + "20" apart in "120 VNĐ (20.000 đồng/tờ khai)".

    Only an amount stated in words elsewhere decides; without one both numbers are dropped,
    because "120" may be 1 | 20 or 12 | 0 or 120.
    """
    words = f"({inside})" if inside else ""
    fits: list[Row] = []
    for cut in (1, 2):
        days, amount = row.time[:cut], row.time[cut:]
        if not days.isdigit() or not re.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})*|[1-9]\d+", amount):
            continue
        vnd = int(amount.replace(",", ""))
        if vnd in known or (vnd < 1000 and vnd * 1000 in known):
            fits.append(replace(row, time=days, fee=f"{amount} {currency}{words}"))
    if len(fits) == 1:
        return fits[0]
    return replace(row, time="", fee="", fee_note=inside, glued=f"{row.time} {currency}")


def _with_note(row: Row, note: str) -> Row:
    """Each sentence of the note goes to the column it talks about."""
    fee_words = [row.fee_note] if row.fee_note else []
    columns: dict[str, list[str]] = {"time_note": [], "fee_note": fee_words, "channel_note": []}
    for sentence in sentences(note):
        text = without_bullet(sentence)
        for column in _columns_of(text) if text else ():
            columns[column].append(without_bullet(_LEAD.sub("", text)))
    said = {name: " ".join(filter(None, parts)) for name, parts in columns.items()}
    return replace(
        row,
        time_note=said["time_note"],
        fee_note=said["fee_note"],
        channel_note=said["channel_note"],
    )


def _columns_of(sentence: str) -> tuple[str, ...]:
    """Where a sentence belongs; one that names an amount and a duration belongs to both."""
    has_duration = bool(_DURATION.search(sentence)) and not _OPENING_HOURS.search(sentence)
    if amounts_in(sentence):
        return ("fee_note", "time_note") if has_duration else ("fee_note",)
    if has_duration or re.match(r"thời hạn", sentence, re.IGNORECASE):
        return ("time_note",)
    if _FEE_WORDS.search(sentence):
        return ("fee_note",)
    return (
        ("time_note",)
        if re.match(r"không quy định", sentence, re.IGNORECASE)
        else ("channel_note",)
    )
