"""Reading files of every kind: by content, safely, and as a person would read the page."""

import io
import shutil
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pypdfium2 as pdfium
import pytest
from browser import missing
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsmap
from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfWriter

from ingest.cleaning import cleaned
from ingest.encodings import encoding_of, to_unicode
from ingest.layout import blocks_of
from ingest.pages import Block, Page, Reading, Row, Unreadable, Word
from ingest.read_image import even
from ingest.read_web import read_html, read_text
from ingest.read_word import read_docx
from ingest.reading import read, read_here
from ingest.ruling import grids_in, ink_of, quietened, without_rules
from ingest.settings import IngestSettings
from ingest.sniffing import kind_of
from ingest.turning import may_lie, quarter_turns, turned

LIMITS = IngestSettings(_env_file=None)  # type: ignore[call-arg]


def word_file(path: Path, *lines: str) -> Path:
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    document.save(str(path))
    return path


def texts(reading: Reading) -> list[str]:
    return [block.text for page in reading.pages for block in page.blocks if not block.is_table]


def test_the_kind_is_what_the_content_says_not_the_name(tmp_path: Path) -> None:
    word = word_file(tmp_path / "so-tay.pdf", "Chào")
    assert kind_of(word) == "docx"
    page = tmp_path / "quyet-dinh.pdf"
    page.write_text("<!DOCTYPE html><html><body>…</body></html>", "utf-8")
    assert kind_of(page) == "html"
    records = tmp_path / "du-lieu.txt"
    records.write_text('{"code": "9.000001", "name": "x"}\n', "utf-8")
    assert kind_of(records) == "portal"
    note = tmp_path / "ghi-chu.docx"
    note.write_text("# Tiêu đề\n\nChữ", "utf-8")
    assert kind_of(note) == "markdown"


def test_an_empty_file_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "trong.pdf"
    path.write_bytes(b"")
    with pytest.raises(Unreadable, match="trống"):
        kind_of(path)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bom.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"\0" * (400 * 1024 * 1024))
    with pytest.raises(Unreadable, match="bom nén"):
        kind_of(path)


LAUGHS = "".join(
    f'<!ENTITY {name} "{(f"&{inner};" if inner else "ha") * 10}">'
    for inner, name in zip(["", *"abcdefgh"], "abcdefghi", strict=True)
)
FILE_IN = '<!ENTITY i SYSTEM "file:///etc/passwd">'


@pytest.mark.parametrize("entities", [LAUGHS, FILE_IN], ids=["a thousand million laughs", "a file"])
@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_entities_of_a_document_are_never_unfolded(
    kind: str, entities: str, tmp_path: Path
) -> None:
    whole, path = io.BytesIO(), tmp_path / f"la.{kind}"
    if kind == "docx":
        document = Document()
        document.add_paragraph("Giấy tờ phải nộp: CHỖ")
        document.save(whole)
    else:
        book = openpyxl.Workbook()
        book.active.append(["Giấy tờ phải nộp", "CHỖ"])
        book.save(whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as made:
        for name in source.namelist():
            content = source.read(name)
            if "CHỖ".encode() in content:
                declared = f"?>\n<!DOCTYPE x [{entities}]>".encode()
                head, _, rest = (
                    content.partition(b"?>")
                    if b"?>" in content[:80]
                    else (b'<?xml version="1.0"', b"", content)
                )
                content = head + declared + rest.replace("CHỖ".encode(), b"&i;")
            made.writestr(name, content)
    try:
        text = read(path, LIMITS, None).model_dump_json()
    except Unreadable:
        return
    assert "root:" not in text and "haha" not in text


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7 broken", b"PK\x03\x04 broken", b"\xff\xd8\xff broken"]
)
def test_a_broken_file_is_refused_and_says_what_to_do(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "hong"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match="hãy"):
        read(path, LIMITS, None)


def test_an_error_page_saved_as_a_document_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "van-ban.pdf"
    path.write_text(
        "<html><head><title>404 - Not Found</title></head><body><h1>Lỗi</h1></body></html>", "utf-8"
    )
    with pytest.raises(Unreadable, match="trang báo lỗi"):
        read_html(path)


