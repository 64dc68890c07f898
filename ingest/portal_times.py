"""Turns the portal's time column into processing times; a number without unit stays so."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.portal_rows import Row
from ingest.portal_text import capitalised, capped, sentences
from knowledge.procedures import Channel, ProcessingTime, TimeUnit

NOTE_LIMIT = 500
MOUNTAIN_NOTE = "Xã miền núi, hải đảo, vùng có điều kiện khó khăn"

_UNITS = {
    "ngày làm việc": TimeUnit.WORKING_DAY,
    "ngày": TimeUnit.DAY,
    "giờ làm việc": TimeUnit.HOUR,
    "giờ": TimeUnit.HOUR,
    "tháng": TimeUnit.MONTH,
}
_VALUE = re.compile(
    r"^(\d{1,4}(?:[.,]\d)?)\s*(ngày làm việc|ngày|giờ làm việc|giờ|tháng|năm|tuần)?$", re.IGNORECASE
)
_PHRASE = re.compile(
    r"(?<![\d/.,-])(\d{1,3})\s*(?:\([^)]{1,30}\)\s*)?(ngày làm việc|ngày|giờ làm việc"
    r"|giờ|tháng)\b(?!\s*\d)",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"^(?:không|chưa)(?: có)?(?: quy định| thông tin)?\b[^,;:]{0,60}$", re.IGNORECASE
)
_SAME_DAY = re.compile(
    r"\b(?:ngay )?trong (?:cùng )?ngày(?: làm việc)?(?! \d)(?: nhận| tiếp nhận|\b)|giải quyết ngay",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"trường hợp|đối với|nếu|trừ|cấp xã|kéo dài|kiểm tra|thẩm định", re.IGNORECASE
)
_MOUNTAIN = re.compile(
    r"(?:miền núi|hải đảo|vùng sâu)[^.;\n]{0,160}(?:tăng thêm|thêm"
    r"|kéo dài)[^.;\n]{0,20}?\b0?(\d{1,2}) ngày",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class TimeReading:
    """The times of a record and whether a person should look at them again."""

    times: tuple[ProcessingTime, ...]
    doubtful: bool = False


def read_times(rows: Sequence[Row], context: str = "") -> TimeReading:
    """Times of all rows, one entry where every channel says the same, else one per channel.

    ``context`` is the rest of the record's words: only when it says that mountain and
    island communes get more days are two numbers read as that, not as two channels.
    """
    by_time: dict[ProcessingTime, list[Channel | None]] = {}
    for row in rows:
        if (time := _row_time(row)) is not None:
            by_time.setdefault(time, [])
            if row.channel not in by_time[time]:
                by_time[time].append(row.channel)
    doubtful = any(time.unit is TimeUnit.UNKNOWN for time in by_time) or any(
        row.glued for row in rows
    )
    if mountain := _mountain(tuple(by_time), context):
        return TimeReading(mountain, doubtful)
    channels = {row.channel for row in rows}
    # Two numbers by channel without a word are often plain and mountain communes (17 and 27 days).
    doubtful |= len(by_time) > 1 and not any(time.note for time in by_time)
    times: list[ProcessingTime] = []
    for time, where in by_time.items():
        everywhere = None in where or set(where) == channels
        times += (
            [time]
            if everywhere
            else [time.model_copy(update={"channel": channel}) for channel in where]
        )
    return TimeReading(tuple(times), doubtful)


def _row_time(row: Row) -> ProcessingTime | None:
    text = row.time.strip()
    note = "" if _NONE.match(row.time_note) else row.time_note
    if not text or _NONE.match(text):
        return _from_words(note)
    match = _VALUE.match(text)
    if not match:
        words = " ".join(dict.fromkeys([*sentences(text), *sentences(note)]))
        return _from_words(words) or ProcessingTime(unit=TimeUnit.UNKNOWN, note=_note(words))
    number, unit = match[1].replace(",", "."), (match[2] or "").lower()
    if not unit:
        # A bare number is often a placeholder ("1" beside "03 ngày làm việc"): the words win.
        said = _from_words(note)
        if said and said.unit is not TimeUnit.UNKNOWN:
            return said
        return (
            ProcessingTime(amount=_whole(number), unit=TimeUnit.UNKNOWN, note=_note(note))
            if float(number)
            else said
        )
    if not float(number):
        return _from_words(note)
    if "." in number:
        exact = (
            "30 phút"
            if (number, unit) == ("0.5", "giờ")
            else f"{match[1].replace('.', ',')} {unit}"
        )
        return ProcessingTime(
            unit=TimeUnit.UNKNOWN, note=_note(f"{exact}. {note}" if exact not in note else note)
        )
    amount = int(number)
    if unit in ("năm", "tuần"):
        amount, unit = (amount * 12, "tháng") if unit == "năm" else (amount * 7, "ngày")
    if amount > 2000:
        return ProcessingTime(unit=TimeUnit.UNKNOWN, note=_note(f"{text}. {note}"))
    return ProcessingTime(
        amount=amount, unit=_UNITS[unit], note=None if _repeats(note, amount, unit) else _note(note)
    )


def _from_words(words: str) -> ProcessingTime | None:
    """The time a sentence states, None when there are no words about time."""
    phrases = dict.fromkeys((int(n), unit.lower()) for n, unit in _PHRASE.findall(words))
    if not words or not (
        phrases
        or _SAME_DAY.search(words)
        or re.search(r"\b(?:ngay|phút|chậm nhất|kết thúc|trước khi)\b", words, re.IGNORECASE)
    ):
        return None
    if len(phrases) == 1 and not _SAME_DAY.search(words):
        ((amount, unit),) = phrases
        if amount:
            return ProcessingTime(
                amount=amount,
                unit=_UNITS[unit],
                note=None if _repeats(words, amount, unit) else _note(words),
            )
    if _SAME_DAY.search(words) and not phrases:
        return ProcessingTime(unit=TimeUnit.SAME_DAY, note=_note(words))
    return ProcessingTime(unit=TimeUnit.UNKNOWN, note=_note(words))


def _repeats(note: str, amount: int, unit: str) -> bool:
    """Whether a note only says the number again ("07 ngày làm việc kể từ ngày nhận đủ hồ sơ")."""
    phrases = {(int(n), u.lower()) for n, u in _PHRASE.findall(note)}
    return phrases == {(amount, unit)} and len(note) < 200 and not _CONDITION.search(note)


def _whole(number: str) -> int | None:
    amount = float(number)
    return int(amount) if amount == int(amount) and amount <= 2000 else None


def _mountain(times: Sequence[ProcessingTime], context: str) -> tuple[ProcessingTime, ...]:
    extra = _MOUNTAIN.search(context)
    if not extra or len(times) != 2 or any(time.amount is None or time.note for time in times):
        return ()
    short, long = sorted(times, key=lambda time: time.amount or 0)
    if short.unit is not long.unit or (long.amount or 0) - (short.amount or 0) != int(extra[1]):
        return ()
    return (short, long.model_copy(update={"note": MOUNTAIN_NOTE}))


def _note(text: str) -> str | None:
    text = re.sub(r"(?<=[.;:])\s*[-+*]+\s+", " ", " ".join(text.split())).strip(" ;:-+*.")
    return capped(capitalised(text), NOTE_LIMIT) if re.search(r"\w{2}", text) else None
