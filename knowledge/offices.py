"""The office: its hours, counters and neighbours, and what a province or office adds to a record.

Values and pure functions only. Times of day are local; the one time zone is Asia/Ho_Chi_Minh.
"""

import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from knowledge.hours import HANOI, Holiday, Hours, Span, Spans, SpecialDay
from knowledge.notices import Banner, ClosableChannel, Notice
from knowledge.procedures import Body, Code, Procedure, Source, Text, Value

__all__ = [
    "HANOI", "Banner", "ClosableChannel", "Counter", "FloorPlan", "Holiday", "Hours", "Notice",
    "Office", "OfficeId", "OpenReason", "OpenState", "Phone", "Place", "Span", "Spans",
    "SpecialDay", "Spot", "counter_for", "day_plan", "opening", "same_sector",
]  # fmt: skip

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$", max_length=60)]
OfficeId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
PhoneNumber = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 .\-]{1,18}[0-9]$")]

# U marks the priority series; I and O are read as 1 and 0 on a slip.
QueueLetter = Annotated[str, StringConstraints(pattern=r"^[A-HJ-NP-TV-Z]$")]

# Tết is the longest closure (about 9 days); three weeks always reach the next working day.
LOOK_AHEAD_DAYS = 21


class Phone(Value):
    label: Text
    number: PhoneNumber


class Spot(Value):
    """A point of a floor plan, in hundredths of the hall's width and depth.

    ``x`` grows to the right and ``y`` away from the entrance, as one sees it coming in.
    """

    x: float = Field(ge=0, le=100)
    y: float = Field(ge=0, le=100)


class FloorPlan(Value):
    """Where the kiosk, the entrance and the stairs are, for the way to a counter (sơ đồ)."""

    kiosk: Spot
    kiosk_floor: Text
    entrance: Spot | None = None
    stairs: Spot | None = None


class Counter(Value):
    """A counter (quầy) and what it takes: whole ``sectors``, and single ``codes`` besides.

    ``body`` is another than the commune when a guest sits here (land office, tax …);
    a guest counter without sectors takes all of its body's procedures.
    ``is_reception`` marks the desk that directs people and takes what no other counter takes.
    ``queue`` is the letter of its numbers; counters with the same letter call from one series.
    """

    number: Text
    name: Text
    sectors: tuple[Text, ...] = ()
    codes: tuple[Code, ...] = ()
    body: Body = Body.COMMUNE
    is_reception: bool = False
    phone: PhoneNumber | None = None
    floor: str | None = None
    position: str | None = None
    spot: Spot | None = None
    queue: QueueLetter | None = None
    note: str | None = None


class Place(Value):
    """Where a body other than the commune's counters sits (công an xã, thuế, đất đai …).

    A body of the province or "other" is many bodies: such a place takes only the procedures
    whose ``codes`` it names.
    """

    id: Slug
    body: Body
    name: Text
    codes: tuple[Code, ...] = ()
    address: str | None = None
    phone: PhoneNumber | None = None
    hours: Hours | None = None
    note: str | None = None


class Office(Value):
    """One commune-level public service centre (Trung tâm Phục vụ hành chính công cấp xã)."""

    id: OfficeId
    kind: Literal["ward", "commune"]
    name: Text
    province: Text
    address: Text
    phones: tuple[Phone, ...] = ()
    email: str | None = None
    website: str | None = None
    hours: Hours
    hours_note: str | None = None
    holidays: tuple[Holiday, ...] = ()
    special_days: tuple[SpecialDay, ...] = ()
    notices: tuple[Notice, ...] = ()
    banner: Banner | None = None
    closed_channels: tuple[ClosableChannel, ...] = ()
    counters: tuple[Counter, ...] = ()
    places: tuple[Place, ...] = ()
    plan: FloorPlan | None = None
    note: str | None = None
    source: Source

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        _refuse_twice("số quầy", [c.number for c in self.counters])
        named: tuple[Counter | Place, ...] = (*self.counters, *self.places)
        codes = [code for part in named for code in part.codes]
        _refuse_twice("mã thủ tục ở hai quầy (hoặc nơi)", codes)
        _refuse_twice("id của nơi", [place.id for place in self.places])
        _refuse_twice("ngày đặc biệt", [day.date.isoformat() for day in self.special_days])
        _refuse_twice("ngày lễ", [day.date.isoformat() for day in self.holidays])
        if sum(c.is_reception for c in self.counters) > 1:
            raise ValueError("chỉ một quầy được ghi is_reception")
        if any(place.body is Body.COMMUNE for place in self.places):
            raise ValueError("places chỉ dành cho cơ quan khác; quầy của xã ghi ở counters")
        return self

    def find_reception(self) -> Counter | None:
        """The counter that directs people, where there is one."""
        return next((counter for counter in self.counters if counter.is_reception), None)

    def find_place(self, place_id: str) -> Place | None:
        """The neighbour with this id ("court", "police" …), if the office lists it."""
        return next((place for place in self.places if place.id == place_id), None)

    def notices_on(self, on: date) -> tuple[Notice, ...]:
        return tuple(notice for notice in self.notices if notice.is_shown(on))

    def banner_on(self, on: date) -> str:
        """The urgent sentence of this day; empty when there is none."""
        return self.banner.text if self.banner and self.banner.is_shown(on) else ""


