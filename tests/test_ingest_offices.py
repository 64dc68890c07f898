"""Files as programs of an office leave them: mails, forms in tables, slides, two appendices."""

from email.message import EmailMessage
from pathlib import Path

import docx
import numpy as np
import openpyxl
import pytest
from browser import missing

from evals.ingesting import drafts_in, measure, own_records
from evals.layouts import OFFICE
from evals.office_layouts import add_box
from evals.rendering import NoOffice
from ingest.draft import Draft
from ingest.found import Found, Piece
from ingest.labels import column_of
from ingest.layout import blocks_of
from ingest.pages import Block, Page, Reading, Row, Unreadable, Word
from ingest.paper_rows import begins_inside, is_told_apart
from ingest.paragraphs import paragraphs_of
from ingest.portal_form import says_only_free
from ingest.read_web import html_reading
from ingest.reading import read_here
from ingest.ruling import grids_in
from ingest.same_procedure import TWICE, put_together, refers_elsewhere
from ingest.settings import IngestSettings
from ingest.sniffing import kind_of
from ingest.table_parts import parts_of

NAME = "Cấp bản sao trích lục hộ tịch"
PARTS = (
    f"Thủ tục: {NAME}", "Mã thủ tục: 2.000635", "Thành phần hồ sơ:",
    "- Tờ khai theo mẫu (bản chính: 01);", "Thời hạn giải quyết: Ngay trong ngày",
    "Lệ phí: 8.000 đồng/bản",
)  # fmt: skip


def only_draft(reading: Reading) -> Draft:
    (draft,) = drafts_in(reading)
    return draft


def read_it(path: Path) -> Reading:
    return read_here(path, kind_of(path), IngestSettings(), None)


def mail(html: str, attached: str = "") -> bytes:
    letter = EmailMessage()
    letter["From"], letter["Subject"] = "van-phong@example.vn", "Hướng dẫn"
    letter.set_content("Bản chữ thường")
    letter.add_alternative(html, subtype="html")
    if attached:
        letter.add_attachment(b"x", maintype="application", subtype="pdf", filename=attached)
    return letter.as_bytes()


def test_a_saved_mail_is_read_and_its_attachments_are_named(tmp_path: Path) -> None:
    path = tmp_path / "thu"
    path.write_bytes(mail("".join(f"<p>{line}</p>" for line in PARTS), "mau don.pdf"))
    reading = read_it(path)
    assert reading.kind == "mail"
    draft = only_draft(reading)
    assert draft.code == "2.000635"
    assert draft.field("papers").is_sure
    assert "mau don.pdf" in reading.problems[0]


def test_an_outlook_mail_is_refused_and_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "thu.msg"
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "__substg1.0_1000001F".encode("utf-16-le")
    )
    with pytest.raises(Unreadable, match=r"\.eml"):
        kind_of(path)


def test_each_paragraph_of_a_text_box_is_a_line(tmp_path: Path) -> None:
    document = docx.Document()
    add_box(document, PARTS, 200)
    document.save(str(tmp_path / "hop.docx"))
    draft = only_draft(read_it(tmp_path / "hop.docx"))
    assert (draft.code, draft.name) == ("2.000635", NAME)
    assert draft.field("fee").is_found


def test_several_articles_of_a_page_are_all_read(tmp_path: Path) -> None:
    path = tmp_path / "trang.html"
    lines = ("Mã thủ tục:", "{}", "Tên thủ tục:", "{}", "Lệ phí:", "Không thu phí")
    article = f"<article>{''.join(f'<p>{line}</p>' for line in lines)}</article>"
    path.write_text(
        "<html><body>" + article.format("1.000001", "Một") + article.format("1.000002", "Hai"),
        "utf-8",
    )
    drafts = drafts_in(read_it(path))
    assert [(draft.code, draft.name) for draft in drafts] == [
        ("1.000001", "Một"),
        ("1.000002", "Hai"),
    ]


