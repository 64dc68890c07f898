"""Processing times of portal records: units kept, bare numbers left bare, words before numbers."""

import pytest

from ingest.portal_rows import read_rows
from ingest.portal_times import MOUNTAIN_NOTE, TimeReading, read_times
from knowledge.procedures import Channel, ProcessingTime, TimeUnit


def row(time: str, note: str = "", channel: str = "Trực tiếp", fee: str = "") -> dict[str, str]:
    return {"channel": channel, "time": time, "fee": fee, "note": note}


def read(*rows: dict[str, str], context: str = "") -> TimeReading:
    return read_times(read_rows(list(rows)), context)


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("5 Ngày làm việc", 5, TimeUnit.WORKING_DAY),
        ("07 ngày làm việc", 7, TimeUnit.WORKING_DAY),
        ("30 Ngày", 30, TimeUnit.DAY),
        ("8 Giờ", 8, TimeUnit.HOUR),
        ("4 Tháng", 4, TimeUnit.MONTH),
        ("1 năm", 12, TimeUnit.MONTH),
        ("3", 3, TimeUnit.UNKNOWN),
    ],
)
def test_the_unit_is_read_and_never_guessed(text: str, amount: int, unit: TimeUnit) -> None:
    assert read(row(text)).times == (ProcessingTime(amount=amount, unit=unit),)


@pytest.mark.parametrize("text", ["", "Không quy định", "Không có thông tin", "0", "0 Giờ"])
def test_no_time_is_no_entry(text: str) -> None:
    assert read(row(text)).times == ()


def test_a_bare_number_gives_way_to_the_words_beside_it() -> None:
    (time,) = read(row("1", note="03 ngày làm việc kể từ ngày nhận được hồ sơ hợp lệ.")).times
    assert (time.amount, time.unit) == (3, TimeUnit.WORKING_DAY)


def test_a_bare_number_is_doubtful() -> None:
    assert read(row("5")).doubtful
    assert not read(row("5 Ngày")).doubtful


def test_same_day_in_words_is_same_day() -> None:
    (time,) = read(row("1", note="Giải quyết ngay trong ngày làm việc nhận hồ sơ.")).times
    assert (time.amount, time.unit) == (None, TimeUnit.SAME_DAY)


def test_a_fraction_is_said_and_not_rounded() -> None:
    (half, more) = read(row("0.5 Giờ"), row("1.5 Ngày làm việc", channel="Trực tuyến")).times
    assert (half.amount, half.note) == (None, "30 phút")
    assert (more.amount, more.note) == (None, "1,5 ngày làm việc")


def test_a_time_in_words_only_is_kept_in_words() -> None:
    (time,) = read(row("Chậm nhất là ngay trước khi tàu rời cảng")).times
    assert (time.unit, time.note) == (TimeUnit.UNKNOWN, "Chậm nhất là ngay trước khi tàu rời cảng")


def test_a_note_that_only_repeats_the_number_is_dropped() -> None:
    (time,) = read(row("7 Ngày làm việc", note="07 ngày làm việc kể từ ngày nhận đủ hồ sơ.")).times
    assert time.note is None


def test_a_note_that_names_a_case_is_kept() -> None:
    (time,) = read(
        row("7 Ngày", note="03 ngày nếu đã có dữ liệu; 07 ngày đối với trường hợp khác")
    ).times
    assert "03 ngày nếu đã có dữ liệu" in (time.note or "")


def test_opening_hours_are_about_the_channel_and_not_the_time() -> None:
    rows = read_rows(
        [row("2 Ngày", note="Thời gian tiếp nhận: giờ hành chính từ thứ 2 đến thứ 6.")]
    )
    assert read_times(rows).times[0].note is None
    assert "giờ hành chính" in rows[0].channel_note


def test_the_same_time_on_every_channel_is_one_entry() -> None:
    (time,) = read(row("5 Ngày"), row("5 Ngày", channel="Trực tuyến")).times
    assert time.channel is None


def test_two_numbers_by_channel_stay_by_channel_and_are_doubtful() -> None:
    reading = read(row("27 Ngày"), row("17 Ngày", channel="Trực tuyến"))
    assert [(t.amount, t.channel) for t in reading.times] == [
        (27, Channel.IN_PERSON),
        (17, Channel.ONLINE),
    ]
    assert reading.doubtful


def test_ten_more_days_in_the_mountains_are_read_so_only_when_the_text_says_it() -> None:
    said = "Đối với xã miền núi, hải đảo thì thời gian thực hiện được tăng thêm 10 ngày."
    normal, mountain = read(
        row("27 Ngày"), row("17 Ngày", channel="Trực tuyến"), context=said
    ).times
    assert (normal.amount, normal.channel, normal.note) == (17, None, None)
    assert (mountain.amount, mountain.channel, mountain.note) == (27, None, MOUNTAIN_NOTE)
