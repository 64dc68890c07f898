"""Lines of a page become the paragraphs their author wrote."""

import pytest

from ingest.pages import Block
from ingest.paragraphs import joined_text, paragraphs_of

RIGHT, TIGHT, LOOSE = 0.9, 0.02, 0.033


def page_of(*lines: tuple[str, float, float], page: int = 1, left: float = 0.1) -> list[Block]:
    """Lines from the top: text, right edge, and the step down from the line before."""
    blocks, top = [], 0.1
    for text, right, step in lines:
        top += step
        blocks.append(Block(text=text, page=page, box=(left, top, right, top + 0.014)))
    return blocks


def texts(blocks: list[Block]) -> list[str]:
    return [block.text for block in paragraphs_of(blocks)]


SPACED = (("Mở đầu một dòng", 0.3, LOOSE), ("Mở đầu hai dòng", 0.3, LOOSE))


def test_a_line_goes_on_where_the_next_word_no_longer_fitted() -> None:
    lines = page_of(
        ("- Tờ khai theo mẫu ban hành kèm theo", RIGHT, TIGHT),
        ("Phụ lục I của nghị định", 0.4, TIGHT),
        ("Phụ lục II là một giấy khác", 0.4, TIGHT),
    )
    assert texts(lines) == [
        "- Tờ khai theo mẫu ban hành kèm theo Phụ lục I của nghị định",
        "Phụ lục II là một giấy khác",
    ]


def test_a_number_that_its_word_waits_for_opens_no_list() -> None:
    lines = page_of(
        ("Danh sách gia súc lập theo Mẫu số", RIGHT, TIGHT),
        ("31.GVN kèm theo thông tư", 0.4, TIGHT),
        ("31. Giấy khác", 0.4, TIGHT),
    )
    assert texts(lines)[0] == "Danh sách gia súc lập theo Mẫu số 31.GVN kèm theo thông tư"
    assert len(texts(lines)) == 2


@pytest.mark.parametrize(("step", "paragraphs"), [(TIGHT, 3), (LOOSE, 4)])
def test_the_blank_above_a_line_decides_what_a_full_line_with_a_stop_leaves_open(
    step: float, paragraphs: int
) -> None:
    lines = page_of(
        *SPACED,
        ("Bản chính giấy chứng sinh do cơ sở y tế nơi trẻ", RIGHT, LOOSE),
        ("sinh ra cấp cho cha hoặc mẹ của trẻ nhỏ ấy đấy.", RIGHT, TIGHT),
        ("Trường hợp không có thì nộp giấy cam đoan", 0.5, step),
    )
    assert len(texts(lines)) == paragraphs


def test_an_item_of_a_list_goes_on_over_the_page_and_its_count_with_it() -> None:
    before = page_of(
        ("- Giấy thứ nhất theo quy định của luật (1 bản chính)", 0.6, TIGHT),
        ("- Giấy thứ hai do cơ quan có thẩm quyền cấp đây.", RIGHT, TIGHT),
    )
    after = page_of(("Trường hợp đã có dữ liệu thì không phải nộp", 0.5, TIGHT), page=2)
    count = page_of(("(1 bản chính)", 0.2, TIGHT), page=3)
    assert texts([*before, *after, *count])[1:] == [
        "- Giấy thứ hai do cơ quan có thẩm quyền cấp đây. Trường hợp đã có dữ liệu thì không "
        "phải nộp (1 bản chính)"
    ]


def test_a_heading_in_capitals_is_no_part_of_the_sentence_above_it() -> None:
    lines = page_of(("Nộp tại Trung tâm Phục vụ hành chính công của", RIGHT, TIGHT),
                    ("HỒ SƠ CẦN NỘP", 0.4, TIGHT))  # fmt: skip
    assert len(texts(lines)) == 2


@pytest.mark.parametrize(
    ("before", "after", "whole"),
    [
        ("Thông tư 40/2025/TT-", "BTC", "Thông tư 40/2025/TT-BTC"),
        ("một dòng", "nữa", "một dòng nữa"),
        ("Danh mục -", "Mẫu", "Danh mục - Mẫu"),
    ],
)
def test_what_was_cut_at_its_hyphen_is_whole_again(before: str, after: str, whole: str) -> None:
    assert joined_text(before, after) == whole
