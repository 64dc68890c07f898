"""Turns records of the national portal (Cổng Dịch vụ công quốc gia) into procedures.

``read_records`` streams files of any size; ``to_procedure`` converts one record or
says in Vietnamese why it cannot. What the source does not say stays unsaid: the
result is never ``verified``, and doubtful sections are named in ``unverified``.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic import ValidationError

from ingest.orders import disarmed
from ingest.portal_fees import evidence_of_payment, read_fees
from ingest.portal_files import BrokenLine, read_records
from ingest.portal_law import read_forms, read_legal_basis
from ingest.portal_papers import CASE_QUESTION, Papers, read_papers
from ingest.portal_places import read_places, reception_place
from ingest.portal_rows import Row, channel_of, read_rows
from ingest.portal_text import (
    UPPER,
    capitalised,
    capped,
    clean,
    one_line,
    sends_to_district,
    sentences,
    texts,
    without_bullet,
)
from ingest.portal_times import read_times
from knowledge.procedures import CODE_PATTERN, Channel, Procedure, Source, SubmissionChannel

__all__ = ["BrokenLine", "RejectedRecord", "read_records", "to_procedure"]

# Before this day three levels of government were at work; such records name offices that are gone.
TWO_LEVELS_SINCE = date(2025, 7, 1)
MOST_STEPS, STEP_LIMIT = 40, 1200
MOST_CONDITIONS, CONDITION_LIMIT = 30, 800
RESULT_LIMIT = 600
CHANNEL_NOTE_LIMIT = 400

_CODE_IN_NAME = re.compile(r"\s*\(\s*\d\.\d{6}\s*\)\s*$")
_AT_DISTRICT = re.compile(r"\((?:thực hiện )?(?:tại )?cấp huyện\)", re.IGNORECASE)
_RESULT_CODE = re.compile(
    r"\s*\(?(?:Mã:\s*[a-z]+\b|KQ\.[A-Z0-9.]+|(?:Mã:\s*)?[A-Z0-9.]{6,40}-(?:KQ-?)?\d+"
    r"|(?:Mã:\s*)?\d{3}\.\d{2}\.\d{2}\.[\w.-]+)\)?\.?"
)
_NO_CONDITION = re.compile(
    r"^\W*(?:không(?: có| quy định| yêu cầu| có thông tin)?(?: yêu cầu,? điều kiện.*)?"
    r"|chưa có thông tin|[-.]*)\W*$",
    re.IGNORECASE,
)
_STEP_START = re.compile(rf"\s+(?=Bước \d{{1,2}}\s*[:.)-])|(?<=[.;])\s+(?=[-+]\s+[{UPPER}])")


class RejectedRecord(ValueError):
    """A record that cannot become a procedure; the message says why, in Vietnamese."""


def to_procedure(record: dict[str, Any], as_of: date | None = None) -> Procedure:
    """The procedure a portal record describes (origin "portal", never verified).

    ``as_of`` dates a record that carries no ``data_date`` itself. Raises RejectedRecord
    for a record without a usable code, name or date, or of the abolished district level.
    """
    record = disarmed(record)
    code, name = _code(record), _name(record)
    read_on = _date(record, as_of)
    rows = _rows(record)
    papers = read_papers(record.get("documents"))
    steps_text = _steps_text(record, papers)
    law, law_lost = read_legal_basis(record.get("legal_basis"), record.get("legal_basis_raw"))
    law_words = " ".join([clean(record.get("legal_basis_raw")), *texts(record.get("legal_basis"))])
    fees = read_fees(rows, evidence_of_payment(steps_text, law_words), read_on)
    steps, steps_cut = _lines(steps_text, MOST_STEPS, STEP_LIMIT)
    requirements = clean(record.get("requirements"))
    conditions, conditions_cut = _lines(
        "" if _NO_CONDITION.match(requirements) else requirements, MOST_CONDITIONS, CONDITION_LIMIT
    )
    times = read_times(rows, f"{steps_text} {requirements}")
    places = read_places(record.get("agency"), record.get("authority"), steps_text)
    level = one_line(record.get("level"))
    doubts = {
        "papers": papers.doubtful,
        "fee": fees.doubtful,
        "time": times.doubtful,
        "place": "place" in places.unverified or steps_cut,
        "authority": "authority" in places.unverified,
        "legal_basis": law_lost,
        "conditions": conditions_cut,
    }
    try:
        return Procedure(
            code=code,
            name=name,
            short_name=_short_name(name),
            sector=one_line(record.get("field"))
            or one_line(record.get("ministry"))
            or "Chưa phân lĩnh vực",
            receiving_body=places.body,
            receiving=places.receiving,
            authority=places.authority,
            who_can_apply=capped(one_line(record.get("subjects")), 400) or None,
            case_question=CASE_QUESTION if papers.cases else None,
            cases=papers.cases,
            documents=papers.documents,
            documents_note=papers.note,
            fees=fees.fees,
            times=times.times,
            channels=_channels(record, rows),
            steps=steps,
            forms=read_forms(record.get("forms"), [document.name for document in papers.documents]),
            legal_basis=law,
            conditions=conditions,
            result=_result(record),
            popularity=2 if "cấp xã" in level.lower() else 1,
            verified=False,
            unverified=tuple(section for section, doubtful in doubts.items() if doubtful),
            source=Source(
                name=f"Cổng Dịch vụ công quốc gia, thủ tục {code}", as_of=read_on, url=_url(record)
            ),
            origin="portal",
        )
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "bản ghi"
        raise RejectedRecord(f"dữ liệu không hợp lệ ở {field}: {first['msg']}") from error


def _code(record: dict[str, Any]) -> str:
    code = one_line(record.get("code"))
    if not re.fullmatch(CODE_PATTERN.strip("^$"), code, re.ASCII):
        raise RejectedRecord(
            f"mã thủ tục {capped(code, 40)!r} không đúng dạng, ví dụ đúng: 1.001193"
            if code
            else "thiếu mã thủ tục"
        )
    return code


def _name(record: dict[str, Any]) -> str:
    name = _CODE_IN_NAME.sub("", one_line(record.get("name"))).strip(" .;")
    if not re.search(r"[^\W\d_]{2,}", name):
        raise RejectedRecord("thiếu tên thủ tục")
    if _AT_DISTRICT.search(name) or one_line(record.get("level")).lower() in (
        "cấp huyện",
        "cấp quận/huyện",
    ):
        raise RejectedRecord("thủ tục của cấp huyện, cấp này đã bỏ từ 1/7/2025")
    return capitalised(capped(name, 700))


def _date(record: dict[str, Any], fallback: date | None) -> date:
    text = one_line(record.get("data_date"))
    found = fallback
    if text:
        match = re.fullmatch(r"(\d{4})-(\d{2})(?:-(\d{2}))?(?:T.*)?", text, re.ASCII)
        try:
            found = date(int(match[1]), int(match[2]), int(match[3] or 1)) if match else None
        except ValueError:
            found = None
    if found is None:
        raise RejectedRecord(
            f"không đọc được ngày của dữ liệu (data_date): {capped(text, 40)!r}"
            if text
            else "thiếu ngày của dữ liệu (data_date)"
        )
    if found < TWO_LEVELS_SINCE or one_line(record.get("two_tier")).lower().startswith("no"):
        raise RejectedRecord(
            f"dữ liệu ngày {found:%d/%m/%Y}, trước khi bỏ cấp huyện (1/7/2025), không còn dùng được"
        )
    return found


def _short_name(name: str) -> str | None:
    """The name without "Thủ tục", with which every second name begins; None without it."""
    shorter = re.sub(r"^thủ tục\s+", "", name, flags=re.IGNORECASE)
    return capitalised(shorter) if shorter != name and len(shorter.split()) >= 2 else None


def _rows(record: dict[str, Any]) -> list[Row]:
    """The table of the record; without one, its summary lines ("Trực tuyến: 20 Ngày")."""
    if rows := read_rows(record.get("methods")):
        return rows
    times, fees = _by_channel(record.get("time_limit")), _by_channel(record.get("fees"))
    labels = [label for label in dict.fromkeys([*times, *fees]) if label] or [""]
    return read_rows(
        [
            {
                "channel": label,
                "time": times.get(label, times.get("", "")),
                "fee": fees.get(label, fees.get("", "")),
            }
            for label in labels
        ]
    )


def _by_channel(text: object) -> dict[str, str]:
    """Lines such as "Trực tuyến: 20 Ngày" by their channel; lines without one under ""."""
    values: dict[str, str] = {}
    for line in filter(None, clean(text).split("\n")):
        label, colon, value = line.partition(":")
        is_channel = bool(colon) and len(label) < 25 and channel_of(label) is not None
        values.setdefault(
            label.strip() if is_channel else "", value.strip() if is_channel else line
        )
    return values


def _channels(record: dict[str, Any], rows: Sequence[Row]) -> tuple[SubmissionChannel, ...]:
    notes: dict[Channel, list[str]] = {}
    for row in rows:
        if row.channel:
            notes.setdefault(row.channel, []).extend(
                s for s in sentences(row.channel_note) if not sends_to_district(s)
            )
    for label in texts(record.get("channels")):
        if channel := channel_of(label):
            notes.setdefault(channel, [])
    place = reception_place(record.get("reception_address"), record.get("level"))
    return tuple(
        SubmissionChannel(
            channel=channel,
            where=place if channel is Channel.IN_PERSON else None,
            note=_channel_note(said),
            url=_url(record) if channel is Channel.ONLINE else None,
        )
        for channel, said in notes.items()
    )


def _channel_note(said: Sequence[str]) -> str | None:
    text = " ".join(dict.fromkeys(said)).strip(" ;-+")
    return capped(capitalised(text), CHANNEL_NOTE_LIMIT) if re.search(r"\w{2}", text) else None


def _steps_text(record: dict[str, Any], papers: Papers) -> str:
    """The steps, put together again where the page was cut at the words "(Thành phần hồ sơ)"."""
    steps = clean(record.get("steps"))
    if not papers.torn_steps:
        return steps
    torn = re.sub(r"^[)\s]+", "", "\n".join(papers.torn_steps))
    return f"{steps.rstrip(' (')} (thành phần hồ sơ) {torn}" if steps else torn


def _lines(text: str, most: int, limit: int) -> tuple[tuple[str, ...], bool]:
    """Text as list items, and whether a line that sends people to a district was left out."""
    lines: list[str] = []
    cut = False
    for raw in text.split("\n"):
        for piece in _STEP_START.split(raw):
            line = without_bullet(piece).strip(" ;")
            if sends_to_district(line):
                cut = True
            elif (lines and re.fullmatch(r"Bước \d+\s*[:.]?", lines[-1])) or (
                lines
                and line
                and line[0].islower()
                and not re.match(r"^\s*[-+*]", piece)
                and not lines[-1].endswith((".", ":", ";"))
            ):
                lines[-1] = f"{lines[-1]} {line}"
            elif len(line) > 2:
                lines.append(line)
    return tuple(capped(capitalised(line), limit) for line in lines[:most]), cut


def _result(record: dict[str, Any]) -> str | None:
    parts = [
        _RESULT_CODE.sub("; ", sentence).strip(" ;.+-")
        for sentence in sentences(clean(record.get("result")))
        if not sends_to_district(sentence)
    ]
    text = re.sub(r"(?:\s*;\s*)+", "; ", "; ".join(part for part in parts if part))
    return capped(capitalised(without_bullet(text)), RESULT_LIMIT) or None


def _url(record: dict[str, Any]) -> str | None:
    url = one_line(record.get("url"))
    return (
        url
        if re.match(r"https?://[^\s/]+\.gov\.vn(?:/|$)", url) and len(url) < 500 and " " not in url
        else None
    )
