"""Parts of a procedure named in an office's own words, and the tables and lines they stand in."""

from pathlib import Path

import openpyxl
import pytest
from bs4 import BeautifulSoup
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from ingest.found import Piece
from ingest.hard_wrapped import unwrapped_lines
from ingest.labels import column_of, heading_of, with_colon
from ingest.own_words import asked_in
from ingest.pages import Block, Page, Reading, Row
from ingest.paper_rows import is_one_sentence, papers_in
from ingest.portal_form import says_only_no
from ingest.read_pdf import read_pdf
from ingest.read_sheet import read_xlsx
from ingest.read_web import read_html
from ingest.segments import segments_of


@pytest.mark.parametrize(
    ("line", "section", "rest"),
    [
        ("BẠN CẦN CHUẨN BỊ", "papers", ""),
        ("Giấy tờ cần mang theo:", "papers", ""),
        ("Bao lâu có kết quả: 3 ngày", "time", "3 ngày"),
        ("2. Mất bao nhiêu tiền?", "fee", ""),
        ("Nộp ở đâu: bộ phận một cửa", "agency", "bộ phận một cửa"),
        ("Thời gian tiếp nhận hồ sơ: buổi sáng", "other", "buổi sáng"),
    ],
)
def test_a_heading_in_an_offices_own_words_is_known(line: str, section: str, rest: str) -> None:
    heading = heading_of(line)
    assert heading is not None
    assert (heading.section, heading.rest, heading.is_exact) == (section, rest, False)


@pytest.mark.parametrize(
    "line",
    [
        "Nộp hồ sơ:",
        "Tiếp nhận hồ sơ",
        "- Giấy tờ kèm theo",
        "Phí thẩm định hồ sơ xây dựng: 100.000 đồng",
        "Hồ sơ được nộp tại trung tâm",
    ],
)
def test_a_step_a_paper_or_a_sentence_is_no_heading(line: str) -> None:
    assert heading_of(line) is None


def test_a_question_asks_for_a_part_and_an_unknown_one_for_none() -> None:
    assert asked_in("Hỏi: Muốn làm thủ tục này thì cần những giấy tờ gì?") == ("papers", "")
    assert asked_in("Câu 4: Tôi phải nộp ở đâu?") == ("agency", "")
    assert asked_in("Hỏi: Con tôi bao nhiêu tuổi thì đi học?") == ("other", "")
    assert asked_in("Giấy khai sinh bản chính") is None


def test_a_column_may_be_headed_in_other_words_too() -> None:
    assert column_of("Giấy tờ cần có") == "papers"
    assert column_of("Bản chính") is None


def reading(*blocks: Block) -> Reading:
    return Reading(kind="docx", pages=(Page(number=1, how="text", blocks=blocks),))


def lines(*texts: str) -> list[Block]:
    return [Block(text=text, page=1) for text in texts]


def table(*rows: tuple[str, ...]) -> Block:
    return Block(rows=tuple(Row(cells=row, page=1) for row in rows), page=1)


def test_a_leaflet_of_questions_and_answers_is_a_procedure() -> None:
    (found,) = segments_of(
        reading(
            *lines(
                "Thủ tục 1: Đăng ký nuôi chim bồ câu",
                "(Mã: 9.000002)",
                "Hỏi: Làm thủ tục này cần những giấy tờ gì?",
                "Đáp: Hồ sơ gồm có:",
                "- Đơn đăng ký",
                "Hỏi: Bao lâu thì được giải quyết?",
                "Đáp: 3 ngày làm việc.",
            )
        )
    ).procedures
    assert (found.code, found.name) == ("9.000002", "Đăng ký nuôi chim bồ câu")
    assert [piece.text for piece in found.parts["papers"]] == ["- Đơn đăng ký"]
    assert [piece.text for piece in found.parts["time"]] == ["3 ngày làm việc."]


