"""What an office tells everybody for a while: notices, an urgent banner, channels that are off."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import StringConstraints, model_validator

from knowledge.procedures import Text, Value

# A phone shows about this much above the conversation without pushing it out of sight.
BannerText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
ClosableChannel = Literal["web", "kiosk", "telegram", "zalo"]


class Notice(Value):
    """A sentence residents see from one day until another (thông báo)."""

    text: Text
    shown_from: date
    shown_until: date

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if self.shown_until < self.shown_from:
            raise ValueError("thông báo hết hạn trước ngày bắt đầu")
        return self

    def is_shown(self, on: date) -> bool:
        return self.shown_from <= on <= self.shown_until


class Banner(Value):
    """An urgent sentence above everything residents see (thông báo khẩn).

    It stays until it is taken down, or until its last day has passed.
    """

    text: BannerText
    until: date | None = None

    def is_shown(self, on: date) -> bool:
        return self.until is None or on <= self.until
