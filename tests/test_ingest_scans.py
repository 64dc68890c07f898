"""What a scan does to signs, headings and columns is undone before anything is read of it."""

import pytest

from ingest.cleaning import cleaned
from ingest.decisions import read_header
from ingest.found import Piece
from ingest.layout import blocks_of
from ingest.legal import passages_of
from ingest.pages import Block, Page, Reading, Row, Word
from ingest.paper_rows import may_hold_two


@pytest.mark.parametrize("sign", ["e", "se", "s®_", "«", "E_", "v", "s-", "_e©."])
def test_a_bullet_that_a_scan_reads_as_letters_is_a_bullet(sign: str) -> None:
    words = [Word(text=sign, box=(0.1, 0.2, 0.11, 0.215), confidence=0.4)]
    words += [Word(text=text, box=(0.12 + 0.05 * at, 0.2, 0.16 + 0.05 * at, 0.215), confidence=0.9)
              for at, text in enumerate(("Tờ", "khai"))]  # fmt: skip
    assert [block.text for block in blocks_of(words, [], 1)] == ["- Tờ khai"]
    typed = [word.model_copy(update={"confidence": 1.0}) for word in words]
    assert [block.text for block in blocks_of(typed, [], 1)] == [f"{sign} Tờ khai"]


@pytest.mark.parametrize("told", ["V. Phí", "e. Bản sao", "5 bản", "o bế"])
def test_what_may_be_a_number_or_a_word_is_no_bullet(told: str) -> None:
    words = [Word(text=text, box=(0.1 + 0.05 * at, 0.2, 0.14 + 0.05 * at, 0.215), confidence=0.9)
             for at, text in enumerate(told.split())]  # fmt: skip
    assert [block.text for block in blocks_of(words, [], 1)] == [told]


def test_headings_and_their_numbers_that_a_scan_repeats_are_said_once() -> None:
    names = ("Tên thủ tục hành chính", "Thời hạn giải quyết", "Phí, lệ phí")
    first = (("TT", *names), ("(1)", "(2)", "(3)", "(4)"), ("1", "Một", "3 ngày", "Không"))
    second = (
        ("TT", "Tên thủ tục hành chinh", *names[1:]), ("q)", "(2)", "@)", "(4"),
        ("2", "Hai", "5 ngày", "Miễn phí"),
    )  # fmt: skip
    pages = []
    for number, rows in ((1, first), (2, second)):
        made = tuple(Row(cells=cells, page=number, confidence=0.9) for cells in rows)
        block = Block(rows=made, page=number, box=(0.1, 0.1, 0.9, 0.9), confidence=0.9)
        pages.append(Page(number=number, how="ocr", blocks=(block,)))
    reading = cleaned(Reading(kind="pdf", pages=tuple(pages)))
    (table,) = [block for page in reading.pages for block in page.blocks]
    assert [row.cells[0] for row in table.rows] == ["TT", "(1)", "1", "2"]


def test_two_papers_read_as_one_leave_a_doubt_only_where_a_scan_was_read() -> None:
    row = Piece("", cells=("Báo cáo Đơn đề nghị", "1 1", "0 0"), confidence=0.9)
    assert may_hold_two([row], ["Báo cáo Đơn đề nghị"])
    line = Piece("- Bản sao hợp đồng - Bản thiết kế", confidence=0.9)
    assert may_hold_two([line], ["Bản sao hợp đồng - Bản thiết kế"])
    assert not may_hold_two([line], ["Mẫu TP-HT - bản sao"])
    typed = Piece("- Bản sao hợp đồng - Bản thiết kế")
    assert not may_hold_two([typed], ["Bản sao hợp đồng - Bản thiết kế"])


def test_the_name_of_the_next_chapter_is_no_clause_of_the_article_before_it() -> None:
    lines = (
        "Điều 1. Phạm vi", "1. Việc nuôi mèo trong khu dân cư.", "2. Việc nuôi chó trong nhà.",
        "Chương II", "QUYỀN CỦA CHỦ NUÔI MÈO VÀ CHỦ NUÔI CHÓ", "Điều 2. Quyền của chủ nuôi",
        "Được nuôi không quá năm con.",
    )  # fmt: skip
    pieces = [Piece(line, 1) for line in lines]
    said = passages_of(pieces, read_header("\n".join(lines)), "Luật")
    assert [(p.article, p.clause) for p in said] == [("1", "1"), ("1", "2"), ("2", None)]
    assert not any("QUYỀN" in passage.text for passage in said)
