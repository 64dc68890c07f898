"""What a question asks about a procedure, with the weights that ship."""

import pytest

from knowledge.linking.topics import TopicModel
from knowledge.procedures import Topic
from knowledge.vietnamese import normalise

MODEL = TopicModel.load()


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("cần những giấy tờ gì", Topic.PAPERS),
        ("hồ sơ gồm những gì", Topic.PAPERS),
        ("lệ phí bao nhiêu tiền", Topic.FEE),
        ("le phi bao nhieu", Topic.FEE),
        ("mấy ngày thì có kết quả", Topic.TIME),
        ("bao lau thi xong", Topic.TIME),
        ("nộp ở quầy nào", Topic.PLACE),
        ("có nộp trực tuyến được không", Topic.CHANNEL),
        ("xin mẫu tờ khai ở đâu", Topic.FORM),
        ("căn cứ pháp lý là văn bản nào", Topic.LEGAL_BASIS),
        ("trình tự các bước thực hiện thế nào", Topic.STEPS),
    ],
)
def test_a_plain_question_is_heard(question: str, topic: Topic) -> None:
    assert topic in MODEL.topics_of(normalise(question))


def test_two_topics_in_one_question_are_both_heard() -> None:
    asked = MODEL.topics_of(normalise("cần giấy tờ gì và lệ phí bao nhiêu tiền"))
    assert {Topic.PAPERS, Topic.FEE} <= set(asked)


@pytest.mark.parametrize("question", ["", "đăng ký khai sinh", "xin chào", "xyz qqq"])
def test_a_general_question_asks_for_nothing_in_particular(question: str) -> None:
    assert MODEL.topics_of(normalise(question)) == ()


def test_no_topic_is_told_twice_and_the_limit_holds() -> None:
    asked = MODEL.topics_of(
        normalise("giấy tờ gì, phí bao nhiêu tiền, mấy ngày, quầy nào, nộp online được không"), 3
    )
    assert len(asked) == len(set(asked)) <= 3
