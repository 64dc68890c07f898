"""Questions about the office itself (hours, address, phone, counters), from its data."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from assistant.address import Address
from assistant.days import AskedDay
from assistant.wording import day, lower_first, upper_first
from knowledge.offices import (
    HANOI,
    Hours,
    Office,
    OpenReason,
    OpenState,
    Spans,
    day_plan,
    opening,
)

# A special day or holiday is mentioned this long before, so that nobody comes in vain.
AHEAD_DAYS = 7
# Further ahead the calendar knows a holiday, but hardly the days given around it.
CERTAIN_DAYS = 21
TOPICS_OF_DAYS = frozenset({"hours", "sunday_saturday", "open_now", "open_on_day"})
WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")


def clock(moment: datetime) -> str:
    """ "7 giờ 30"."""
    local = moment.astimezone(HANOI)
    return f"{local.hour} giờ {local.minute:02d}" if local.minute else f"{local.hour} giờ"


def when(moment: datetime, now: datetime) -> str:
    """ "7 giờ 30 sáng mai", "7 giờ 30 Thứ Hai (30/11/2026)"."""
    local, today = moment.astimezone(HANOI), now.astimezone(HANOI).date()
    ahead = (local.date() - today).days
    if ahead == 0:
        return f"{clock(moment)} hôm nay"
    if ahead == 1:
        return f"{clock(moment)} ngày mai"
    return f"{clock(moment)} {WEEKDAYS[local.weekday()]} ({day(local.date())})"


def spans_text(spans: Spans) -> str:
    """ "7:30–11:30 và 13:30–17:00"."""
    return " và ".join(
        f"{s.opens.hour}:{s.opens.minute:02d}–{s.closes.hour}:{s.closes.minute:02d}" for s in spans
    )


def hours_text(hours: Hours) -> str:
    """Opening hours with equal days grouped: "Thứ Hai đến Thứ Sáu 7:30–11:30 và 13:30–17:00"."""
    week = (
        hours.monday, hours.tuesday, hours.wednesday, hours.thursday,
        hours.friday, hours.saturday, hours.sunday,
    )  # fmt: skip
    groups: list[tuple[int, int, Spans]] = []
    for i, spans in enumerate(week):
        if groups and groups[-1][2] == spans and groups[-1][1] == i - 1:
            groups[-1] = (groups[-1][0], i, spans)
        else:
            groups.append((i, i, spans))
    return "; ".join(
        f"{WEEKDAYS[a]} đến {WEEKDAYS[b]} {spans_text(spans)}"
        if a != b
        else f"{WEEKDAYS[a]} {spans_text(spans)}"
        for a, b, spans in groups
        if spans
    )


def open_text(state: OpenState, now: datetime) -> str:
    """Whether it is open, why not, and from when."""
    if state.is_open:
        assert state.closes_at is not None
        special = f" ({state.note})" if state.note else ""
        return f"Hiện đang mở cửa, đến {clock(state.closes_at)}{special}."
    why = {
        OpenReason.BEFORE_HOURS: "Hiện chưa đến giờ làm việc",
        OpenReason.LUNCH_BREAK: "Hiện đang nghỉ trưa",
        OpenReason.AFTER_HOURS: "Hiện đã hết giờ làm việc",
        OpenReason.DAY_OFF: "Hôm nay không làm việc",
        OpenReason.HOLIDAY: f"Hôm nay nghỉ {state.note}",
        OpenReason.SPECIAL_DAY: f"Hôm nay nghỉ: {state.note}",
        OpenReason.UNKNOWN_HOURS: "Giờ làm việc chưa được công bố",
    }[state.reason]
    if state.note and state.reason not in (OpenReason.HOLIDAY, OpenReason.SPECIAL_DAY):
        why += f" ({state.note})"  # a special day with hours of its own
    if state.next_opening is None:
        return f"{why}."
    return f"{why}; mở cửa lại lúc {when(state.next_opening, now)}."


def day_text(office: Office, asked: AskedDay, now: datetime) -> str:
    """Whether the office works on one day, at the time that was asked for if any."""
    spans, note = day_plan(office, asked.on)
    ahead = (asked.on - now.astimezone(HANOI).date()).days
    dated = f"{WEEKDAYS[asked.on.weekday()]} ({day(asked.on)})"
    on = {0: "hôm nay", 1: f"ngày mai, {dated},"}.get(ahead, dated)
    if not spans:
        if asked.until > asked.on:
            on = f"từ {dated} đến hết {WEEKDAYS[asked.until.weekday()]} ({day(asked.until)})"
        why = f"nghỉ {note}" if note else "không làm việc"
        if note and ahead > CERTAIN_DAYS:  # days moved or added to it are decided each year
            return f"{on} {office.name} {why}; lịch nghỉ cụ thể sẽ có thông báo khi gần ngày."
        reopens = opening(office, datetime.combine(asked.until, time.max, HANOI)).next_opening
        again = f"; làm việc lại lúc {when(reopens, now)}" if reopens else ""
        return f"{on} {office.name} {why}{again}."
    special = f" ({note})" if note else ""
    if asked.at is None:
        return f"{on} {office.name} làm việc {spans_text(spans)}{special}."
    moment = datetime.combine(asked.on, asked.at, HANOI)
    state = opening(office, moment)
    if state.closes_at is not None:
        is_then = f"có làm việc, đến {clock(state.closes_at)}"
    else:
        is_then = {
            OpenReason.BEFORE_HOURS: "chưa đến giờ làm việc",
            OpenReason.LUNCH_BREAK: "đang nghỉ trưa",
        }.get(state.reason, "đã hết giờ làm việc")
    return f"{on} lúc {clock(moment)} {office.name} {is_then} (giờ làm việc {spans_text(spans)})."


def coming_text(office: Office, now: datetime) -> str:
    """Days unlike others in the next week, the present one left out; empty when there are none."""
    today = now.astimezone(HANOI).date()
    said = []
    for ahead in range(1, AHEAD_DAYS + 1):
        on = today + timedelta(days=ahead)
        spans, note = day_plan(office, on)
        if note and (spans or office.hours.on_weekday(on)):
            works = f"chỉ làm việc {spans_text(spans)}" if spans else "nghỉ"
            said.append(f"{WEEKDAYS[on.weekday()]} ({day(on)}) {works}: {note}.")
    return " ".join(said)


_days_told: dict[str, tuple[Office, date, str, str]] = {}


def _told_all_day(office: Office, now: datetime) -> tuple[str, str]:
    """`hours_text` and `coming_text`: every answer asks for them, and they last a day."""
    today = now.astimezone(HANOI).date()
    kept = _days_told.get(office.id)
    if kept is None or kept[0] is not office or kept[1] != today:
        kept = (office, today, hours_text(office.hours), coming_text(office, now))
        _days_told[office.id] = kept
    return kept[2], kept[3]


def office_facts(office: Office, now: datetime) -> dict[str, str]:
    """The placeholders that fixed replies may use, for one office and moment."""
    state = opening(office, now)
    hours, coming = _told_all_day(office, now)
    if not hours:  # no day has hours: nobody entered them, which is not "closed today"
        state = OpenState(is_open=False, reason=OpenReason.UNKNOWN_HOURS)
    reception = office.find_reception()
    phone = office.phones[0].number if office.phones else "số điện thoại của trung tâm"
    if reception and reception.phone:
        phone = reception.phone
    return {
        "office": office.name,
        "phone": phone,
        "address": office.address,
        "hours": hours or "chưa được công bố",
        "open_now": open_text(state, now),
        "next_opening": when(state.next_opening, now) if state.next_opening else "giờ làm việc",
        "reception": f"quầy số {reception.number} – {reception.name}"
        if reception
        else "quầy hướng dẫn",
        "website": office.website or "",
        "notices": " ".join(n.text for n in office.notices_on(now.astimezone(HANOI).date())),
        "coming": coming,
        "banner": office.banner_on(now.astimezone(HANOI).date()),
        "counters": "\n".join(f"• Quầy {c.number}: {c.name}" for c in office.counters),
        "opening": "" if state.is_open else open_text(state, now),
    }


def office_reply(
    topic: str | None,
    office: Office,
    address: Address,
    now: datetime,
    days: Sequence[AskedDay] = (),
) -> str | None:
    """The answer to one office topic; None for topics that have only a fixed reply.

    ``days`` are those the question names; without hours entered nothing is said of a day.
    """
    facts = office_facts(office, now)
    coming = f"\nSắp tới: {facts['coming']}" if facts["coming"] else ""
    notices = f"{coming}\nThông báo: {facts['notices']}" if facts["notices"] else coming
    note = f"\n{office.hours_note}" if office.hours_note else ""
    if days and topic in TOPICS_OF_DAYS and hours_text(office.hours):
        first, *rest = (day_text(office, asked, now) for asked in days)
        told = " ".join([first, *map(upper_first, rest)])
        return f"Dạ, {told} Giờ làm việc: {facts['hours']}.{note}{notices}"
    match topic:
        case "hours" | "sunday_saturday":
            return (
                f"Dạ, {office.name} làm việc: {facts['hours']}. {facts['open_now']}{note}{notices}"
            )
        case "open_now" | "open_on_day":
            now_open = lower_first(facts["open_now"])
            return f"Dạ, {now_open} Giờ làm việc: {facts['hours']}.{note}{notices}"
        case "address":
            return f"Dạ, {office.name} ở {office.address} ạ. {facts['open_now']}"
        case "phone":
            numbers = "; ".join(f"{p.label}: {p.number}" for p in office.phones)
            return f"Dạ, điện thoại {office.name}: {numbers} ạ."
        case "counter":
            ask = f"{address.you_start} cần làm việc gì để {address.me} chỉ đúng quầy ạ?"
            return f"Dạ, {office.name} có các quầy:\n{facts['counters']}\n{ask}"
    return None
