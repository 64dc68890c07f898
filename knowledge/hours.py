"""Hours of a week, public holidays and special days, in the one time zone Asia/Ho_Chi_Minh."""

import re
from datetime import date, time
from itertools import pairwise
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import field_validator, model_validator

from knowledge.procedures import Text, Value

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


class Span(Value):
    """An opening span within one day, written "07:30-11:30"; it is closed at ``closes`` sharp."""

    opens: time
    closes: time

    @model_validator(mode="before")
    @classmethod
    def _from_words(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        found = re.fullmatch(r"\s*(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})\s*", value)
        if not found:
            raise ValueError(f"giờ làm việc phải viết như 07:30-11:30, không phải {value!r}")
        return {"opens": found[1].zfill(5), "closes": found[2].zfill(5)}

    @model_validator(mode="after")
    def _closes_after_opening(self) -> Self:
        if self.closes <= self.opens:
            raise ValueError(f"giờ đóng cửa {self.closes:%H:%M} phải sau giờ mở {self.opens:%H:%M}")
        return self


Spans = tuple[Span, ...]


def _check_order(spans: Spans) -> Spans:
    for earlier, later in pairwise(spans):
        if later.opens < earlier.closes:
            raise ValueError(
                f"hai khoảng giờ chồng nhau hoặc sai thứ tự: đóng {earlier.closes:%H:%M}, "
                f"mở lại {later.opens:%H:%M}"
            )
    return spans


class Hours(Value):
    """Opening spans for each weekday (giờ làm việc); an empty day is a day off."""

    monday: Spans = ()
    tuesday: Spans = ()
    wednesday: Spans = ()
    thursday: Spans = ()
    friday: Spans = ()
    saturday: Spans = ()
    sunday: Spans = ()

    _ordered = field_validator("*")(_check_order)

    def on_weekday(self, day: date) -> Spans:
        """The spans of the weekday ``day`` falls on, holidays not considered."""
        week = (
            self.monday, self.tuesday, self.wednesday, self.thursday,
            self.friday, self.saturday, self.sunday,
        )  # fmt: skip
        return week[day.weekday()]


class Holiday(Value):
    """A public holiday (ngày nghỉ lễ)."""

    date: date
    name: Text


class SpecialDay(Value):
    """A day unlike others: closed, or open at its own hours (nghỉ họp, làm bù)."""

    date: date
    closed: bool = False
    hours: Spans = ()
    reason: Text

    _ordered = field_validator("hours")(_check_order)

    @model_validator(mode="after")
    def _closed_or_open(self) -> Self:
        if self.closed == bool(self.hours):
            raise ValueError(
                f"ngày {self.date:%d/%m/%Y}: ghi closed: true hoặc ghi hours, không cả hai, "
                "không bỏ trống cả hai"
            )
        return self
