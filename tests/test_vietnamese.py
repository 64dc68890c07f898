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
                     ("hoàn", "hoàn"), ("Hoè", "Hòe"), ("toạ độ", "tọa độ")]
)  # fmt: skip
def test_tone_marks_are_put_where_new_spelling_puts_them(old: str, new: str) -> None:
    assert place_tones(old) == new


@pytest.mark.parametrize(
    "word", ["luật", "thuật", "hoặc", "huệ", "tuất", "xuất", "khuyết", "nguyện"]
)
def test_a_vowel_with_a_hat_or_a_bow_keeps_its_mark(word: str) -> None:
    assert place_tones(word) == normalise(word) == word


@pytest.mark.parametrize("country", ["Campuchia", "Hàn Quốc", "Ba Lan", "Úc", "Lào", "Nigeria"])
def test_whichever_country_a_spouse_is_of_they_are_foreign(country: str) -> None:
    foreign = "lấy vợ người nước ngoài"
    assert normalise(f"lấy vợ {country}") == normalise(f"lấy vợ người {country}") == foreign
    assert normalise(f"quốc tịch {country}") == "quốc tịch nước ngoài"
    typed = fold(f"lay vo {country}")
    assert fold(normalise(typed)) == fold(foreign)


@pytest.mark.parametrize(
    "text",
    ["người lao động", "người tây ninh", "vợ mỹ tho", "du lịch hàn quốc", "nguoi lao dong",
     "lấy vợ cần thơ", "ông nga", "vo tay ninh"],
)  # fmt: skip
def test_a_place_at_home_or_a_country_beside_no_person_stays(text: str) -> None:
    assert normalise(text) == text


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