def test_limits_of_size_and_time_end_with_a_clear_line(tmp_path: Path) -> None:
    path = word_file(tmp_path / "a.docx", "Chào")
    with pytest.raises(Unreadable, match="giới hạn 0 MB"):
        read(path, LIMITS.model_copy(update={"max_megabytes": 0}), None)
    with pytest.raises(Unreadable, match="0 giây"):
        read(path, LIMITS.model_copy(update={"seconds_per_file": 0}), None)


def test_word_keeps_order_tables_and_what_was_inserted_but_not_what_was_deleted(
    tmp_path: Path,
) -> None:
    document = Document()
    document.add_paragraph("Trước bảng")
    table = document.add_table(rows=2, cols=2)
    table.cell(0, 0).text, table.cell(1, 1).text = "ô đầu", "ô cuối"
    after = document.add_paragraph("")
    names = f'xmlns:w="{nsmap["w"]}"'
    deleted = f"<w:del {names}><w:r><w:delText>bị xóa</w:delText></w:r></w:del>"
    inserted = f"<w:ins {names}><w:r><w:t>được thêm</w:t></w:r></w:ins>"
    after._p.append(parse_xml(deleted))
    after._p.append(parse_xml(inserted))
    document.save(str(tmp_path / "a.docx"))
    reading = read_docx(tmp_path / "a.docx")
    kinds = ["bảng" if b.is_table else b.text for p in reading.pages for b in p.blocks]
    assert kinds == ["Trước bảng", "bảng", "được thêm"]


