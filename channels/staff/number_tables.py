"""The numbers of a span of days as named tables: one source for page, picture, CSV and report."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from assistant import figures
from assistant.answers import Outcome
from assistant.compose import STALE_AFTER
from assistant.decide import Thresholds
from assistant.desk import Desk
from assistant.figures import Alikes, AnswerTime, Asked
from assistant.inquiries import Inquiry
from assistant.privacy import mask, without_placeholders
from channels.staff.inbox import CHANNEL_NAMES
from knowledge.linking.alike import Alike

ANSWERS = frozenset({Outcome.ANSWERED, Outcome.OFFICE_INFO})
TITLES = {
    "ngay": "Câu hỏi mỗi ngày", "gio": "Câu hỏi theo giờ", "thu-tuc": "Thủ tục hỏi nhiều",
    "khong-thay": "Không tìm thấy", "chua-chac": "Trả lời khi chưa chắc",
    "hoi-lai": "Hỏi lại mà không xong", "can-xem": "Bản ghi cũ hoặc chưa kiểm tra mà có người hỏi",
}  # fmt: skip

# What begins a formula, at the start of a cell or after what a spreadsheet may part cells at.
FORMULA = re.compile(r"(^|[;\t\r\n])(\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")


@dataclass(frozen=True, slots=True)
class NumberTable:
    """A heading and rows of texts and numbers."""

    name: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]

    @property
    def title(self) -> str:
        return TITLES[self.name]

    def to_csv(self) -> str:
        """The table for a spreadsheet, with the mark by which Excel knows UTF-8."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(self.headings)
        writer.writerows([_harmless(cell) for cell in row] for row in self.rows)
        return "\ufeff" + out.getvalue()


@dataclass(frozen=True, slots=True)
class Numbers:
    """Everything the page and the report show of a span of days."""

    first: date
    last: date
    total: int
    talks: int
    answered: int
    tables: dict[str, NumberTable]
    not_found: Sequence[Alikes]
    unsure: Sequence[Alikes]
    unclear: Sequence[Alikes]
    time: AnswerTime | None
    waiting: Sequence[Inquiry]


def counts_of(desk: Desk, first: date, last: date) -> tuple[list[Asked], dict[str, NumberTable]]:
    """The questions of the days from ``first`` to ``last``, and the tables that only count."""
    asked = figures.asked_between(desk.library.engine, desk.office_id, first, last)
    names = {s.code: s.title for s in desk.library.store.live_summaries(desk.office_id)}
    used = {_channel(one) for one in asked}
    # Always in this order, so that a channel keeps its colour from week to week.
    known = dict.fromkeys(CHANNEL_NAMES.values())
    channels = tuple(name for name in (*known, *sorted(used - known.keys())) if name in used)
    top = [(names.get(c, c), c, count) for c, count in figures.top_procedures(asked)]
    tables = (
        _by_day(asked, channels, first, last),
        _by_hour(asked, channels),
        NumberTable("thu-tuc", ("Thủ tục", "Mã", "Số câu"), top),
    )
    return asked, {table.name: table for table in tables}


def numbers_of(desk: Desk, alike: Alike, first: date, last: date) -> Numbers:
    """The numbers of the days from ``first`` to ``last``, both included."""
    asked, tables = counts_of(desk, first, last)
    groups = {
        "khong-thay": _grouped(figures.not_found(asked), alike),
        "chua-chac": _grouped(figures.unsure(asked, Thresholds.shipped().answer), alike),
        "hoi-lai": _grouped(figures.failed_clarifications(asked), alike),
    }
    for name, found in groups.items():
        rows = [(one.question, one.count) for one in found]
        tables[name] = NumberTable(name, ("Câu hỏi (đã che)", "Số câu"), rows)
    tables["can-xem"] = NumberTable(
        "can-xem",
        ("Thủ tục", "Mã", "Số câu", "Vì sao"),
        _to_look_at(desk, figures.top_procedures(asked)),
    )
    return Numbers(
        first=first, last=last, total=len(asked), talks=len({one.talk for one in asked}),
        answered=sum(one.outcome in ANSWERS for one in asked), tables=tables,
        not_found=groups["khong-thay"], unsure=groups["chua-chac"], unclear=groups["hoi-lai"],
        time=figures.answer_time(asked), waiting=desk.inquiries.waiting(),
    )  # fmt: skip


def _channel(one: Asked) -> str:
    return CHANNEL_NAMES.get(one.channel, one.channel)


def _by_day(
    asked: Sequence[Asked], channels: tuple[str, ...], first: date, last: date
) -> NumberTable:
    counts = figures.by_day(asked)
    rows = []
    for day in figures.days_of(first, last):
        each = [_of(counts, day, channel) for channel in channels]
        rows.append((f"{day:%d/%m/%Y}", *each, sum(each)))
    return NumberTable("ngay", ("Ngày", *channels, "Tổng"), rows)


def _by_hour(asked: Sequence[Asked], channels: tuple[str, ...]) -> NumberTable:
    counts = figures.by_hour(asked)
    hours = [hour for hour, _ in counts]
    rows = []
    for hour in range(min([7, *hours]), max([17, *hours]) + 1):
        each = [_of(counts, hour, channel) for channel in channels]
        rows.append((f"{hour} giờ", *each, sum(each)))
    return NumberTable("gio", ("Giờ", *channels, "Tổng"), rows)


def _of(counts: Any, at: Any, name: str) -> int:
    """The count at a day or hour of every channel that bears the name."""
    return sum(
        count for (place, channel), count in counts.items()
        if place == at and CHANNEL_NAMES.get(channel, channel) == name
    )  # fmt: skip


def _grouped(asked: Sequence[Asked], alike: Alike) -> list[Alikes]:
    # Masked when stored; masked again, in case masking has become better since.
    texts = [without_placeholders(mask(one.question).text).strip() for one in asked]
    return figures.by_meaning(texts, alike)


def _to_look_at(desk: Desk, top: Sequence[tuple[str, int]]) -> list[tuple[Any, ...]]:
    """Asked-for records whose source is old, or parts of which nobody has checked."""
    store, rows = desk.library.store, []
    for code, count in top:
        view = store.find_view(code, desk.office_id)
        if view is None:
            rows.append((code, code, count, "nay không còn trả lời"))
            continue
        why = []
        if store.today() - view.procedure.source.as_of > STALE_AFTER:
            why.append(f"dữ liệu từ {view.procedure.source.as_of:%d/%m/%Y}")
        if not view.procedure.verified:
            why.append("chưa kiểm tra")
        elif view.procedure.unverified:
            why.append("có phần chưa kiểm tra")
        if why:
            rows.append((view.procedure.title, code, count, ", ".join(why)))
    return rows


def _harmless(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula.

    Nor for two cells: with Vietnamese settings a spreadsheet parts the cells at ";".
    """
    return FORMULA.sub(r"\1'\2", cell) if isinstance(cell, str) else cell