def test_a_form_in_a_workbook_holds_the_tables_of_papers_and_ways(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (
        (None, "PHIẾU THÔNG TIN"), (None, "Tên TTHC:", NAME), (None, "Mã số:", "2.000635"), (),
        (None, "Thành phần hồ sơ"), (None, "STT", "Tên giấy tờ", "Bản chính", "Bản sao"),
        (None, 1, "Tờ khai", "x"), (None, 2, "Giấy ủy quyền", None, 2),
        (None, "Thời hạn giải quyết", "2 ngày làm việc"), (None, "Lệ phí", "Miễn phí"),
    ):  # fmt: skip
        page.append(row)
    book.save(tmp_path / "phieu.xlsx")
    draft = only_draft(read_it(tmp_path / "phieu.xlsx"))
    papers = (draft.field("papers").value or {})["documents"]
    assert [(p["name"], p["originals"], p["copies"]) for p in papers] == [
        ("Tờ khai", 1, 0), ("Giấy ủy quyền", 0, 2),
    ]  # fmt: skip
    assert draft.field("time").is_found
    assert draft.field("fee").is_sure


def test_a_list_of_procedures_is_not_taken_apart() -> None:
    rows = (("TT", "Mã TTHC", "Tên thủ tục", "Thành phần hồ sơ", "Bản chính"),
            ("1", "1.000001", "Một", "Tờ khai", "1"))  # fmt: skip
    block = Block(rows=tuple(Row(cells=cells) for cells in rows))
    assert parts_of(block) == [block]


def test_a_fee_in_another_appendix_takes_the_place_of_its_mention() -> None:
    said = {"papers": [Piece("Tờ khai")], "fee": [Piece("Theo Phụ lục II Quyết định này")]}
    body = Found("1.000001", "Một", parts=said)
    table = Found("1.000001", "Một", parts={"fee": [Piece("8.000 đồng")]})
    other = Found(None, "Hai", parts={"fee": [Piece("Không thu phí")]})
    assert refers_elsewhere(body.parts["fee"])
    first, second = put_together([body, table, other])
    assert [piece.text for piece in first.parts["fee"]] == ["8.000 đồng"]
    assert not first.doubts
    assert second is other


def test_two_places_that_disagree_are_both_kept_in_mind() -> None:
    body = Found("1.000001", "Một", parts={"papers": [Piece("Tờ khai")],
                                           "time": [Piece("05 ngày")]})  # fmt: skip
    again = Found("1.000001", "Một", parts={"time": [Piece("3 ngày")]})
    (found,) = put_together([body, again])
    assert found.doubts == {"time": TWICE}
    (alike,) = put_together([
        Found("1.000002", "Hai", parts={"papers": [Piece("a")], "time": [Piece("05 ngày")]}),
        Found("1.000002", "Hai", parts={"time": [Piece("5 ngày")]}),
    ])  # fmt: skip
    assert not alike.doubts


def lines(*texts: str) -> Reading:
    blocks = tuple(Block(text=text, page=1) for text in texts)
    return Reading(kind="html", pages=(Page(number=1, how="text", blocks=blocks),))


def test_a_name_repeated_above_every_slide_is_one_procedure() -> None:
    title = f"{NAME} (2.000635)"
    reading = lines(
        title, "Thành phần hồ sơ", "- Tờ khai theo mẫu;", title, "Thành phần hồ sơ (tiếp theo)",
        "- Giấy ủy quyền;", title, "Lệ phí", "- 8.000 đồng",
    )  # fmt: skip
    draft = only_draft(reading)
    papers = (draft.field("papers").value or {})["documents"]
    assert [paper["name"] for paper in papers] == ["Tờ khai theo mẫu", "Giấy ủy quyền"]
    assert draft.field("fee").is_found


def test_a_paper_named_like_its_heading_is_the_first_of_the_list() -> None:
    reading = lines(
        f"Tên thủ tục: {NAME}", "Mã số thủ tục: 2.000635", "I. HỒ SƠ CẦN NỘP",
        "1. Các tài liệu kèm theo (1 bản chính)", "2. Tờ khai (1 bản chính)",
    )  # fmt: skip
    papers = (only_draft(reading).field("papers").value or {})["documents"]
    assert {paper["name"] for paper in papers} == {"Các tài liệu kèm theo", "Tờ khai"}


def test_tables_close_below_each_other_stay_two() -> None:
    ink = np.zeros((400, 800), dtype=bool)
    for top, bottom in ((50, 150), (158, 300)):
        ink[[top, (top + bottom) // 2, bottom], 100:700] = True
        ink[top : bottom + 1, [100, 400, 700]] = True
    one, two = grids_in(ink)
    assert (one.rows, two.rows) == (2, 2)
    assert one.bottom < two.top


def test_a_row_the_page_cuts_off_belongs_to_its_table() -> None:
    ink = np.zeros((400, 800), dtype=bool)
    ink[[250, 300], 100:700] = True
    ink[250:380, [100, 400, 700]] = True
    (grid,) = grids_in(ink)
    assert (grid.rows, grid.is_cut) == (2, True)
    ink[380, 100:700] = True
    assert not grids_in(ink)[0].is_cut


def test_what_a_browser_prints_around_a_page_is_left_out() -> None:
    def word(text: str, left: float, top: float) -> Word:
        return Word(text=text, box=(left, top, left + 0.1, top + 0.015))

    words = [
        word("7/1/26,", 0.03, 0.02), word("8:00", 0.14, 0.02), word("AM", 0.25, 0.02),
        word("Lệ", 0.1, 0.3), word("phí", 0.21, 0.3),
        word("https://example.vn/tthc", 0.03, 0.96), word("1/3", 0.8, 0.96),
    ]  # fmt: skip
    assert [block.text for block in blocks_of(words, [], 1)] == ["Lệ phí"]


def test_a_heading_with_room_behind_it_is_not_joined_with_the_number_below() -> None:
    def line(text: str, top: float, right: float) -> Block:
        return Block(text=text, page=1, box=(0.1, top, right, top + 0.015))

    lines = [
        line("Một đoạn dài đến hết dòng của trang này.", 0.1, 0.9),
        line("Thời hạn giải quyết", 0.12, 0.3),
        line("25 ngày làm việc", 0.14, 0.25),
    ]
    assert "Thời hạn giải quyết" in [block.text for block in paragraphs_of(lines)]


def test_lines_in_letters_of_another_size_are_another_text() -> None:
    def line(text: str, top: float, size: float) -> Block:
        return Block(text=text, page=1, box=(0.1, top, 0.9, top + size * 1.2), size=size)

    title, label = line("Cấp bản sao trích lục hộ tịch tại", 0.1, 0.03), line("Lệ phí", 0.14, 0.02)
    assert len(paragraphs_of([title, label])) == 2
    assert len(paragraphs_of([title, line("xã", 0.14, 0.03)])) == 1


def test_papers_are_told_apart_by_signs_rows_and_ends_only() -> None:
    def pieces(*texts: str) -> list[Piece]:
        return [Piece(text) for text in texts]

    assert is_told_apart(pieces("- Tờ khai", "- Giấy chứng sinh"))
    assert is_told_apart(pieces("Tờ khai (bản chính: 01)", "Giấy chứng sinh."))
    assert not is_told_apart(pieces("Tờ khai", "Giấy chứng sinh"))
    assert not is_told_apart(pieces("Tờ khai.", "nếu còn giá trị."))
    assert not is_told_apart([Piece("Tờ khai Giấy chứng sinh", is_guessed=True)])


def test_a_line_that_is_the_rest_of_a_sentence_marks_its_list() -> None:
    lists = ("- Tờ khai;", "- ; Giấy phép;"), ("- Tờ khai;", "- nếu nhập nhiều lần;")
    assert [begins_inside(map(Piece, listed)) for listed in lists] == [True, True]
    assert not begins_inside(map(Piece, ("- Tờ khai;", "1. Giấy phép;")))


def test_free_in_words_is_free_and_a_list_that_may_be_cut_wrong_is_marked() -> None:
    assert says_only_free([Piece("Trực tiếp: Miễn phí"), Piece("Trực tuyến: miễn lệ phí.")])
    assert not says_only_free([Piece("Miễn phí; 8.000 đồng khi cấp lại")])
    draft = only_draft(lines(*PARTS[:-1], "Lệ phí: Miễn phí"))
    fee = draft.field("fee")
    assert fee.is_sure
    assert (fee.value or {})["fees"][0]["note"].startswith("Tệp ghi")


def test_a_word_that_only_begins_like_a_label_is_no_heading() -> None:
    assert column_of("Phí, lệ phí (đồng)") == "fee"
    assert column_of("Phiếu quân nhân dự bị") is None


def test_a_paper_that_begins_like_a_heading_opens_no_table() -> None:
    shown = """<h2>Chi tiết thủ tục hành chính</h2>
    <p><b>Mã thủ tục:</b> 1.004845</p><p><b>Tên thủ tục:</b> Đăng ký chấm dứt giám hộ</p>
    <p><b>Thành phần hồ sơ:</b></p><p>Giấy tờ phải nộp</p>
    <table><tr><th>Tên giấy tờ</th><th>Số lượng</th></tr>
    <tr><td>Tờ khai đăng ký chấm dứt giám hộ</td><td>Bản chính: 1<br>Bản sao: 0</td></tr>
    <tr><td>Giấy tờ chứng minh nơi cư trú</td><td>Bản chính: 1<br>Bản sao: 0</td></tr>
    <tr><td>Văn bản ủy quyền</td><td>Bản chính: 1<br>Bản sao: 0</td></tr></table>
    <p><b>Cơ quan thực hiện:</b> Ủy ban nhân dân cấp xã</p>"""
    papers = only_draft(html_reading(shown)).field("papers").value or {}
    assert [paper["name"] for paper in papers["documents"]] == [
        "Tờ khai đăng ký chấm dứt giám hộ", "Giấy tờ chứng minh nơi cư trú", "Văn bản ủy quyền",
    ]  # fmt: skip


@pytest.mark.slow
def test_files_of_an_office_are_read_as_their_records_say() -> None:
    try:
        figures = measure(own_records(12)[:4], forms=["docx", "pdf"], layouts=OFFICE)
    except NoOffice as problem:
        missing(str(problem))
        raise
    assert figures.fields["docx"] == 12 * len(OFFICE)
    assert figures.share("docx") >= 0.95, figures.wrong
    assert figures.share("pdf") >= 0.95, figures.wrong
