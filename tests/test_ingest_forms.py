"""A form to fill in is told from a text to read."""

import pytest

from ingest.forms import is_blank_form
from ingest.found import Piece

WITHOUT_DOTS = ("Mẫu TK9-X", "TỜ KHAI", "[01]. Họ và tên:", "[02]. Giới tính:", "Ngày sinh: / /",
                "Người khai ký tên")  # fmt: skip
DECISION_TO_FILL_IN = (
    "Mẫu số 99", "Số..../QĐ-UBND | ....(2)...., ngày .... tháng .... năm 20....", "QUYẾT ĐỊNH",
    "Về việc giao mèo ...(3)...", "Điều 1. Giao cho ông/bà ...............",
    "Điều 2. Quyết định này có hiệu lực từ ngày ký.",
)  # fmt: skip
LETTER_WITH_A_FORM = (
    "Số: /ABC-P6\nV/v thu thập ý kiến", "Kính gửi: các phường", "Đề nghị gửi ý kiến theo mẫu.",
    "Mẫu ý kiến", "................", "................", "................",
)  # fmt: skip
LAW = ("LUẬT NUÔI MÈO", "Điều 1. Phạm vi", "1. Luật này quy định:", "a) Nuôi mèo;", "b) Bán mèo.")


@pytest.mark.parametrize(
    ("lines", "form"),
    [(WITHOUT_DOTS, True), (DECISION_TO_FILL_IN, True), (LETTER_WITH_A_FORM, False), (LAW, False)],
)
def test_a_form_waits_for_a_pen_in_many_lines(lines: tuple[str, ...], form: bool) -> None:
    assert is_blank_form([Piece(line) for line in lines]) is form
