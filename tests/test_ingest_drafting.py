"""Headings, lists and traps, in the words offices write them in."""

from datetime import date

import numpy as np
import pytest

from ingest.cleaning import cleaned
from ingest.decisions import Said, proposals_in, read_header
from ingest.draft import Draft, DraftField
from ingest.found import Found, Piece
from ingest.labels import column_of, label_of
from ingest.layout import blocks_of
from ingest.pages import Block, Page, Reading, Row, Word
from ingest.paper_rows import looks_cut
from ingest.portal_form import record_of
from ingest.segments import segments_of
from ingest.traps import warnings_for
from knowledge.catalogue import CodeStatus, KnownCode
from knowledge.procedures import Source


@pytest.mark.parametrize(
    ("line", "section", "rest"),
    [
        ("a) Trình tự thực hiện:", "steps", ""),
        ("1.3. Thành phần, số lượng hồ sơ:", "papers", ""),
        ("* Lệ phí: 8.000 đồng/bản", "fee", "8.000 đồng/bản"),
        ("- Thời hạn giải quyết: 03 ngày làm việc", "time", "03 ngày làm việc"),
        ("h) Phí, lệ phí (nếu có): Không", "fee", "Không"),
        ("Mã số TTHC: 1.001193", "code", "1.001193"),
    ],
)
def test_a_label_opens_its_part(line: str, section: str, rest: str) -> None:
    assert label_of(line) == (section, rest)


SENTENCES = ["Hồ sơ được nộp tại quầy.", "Phí bảo hiểm do chủ xe trả", "Kết quả học tập"]


@pytest.mark.parametrize("line", SENTENCES)
def test_a_sentence_that_begins_like_a_label_is_none(line: str) -> None:
    assert label_of(line) is None


def test_a_misread_letter_in_a_scan_does_not_hide_a_label() -> None:
    assert label_of("c) Thành phân hỗ sơ:", scanned=True) == ("papers", "")
    assert label_of("d) Thời hạn giải quyêt:", scanned=True) == ("time", "")
    assert column_of("Thời hạn giải quyết (ngày)") == "time"


def test_a_misread_letter_of_a_list_or_a_misread_row_number_hides_nothing() -> None:
    assert label_of("gø) Kết quả thực hiện: Thẻ", scanned=True) == ("result", "Thẻ")
    assert label_of("ï) Yêu cầu, điều kiện:", scanned=True) == ("conditions", "")
    assert label_of("1L HỒ SƠ CẦN NỘP", scanned=True) == ("papers", "")
    rows = [("Ự", "Mã số LIHC", "9.000001"), ("s", "Lệ phí", "Không"), ("4", "Thời hạn", "2 ngày")]
    table = Block(rows=tuple(Row(cells=cells, page=1) for cells in rows), page=1)
    page = Page(number=1, how="ocr", blocks=(Block(text="Thủ tục: Thử", page=1), table))
    (found,) = segments_of(Reading(kind="pdf", pages=(page,))).procedures
    assert (found.code, found.name) == ("9.000001", "Thử")
    assert [piece.text for piece in found.parts["fee"]] == ["Không"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Tờ khai – 1 bản chính;", "Tờ khai (1 bản chính)"),
        ("Đơn (01 bản chính và 02 bản sao).", "Đơn (1 bản chính, 2 bản sao)"),
        ("Sổ đỏ: 01 bản photo", "Sổ đỏ (1 bản sao)"),
        ("Đơn (bản chính: 01)", "Đơn (1 bản chính)"),
        ("Thẻ (01-bản sao)", "Thẻ (1 bản sao)"),
        ("02 bản sao Giấy chứng nhận", "02 bản sao Giấy chứng nhận"),
        ("4. Bản sao giấy chứng nhận", "4. Bản sao giấy chứng nhận"),
        ("Ảnh 3x4", "Ảnh 3x4"),
    ],
)
def test_a_count_is_read_however_the_office_writes_it(written: str, read: str) -> None:
    found = Found(name="Thử", parts={"papers": [Piece(written)]})
    assert record_of(found)["documents"] == [read]


