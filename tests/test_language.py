"""Which language a message is in, and English carried over to Vietnamese words."""

import pytest

from assistant.language import in_vietnamese, language_of
from evals.cases import LinkCase, read_cases


@pytest.mark.parametrize(
    ("message", "language"),
    [
        ("How do I get a birth certificate?", "en"),
        ("fee", "en"),
        ("which counter?", "en"),
        ("dang ky khai sinh o dau", "vi"),
        ("hello em", "vi"),
        ("nộp online được không", "vi"),
        ("cho nói chuyện với người thật đi", "vi"),
        ("het bao nhieu tien", "vi"),
        ("请问在哪里登记结婚", "zh"),
        ("혼인신고 어디서 해요", "ko"),
        ("婚姻届はどこですか", "ja"),
        ("здравствуйте", "ru"),
        ("សួស្តី", "other"),
    ],
)
def test_the_language_of_a_message(message: str, language: str) -> None:
    assert language_of(message) == language


def test_a_number_or_ok_keeps_the_language_of_the_conversation() -> None:
    assert (language_of("2", "en"), language_of("ok", "en"), language_of("2")) == ("en", "en", "vi")


def test_vietnamese_without_marks_is_not_taken_for_english() -> None:
    cases = [case for case in read_cases(LinkCase, "linking") if case.kind == "no_diacritics"]
    assert len(cases) > 100
    assert [case.question for case in cases if language_of(case.question) != "vi"] == []


@pytest.mark.parametrize(
    ("message", "carried"),
    [
        ("How much is a certified copy?", "chứng thực bản sao từ bản chính lệ phí bao nhiêu"),
        ("how long does it take", "mất bao lâu"),
        ("hello, which counter for marriage registration", "đăng ký kết hôn quầy nào"),
        ("how to get a divorce", "how to get a divorce"),
    ],
)
def test_english_is_carried_over_to_words_the_search_knows(message: str, carried: str) -> None:
    assert in_vietnamese(message) == carried
