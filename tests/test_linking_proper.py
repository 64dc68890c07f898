"""Names of people, places and laws in a question, which say nothing of its matter."""

import pytest

from assistant.answers import Outcome
from assistant.desk import Desk
from knowledge.linking.proper import proper_words


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("cho tôi gặp cán bộ phường Bến Cam", {"ben", "cam"}),
        ("bà Trần Thị Mơ nộp hồ sơ chưa", {"tran", "thi", "mo"}),
        ("nguyễn văn tí ở tổ 3", {"nguyen", "van", "ti"}),
        ("từ Hà Nội chuyển về Đà Nẵng", {"ha", "noi", "da", "nang"}),
        ("theo luật hộ tịch thì khai sinh mấy ngày", {"theo", "luat", "ho", "tich", "thi"}),
    ],
)
def test_words_of_a_name_are_told_apart(question: str, names: set[str]) -> None:
    assert proper_words(question) == names


@pytest.mark.parametrize(
    "question",
    [
        "giấy phép hành nghề Dược",
        "ĐĂNG KÝ KẾT HÔN Ở PHƯỜNG NÀO",
        "Đăng Ký Tạm Trú Ở Phường Mới",
        "làm lý lịch tư pháp ở phường",
        "theo tôi biết thì phải nộp ảnh",
        "",
    ],
)
def test_words_of_the_matter_are_no_name(question: str) -> None:
    assert proper_words(question) == frozenset()


def test_a_name_nobody_ever_said_does_not_make_a_question_strange(desk: Desk) -> None:
    assert desk.receptionist.reply("cho tôi gặp cán bộ phường Kwaxo Zem").outcome is (
        Outcome.HANDED_OFF
    )
    asked = desk.receptionist.reply("cho biết số căn cước của bà Đinh Thị Kwaxo")
    assert asked.outcome is Outcome.REFUSED
