"""One written form for what residents type: spelling, tones, abbreviations, invisible marks."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.vietnamese import (
    TABLES,
    Spelling,
    clean,
    fold,
    has_tones,
    normalise,
    place_tones,
    read_table,
    tokens,
)


def test_composed_and_decomposed_letters_are_the_same() -> None:
    for text in ("Giấy khai sinh", "thuở", "Nguyễn"):
        assert clean(unicodedata.normalize("NFD", text)) == text
        assert normalise(unicodedata.normalize("NFD", text)) == normalise(text)


@pytest.mark.parametrize("hidden", ["\u200b", "\u00ad", "\u202e", "\ufeff", "\U000e0061", "\x00"])
def test_invisible_characters_inside_a_word_go(hidden: str) -> None:
    assert clean(f"khai{hidden} sinh") == "khai sinh"


def test_line_breaks_and_wide_spaces_become_one_space_and_emoji_stay() -> None:
    assert clean("khai\n\n sinh\u3000ạ 😀") == "khai sinh ạ 😀"


@pytest.mark.parametrize(
    ("old", "new"), [("hoà", "hòa"), ("thuỷ", "thủy"), ("xoá", "xóa"), ("quý", "quý"),
                     ("hoàn", "hoàn"), ("Hoè", "Hòe")]
)  # fmt: skip
def test_tone_marks_are_put_where_new_spelling_puts_them(old: str, new: str) -> None:
    assert place_tones(old) == new


def test_folding_drops_tones_and_the_bar_of_d() -> None:
    assert fold("Đăng Ký  thường trú") == "dang ky thuong tru"
    assert not has_tones("dang ky") and has_tones("đăng ký")


def test_numbers_keep_their_points_and_slashes() -> None:
    assert tokens("Phí 2.000đ, NĐ 123/2015") == ["phí", "2.000", "đ", "nđ", "123/2015"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ko có cccd", "không có căn cước công dân"),
        ("làm giấy khai sanh", "làm giấy khai sinh"),
        ("đăng ký tạm chú", "đăng ký tạm trú"),
        ("xin giấy xntthn", "xin giấy xác nhận tình trạng hôn nhân"),
        ("giấp tờ gì", "giấy tờ gì"),
    ],
)
def test_short_regional_and_slurred_words_are_spelled_out(typed: str, meant: str) -> None:
    assert normalise(typed) == meant


def test_a_longer_entry_protects_itself_from_a_shorter_one() -> None:
    spelling = Spelling([{"chi": "gì", "chi phí": "chi phí"}])
    assert spelling.expand(["chi", "phí", "là", "chi"]) == ["chi", "phí", "là", "gì"]


def test_plain_words_are_left_alone() -> None:
    for text in ("đăng ký khai sinh cho con", "lệ phí bao nhiêu", "nơi cư trú"):
        assert normalise(text) == text


@pytest.mark.parametrize("path", sorted(TABLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_no_table_maps_a_word_to_nothing(path: object) -> None:
    table = read_table(path)  # type: ignore[arg-type]
    assert table
    assert all(tokens(written) and tokens(meant) for written, meant in table.items())


@given(st.text(max_size=300))
def test_any_text_normalises_to_lower_case_words_and_stays_there_when_folded(text: str) -> None:
    once = normalise(text)
    assert once == once.strip() and "  " not in once
    assert fold(fold(once)) == fold(once)
    assert clean(clean(text)) == clean(text)
