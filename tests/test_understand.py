"""A message read: topics, codes, clauses, the picked choice, the told case."""

import pytest
from records import TWO_CASES, record

from assistant.address import Address
from assistant.answers import Choice
from assistant.understand import asking_parts, clauses, find_case, find_choice, joined, understand
from knowledge.linking.topics import TopicModel
from knowledge.procedures import Topic

TOPICS = TopicModel.load()
CHOICES = (
    Choice("Đăng ký khai sinh", "Đăng ký khai sinh", "1.001193"),
    Choice("Khai sinh lưu động", "Khai sinh lưu động", "1.003583"),
    Choice("Không phải các việc trên", "không phải các việc trên"),
)


def picked(message: str) -> Choice | None:
    return find_choice(understand(message, TOPICS), CHOICES)


def test_codes_are_read_wherever_they_stand_and_once() -> None:
    asked = understand("thủ tục 1.001193 với mã 2.000815, 1.001193 ạ", TOPICS)
    assert asked.codes == ("1.001193", "2.000815")


@pytest.mark.parametrize("message", ["11.001193", "1.0011934", "giá 1.200 đồng", "12/2015"])
def test_other_numbers_are_no_codes(message: str) -> None:
    assert understand(message, TOPICS).codes == ()


def test_an_empty_message_is_understood_as_no_words() -> None:
    asked = understand("", TOPICS)
    assert (asked.words, asked.topics, asked.codes, asked.address) == (0, (), (), None)


def test_topics_and_address_come_out_of_one_message() -> None:
    asked = understand("bác muốn hỏi lệ phí bao nhiêu tiền", TOPICS)
    assert Topic.FEE in asked.topics
    assert asked.address == Address("bác", "cháu")


@pytest.mark.parametrize("message", ["1", " 1. ", "Đăng ký khai sinh", "dang ky khai sinh"])
def test_a_choice_is_picked_by_number_or_by_its_words_with_or_without_tones(message: str) -> None:
    assert picked(message) == CHOICES[0]


@pytest.mark.parametrize("message", ["0", "4", "99", "khai sinh ở đâu", ""])
def test_what_names_no_choice_picks_none(message: str) -> None:
    assert picked(message) is None


@pytest.mark.parametrize(
    ("message", "case"),
    [
        ("em còn giấy cũ", "has_paper"),
        ("toi bi mat giay", "lost_paper"),
        ("không có giấy cũ", "lost_paper"),
        ("mất giấy cũ", "lost_paper"),
        ("thế lệ phí bao nhiêu", None),
        ("", None),
    ],
)
def test_the_longest_phrase_tells_the_case(message: str, case: str | None) -> None:
    assert find_case(understand(message, TOPICS), record(cases=TWO_CASES)) == case


def test_two_cases_told_equally_tell_none() -> None:
    asked = understand("còn giấy cũ, mất giấy cũ", TOPICS)
    assert find_case(asked, record(cases=TWO_CASES)) is None


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("khai sinh cho con", 1),
        ("khai sinh cho con, còn kết hôn thì sao", 2),
        ("làm khai tử xong rồi mai táng phí thế nào?", 2),
        ("phí?", 0),
        ("bố tôi xin cấp lại thẻ bảo hiểm, với mẹ tôi cần giấy khuyết tật", 2),
        ("nhà tôi ba người, với mẹ tôi là bốn", 1),
    ],
)
def test_a_message_is_cut_where_another_matter_may_start(message: str, parts: int) -> None:
    assert len(clauses(message)) == parts


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("mất căn cước với mất đăng ký xe, làm lại ở đâu", 2),
        ("vừa sao y bằng cấp vừa xác nhận lý lịch", 2),
        ("vua khai sinh vua nhap ho khau", 2),
        ("chồng tôi vừa mất hôm qua", 1),
        ("giấy cho bé", 1),
    ],
)
def test_a_message_is_cut_where_one_matter_may_be_joined_to_another(
    message: str, parts: int
) -> None:
    assert len(joined(message)) == parts


def test_of_a_tale_only_what_asks_or_wishes_is_a_matter() -> None:
    tale = clauses("Hai đứa em cưới năm ngoái. Bé sinh hôm kia rồi. Giờ khai sinh cần giấy gì")
    assert asking_parts(tale) == ["Giờ khai sinh cần giấy gì"]
    short = clauses("khai sinh xong nhập khẩu cho bé")
    assert asking_parts(short) == short
