"""Long answers in pieces that a platform accepts, and text as HTML that Telegram parses."""

import pytest
from fake_telegram import bad_html
from hypothesis import given
from hypothesis import strategies as st

from channels.splitting import split, units
from channels.telegram_html import to_html, visible_units

TELEGRAM, ZALO = 4096, 2000
PARAGRAPH = "Giấy tờ phải nộp gồm tờ khai, giấy chứng sinh và giấy tờ tùy thân. " * 12


@pytest.mark.parametrize("limit", [TELEGRAM, ZALO])
def test_a_text_that_fits_is_one_piece_to_the_last_character(limit: int) -> None:
    assert split("a" * limit, limit) == ["a" * limit]
    assert [len(piece) for piece in split("a" * (limit + 1), limit)] == [limit, 1]
    assert split("  \n ", limit) == []


@pytest.mark.parametrize("limit", [TELEGRAM, ZALO])
def test_it_is_cut_where_a_reader_would_pause(limit: int) -> None:
    text = "\n\n".join([PARAGRAPH.strip()] * 9)
    pieces = split(text, limit)
    assert len(pieces) > 1 and all(units(piece) <= limit for piece in pieces)
    assert all(piece.endswith(".") for piece in pieces)
    assert "\n\n".join(pieces) == text  # cut between paragraphs, nothing lost


def test_without_paragraphs_it_is_cut_between_lines_sentences_words() -> None:
    lines = "\n".join(f"• giấy tờ số {i}" for i in range(300))
    for text, mark in ((lines, "\n"), (PARAGRAPH * 4, ". "), ("chữ " * 900, " ")):
        pieces = split(text, ZALO)
        assert len(pieces) > 1
        for piece in pieces[:-1]:
            assert text[text.index(piece) + len(piece)] in f"{mark} \n"
        assert " ".join(" ".join(pieces).split()) == " ".join(text.split())


def test_an_emoji_counts_as_two_and_is_never_cut_in_half() -> None:
    assert units("🙂") == 2 and units("ạ") == 1
    pieces = split("🙂" * ZALO, ZALO)
    assert [units(piece) for piece in pieces] == [ZALO, ZALO]
    assert set("".join(pieces)) == {"🙂"}


@given(st.text(max_size=400), st.integers(min_value=2, max_value=60))
def test_whatever_is_split_no_word_is_lost_and_no_piece_is_too_long(text: str, limit: int) -> None:
    pieces = split(text, limit)
    assert all(piece.strip() and units(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_whatever_is_said_telegram_can_parse_it_and_shows_the_same(text: str) -> None:
    html = to_html(text)
    assert bad_html(html) == ""
    assert visible_units(html) == units(text)


def test_what_looks_like_html_is_shown_and_not_obeyed() -> None:
    assert to_html("<b>1 < 2 & 3</b>") == "&lt;b&gt;1 &lt; 2 &amp; 3&lt;/b&gt;"
    assert to_html("Nguyễn <script>alert(1)</script>: mẫu &lt;") == (
        "Nguyễn &lt;script&gt;alert(1)&lt;/script&gt;: mẫu &amp;lt;"
    )


def test_headings_and_names_of_facts_are_bold_and_list_items_are_not() -> None:
    said = "Giấy tờ phải nộp:\n• Tờ khai: 1 bản\nLệ phí: 8.000 đồng (A < B)"
    assert to_html(said) == (
        "<b>Giấy tờ phải nộp:</b>\n• Tờ khai: 1 bản\n<b>Lệ phí:</b> 8.000 đồng (A &lt; B)"
    )
