"""The cells of the portal's table of papers, taken apart where they ran together."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.portal_counts import split_count
from ingest.portal_text import without_bullet, without_file_name

_HEADING = re.compile(r"^\[(?P<heading>(?:[^\[\]]|\[[^\[\]]*\])*)\]\s*", re.DOTALL)
_LONG_ASIDE = re.compile(r"(?<=\S)\s*:?\s*\(([^()]{80,})\)?.*$")
STEP_START = re.compile(r"(?:^|\n)\s*(?:bước \d|\d\.\s*(?:đơn vị|NLĐ|cơ quan))", re.IGNORECASE)
_ALTERNATIVES = re.compile(
    r"một trong|hoặc|như:|sau đây|gồm\b|bao gồm|sau:|\bsau\b[^.]{0,40}:", re.IGNORECASE
)
LIST_START = re.compile(r":\s*[-+•]\s")
PAPER_START = re.compile(
    r"^(?:(?:các |một |những |bộ |\d{1,2} |hai |toàn bộ |danh mục )?(?:bản (?:chính|gốc"
    r"|sao|chụp|khai|vẽ|thuyết minh|cam kết|trích|dịch|kê|mô tả|tự|án"
    r"|thảo|dự thảo|danh sách|ghi|in|scan|tóm tắt|photo)|bản\b|giấy|đơn\b|tờ khai"
    r"|tờ trình|văn bản|biên bản|biên lai|quyết định|hợp đồng|hóa đơn|hoá đơn"
    r"|phiếu|sơ đồ|bản vẽ|báo cáo|danh sách|danh mục|ảnh|hồ sơ|thẻ|sổ|hộ chiếu|căn cước"
    r"|chứng minh|chứng nhận|chứng từ|chứng chỉ|bằng|di chúc|dự thảo|giao dịch"
    r"|công văn|phương án|kế hoạch|đề án|dự án|điều lệ|nghị quyết|lý lịch|sơ yếu"
    r"|trích lục|mẫu|thuyết minh|tài liệu|bảng|kết quả|thông báo|cam kết"
    r"|xác nhận|vận đơn|lệnh|catalog|tem|phụ lục|học bạ|bệnh án|nội dung|quy chế"
    r"|quy trình|danh bạ|thông tin|thư|tóm tắt|ủy nhiệm|giấy))",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Cell:
    """One row of the table: the heading it stands under, its words, and its count."""

    heading: str
    text: str
    originals: int = 0
    copies: int = 0
    aside: str = ""
    """A long remark in brackets that stood in the heading."""

    @property
    def counted(self) -> bool:
        return bool(self.originals or self.copies)


def cell_of(text: str) -> Cell:
    """A cell as printed: "[heading] text (1 bản chính)"."""
    match = _HEADING.match(text)
    heading = " ".join(match["heading"].split()) if match else ""
    body = text[match.end() :] if match else text
    aside = _LONG_ASIDE.search(heading)
    if aside:
        heading = heading[: aside.start()]
    counted = split_count(body)
    return Cell(
        heading=_label(heading),
        text=without_file_name(counted.text) or counted.text,
        originals=counted.originals,
        copies=counted.copies,
        aside=aside[1] if aside else "",
    )


def _label(heading: str) -> str:
    return re.sub(r"^[\s*+\-–•.]+", "", heading).strip(" :;.")


def split_cell(cell: Cell) -> list[Cell]:
    """Papers run together in one cell become several; alternatives ("một trong …") stay one."""
    if STEP_START.search(cell.text):
        return [cell]
    parts = [part for part in re.split(r"\n|(?<=[.;])\s+(?=[-+•]\s)", cell.text) if part.strip()]
    starts = [without_bullet(part) for part in parts]
    if (
        len(parts) < 2
        or _ALTERNATIVES.search(starts[0])
        or not all(PAPER_START.match(start) for start in starts)
    ):
        return [replace(cell, text=" ".join(cell.text.split()))]
    return [replace(cell, text=start) for start in starts]


def without_repeats(cells: Sequence[Cell]) -> list[Cell]:
    """Without cells that repeat an alternative of their group's "một trong …: + A. + B."."""
    lists = [
        (cell.heading, " ".join(cell.text.lower().split()))
        for cell in cells
        if _ALTERNATIVES.search(cell.text) and LIST_START.search(cell.text)
    ]
    kept = []
    for cell in cells:
        text = " ".join(without_bullet(cell.text).lower().split()).strip(" ;.")
        if len(text) < 20 or not any(
            heading == cell.heading and text in other and len(other) > len(text) + 40
            for heading, other in lists
        ):
            kept.append(cell)
    return kept
