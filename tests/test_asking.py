"""Cheap tests on words: who asks, who only opens a talk, who speaks to a neighbour."""

import pytest

from channels.asking import (
    asks_the_way,
    calls_somebody,
    is_opener,
    is_question,
    is_thanks,
    names_office,
    speaks_of_somebody,
    tells_first,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("làm khai sinh cần giấy gì", True),
        ("lam khai sinh can giay gi", True),
        ("lm ks cần jì ạ", True),
        ("khai sinh?", True),
        ("Hồi xưa tôi đi làm khai sinh nhanh lắm", False),  # "hồi" is not "hỏi"
        ("Hội phụ nữ họp thứ sáu nha các chị", False),
        ("hôm qua làm khai sinh xong rồi, có gì đâu", False),
        ("sổ đỏ cấp lại mất bao lâu không biết nữa", False),
        ("nộp trên mạng thì các cụ biết làm sao được", False),  # nobody is asked
        ("làm sao được hưởng trợ cấp người già", True),
        ("", False),
    ],
)
def test_a_question_is_told_from_a_tale(text: str, expected: bool) -> None:
    assert is_question(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mấy giờ vậy chị Bích?", True),
        ("mấy giờ vậy chị bích ạ", True),
        ("Trưa nay quán cơm cô Tư mở không nhỉ?", True),
        ("CHO HỎI BÀ CON LÀM KHAI SINH Ở ĐÂU", False),  # capitals all over name nobody
        ("làm khai sinh ở đâu vậy chị", False),
        ("làm khai sinh ở đâu vậy mọi người", False),
        ("ông nội mất thì khai tử ở đâu bà con", False),
        ("xin trich luc khai sinh cho con di hoc", False),  # without marks "di" may be anything
        ("mẹ tôi chưa có VNeID làm được không", False),
        ("giấy xác nhận cho con đi học", False),
        ("chị", False),
    ],
)
def test_a_neighbour_who_is_named_is_spoken_to(text: str, expected: bool) -> None:
    assert speaks_of_somebody(text) is expected


def test_calling_everybody_or_the_office_calls_nobody_in_particular() -> None:
    assert calls_somebody("bác Tư ơi, làm khai sinh ở đâu?")
    assert not calls_somebody("cả nhà ơi, làm khai sinh ở đâu?")
    assert not calls_somebody("phường ơi làm khai sinh ở đâu?")
    assert not calls_somebody("thím ơi làm khai sinh ở đâu?")
    assert calls_somebody("thím Năm ơi, làm khai sinh ở đâu?")


def test_the_way_is_asked_for_or_something_else_is() -> None:
    for text in ("xin cấp lại làm thế nào", "trong khai sinh ghi sai tên, sửa được hông",
                 "xây nhà có cần xin phép không", "giấy mất rồi giờ làm lại sao"):  # fmt: skip
        assert asks_the_way(text), text
    for text in ("làm khai sinh cho con đặt tên gì hay", "quán cơm trưa nay mở không nhỉ"):
        assert not asks_the_way(text), text


def test_hours_are_the_offices_only_where_it_is_named() -> None:
    assert names_office("phường mấy giờ đóng cửa vậy")
    assert not names_office("mấy giờ họp vậy")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nhà em muốn xây thêm cái nhà kho", True),
        ("dạ con em mới sinh tuần trước", True),
        ("em muốn làm khai sinh thì cần gì", False),  # asks already
        ("đăng ký khai sinh", False),  # people ask like that
        ("2", False),
        ("cảm ơn em", False),
        ("em muốn hỏi về việc làm khai sinh cho cháu ngoại mới sinh hôm kia ở viện", False),
    ],
)
def test_a_tale_is_waited_with_and_a_request_is_not(text: str, expected: bool) -> None:
    assert tells_first(text) is expected


def test_openers_and_thanks_are_nothing_more() -> None:
    for text in ("chào ad", "cho em hỏi chút ạ", "alo", ""):
        assert is_opener(text), text
    assert not is_opener("cho em hỏi khai sinh")
    for text in ("ok", "dạ vâng ạ", "cảm ơn em nhiều nhé"):
        assert is_thanks(text), text
    assert not is_thanks("cảm ơn, còn lệ phí thì sao")