def test_the_boxes_of_a_poster_are_its_parts_also_over_a_page_break() -> None:
    (found,) = segments_of(
        reading(
            *lines("ĐĂNG KÝ NUÔI CHIM BỒ CÂU", "Mã thủ tục: 9.000002"),
            table(
                ("BẠN CẦN CHUẨN BỊ\n- Đơn đăng ký theo", "NƠI NỘP HỒ SƠ\nQuầy số 3"),
                ("mẫu của phường\n- Ảnh chuồng", ""),
                ("THỜI GIAN GIẢI QUYẾT\n3 ngày", "LỆ PHÍ\n8.000 đồng"),
            ),
        )
    ).procedures
    papers = [piece.text for piece in found.parts["papers"]]
    assert papers == ["- Đơn đăng ký theo mẫu của phường", "- Ảnh chuồng"]
    assert [piece.text for piece in found.parts["fee"]] == ["8.000 đồng"]


def test_a_table_with_a_paper_a_row_is_one_procedure_with_its_counts() -> None:
    first, second = segments_of(
        reading(
            table(
                ("STT", "Mã TTHC", "Tên TTHC", "Thành phần hồ sơ", "Bản chính", "Thời hạn"),
                ("1", "9.000002", "Đăng ký nuôi chim", "Đơn đăng ký", "1", "3 ngày"),
                ("", "", "bồ câu", "Ảnh chuồng", "2", ""),
                ("2", "9.000003", "Thôi nuôi chim", "Đơn xin thôi", "1", "1 ngày"),
            )
        )
    ).procedures
    assert (first.code, first.name) == ("9.000002", "Đăng ký nuôi chim bồ câu")
    assert [piece.cells for piece in first.parts["papers"]] == [
        ("Đơn đăng ký", "1"),
        ("Ảnh chuồng", "2"),
    ]
    assert second.code == "9.000003"


def test_a_time_below_the_name_of_a_way_belongs_to_that_way(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "<main><h1>Đăng ký nuôi chim bồ câu</h1><ul><li>Thông tin chung</li></ul>"
        "<dl><dt>Mã thủ tục</dt><dd>9.000002</dd></dl><h2>Cách thức thực hiện</h2>"
        "<h3>Trực tiếp</h3><p>Thời hạn giải quyết: 3 ngày</p><p>Phí, lệ phí: 8.000 đồng</p>"
        "<h3>Trực tuyến</h3><p>Thời hạn giải quyết: 2 ngày</p><p>Phí, lệ phí: 4.000 đồng</p>"
        "<a href='#'>Nộp hồ sơ</a></main>",
        "utf-8",
    )
    assert BeautifulSoup(page.read_text("utf-8"), "lxml").find("a")
    (found,) = segments_of(read_html(page)).procedures
    assert (found.code, found.name) == ("9.000002", "Đăng ký nuôi chim bồ câu")
    assert [p.text for p in found.parts["time"]] == ["Trực tiếp: 3 ngày", "Trực tuyến: 2 ngày"]
    assert [p.text for p in found.parts["fee"]] == [
        "Trực tiếp: 8.000 đồng",
        "Trực tuyến: 4.000 đồng",
    ]


def test_the_tick_a_scan_reads_as_a_letter_is_no_part_of_a_paper() -> None:
    scanned = [Piece(f"V {name} (1 bản chính)", confidence=0.9) for name in ("Đơn", "Ảnh chuồng")]
    assert papers_in(scanned) == ["Đơn (1 bản chính)", "Ảnh chuồng (1 bản chính)"]
    assert papers_in(scanned[:1]) == ["V Đơn (1 bản chính)"]


def test_papers_told_in_one_sentence_are_told_apart() -> None:
    said = Piece("Đơn xin nuôi chim (1 bản chính); giấy này viết tay; Bản sao sổ nhà (một; hai)")
    assert papers_in([said]) == [
        "Đơn xin nuôi chim (1 bản chính); giấy này viết tay",
        "Bản sao sổ nhà (một; hai)",
    ]
    assert is_one_sentence([said])
    assert not is_one_sentence([Piece("Đơn xin nuôi chim; có chữ ký của chủ nhà")])