def test_labels_beside_texts_without_rules_stay_beside_them() -> None:
    beside = (
        "Mã số:|9.000001", "Thành phần hồ sơ:|- Đơn", "|- Thẻ", "Thời hạn:|2 ngày",
        "Lệ phí:|Không", "Nơi tiếp nhận:|Xã", "Kết quả:|Giấy",
    )  # fmt: skip
    words = [
        Word(text=text, box=(x, top, x + 0.02 * len(text), top + 0.012))
        for top, line in zip(np.arange(0.1, 0.3, 0.02).tolist(), beside, strict=False)
        for x, text in zip((0.1, 0.55), line.split("|"), strict=True)
        if text
    ]
    lines = [block.text for block in blocks_of(words, [], 1)]
    assert lines[:3] == ["Mã số: 9.000001", "Thành phần hồ sơ: - Đơn", "- Thẻ"]


def test_a_part_on_the_line_below_a_full_line_is_a_part_of_its_own() -> None:
    lines = [
        Block(text="Tên thủ tục: Thử một tên dài hết dòng", page=1, box=(0.1, 0.1, 0.9, 0.12)),
        Block(text="Cấp thực hiện: Cấp Xã", page=1, box=(0.1, 0.125, 0.4, 0.145)),
    ]
    page = Page(number=1, how="ocr", blocks=tuple(lines))
    (read,) = cleaned(Reading(kind="pdf", pages=(page,))).pages
    assert [block.text for block in read.blocks] == [line.text for line in lines]


def test_a_documents_own_number_is_not_that_of_a_law_it_cites() -> None:
    header = read_header(
        "BỘ THỬ\nSố: 7/2026/TT-BT\nHà Nội, ngày 02 tháng 3 năm 2026\nTHÔNG TƯ\n"
        "Căn cứ Nghị định số 1/2020/NĐ-CP ngày 03 tháng 4 năm 2020;\n"
        "Thông tư này có hiệu lực thi hành kể từ ngày 15 tháng 4 năm 2026."
    )
    assert (header.number, header.signed) == ("7/2026/TT-BT", date(2026, 3, 2))
    assert header.effective_from == date(2026, 4, 15)
    assert read_header("theo Quyết định số: 9/QĐ-X").number is None


def test_a_name_that_speaks_of_cancelling_abolishes_nothing() -> None:
    lines = [Said("2.000913 | Chứng thực việc sửa đổi, hủy bỏ giao dịch | Bộ Tư pháp")]
    assert proposals_in(lines, read_header("")) == []


def draft(**fields: DraftField) -> Draft:
    return Draft(
        code="9.000001", name="Nuôi mèo", source="Tệp a.docx", as_of=date(2026, 11, 1),
        issuer="ỦY BAN NHÂN DÂN TỈNH THỬ", effective_from=date(2027, 1, 1),
        fields=tuple(fields.values()),
    )  # fmt: skip


def part(section: str, quote: str = "", **value: object) -> DraftField:
    return DraftField(section=section, label=section, quote=quote, value=value, confidence=0.9)


def test_every_trap_has_its_warning() -> None:
    fee = {"status": "fixed", "amount_vnd": 700, "channel": None}
    seen = draft(
        fee=part("fee", "Miễn phí; 700.000 đồng do HĐND tỉnh quyết định", fees=[fee]),
        time=part("time", times=[
            {"unit": "unknown", "amount": 3, "channel": "online"},
            {"unit": "day", "amount": 17, "channel": "in_person"},
        ]),
        place=part("place", "Nộp tại UBND huyện", receiving="x", receiving_body="commune"),
        authority=part("authority", authority="Sở Nông nghiệp"),
        legal_basis=part("legal_basis", legal_basis=[
            {"number": "175/2024/NĐ-CP"}, {"number": "46/2026/NĐ-CP"},
        ]),
    )  # fmt: skip
    gone = KnownCode(
        code="9.000001", name="Nuôi mèo", status=CodeStatus.ABOLISHED,
        source=Source(name="Thử", as_of=date(2026, 1, 1)),
    )  # fmt: skip
    found = warnings_for(seen, date(2026, 11, 24), lambda code: gone)
    assert {warning.trap for warning in found} == set(range(1, 11))


@pytest.mark.parametrize(("section", "quote", "trap"), [
    ("fee", "700 đồng (700.000 đồng/cơ sở)", 2),
    ("time", "Trực tuyến: 17 ngày làm việc; Trực tiếp: 27 ngày làm việc", 4),
    ("fee", "30.000 đồng", 5),
])  # fmt: skip
def test_a_trap_is_seen_in_the_words_also_where_the_value_is_right(
    section: str, quote: str, trap: int
) -> None:
    fees = [{"status": "fixed", "amount_vnd": 700000 if trap == 2 else 30000}]
    values = {"fees": fees} if section == "fee" else {"times": [{"unit": "unknown"}]}
    seen = draft(**{section: part(section, quote, **values)})
    found = warnings_for(seen, date(2026, 11, 24), lambda code: None)
    assert trap in {warning.trap for warning in found}


