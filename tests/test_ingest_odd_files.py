"""Files nobody tidied up: hidden sheets, tracked changes, footnotes, cells merged down a form."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from browser import missing
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from pptx import Presentation

from evals.ingesting import drafts_in
from ingest.pages import Block, Page, Reading, Row, Unreadable
from ingest.read_sheet import read_xlsx
from ingest.read_word import FOOTNOTES, TRACKED, read_docx
from ingest.reading import read
from ingest.settings import IngestSettings
from ingest.sniffing import kind_of

LIMITS = IngestSettings()


def tracked(tag: str, text: str) -> Any:
    """A change somebody made: text put in, taken out, moved here or moved away."""
    change, run = OxmlElement(tag), OxmlElement("w:r")
    typed = OxmlElement("w:delText" if tag == "w:del" else "w:t")
    typed.text = text
    run.append(typed)
    change.append(run)
    return change


def book(path: Path, **sheets: tuple[str, ...]) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, row in sheets.items():
        made.create_sheet(title).append(row)
    made[list(sheets)[-1]].sheet_state = "hidden"
    made.save(path)
    return path


def converted(path: Path, kind: str) -> Path:
    office = shutil.which("soffice")
    if office is None:
        missing("LibreOffice is not installed")
    profile = (path.parent / "profile").as_uri()
    subprocess.run([str(office), f"-env:UserInstallation={profile}", "--headless", "--convert-to",
                    kind, "--outdir", str(path.parent), str(path)], check=True,
                   capture_output=True, timeout=120)  # fmt: skip
    return path.with_suffix(f".{kind}")


def rows(reading: Reading) -> list[tuple[str, ...]]:
    return [row.cells for page in reading.pages for block in page.blocks for row in block.rows]


def test_changes_are_read_as_accepted_and_the_clerk_is_told(tmp_path: Path) -> None:
    document = docx.Document()
    line = document.add_paragraph("Lệ phí: ")
    line._p.append(tracked("w:del", "5.000 đồng"))
    line._p.append(tracked("w:ins", "8.000 đồng"))
    document.add_paragraph()._p.append(tracked("w:moveFrom", "Chuyển đi"))
    document.add_paragraph()._p.append(tracked("w:moveTo", "Chuyển đến"))
    document.save(str(tmp_path / "a.docx"))
    reading = read_docx(tmp_path / "a.docx")
    assert [b.text for b in reading.pages[0].blocks] == ["Lệ phí: 8.000 đồng", "Chuyển đến"]
    assert reading.problems == (TRACKED,)


def test_footnotes_that_are_not_read_are_counted(tmp_path: Path) -> None:
    document = docx.Document()
    run = document.add_paragraph("Thành phần hồ sơ").add_run()
    run._r.append(OxmlElement("w:footnoteReference"))
    document.save(str(tmp_path / "a.docx"))
    assert read_docx(tmp_path / "a.docx").problems == (FOOTNOTES.format(count=1),)


def test_a_row_that_was_taken_out_of_a_table_is_not_read(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(2, 2)
    for at, text in enumerate(("Phí", "5.000 đồng", "Phí", "8.000 đồng")):
        table.cell(at // 2, at % 2).text = text
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:del"))
    document.save(str(tmp_path / "a.docx"))
    assert rows(read_docx(tmp_path / "a.docx")) == [("Phí", "8.000 đồng")]
    assert qn("w:del") in {node.tag for node in table._tbl.iter()}


def test_a_hidden_sheet_is_named_and_not_read(tmp_path: Path) -> None:
    reading = read_xlsx(book(tmp_path / "a.xlsx", Nay=("Phí", "8.000"), Cu=("Phí", "5.000")))
    assert rows(reading) == [("Phí", "8.000")]
    assert "'Cu' đang ẩn" in reading.problems[0]


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_every_sheet_of_an_old_or_free_workbook_keeps_its_own_rows(
    kind: str, tmp_path: Path
) -> None:
    path = book(tmp_path / "a.xlsx", Mot=("Một", "1"), Hai=("Hai", "2"), An=("Ẩn", "3"))
    path = converted(path, kind)
    assert kind_of(path) == kind
    reading = read(path, LIMITS, None)
    assert rows(reading) == [("Một", "1"), ("Hai", "2")]
    assert len(reading.problems) == 1


def test_a_broken_old_workbook_is_refused_in_words(tmp_path: Path) -> None:
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le") + b"\0" * 900
    (tmp_path / "a.xls").write_bytes(content)
    with pytest.raises(Unreadable, match="lưu lại"):
        read(tmp_path / "a.xls", LIMITS, None)


def test_papers_beside_a_label_merged_down_carry_their_counts() -> None:
    cells = (
        ("Mã thủ tục", "9.000815", ""), ("Tên thủ tục", "Chứng thực bản sao", ""),
        ("Thành phần hồ sơ", "Giấy tờ cần chứng thực", "01 bản chính"),
        ("", "Bản sao cần chứng thực", "02 bản sao"), ("Thời hạn giải quyết", "1 ngày", ""),
        ("Phí", "10.000đ/bản (từ trang thứ 3: 2.000đ)", ""),
    )  # fmt: skip
    table = Block(rows=tuple(Row(cells=row, page=1) for row in cells), page=1)
    (draft,) = drafts_in(Reading(kind="docx", pages=(Page(number=1, how="text", blocks=(table,)),)))
    papers, fee = draft.field("papers"), draft.field("fee")
    assert papers is not None and papers.value is not None and papers.is_sure
    assert [(p["name"], p["originals"], p["copies"]) for p in papers.value["documents"]] == [
        ("Giấy tờ cần chứng thực", 1, 0), ("Bản sao cần chứng thực", 0, 2)
    ]  # fmt: skip
    assert fee is not None and fee.value is not None
    (said,) = fee.value["fees"]
    assert said["amount_vnd"] == 10000 and "từ trang thứ 3" in said["note"]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["ppt", "odp"])
def test_old_and_free_slides_are_read_through_libreoffice(tmp_path: Path, kind: str) -> None:
    made, source = Presentation(), tmp_path / "a.pptx"
    slide = made.slides.add_slide(made.slide_layouts[1])
    slide.shapes.title.text = "Đăng ký lại kết hôn"
    slide.placeholders[1].text_frame.text = "Lệ phí: 8.000 đồng"
    made.save(str(source))
    reading = read(converted(source, kind), LIMITS, None)
    said = [block.text for page in reading.pages for block in page.blocks]
    assert any("8.000 đồng" in each for each in said), said
    assert reading.kind == "ppt"
