"""Slides of an office's training days are read as pages, their boxes in the order people read."""

from pathlib import Path
from typing import Any

import pytest
from pptx import Presentation
from pptx.util import Cm

from evals.ingesting import drafts_in
from ingest.draft import Draft
from ingest.pages import Reading, Unreadable
from ingest.read_slides import read_pptx
from ingest.reading import read
from ingest.settings import IngestSettings

LIMITS = IngestSettings()
TITLE, LIST, FREE = 0, 1, 5  # of the layouts every new presentation has


def deck(path: Path, *slides: Any) -> Path:
    """A presentation; a slide is its layout, its title and what fills it."""
    made = Presentation()
    for layout, title, fill in slides:
        slide = made.slides.add_slide(made.slide_layouts[layout])
        slide.shapes.title.text = title
        fill(slide)
    made.save(str(path))
    return path


def bullets(*lines: str) -> Any:
    def fill(slide: Any) -> None:
        slide.placeholders[1].text_frame.text = "\n".join(lines)

    return fill


def boxes(*placed: tuple[float, float, str]) -> Any:
    def fill(slide: Any) -> None:
        for left, top, text in placed:
            box = slide.shapes.add_textbox(Cm(left), Cm(top), Cm(10), Cm(2))
            box.text_frame.text = text

    return fill


def table(*rows: tuple[str, ...]) -> Any:
    def fill(slide: Any) -> None:
        shape = slide.shapes.add_table(len(rows), len(rows[0]), Cm(1), Cm(4), Cm(22), Cm(6))
        for at, row in enumerate(rows):
            for place, text in enumerate(row):
                shape.table.cell(at, place).text = text

    return fill


def drafts(path: Path) -> list[Draft]:
    return drafts_in(read(path, LIMITS, None))


def lines(reading: Reading) -> list[str]:
    return [block.text for page in reading.pages for block in page.blocks]


def value(draft: Draft, section: str) -> Any:
    field = draft.field(section)
    assert field is not None and field.value is not None
    return field.value


def names(draft: Draft) -> list[str]:
    return [paper["name"] for paper in value(draft, "papers")["documents"]]


def test_a_list_that_goes_on_on_the_next_slide_is_one_list(tmp_path: Path) -> None:
    path = deck(
        tmp_path / "tap-huan.pptx",
        (TITLE, "TẬP HUẤN MỘT CỬA", bullets("Phường Hoa Sen")),
        (LIST, "Đăng ký lại kết hôn (9.000746)",
         bullets("Thành phần hồ sơ:", "Tờ khai đăng ký lại kết hôn", "Bản sao giấy cũ")),
        (LIST, "Đăng ký lại kết hôn (9.000746) (tiếp theo)",
         bullets("Căn cước của hai bên", "Thời hạn giải quyết: 05 ngày làm việc",
                 "Lệ phí: 30.000 đồng")),
    )  # fmt: skip
    (draft,) = drafts(path)
    assert (draft.code, draft.name) == ("9.000746", "Đăng ký lại kết hôn")
    assert names(draft) == [
        "Tờ khai đăng ký lại kết hôn", "Bản sao giấy cũ", "Căn cước của hai bên"
    ]  # fmt: skip
    assert value(draft, "fee")["fees"][0]["amount_vnd"] == 30000
    assert value(draft, "time")["times"][0]["amount"] == 5
    assert all(
        field.is_sure for field in draft.fields if field.section in ("papers", "fee", "time")
    )


def test_boxes_under_a_row_of_headings_belong_to_their_headings(tmp_path: Path) -> None:
    path = deck(tmp_path / "a.pptx", (FREE, "Đăng ký khai sinh", boxes(
        (13, 7, "Ngay trong ngày làm việc"), (1, 7, "- Tờ khai\n- Giấy chứng sinh"),
        (13, 5, "THỜI HẠN"), (1, 5, "GIẤY TỜ CẦN NỘP"),
        (1, 3, "Mã thủ tục: 9.001193"))))  # fmt: skip
    (draft,) = drafts(path)
    assert names(draft) == ["Tờ khai", "Giấy chứng sinh"]
    assert value(draft, "time")["times"][0]["unit"] == "same_day"


def test_a_table_of_a_slide_is_a_table(tmp_path: Path) -> None:
    path = deck(tmp_path / "a.pptx", (FREE, "Phí, lệ phí", table(
        ("STT", "Mã thủ tục", "Tên thủ tục", "Thời hạn giải quyết", "Phí, lệ phí"),
        ("1", "9.004873", "Xác nhận hôn nhân", "3 ngày làm việc", "15.000 đồng"),
        ("2", "9.000894", "Đăng ký kết hôn", "1 ngày làm việc", "Miễn phí"))))  # fmt: skip
    one, two = drafts(path)
    assert value(one, "fee")["fees"][0]["amount_vnd"] == 15000
    assert (two.code, two.name) == ("9.000894", "Đăng ký kết hôn")
    assert value(two, "fee")["fees"][0]["status"] == "free"


def test_a_hidden_slide_is_named_and_not_read(tmp_path: Path) -> None:
    path = deck(tmp_path / "a.pptx", (LIST, "Nay", bullets("Phí: 8.000 đồng")),
                (LIST, "Năm ngoái", bullets("Phí: 5.000 đồng")))  # fmt: skip
    made = Presentation(str(path))
    made.slides[1].element.set("show", "0")
    made.save(str(path))
    reading = read_pptx(path, most_pages=10)
    assert lines(reading) == ["Nay", "Phí: 8.000 đồng"]
    assert "trang 2 bị ẩn" in reading.problems[0]


def test_slides_that_are_broken_or_too_many_are_refused_in_words(tmp_path: Path) -> None:
    path = deck(tmp_path / "a.pptx", *[(LIST, "Một", bullets("x"))] * 3)
    with pytest.raises(Unreadable, match="3 trang"):
        read_pptx(path, most_pages=2)
    path.write_bytes(path.read_bytes()[:9000])
    with pytest.raises(Unreadable, match="hỏng"):
        read(path, LIMITS, None)
