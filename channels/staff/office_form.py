"""The office's hours, days, phones and counters as lines of text, and back.

One line for one thing is what a clerk can type on a phone and copy from a letter; a line that
cannot be read is named, with an example.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from channels.staff.office_change import Refused
from knowledge.hours import Holiday, Hours, Spans
from knowledge.offices import Phone

WEEK = (
    ("monday", "Thứ Hai"), ("tuesday", "Thứ Ba"), ("wednesday", "Thứ Tư"),
    ("thursday", "Thứ Năm"), ("friday", "Thứ Sáu"), ("saturday", "Thứ Bảy"),
    ("sunday", "Chủ nhật"),
)  # fmt: skip
_TIME = r"(\d{1,2})\s*(?:[:h.]|giờ)\s*(\d{2})?"
_SPAN = re.compile(rf"{_TIME}\s*(?:[-–—]|đến)\s*{_TIME}", re.IGNORECASE)
_BETWEEN = re.compile(r"^[\s,;.]*(?:và)?[\s,;.]*$", re.IGNORECASE)
_DAY = re.compile(r"^\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})[\s:–-]+(.+?)\s*$")
_PHONE = re.compile(r"^\s*(.+?)\s*[:–-]\s*(\+?[\d][\d .\-]+\d)\s*$")


def lines_of(text: object) -> list[str]:
    """The lines that hold something."""
    return [line.strip() for line in str(text or "").splitlines() if line.strip()]


def spans_line(spans: Spans) -> str:
    """ "07:30-11:30, 13:30-17:00"; empty for a day off."""
    return ", ".join(f"{span.opens:%H:%M}-{span.closes:%H:%M}" for span in spans)


def read_spans(text: str, what: str) -> list[str]:
    """The spans of a line such as "7h30-11h30 và 13:30 đến 17:00"; raises Refused."""
    found = list(_SPAN.finditer(text))
    rest = _SPAN.split(text)[:: _SPAN.groups + 1]
    if text.strip() and (not found or not all(_BETWEEN.match(piece) for piece in rest)):
        raise Refused(f"{what}: chưa đọc được “{text}”. Viết như 07:30-11:30, 13:30-17:00.")
    spans = []
    for match in found:
        opens, opens_at, closes, closes_at = match.groups()
        spans.append(f"{int(opens):02}:{opens_at or '00'}-{int(closes):02}:{closes_at or '00'}")
    return spans


def hours_lines(hours: Hours) -> list[tuple[str, str, str]]:
    """Field, name and line of each weekday."""
    return [(key, name, spans_line(getattr(hours, key))) for key, name in WEEK]


def read_hours(typed: dict[str, str]) -> dict[str, list[str]]:
    """Spans by weekday; raises Refused naming every day that cannot be read."""
    week: dict[str, list[str]] = {}
    wrong: list[str] = []
    for key, name in WEEK:
        try:
            week[key] = read_spans(typed.get(key, ""), name)
        except Refused as refusal:
            wrong += refusal.sentences
    if wrong:
        raise Refused(*wrong)
    return week


def holidays_text(holidays: Iterable[Holiday]) -> str:
    """ "02/09/2027 Quốc khánh", a line each."""
    return "\n".join(f"{one.date:%d/%m/%Y} {one.name}" for one in holidays)


def read_holidays(text: object) -> list[dict[str, Any]]:
    """Holidays in order of their day; raises Refused."""
    found, wrong = [], []
    for line in lines_of(text):
        match = _DAY.match(line)
        try:
            if not match:
                raise ValueError
            on = date(int(match[3]), int(match[2]), int(match[1]))
        except ValueError:
            wrong.append(f"Chưa đọc được dòng “{line}”. Viết như 02/09/2027 Quốc khánh.")
            continue
        found.append({"date": on.isoformat(), "name": match[4]})
    if wrong:
        raise Refused(*wrong)
    return sorted(found, key=lambda one: one["date"])


def phones_text(phones: Iterable[Phone]) -> str:
    """ "Tổng đài: 024 0000 0100", a line each."""
    return "\n".join(f"{phone.label}: {phone.number}" for phone in phones)


def read_phones(text: object) -> list[dict[str, str]]:
    """Labelled numbers; raises Refused."""
    found, wrong = [], []
    for line in lines_of(text):
        match = _PHONE.match(line)
        if match:
            found.append({"label": match[1], "number": match[2]})
        else:
            wrong.append(f"Chưa đọc được dòng “{line}”. Viết như Tổng đài: 024 3123 4567.")
    if wrong:
        raise Refused(*wrong)
    return found


def read_day(text: object, what: str) -> date:
    """The day of a date field; raises Refused when it is empty or no day."""
    try:
        return date.fromisoformat(str(text or ""))
    except ValueError as error:
        raise Refused(f"{what}: chọn một ngày.") from error