def test_a_plain_draft_has_no_warning() -> None:
    plain = Draft(
        code="9.000001", name="Nuôi mèo", source="Tệp", as_of=date(2026, 11, 1),
        fields=(part("fee", "8.000 đồng", fees=[{"status": "fixed", "amount_vnd": 8000}]),),
    )  # fmt: skip
    assert warnings_for(plain, date(2026, 11, 24), lambda code: None) == []


def words_at(*lines: str, columns: tuple[float, ...] = (0.1, 0.4, 0.7)) -> list[Word]:
    """Lines of cells between bars, each cell at its column."""
    return [
        Word(text=text, box=(x, top, x + 0.009 * len(text), top + 0.012))
        for top, line in zip(np.arange(0.1, 0.4, 0.02).tolist(), lines, strict=False)
        for x, text in zip(columns, line.split("|"), strict=True)
        if text
    ]


def test_a_table_without_rules_is_known_by_its_headings() -> None:
    lines = ("Hình thức nộp|Thời hạn|Phí, lệ phí", "Trực tiếp|3 ngày|Không",
             "Trực tuyến|2 ngày|8.000 đồng", "||mỗi bản", "Kết quả: Giấy||")  # fmt: skip
    table, line = blocks_of(words_at(*lines), [], 1)
    assert [row.cells for row in table.rows[1:]] == [
        ("Trực tiếp", "3 ngày", "Không"),
        ("Trực tuyến", "2 ngày", "8.000 đồng mỗi bản"),
    ]
    assert line.text == "Kết quả: Giấy"


def table_of(*lines: str) -> Reading:
    rows = tuple(Row(cells=tuple(line.split("|")), page=1) for line in lines)
    page = Page(number=1, how="text", blocks=(Block(rows=rows, page=1),))
    return Reading(kind="xlsx", pages=(page,))


def test_headings_below_a_title_and_in_two_rows_are_found() -> None:
    reading = table_of(
        "DANH SÁCH|||||",
        "STT|Tên TTHC|Mã TTHC|Hồ sơ cần nộp|Thời hạn giải quyết|",
        "||||Trực tiếp|Trực tuyến",
        "1|Nuôi mèo|9.000001|Đơn|5 ngày|3 ngày",
    )
    (found,) = segments_of(reading).procedures
    assert (found.code, found.name) == ("9.000001", "Nuôi mèo")
    assert [p.text for p in found.parts["time"]] == ["Trực tiếp: 5 ngày", "Trực tuyến: 3 ngày"]


def test_a_line_right_above_its_code_is_the_name() -> None:
    lines = ("Nuôi mèo trong chung cư", "Mã thủ tục: 9.000001", "Lĩnh vực: Vật nuôi",
             "Thành phần hồ sơ:", "- Đơn")  # fmt: skip
    page = Page(number=1, how="text", blocks=tuple(Block(text=text, page=1) for text in lines))
    (found,) = segments_of(Reading(kind="html", pages=(page,))).procedures
    assert (found.code, found.name) == ("9.000001", "Nuôi mèo trong chung cư")


def test_channels_on_one_line_are_told_apart_and_a_stop_hides_no_fee() -> None:
    parts = {"time": [Piece("trực tiếp: 5 ngày; trực tuyến: 3 ngày.")], "fee": [Piece("Miễn phí.")]}
    record = record_of(Found(name="Thử", parts=parts))
    assert record["time_limit"].split("\n") == ["trực tiếp: 5 ngày", "trực tuyến: 3 ngày."]
    assert record["fees"] == "Miễn phí"


@pytest.mark.parametrize(
    ("names", "cut"),
    [
        (("Giấy chứng sinh", "Bản sao thẻ (nếu có)"), False),
        (("Giấy chứng sinh", "hoặc giấy khác"), True),
        (("Giấy chứng nhận (do xã",), True),
        (("Người nộp hồ sơ ký trước mặt cán bộ",), True),
    ],
)
def test_half_a_paper_is_marked_and_a_whole_one_is_not(names: tuple[str, ...], cut: bool) -> None:
    assert looks_cut(names) is cut
