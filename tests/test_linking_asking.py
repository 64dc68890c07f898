"""What a question asks of a record is no part of the matter it is about."""

import numpy as np
import pytest

from knowledge.linking.asking import GAP, matter_words, without_asking
from knowledge.linking.matter import heard
from knowledge.linking.teaching import head
from knowledge.linking.wording import Source, users_in, wording
from knowledge.vietnamese import normalise
from knowledge.words import WordIndex


@pytest.mark.parametrize(
    "asked",
    ["thời hạn giải quyết {}", "{} cần giấy tờ gì", "cơ sở pháp lý của {}", "{} bao nhiêu tiền"],
)
def test_what_is_asked_of_a_record_is_taken_off(asked: str) -> None:
    said = without_asking(normalise(asked.format("đăng ký khai tử")))
    assert "dang ky khai tu" in said
    assert not {"giay", "thoi", "phap", "tien"} & set(said.split())


def test_a_question_that_only_asks_keeps_its_words() -> None:
    assert matter_words(normalise("bao nhiêu tiền")) == ["bao", "nhieu", "tien"]


def test_words_on_both_sides_of_what_was_taken_out_are_no_neighbours() -> None:
    words = matter_words(normalise("khai sinh giấy tờ gì cho con"))
    assert words == ["khai", "sinh", GAP, "cho", "con"]
    index = WordIndex.build(["sinh cho"], toned=False)
    (row,) = wording(
        words,
        dict.fromkeys(words, 1.0),
        users_in([Source(index, np.zeros(1, int))], 1),
        users_in([Source(index, np.zeros(1, int))], 1),
        np.zeros(1, int),
    )
    assert row[0] == pytest.approx(2 / 4)
    assert row[2] == 0.0  # "sinh cho" was never said together


def test_courtesies_go_unless_they_are_all_there_is() -> None:
    assert heard(normalise("chào cô, cho em hỏi đăng ký khai tử")) == "đăng ký khai tử"
    assert heard("xin chào") == "xin chào"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Cấp lại giấy phép karaoke (thực hiện tại cấp xã)", "Cấp lại giấy phép karaoke"),
        ("Cấp giấy phép lao động đối với người nước ngoài", "Cấp giấy phép lao động"),
        ("Đăng ký khai tử", "Đăng ký khai tử"),
        ("Hỗ trợ đối với hộ nghèo", "Hỗ trợ đối với hộ nghèo"),
    ],
)  # fmt: skip
def test_people_say_the_beginning_of_an_official_name(name: str, said: str) -> None:
    assert head(name) == said