def _refuse_twice(what: str, values: list[str]) -> None:
    if twice := sorted({value for value in values if values.count(value) > 1}):
        raise ValueError(f"{what} bị lặp: {', '.join(twice)}")


class OpenReason(StrEnum):
    """Why an office is open or closed at a moment."""

    OPEN = "open"
    BEFORE_HOURS = "before_hours"
    LUNCH_BREAK = "lunch_break"
    AFTER_HOURS = "after_hours"
    DAY_OFF = "day_off"
    HOLIDAY = "holiday"
    SPECIAL_DAY = "special_day"
    UNKNOWN_HOURS = "unknown_hours"


class OpenState(Value):
    """Whether a place is open. ``note`` is the holiday's name or the special day's reason."""

    is_open: bool
    reason: OpenReason
    note: str | None = None
    closes_at: datetime | None = None
    next_opening: datetime | None = None


def day_plan(office: Office, day: date, place: Place | None = None) -> tuple[Spans, str | None]:
    """The spans of one day and what makes it special, if anything.

    The office's special day beats a holiday, a holiday beats the weekday. A place keeps
    public holidays, but not the office's own special days.
    """
    if place is None:
        for special in office.special_days:
            if special.date == day:
                return special.hours, special.reason
    for holiday in office.holidays:
        if holiday.date == day:
            return (), holiday.name
    hours = office.hours if place is None else place.hours
    return (hours.on_weekday(day) if hours else ()), None


def opening(office: Office, moment: datetime, place: Place | None = None) -> OpenState:
    """Whether the office (or one of its places) is open at ``moment``, and until or from when.

    ``moment`` must carry a time zone; ValueError otherwise.
    """
    if moment.tzinfo is None:
        raise ValueError(f"moment {moment!r} has no time zone; use an aware datetime")
    if place is not None and place.hours is None:
        return OpenState(is_open=False, reason=OpenReason.UNKNOWN_HOURS)
    local = moment.astimezone(HANOI)
    today, now = local.date(), local.time()
    spans, note = day_plan(office, today, place)
    for span in spans:
        if span.opens <= now < span.closes:
            closes_at = datetime.combine(today, span.closes, HANOI)
            return OpenState(is_open=True, reason=OpenReason.OPEN, note=note, closes_at=closes_at)
    return OpenState(
        is_open=False,
        reason=_closed_reason(office, today, now, spans, place),
        note=note,
        next_opening=next(_openings_after(office, local, place), None),
    )


def _closed_reason(
    office: Office, today: date, now: time, spans: Spans, place: Place | None
) -> OpenReason:
    if spans:
        if now < spans[0].opens:
            return OpenReason.BEFORE_HOURS
        return OpenReason.LUNCH_BREAK if now < spans[-1].closes else OpenReason.AFTER_HOURS
    if place is None and any(special.date == today for special in office.special_days):
        return OpenReason.SPECIAL_DAY
    if any(holiday.date == today for holiday in office.holidays):
        return OpenReason.HOLIDAY
    return OpenReason.DAY_OFF


def _openings_after(office: Office, local: datetime, place: Place | None) -> Iterator[datetime]:
    for ahead in range(LOOK_AHEAD_DAYS + 1):
        day = local.date() + timedelta(days=ahead)
        for span in day_plan(office, day, place)[0]:
            opens = datetime.combine(day, span.opens, HANOI)
            if opens > local:
                yield opens


def same_sector(one: str, other: str) -> bool:
    """Whether two sector names are the same but for case, spacing and Unicode form."""
    return _fold(one) == _fold(other)


@lru_cache(maxsize=1024)  # the few sectors of an office beside those of its records
def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def counter_for(office: Office, procedure: Procedure) -> Counter | Place | None:
    """Where this office takes a procedure: a counter, another body's place, or None if unknown.

    What names the code beats what names the sector. A body other than the commune is met at its
    guest counter if it has one here, else at its place.
    """
    everywhere: tuple[Counter | Place, ...] = (*office.counters, *office.places)
    for named in everywhere:
        if procedure.code in named.codes:
            return named
    body = procedure.receiving_body
    hosted = [counter for counter in office.counters if counter.body is body]
    for counter in hosted:
        if any(same_sector(sector, procedure.sector) for sector in counter.sectors):
            return counter
    if body in (Body.COMMUNE, Body.PROVINCE, Body.OTHER):
        return None
    for counter in hosted:
        if not counter.sectors:
            return counter
    return next((place for place in office.places if place.body is body), None)
