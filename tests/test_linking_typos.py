"""Slips of a finger: words nobody uses, mended by their neighbours."""

from collections import Counter

import pytest

from knowledge.linking.typos import Typos, without_telex
from knowledge.vietnamese import fold
from knowledge.words import terms

TEXTS = [
    "đăng ký khai sinh", "khai sinh cho con", "đăng ký kết hôn", "giấy xác nhận độc thân",
    "chứng thực chữ ký", "hộ khẩu thường trú",
]  # fmt: skip
COUNTS = Counter(term for text in TEXTS for term in terms(text, toned=False))


@pytest.fixture
def typos() -> Typos:
    return Typos(lambda term: COUNTS[term])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("đăng ký khia sinh", "đăng ký khai sinh"),  # swapped
        ("đăng ký khai sinhh", "đăng ký khai sinh"),  # doubled
        ("đăg ký kết hôn", "đăng ký kết hôn"),  # missing
        ("chứng thựk chữ ký", "chứng thực chữ ký"),  # another letter
        ("ddawng kys keets hoon", "đăng ký kết hôn"),  # Telex without its keyboard
    ],
)
def test_a_slip_is_read_as_the_word_it_misses(typos: Typos, typed: str, meant: str) -> None:
    assert fold(typos.mended(typed)) == fold(meant)


def test_words_that_exist_keep_their_marks(typos: Typos) -> None:
    assert typos.mended("đăg ký kết hôn") == "dang ký kết hôn"


@pytest.mark.parametrize(
    "typed",
    [
        "giấy xác nhận độc thân",  # nothing to mend
        "chụp ảnh flycam",  # unknown, and nothing like it is known
        "hộ khẩu 12 người",  # numbers are no words
        "khaj",  # near "khai", but in no company that says so
        "",
    ],
)
def test_what_exists_or_is_like_nothing_stays(typos: Typos, typed: str) -> None:
    assert typos.mended(typed) == typed


@pytest.mark.parametrize(
    ("typed", "plain"),
    [("ddawng", "dang"), ("kys", "ky"), ("hoon", "hon"), ("truwowngf", "truong"), ("khai", "khai")],
)
def test_telex_without_its_keyboard_is_plain_letters(typed: str, plain: str) -> None:
    assert without_telex(typed) == plain
