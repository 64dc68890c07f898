"""Old fonts and encodings, alone and met in one document, become Unicode; nothing else changes."""

import unicodedata
import zipfile
from pathlib import Path

import pytest
from docx import Document
from docx.oxml import OxmlElement
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from ingest.encodings import TABLES, encodings_of, to_unicode
from ingest.pages import Unreadable
from ingest.reading import read_here
from ingest.settings import IngestSettings
from ingest.sniffing import kind_of
from knowledge.data_files import parse_yaml

LIMITS = IngestSettings(_env_file=None)  # type: ignore[call-arg]
HENS = "Người nuôi gà được hưởng ưu tiên tại phường, nộp đơn trước ngày cưới"
BEES = "Chủ tổ ong đặt thùng cách nhà ở một trăm mét, lượng mật ước tính"


def typed_in(encoding: str, text: str) -> str:
    """The text as it would have been typed in an old font."""
    table = parse_yaml(TABLES.read_text("utf-8"))[encoding]
    signs = {letter: sign for sign, letter in reversed(list(table.items()))}
    if encoding == "tcvn3":  # capitals with a tone are printed by the font of capitals
        signs |= {c.upper(): sign for c, sign in signs.items() if c.upper() not in signs}
    return "".join(signs.get(c, c) for c in unicodedata.normalize("NFC", text))


def lines_of(path: Path) -> list[str]:
    reading = read_here(path, kind_of(path), LIMITS, None)
    return [block.text for page in reading.pages for block in page.blocks]


@pytest.mark.parametrize("text", [
    HENS, BEES, "QUỐC HỘI NƯỚC TA", "Bà Lý Hà Tú", "QĐ-UBND, in-tơ-nét, 30-40 con", "- a) Thư từ",
])  # fmt: skip
def test_the_hyphen_many_pdfs_give_for_a_letter_of_the_old_font_is_that_letter(text: str) -> None:
    typed = typed_in("tcvn3", text)
    assert to_unicode(typed, "tcvn3") == text
    assert to_unicode(typed.replace("\u00ad", "-"), "tcvn3") == text


def test_several_fonts_in_one_document_are_told_apart_line_by_line() -> None:
    tcvn3, vni = typed_in("tcvn3", HENS), typed_in("vni", BEES)
    assert encodings_of([tcvn3, vni, "UBND"]) in (
        ["tcvn3", "vni", "tcvn3"], ["tcvn3", "vni", "vni"],
    )  # fmt: skip
    among = [BEES, tcvn3, typed_in("tcvn3", "Phí: 5 đồng"), "Phí: 5 đồng", vni, HENS]
    assert encodings_of(among) == [None, "tcvn3", "tcvn3", None, "vni", None]


def test_a_unicode_line_that_looks_like_an_old_font_is_left_alone_among_unicode() -> None:
    lines = [HENS, "Toà án, hoà giải", BEES, "Résumé « naïve » à côté", "Giá: 5"]
    assert encodings_of(lines) == [None] * 5


def test_the_letter_an_old_word_file_keeps_as_a_soft_hyphen_is_read(tmp_path: Path) -> None:
    document = Document()
    paragraph = document.add_paragraph()
    for place, part in enumerate(typed_in("tcvn3", HENS).split("\u00ad")):
        if place:
            paragraph.add_run()._r.append(OxmlElement("w:softHyphen"))
        paragraph.add_run(part)
    capitals = document.add_paragraph().add_run(typed_in("tcvn3", "quốc hội"))
    capitals.font.name = ".VnTimeH"
    document.save(str(tmp_path / "a.docx"))
    assert lines_of(tmp_path / "a.docx") == [HENS, "QUỐC HỘI"]


def test_a_pdf_in_an_old_font_is_read_with_the_letter_its_library_takes_for_a_hyphen(
    tmp_path: Path,
) -> None:
    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    font = DictionaryObject({
        NameObject(name): NameObject(value) for name, value in (
            ("/Type", "/Font"), ("/Subtype", "/Type1"), ("/BaseFont", "/Helvetica"),
            ("/Encoding", "/WinAnsiEncoding"),
        )
    })  # fmt: skip
    fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    shown = "".join(f"({typed_in('tcvn3', line)}) Tj T*\n" for line in (HENS, BEES, "Nơi cư trú"))
    stream = DecodedStreamObject()
    stream.set_data(f"BT /F1 12 Tf 30 TL 60 700 Td\n{shown}ET".encode("latin-1"))
    page[NameObject("/Contents")] = writer._add_object(stream)
    writer.write(tmp_path / "a.pdf")
    said = " ".join(lines_of(tmp_path / "a.pdf"))
    assert HENS in said and BEES in said and "Nơi cư trú" in said


@pytest.mark.parametrize("content", [
    typed_in("tcvn3", f"{HENS}\n{BEES}").encode("latin-1"),
    f"{HENS}\n{BEES}".encode("utf-16-le"), f"{HENS}\n{BEES}".encode("utf-16-be"),
    f"{HENS}\n{BEES}".replace("ng", "n\x00g").encode(),
])  # fmt: skip
def test_a_text_file_in_whatever_encoding_is_read(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    assert lines_of(tmp_path / "a.txt") == [HENS, BEES]


@pytest.mark.parametrize(("content", "said"), [
    (b"Rar!\x1a\x07\x01\x00" + b"x" * 50, "giải nén"), (b"7z\xbc\xaf\x27\x1cxxxx", "giải nén"),
])  # fmt: skip
def test_other_archives_are_refused_by_their_content(
    content: bytes, said: str, tmp_path: Path
) -> None:
    (tmp_path / "a.pdf").write_bytes(content)
    with pytest.raises(Unreadable, match=said):
        kind_of(tmp_path / "a.pdf")


@pytest.mark.parametrize(("mime", "kind"), [
    ("application/vnd.oasis.opendocument.text", "doc"),
    ("application/vnd.oasis.opendocument.spreadsheet", "ods"),
    ("application/vnd.oasis.opendocument.presentation", "ppt"),
    ("application/vnd.oasis.opendocument.graphics", None),
])  # fmt: skip
def test_texts_sheets_and_slides_of_libreoffice_are_read_by_it_and_drawings_refused(
    mime: str, kind: str | None, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "a.odt", "w") as archive:
        archive.writestr("mimetype", mime)
        archive.writestr("content.xml", "<x/>")
    if kind:
        assert kind_of(tmp_path / "a.odt") == kind
        return
    with pytest.raises(Unreadable, match="PDF"):
        kind_of(tmp_path / "a.odt")
