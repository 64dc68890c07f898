"""How the desk addresses a resident, from how they speak of themselves."""

import pytest

from assistant.address import UNKNOWN, Address, find_address


@pytest.mark.parametrize(
    ("message", "you", "me"),
    [
        ("bác muốn hỏi làm giấy khai tử", "bác", "cháu"),
        ("Cho cô hỏi chứng thực ở quầy nào", "cô", "cháu"),
        ("chị cần giấy độc thân", "chị", "em"),
        ("dạ anh đang ở xa không về được", "anh", "em"),
        ("BÁC HỎI cái này", "bác", "cháu"),
    ],
)
def test_the_resident_is_called_as_they_call_themselves(message: str, you: str, me: str) -> None:
    assert find_address(message) == Address(you, me)


@pytest.mark.parametrize(
    "message",
    [
        "đăng ký khai sinh cần gì",
        "em có biết quầy nào không",
        "khai sinh cho con cần giấy tờ gì",
        "con mới sinh được ba ngày",
        "cho tôi hỏi",
        "làm giấy cho con chị gái tôi",
        "cho anh tôi xin cái giấy",
        "bố bác sĩ nói vậy",
        "",
    ],
)
def test_nothing_is_guessed_where_the_resident_gives_nothing_away(message: str) -> None:
    assert find_address(message) is None


def test_the_form_of_address_starts_a_sentence_with_a_capital() -> None:
    assert Address("bác", "cháu").you_start == "Bác"
    assert UNKNOWN.you_start == "Anh/chị"


@pytest.mark.parametrize(
    ("message", "you"),
    [
        ("em muốn hỏi khai sinh", "em"),
        ("vợ em mới sinh", "em"),
        ("dạ cho con hỏi", "con"),
        ("cháu chào cô, làm căn cước ở đâu", "cháu"),
    ],
)
def test_who_speaks_as_a_junior_is_called_so_and_the_desk_is_plain(message: str, you: str) -> None:
    assert find_address(message) == Address(you, "mình")


def test_an_elder_in_the_same_sentence_is_the_speaker() -> None:
    assert find_address("em cho bác hỏi với") == Address("bác", "cháu")