@pytest.mark.parametrize(("line", "read"), [
    ("Hồ sơ cần nộp\t1. Đơn", "Hồ sơ cần nộp: 1. Đơn"), ("\t2. Ảnh chuồng", "2. Ảnh chuồng"),
    ("Họ và tên\tNguyễn Văn A", "Họ và tên Nguyễn Văn A"),
])  # fmt: skip
def test_a_tab_between_a_label_and_its_text_is_a_colon(line: str, read: str) -> None:
    assert with_colon(line) == read


def test_a_fee_that_is_only_the_word_no_is_to_be_confirmed() -> None:
    assert says_only_no(Piece("Không"))
    assert says_only_no(Piece("Trực tiếp: Không."))
    heads = ("Hình thức nộp", "Phí, lệ phí", "Mô tả")
    assert says_only_no(Piece("x", cells=("Trực tiếp", "Không", ""), heads=heads))
    assert not says_only_no(Piece("x", cells=("Trực tiếp", "8.000 đồng", "Không"), heads=heads))
    assert not says_only_no(Piece("Không thu lệ phí"))


def test_a_formula_nobody_calculated_is_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["Tên thủ tục", "Lệ phí"])
    page.append(["Đăng ký nuôi chim bồ câu", "=4000*2"])
    book.save(tmp_path / "a.xlsx")
    (problem,) = read_xlsx(tmp_path / "a.xlsx").problems
    assert "1 ô công thức" in problem


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_typed_pages_are_read_however_they_are_turned(turn: int, tmp_path: Path) -> None:
    writer = PdfWriter()
    page = writer.add_blank_page(400, 400)
    font = DictionaryObject({NameObject(k): NameObject(v) for k, v in (
        ("/Type", "/Font"), ("/Subtype", "/Type1"), ("/BaseFont", "/Helvetica"))})  # fmt: skip
    fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    stream = DecodedStreamObject()
    lay = b"0 1 -1 0 400 0 cm"  # the text runs upwards
    stream.set_data(lay + b" BT /F1 12 Tf 30 300 Td (Keeping pigeons in a quarter) Tj ET")
    page[NameObject("/Contents")] = writer._add_object(stream)
    page.rotate(turn)
    writer.write(tmp_path / "a.pdf")
    read = read_pdf(tmp_path / "a.pdf", most_pages=5, workers=1, cache=None)
    assert [block.text for block in read.pages[0].blocks] == ["Keeping pigeons in a quarter"]


def test_lines_an_editor_cut_at_a_width_are_whole_again() -> None:
    cut = [
        "Thành phần hồ sơ:",
        "  - Đơn đăng ký nuôi chim theo mẫu do phường",
        "    phát tại quầy và bản chụp giấy tờ tùy thân",
        "    của người nuôi",
        "  - Ảnh chuồng chụp từ bên ngoài, có thấy được",
        "    cửa của nhà bên cạnh",
        "Thời hạn giải quyết: 3 ngày",
    ]
    assert [line.strip() for line in unwrapped_lines(cut)] == [
        "Thành phần hồ sơ:",
        "- Đơn đăng ký nuôi chim theo mẫu do phường phát tại quầy và bản chụp giấy tờ tùy thân "
        "của người nuôi",
        "- Ảnh chuồng chụp từ bên ngoài, có thấy được cửa của nhà bên cạnh",
        "Thời hạn giải quyết: 3 ngày",
    ]


def test_lines_that_are_short_by_themselves_stay_apart() -> None:
    poem = [
        "Đơn đăng ký",
        "Ảnh chuồng",
        "Giấy tờ tùy thân",
        "Bản đồ khu phố và đường vào nhà văn hóa",
    ]
    assert unwrapped_lines(poem) == poem


def test_the_first_of_several_fees_is_not_taken_for_the_label() -> None:
    (found,) = segments_of(
        reading(
            *lines(
                "Thủ tục 1: Đăng ký nuôi chim bồ câu",
                "(Mã: 9.000002)",
                "Hỏi: Phí là bao nhiêu?",
                "Đáp: Phí: 8.000 đồng (một chuồng); Phí: 9.000 đồng (hai chuồng).",
            )
        )
    ).procedures
    (fee,) = found.parts["fee"]
    assert fee.text == "Phí: 8.000 đồng (một chuồng); Phí: 9.000 đồng (hai chuồng)."