def test_sheets_are_tables_whatever_the_file_is_called(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Mã số", "Tên", 3.0])
    book.save(tmp_path / "danh-sach.doc")
    reading = read(tmp_path / "danh-sach.doc", LIMITS, None)
    assert reading.kind == "xlsx"
    assert reading.pages[0].blocks[0].rows[0].cells == ("Mã số", "Tên", "3")


def test_a_web_page_gives_text_and_tables_without_its_menus(tmp_path: Path) -> None:
    path = tmp_path / "trang.html"
    path.write_text(
        "<html><body><nav>Menu</nav><main><h1>Thông báo</h1><p>Nghỉ <b>chiều</b> thứ Sáu.</p>"
        "<table><tr><td>A</td><td>B</td></tr></table><script>x()</script></main></body></html>",
        "utf-8",
    )
    reading = read_html(path)
    assert texts(reading) == ["Thông báo", "Nghỉ chiều thứ Sáu."]
    assert reading.pages[0].blocks[-1].rows[0].cells == ("A", "B")


def test_markdown_tables_stay_tables(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("# Mục\n\n| Mã | Tên |\n|---|---|\n| 1 | Việc |\n", "utf-8")
    blocks = read_text(path, markdown=True).pages[0].blocks
    assert blocks[0].text == "Mục"
    assert [row.cells for row in blocks[1].rows] == [("Mã", "Tên"), ("1", "Việc")]


@pytest.mark.parametrize(
    ("encoding", "typed", "meant"),
    [
        ("tcvn3", "Céng hßa x· héi chñ nghÜa ViÖt Nam. C¬ quan nhµ n\u00adíc ®ãng dÊu",
         "Cộng hòa xã hội chủ nghĩa Việt Nam. Cơ quan nhà nước đóng dấu"),
        ("vni", "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam, Ñoäc laäp",
         "Cộng hòa xã hội chủ nghĩa Việt Nam, Độc lập"),
    ],
)  # fmt: skip
def test_text_typed_in_an_old_font_becomes_unicode(encoding: str, typed: str, meant: str) -> None:
    assert encoding_of([typed]) == encoding
    assert to_unicode(typed, encoding) == meant  # type: ignore[arg-type]


def test_unicode_and_plain_text_are_left_alone() -> None:
    assert encoding_of(["Cộng hòa xã hội chủ nghĩa Việt Nam, Độc lập – Tự do"]) is None
    assert encoding_of(["Le café où l'été passe, à côté de la forêt"]) is None


def line(text: str, top: float, page: int = 1, left: float = 0.1, right: float = 0.9) -> Block:
    return Block(text=text, page=page, box=(left, top, right, top + 0.015))


def test_running_heads_page_numbers_and_stamps_are_taken_away() -> None:
    pages = tuple(
        Page(number=n, how="text", blocks=(
            line("CÔNG BÁO/Số 35", 0.03, n), line("Người ký: Văn phòng", 0.06, n),
            line(f"Nội dung riêng của trang {n}.", 0.5, n), line(str(n), 0.95, n),
        ))
        for n in (1, 2, 3)
    )  # fmt: skip
    kept = texts(cleaned(Reading(kind="pdf", pages=pages)))
    assert kept == [f"Nội dung riêng của trang {n}." for n in (1, 2, 3)]


def test_a_table_cut_by_the_page_is_one_table_and_its_cut_row_one_row() -> None:
    one = Block(page=1, box=(0.1, 0.5, 0.9, 0.9), rows=(
        Row(cells=("Tên giấy tờ", "Số lượng"), page=1), Row(cells=("Tờ khai đăng ký", "1"), page=1),
    ))  # fmt: skip
    two = Block(page=2, box=(0.1, 0.1, 0.9, 0.3), rows=(
        Row(cells=("Tên giấy tờ", "Số lượng"), page=2),
        Row(cells=("nuôi mèo", ""), page=2), Row(cells=("Căn cước", "1"), page=2),
    ))  # fmt: skip
    reading = Reading(kind="pdf", pages=(
        Page(number=1, how="text", blocks=(one,)), Page(number=2, how="text", blocks=(two,)),
    ))  # fmt: skip
    (table,) = [b for p in cleaned(reading).pages for b in p.blocks]
    assert [row.cells for row in table.rows] == [
        ("Tên giấy tờ", "Số lượng"), ("Tờ khai đăng ký nuôi mèo", "1"), ("Căn cước", "1"),
    ]  # fmt: skip


def test_columns_are_read_one_after_the_other() -> None:
    words = []
    for row in range(8):
        top = 0.1 + row * 0.03
        for side, left in (("T", 0.1), ("P", 0.55)):
            words += [
                Word(text=f"{side}{row}", box=(left, top, left + 0.1, top + 0.015)),
                Word(text="chữ", box=(left + 0.11, top, left + 0.3, top + 0.015)),
            ]
    found = [block.text for block in blocks_of(words, [], 1)]
    assert found == [f"T{row} chữ" for row in range(8)] + [f"P{row} chữ" for row in range(8)]


def test_ruled_tables_are_found_and_a_single_frame_is_none() -> None:
    picture = np.full((600, 500), 255, np.uint8)
    for y in (100, 200, 300):
        picture[y : y + 2, 50:450] = 0
    for x in (50, 150, 448):
        picture[100:302, x : x + 2] = 0
    picture[400:402, 50:450] = picture[500:502, 50:450] = 0
    picture[400:502, 50:52] = picture[400:502, 448:450] = 0
    (grid,) = grids_in(ink_of(picture))
    assert (grid.rows, grid.columns, len(grid.cells)) == (2, 2, 4)


def test_the_bars_of_a_heading_are_not_painted_over_with_the_rules_of_a_table() -> None:
    picture = np.full((600, 500), 255, np.uint8)
    for y in (300, 400, 500):
        picture[y : y + 2, 50:450] = 0
    for x in (50, 150, 448):
        picture[300:502, x : x + 2] = 0
    picture[100:104, 100:180] = 0  # the tops of "TIẾT", set close
    ink = ink_of(picture)
    cleared = without_rules(picture, ink, grids_in(ink))
    assert (cleared[100:104, 100:180] == 0).all()
    assert (cleared[295:505] == 255).all()


def test_specks_of_a_scan_are_taken_for_paper_and_strokes_are_not() -> None:
    picture = np.full((300, 300), 235, np.uint8)
    picture[50, 50] = picture[90, 201] = 40
    picture[100:103, 100:130] = 40
    quiet = quietened(picture)
    assert quiet[50, 50] == quiet[90, 201] == 255
    assert (quiet[100:103, 100:130] == 40).all()


def test_a_locked_pdf_and_one_with_too_many_pages_are_refused(tmp_path: Path) -> None:
    document = pdfium.PdfDocument.new()
    for _ in range(3):
        document.new_page(200, 200)
    path = tmp_path / "a.pdf"
    document.save(path)
    with pytest.raises(Unreadable, match="3 trang"):
        read_here(path, "pdf", LIMITS.model_copy(update={"max_pages": 2, "workers": 1}), None)


def test_a_pdf_with_a_password_or_cut_off_is_refused_in_words(tmp_path: Path) -> None:
    writer = PdfWriter()
    for _ in range(2):
        writer.add_blank_page(200, 200)
    writer.write(tmp_path / "goc.pdf")
    whole = (tmp_path / "goc.pdf").read_bytes()
    (tmp_path / "cut.pdf").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Unreadable, match="tải lại hoặc quét lại"):
        read_here(tmp_path / "cut.pdf", "pdf", LIMITS, None)
    writer.encrypt("bi-mat", algorithm="AES-128")
    writer.write(tmp_path / "khoa.pdf")
    with pytest.raises(Unreadable, match="mật khẩu"):
        read_here(tmp_path / "khoa.pdf", "pdf", LIMITS, None)


def test_an_archive_is_refused_and_not_taken_for_the_file_it_begins_with(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "nen.zip", "w") as archive:
        archive.writestr("van-ban.pdf", b"%PDF-1.7")
    with pytest.raises(Unreadable, match="giải nén"):
        kind_of(tmp_path / "nen.zip")


@pytest.mark.parametrize(
    "content",
    [
        b"Ma;Ten\r\n9.000101;Nuoi meo, cho\r\n",
        '\ufeffMã,Tên\n9.000101,"Nuôi mèo, chó"\n'.encode(),
        "Mã\tTên\n9.000101\tNuôi mèo, chó\n".encode("utf-16"),
    ],
)
def test_a_table_saved_as_text_is_a_table(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "ds.csv"
    path.write_bytes(content)
    assert kind_of(path) == "csv"
    (block,) = read(path, LIMITS, None).pages[0].blocks
    assert [row.cells[0] for row in block.rows][1:] == ["9.000101"]
    assert block.rows[1].cells[1] in ("Nuôi mèo, chó", "Nuoi meo, cho")


def test_sentences_with_commas_are_no_table(tmp_path: Path) -> None:
    path = tmp_path / "thu.txt"
    path.write_text("Kính gửi bà con, xin mời, trân trọng\nSáng mai, phường họp\nHết\n", "utf-8")
    assert kind_of(path) == "text"


def test_a_photograph_taken_sideways_is_turned_as_the_camera_noted(tmp_path: Path) -> None:
    upright = Image.new("L", (600, 900), 255)
    upright.paste(0, (100, 100, 500, 160))
    exif = Image.Exif()
    exif[0x0112] = 6  # "turn right to see it upright"
    upright.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "a.jpg", exif=exif)
    with Image.open(tmp_path / "a.jpg") as sideways:
        page = even(sideways)
    assert page.shape[0] > page.shape[1]
    assert page[page.shape[0] // 7, page.shape[1] // 2] < 80
    assert page[page.shape[0] * 6 // 7, page.shape[1] // 2] > 200


def page_of_text() -> np.ndarray:  # type: ignore[type-arg]
    page = Image.new("L", (1240, 1754), 255)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(34)
    words = [
        "the",
        "office",
        "opens",
        "at",
        "eight",
        "and",
        "closes",
        "five",
        "bring",
        "your",
        "papers",
        "with",
        "you",
        "please",
    ]
    for line in range(24):
        text = " ".join(words[line * 5 % 14 :] + words[: line * 5 % 14])[: 40 + line % 7]
        pen.text((120, 140 + 60 * line), text, 0, font)
    return np.asarray(page)


@pytest.mark.parametrize("turns", [1, 2])
def test_a_page_that_lies_or_stands_on_its_head_is_turned(turns: int) -> None:
    if not shutil.which("tesseract"):
        missing("tesseract is not installed")
    page = page_of_text()
    assert not may_lie(page)
    laid = turned(page, turns)
    assert may_lie(laid) == (turns == 1)
    assert (turns + quarter_turns(laid)) % 4 == 0


def test_a_picture_too_small_to_read_is_refused(tmp_path: Path) -> None:
    Image.new("L", (50, 50), 255).save(tmp_path / "a.png")
    with pytest.raises(Unreadable, match=r"quá nhỏ|Tesseract"):
        read(tmp_path / "a.png", LIMITS, None)
