"""Which day, and what time of it, somebody asks about: "sáng mai", "thứ bảy", "2/9", "16h"."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from knowledge.data_files import parse_yaml
from knowledge.offices import HANOI, Office
from knowledge.vietnamese import fold, normalise

FILE = Path(__file__).parent / "data" / "days.yaml"
MOST = 3  # days answered in one reply
_DATE = re.compile(r"\b(\d{1,2})(?:\s*[/-]\s*| thang )(\d{1,2})(?:(?:\s*[/-]\s*| nam )(\d{4}))?\b")
_TIME = re.compile(r"(?<![\d/])(\d{1,2})\s*(?:h|gio|g|:(?=\d\d))\s*(\d{2}|ruoi)?\b")
LAST_SMALL_HOUR = 5  # "4 giờ" of an office is in the afternoon


@dataclass(frozen=True, slots=True)
class AskedDay:
    """A day, to ``until`` where it is a holiday of several, and the time of day if one is said."""

    on: date
    until: date
    at: time | None = None


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    raw = parse_yaml(FILE.read_text("utf-8"))

    def folded(phrases: list[str]) -> list[str]:
        return [fold(normalise(str(phrase))) for phrase in phrases]

    return {
        "ahead": {fold(normalise(words)): days for words, days in raw["ahead"].items()},
        "weekdays": [folded(names) for names in raw["weekdays"]],
        "next_week": folded(raw["next_week"]),
        "holidays": {name: folded(said) for name, said in raw["holidays"].items()},
        "afternoon": folded(raw["afternoon"]),
    }


def asked_days(text: str, office: Office, now: datetime) -> tuple[AskedDay, ...]:
    """The days a question names, in its order; today is one only together with a time."""
    said = " ".join(re.sub(r"[^\w/\-:]+", " ", fold(text.lower())).split())
    today = now.astimezone(HANOI).date()
    found = {**_relative(said, today), **_dated(said, today), **_feasts(said, office, today)}
    at = _time(said)
    days: list[AskedDay] = []
    for place in sorted(found):
        on, until = found[place]
        if all(on != day.on for day in days) and (on != today or at is not None):
            days.append(AskedDay(on, until, at))
    if not days and at is not None:
        days.append(AskedDay(today, today, at))
    return tuple(days[:MOST])


Found = dict[int, tuple[date, date]]


def _relative(said: str, today: date) -> Found:
    """Days counted from today, and weekdays."""
    table, found, taken = _table(), Found(), said
    for words in sorted(table["ahead"], key=len, reverse=True):
        for match in re.finditer(rf"\b{words}\b", taken):
            on = today + timedelta(days=table["ahead"][words])
            found[match.start()] = (on, on)
            taken = taken[: match.start()] + "_" * len(words) + taken[match.end() :]
    later = any(words in said for words in table["next_week"])
    for weekday, names in enumerate(table["weekdays"]):
        for match in re.finditer(rf"\b(?:{'|'.join(names)})\b", said):
            ahead = (weekday - today.weekday()) % 7
            if later:
                ahead = 7 - today.weekday() + weekday
            on = today + timedelta(days=ahead)
            found[match.start()] = (on, on)
    return found


def _dated(said: str, today: date) -> Found:
    """Days by their date; without a year the next one of that name."""
    found: Found = {}
    for match in _DATE.finditer(said):
        day, month, year = int(match[1]), int(match[2]), match[3]
        for tried in (int(year),) if year else (today.year, today.year + 1):
            try:
                on = date(tried, month, day)
            except ValueError:
                continue
            if on >= today or year:
                found[match.start()] = (on, on)
                break
    return found


def _feasts(said: str, office: Office, today: date) -> Found:
    """Public holidays of the office's own calendar, from their first day to their last."""
    found: Found = {}
    for name, phrases in _table()["holidays"].items():
        match = re.search(rf"\b(?:{'|'.join(phrases)})\b", said)
        days = sorted(
            h.date for h in office.holidays if h.name.startswith(name) and h.date >= today
        )
        if match and days:
            last = days[0]
            while last + timedelta(days=1) in days:
                last += timedelta(days=1)
            found[match.start()] = (days[0], last)
    return found


def _time(said: str) -> time | None:
    match = _TIME.search(said)
    if match is None:
        return None
    hour = int(match[1])
    minute = 30 if match[2] == "ruoi" else int(match[2] or 0)
    late = any(re.search(rf"\b{word}\b", said) for word in _table()["afternoon"])
    if hour <= LAST_SMALL_HOUR or (late and hour < 12):
        hour += 12
    return time(hour, minute) if hour < 24 and minute < 60 else None
