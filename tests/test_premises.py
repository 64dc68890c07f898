"""What a resident takes for granted is held against the record."""

import pytest
from records import FREE, THREE_DAYS, UNPUBLISHED, fixed, record

from assistant.address import UNKNOWN
from assistant.premises import assumes_district, find_premises, settle


def said(message: str, **fields: object) -> str:
    found = find_premises(message)
    assert found is not None, message
    return "\n".join(settle(found, record(**fields), UNKNOWN))


@pytest.mark.parametrize(
    ("message", "fees", "answer"),
    [
        ("nghe nói miễn phí hết", (FREE,), "Dạ đúng"),
        ("nghe nói miễn phí hết", (fixed(8000),), "không miễn phí"),
        ("tưởng là không mất tiền", (FREE, fixed(8000)), "không phải trường hợp nào cũng"),
        ("nghe nói miễn phí hết", (UNPUBLISHED,), "chưa ghi mức"),
        ("nghe bảo 50 nghìn đúng không", (fixed(8000),), "không phải 50.000 đồng"),
        ("8k đúng không", (fixed(8000),), "Dạ đúng"),
        ("2 triệu phải không", (UNPUBLISHED,), "chưa ghi mức"),
        ("nghe noi mien phi dung khong", (fixed(8000),), "không miễn phí"),
    ],
)
def test_money_is_settled_by_the_fees_of_the_record(
    message: str, fees: tuple[object, ...], answer: str
) -> None:
    assert answer in said(message, fees=fees)


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        ("người ta bảo mất 15 ngày", "không phải 15 ngày"),
        ("nghe nói 3 ngày phải không", "Dạ đúng"),
        ("hình như 2 tuần", "không phải 2 tuần"),
    ],
)
def test_days_are_settled_by_the_times_of_the_record(message: str, answer: str) -> None:
    assert answer in said(message, times=(THREE_DAYS,))


def test_unpublished_times_confirm_nothing() -> None:
    assert "chưa ghi thời hạn" in said("nghe nói 3 ngày phải không", times=())


@pytest.mark.parametrize(
    "message",
    [
        "lệ phí bao nhiêu",
        "có miễn phí không",
        "con tôi 3 tháng tuổi rồi",
        "quá 60 ngày có sao không",
        "đăng ký kết hôn cần giấy tờ gì",
    ],
)
def test_an_open_question_takes_nothing_for_granted(message: str) -> None:
    assert find_premises(message) is None


@pytest.mark.parametrize(
    ("message", "district"),
    [
        ("phải lên quận đúng không", True),
        ("ra phòng tư pháp quận", True),
        ("nop o ubnd huyen", True),
        ("đăng ký ở phường", False),
        ("nhà ở quận 7", False),
    ],
)
def test_the_district_is_noticed(message: str, district: bool) -> None:
    assert assumes_district(message) is district
