"""The office: hours around lunch, holidays and midnight; which counter takes what."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from knowledge.offices import (
    HANOI,
    Counter,
    Holiday,
    Hours,
    Notice,
    Office,
    OpenReason,
    Phone,
    Place,
    Span,
    SpecialDay,
    counter_for,
    opening,
)
from knowledge.procedures import Body, Procedure, Source

SOURCE = Source(name="thử", as_of=date(2026, 11, 1))
WORKDAY = ("07:30-11:30", "13:30-17:00")
HOURS = Hours.model_validate(
    dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), WORKDAY)
)
POLICE = Place(
    id="police",
    body=Body.COMMUNE_POLICE,
    name="Công an phường",
    hours=Hours.model_validate({"monday": WORKDAY, "saturday": ["07:30-11:30"]}),
)
COURT = Place(id="court", body=Body.OTHER, name="Tòa án khu vực")
OFFICE = Office(
    id="phuong-thu",
    kind="ward",
    name="phường Thử",
    province="Hà Nội",
    address="số 1",
    hours=HOURS,
    holidays=(Holiday(date=date(2027, 1, 1), name="Tết Dương lịch"),),
    special_days=(
        SpecialDay(date=date(2026, 11, 25), closed=True, reason="họp toàn phường"),
        SpecialDay(
            date=date(2026, 11, 28), hours=(Span.model_validate("08:00-11:00"),), reason="làm bù"
        ),
    ),
    counters=(
        Counter(number="1", name="Hướng dẫn", is_reception=True),
        Counter(number="2", name="Hộ tịch A", sectors=("Hộ tịch",)),
        Counter(number="3", name="Hộ tịch B", sectors=("Hộ tịch",), codes=("1.000894",)),
        Counter(number="4", name="Thuế đất", body=Body.TAX_OFFICE),
    ),
    places=(POLICE, COURT, Place(id="tax", body=Body.TAX_OFFICE, name="Thuế cơ sở")),
    source=SOURCE,
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HANOI)


def procedure(
    code: str = "1.001193", sector: str = "Hộ tịch", body: Body = Body.COMMUNE
) -> Procedure:
    return Procedure(
        code=code,
        name="Thử",
        sector=sector,
        receiving_body=body,
        receiving="nơi nhận",
        source=SOURCE,
    )


@pytest.mark.parametrize(
    ("moment", "reason", "next_opening"),
    [
        ("2026-11-23T07:29:59", OpenReason.BEFORE_HOURS, "2026-11-23T07:30"),
        ("2026-11-23T11:30", OpenReason.LUNCH_BREAK, "2026-11-23T13:30"),
        ("2026-11-23T13:29", OpenReason.LUNCH_BREAK, "2026-11-23T13:30"),
        ("2026-11-23T17:00", OpenReason.AFTER_HOURS, "2026-11-24T07:30"),
        ("2026-11-23T23:59:59", OpenReason.AFTER_HOURS, "2026-11-24T07:30"),
        ("2026-11-24T00:00", OpenReason.BEFORE_HOURS, "2026-11-24T07:30"),
        ("2026-11-25T09:00", OpenReason.SPECIAL_DAY, "2026-11-26T07:30"),
        ("2026-11-22T09:00", OpenReason.DAY_OFF, "2026-11-23T07:30"),
        ("2026-11-27T18:00", OpenReason.AFTER_HOURS, "2026-11-28T08:00"),
        ("2027-01-01T09:00", OpenReason.HOLIDAY, "2027-01-04T07:30"),
    ],
)
def test_a_closed_office_says_why_and_when_it_opens(
    moment: str, reason: OpenReason, next_opening: str
) -> None:
    state = opening(OFFICE, at(moment))
    assert (state.is_open, state.reason, state.next_opening) == (False, reason, at(next_opening))


@pytest.mark.parametrize(
    ("moment", "closes_at"),
    [
        ("2026-11-23T07:30", "2026-11-23T11:30"),
        ("2026-11-23T11:29:59", "2026-11-23T11:30"),
        ("2026-11-23T16:59", "2026-11-23T17:00"),
        ("2026-11-28T10:00", "2026-11-28T11:00"),
    ],
)
def test_an_open_office_says_until_when(moment: str, closes_at: str) -> None:
    state = opening(OFFICE, at(moment))
    assert (state.is_open, state.closes_at) == (True, at(closes_at))


def test_the_reason_of_a_special_day_and_the_name_of_a_holiday_are_told() -> None:
    assert opening(OFFICE, at("2026-11-25T09:00")).note == "họp toàn phường"
    assert opening(OFFICE, at("2027-01-01T09:00")).note == "Tết Dương lịch"


def test_moments_of_other_time_zones_are_understood_and_naive_ones_refused() -> None:
    assert opening(OFFICE, datetime(2026, 11, 23, 0, 30, tzinfo=UTC)).is_open
    with pytest.raises(ValueError, match="no time zone"):
        opening(OFFICE, datetime(2026, 11, 23, 9, 0))


def test_a_place_has_its_own_hours_but_the_same_holidays() -> None:
    saturday = opening(OFFICE, at("2026-11-28T07:45"), POLICE)
    assert saturday.is_open
    assert opening(OFFICE, at("2027-01-01T09:00"), POLICE).reason is OpenReason.HOLIDAY
    assert opening(OFFICE, at("2026-11-23T09:00"), COURT).reason is OpenReason.UNKNOWN_HOURS


def test_an_office_that_never_opens_has_no_next_opening() -> None:
    shut = OFFICE.model_copy(update={"hours": Hours(), "special_days": ()})
    assert opening(shut, at("2026-11-23T09:00")).next_opening is None


@given(st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2028, 1, 1)))
def test_an_office_is_open_exactly_until_it_closes_and_from_when_it_opens(moment: datetime) -> None:
    local = moment.replace(tzinfo=HANOI)
    state = opening(OFFICE, local)
    if state.is_open:
        assert state.closes_at is not None and state.closes_at > local
        assert not opening(OFFICE, state.closes_at).is_open
        assert opening(OFFICE, state.closes_at - timedelta(microseconds=1)).is_open
    else:
        assert state.next_opening is not None and state.next_opening > local
        assert opening(OFFICE, state.next_opening).is_open
        assert not opening(OFFICE, state.next_opening - timedelta(microseconds=1)).is_open


def test_a_code_beats_a_sector_and_the_first_counter_of_a_sector_wins() -> None:
    marriage, birth = procedure("1.000894"), procedure("1.001193")
    assert counter_for(OFFICE, marriage) == OFFICE.counters[2]
    assert counter_for(OFFICE, birth) == OFFICE.counters[1]


def test_sector_names_match_whatever_their_case_spacing_or_unicode_form() -> None:
    decomposed = "HỘ   tịch"
    assert counter_for(OFFICE, procedure(sector=decomposed)) == OFFICE.counters[1]


def test_a_body_other_than_the_commune_is_met_at_its_guest_counter_or_place() -> None:
    assert counter_for(OFFICE, procedure(sector="Cư trú", body=Body.COMMUNE_POLICE)) == POLICE
    assert counter_for(OFFICE, procedure(sector="Thuế", body=Body.TAX_OFFICE)) == OFFICE.counters[3]


def test_nowhere_known_is_none_rather_than_a_guess() -> None:
    assert counter_for(OFFICE, procedure(sector="Thủy lợi")) is None
    assert counter_for(OFFICE, procedure(sector="Cư trú", body=Body.LAND_OFFICE)) is None
    # "other" is many bodies: the court is not where a school's papers go
    assert counter_for(OFFICE, procedure(sector="Giáo dục", body=Body.OTHER)) is None
    assert OFFICE.find_reception() == OFFICE.counters[0]


def test_notices_show_from_their_first_to_their_last_day() -> None:
    notice = Notice(
        text="Sáng mai nghỉ họp", shown_from=date(2026, 11, 23), shown_until=date(2026, 11, 24)
    )
    office = OFFICE.model_copy(update={"notices": (notice,)})
    shown = [bool(office.notices_on(date(2026, 11, day))) for day in (22, 23, 24, 25)]
    assert shown == [False, True, True, False]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hours": {"monday": ["11:30-07:30"]}}, "phải sau giờ mở"),
        ({"hours": {"monday": ["13:30-17:00", "07:30-11:30"]}}, "sai thứ tự"),
        ({"hours": {"monday": ["7h30 đến 11h30"]}}, "phải viết như 07:30-11:30"),
        (
            {"special_days": [{"date": "2026-12-01", "reason": "họp"}]},
            "closed: true hoặc ghi hours",
        ),
        (
            {"counters": [{"number": "1", "name": "A"}, {"number": "1", "name": "B"}]},
            "số quầy bị lặp: 1",
        ),
        ({"phones": [{"label": "x", "number": "gọi bà Lan"}]}, "pattern"),
        ({"id": "Phường Thử"}, "pattern"),
        ({"places": [{"id": "x", "body": "commune", "name": "y"}]}, "chỉ dành cho cơ quan khác"),
    ],
)
def test_nonsense_is_refused_in_words_a_clerk_understands(
    change: dict[str, object], message: str
) -> None:
    record = OFFICE.model_dump(mode="json") | change
    with pytest.raises(ValidationError, match=message):
        Office.model_validate(record)


def test_an_office_survives_its_json_form() -> None:
    office = OFFICE.model_copy(
        update={"phones": (Phone(label="Tổng đài", number="024 0000 0100"),)}
    )
    assert Office.model_validate(office.model_dump(mode="json", exclude_defaults=True)) == office
