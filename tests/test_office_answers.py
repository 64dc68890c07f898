"""Questions about the office itself, from its data and the clock that is given."""

from datetime import date, datetime

import pytest
from records import an_office

from assistant.address import UNKNOWN, Address
from assistant.days import asked_days
from assistant.office_answers import hours_text, office_facts, office_reply, when
from assistant.replies import fill, say
from knowledge.offices import HANOI, Hours, Notice
from knowledge.sample import read_office


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HANOI)


TUESDAY = "2026-11-24"


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (f"{TUESDAY}T09:00", "hiện đang mở cửa, đến 11 giờ 30."),
        (f"{TUESDAY}T06:10", "chưa đến giờ làm việc; mở cửa lại lúc 7 giờ 30 hôm nay"),
        (f"{TUESDAY}T12:15", "nghỉ trưa; mở cửa lại lúc 13 giờ 30 hôm nay"),
        (f"{TUESDAY}T18:00", "hết giờ làm việc; mở cửa lại lúc 7 giờ 30 ngày mai"),
        ("2026-11-28T10:00", "không làm việc; mở cửa lại lúc 7 giờ 30 Thứ Hai (30/11/2026)"),
        ("2027-01-01T10:00", "nghỉ Tết Dương lịch; mở cửa lại lúc 7 giờ 30 Thứ Hai (04/01/2027)"),
    ],
)
def test_open_or_closed_is_told_by_the_given_clock(moment: str, words: str) -> None:
    text = office_reply("open_now", read_office(), UNKNOWN, at(moment))
    assert text is not None and words in text


def test_equal_days_are_told_together() -> None:
    assert hours_text(read_office().hours) == "Thứ Hai đến Thứ Sáu 7:30–11:30 và 13:30–17:00"
    mixed = Hours(monday=("08:00-11:00",), wednesday=("08:00-11:00",), thursday=("08:00-11:00",))
    assert hours_text(mixed) == "Thứ Hai 8:00–11:00; Thứ Tư đến Thứ Năm 8:00–11:00"


def test_an_office_without_published_hours_says_so() -> None:
    text = office_reply("open_now", an_office(hours=Hours()), UNKNOWN, at(f"{TUESDAY}T09:00"))
    assert text is not None and "chưa được công bố" in text


@pytest.mark.parametrize(
    ("topic", "words"),
    [
        ("address", "số 1 phố Thử"),
        ("phone", "Tổng đài: 024 0000 0200"),
        ("counter", "• Quầy 4: Hộ tịch"),
        ("hours", "Thứ Hai đến Thứ Sáu"),
    ],
)
def test_each_topic_is_answered_from_the_office(topic: str, words: str) -> None:
    text = office_reply(topic, an_office(), UNKNOWN, at(f"{TUESDAY}T09:00"))
    assert text is not None and words in text


def test_topics_with_a_fixed_reply_are_left_to_it() -> None:
    assert office_reply("parking", an_office(), UNKNOWN, at(f"{TUESDAY}T09:00")) is None
    assert office_reply(None, an_office(), UNKNOWN, at(f"{TUESDAY}T09:00")) is None


def test_a_notice_is_told_while_it_holds() -> None:
    day = date(2026, 11, 24)
    office = an_office(
        notices=(Notice(text="Mất điện chiều nay.", shown_from=day, shown_until=day),)
    )
    for moment, shown in ((f"{TUESDAY}T09:00", True), ("2026-11-25T09:00", False)):
        text = office_reply("hours", office, UNKNOWN, at(moment)) or ""
        assert ("Thông báo: Mất điện chiều nay." in text) is shown


def test_the_phone_of_the_reception_goes_before_the_switchboard() -> None:
    assert office_facts(read_office(), at(f"{TUESDAY}T09:00"))["phone"] == "024 0000 0111"
    assert office_facts(an_office(), at(f"{TUESDAY}T09:00"))["phone"] == "024 0000 0200"
    nothing = an_office(phones=(), counters=())
    assert office_facts(nothing, at(f"{TUESDAY}T09:00"))["phone"] == "số điện thoại của trung tâm"


def test_a_moment_is_told_as_people_say_it() -> None:
    now = at(f"{TUESDAY}T09:00")
    assert when(at(f"{TUESDAY}T13:00"), now) == "13 giờ hôm nay"
    assert when(at("2026-11-25T07:30"), now) == "7 giờ 30 ngày mai"


def test_fixed_sentences_take_the_form_of_address() -> None:
    assert say("greeting", Address("bác", "cháu")).startswith("Dạ, cháu chào bác ạ. Bác cần")


def test_a_sentence_that_lacks_a_fact_is_an_error_and_not_a_gap() -> None:
    with pytest.raises(KeyError):
        say("failed")
    with pytest.raises(KeyError):
        say("khong_co_cau_nay")
    with pytest.raises(KeyError):
        fill("{khong_co}", UNKNOWN)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (
            "sáng mai mấy giờ làm việc",
            "ngày mai, Thứ Tư (25/11/2026), phường Hoa Sen làm việc",
        ),
        ("thứ bảy có mở không", "Thứ Bảy (28/11/2026) phường Hoa Sen không làm việc; làm việc lại"),
        ("thu hai toi den luc 7h duoc chua", "30/11/2026) lúc 7 giờ phường Hoa Sen chưa đến giờ"),
        ("4 giờ chiều mai tới kịp không", "lúc 16 giờ phường Hoa Sen có làm việc, đến 17 giờ"),
        ("mai 7:15 tới được chưa", "lúc 7 giờ 15 phường Hoa Sen chưa đến giờ làm việc"),
        ("11h45 tới được không", "hôm nay lúc 11 giờ 45 phường Hoa Sen đang nghỉ trưa"),
        ("thứ hai tuần sau có làm không", "Thứ Hai (30/11/2026) phường Hoa Sen làm việc"),
        ("1/1/2027 có làm không", "Thứ Sáu (01/01/2027) phường Hoa Sen nghỉ Tết Dương lịch; lịch"),
        ("nghỉ tết từ ngày nào", "từ Thứ Sáu (05/02/2027) đến hết Thứ Tư (10/02/2027)"),
        ("ba mươi tết còn ai trực không", "từ Thứ Sáu (05/02/2027) đến hết Thứ Tư (10/02/2027)"),
        ("mai có làm không, chủ nhật thì sao", "Chủ nhật (29/11/2026) phường Hoa Sen không"),
    ],
)
def test_the_day_that_is_asked_for_is_the_day_that_is_answered(question: str, words: str) -> None:
    now = at(f"{TUESDAY}T09:00")
    days = asked_days(question, read_office(), now)
    text = office_reply("open_on_day", read_office(), UNKNOWN, now, days)
    assert text is not None and words in text


@pytest.mark.parametrize(
    "question", ["mấy giờ mở cửa", "hôm nay còn làm không", "30/2 có làm không"]
)
def test_a_question_without_another_day_is_answered_by_the_clock(question: str) -> None:
    assert asked_days(question, read_office(), at(f"{TUESDAY}T09:00")) == ()


def test_an_office_without_hours_promises_no_day() -> None:
    now = at(f"{TUESDAY}T09:00")
    office = an_office(hours=Hours())
    text = office_reply("hours", office, UNKNOWN, now, asked_days("mai có làm không", office, now))
    assert text is not None and "chưa được công bố" in text
