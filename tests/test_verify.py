"""No number and no link leaves the desk that its record does not hold."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from records import FREE, THREE_DAYS, an_office, fixed, paper, record, seen

from assistant.address import UNKNOWN
from assistant.answers import Answer, Outcome
from assistant.compose import compose
from assistant.verify import is_supported, numbers, verify
from knowledge.procedures import LegalBasis, ProcessingTime, SubmissionChannel, TimeUnit, Topic

RECORD = record(
    documents=(paper("Tờ khai"),),
    fees=(fixed(50_000),),
    times=(THREE_DAYS,),
    legal_basis=(LegalBasis(number="23/2015/NĐ-CP"),),
    channels=(SubmissionChannel(channel="online", url="https://thu.example/nop"),),
)


def checked(text: str) -> str:
    return verify(Answer(Outcome.ANSWERED, text), seen(RECORD), an_office()).text


@pytest.mark.parametrize(
    "line",
    [
        "Lệ phí: 50.000 đồng.",
        "Thời hạn: 3 ngày làm việc.",
        "Căn cứ: 23/2015/NĐ-CP.",
        "Nộp ở https://thu.example/nop.",
        "Gọi 024 0000 0200.",
        "Việc khẩn gọi 113.",
        "Nguồn: Cổng thử (dữ liệu 01/11/2026, đã hơn 90 ngày, nên hỏi lại trước khi đi).",
        "… và 15 giấy tờ khác; anh/chị hỏi “giấy tờ đầy đủ” để xem hết ạ.",
        "Không có số nào ở đây.",
    ],
)
def test_a_line_the_record_supports_stays(line: str) -> None:
    assert checked(line) == line


@pytest.mark.parametrize(
    "line",
    [
        "Lệ phí: 60.000 đồng.",
        "Thời hạn: 5 ngày làm việc.",
        "Thời hạn: 7 ngày làm việc.",
        "Thời hạn: 90 ngày.",
        "Lệ phí: 113.000 đồng.",
        "Căn cứ: 24/2015/NĐ-CP.",
        "Nộp ở https://gia.example/nop.",
        "Nộp ở https://thu.example/nop-khac.",
        "Gọi 0912 345 678.",
    ],
)
def test_a_line_with_a_foreign_number_or_link_is_dropped_and_the_rest_stays(line: str) -> None:
    assert checked(f"Dạ, đây ạ.\n{line}\nLệ phí: 50.000 đồng.") == (
        "Dạ, đây ạ.\nLệ phí: 50.000 đồng."
    )


def test_the_number_of_a_list_entry_is_not_a_fact() -> None:
    assert checked("7. Nộp hồ sơ") == "7. Nộp hồ sơ"


def test_points_that_group_digits_make_no_difference() -> None:
    assert numbers("1.250.000 đồng, mã 1.001193") >= {"1250000"}
    assert is_supported("1250000", "1.250.000")


amounts = st.integers(min_value=1000, max_value=10**8)


@given(amounts, st.integers(1, 200), st.sampled_from([u for u in TimeUnit if u != "same_day"]))
def test_what_is_rendered_from_a_record_is_never_dropped(
    amount: int, days: int, unit: TimeUnit
) -> None:
    times = (ProcessingTime(amount=days, unit=unit),)
    procedure = record(fees=(fixed(amount), FREE), times=times, documents=(paper("Giấy"),))
    view = seen(procedure)
    options: dict[str, Any] = {"address": UNKNOWN, "office_name": "phường Thử"}
    for topics in ((), *((topic,) for topic in Topic)):
        answer = compose(view, topics, phone="024 0000 0200", **options)
        assert verify(answer, view, an_office()).text == answer.text
