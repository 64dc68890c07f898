"""Word files and their tables, as the measured layouts use them."""

from collections.abc import Sequence
from typing import Any

import docx
from docx.shared import Cm, Pt


def new_document(width: float, height: float, margin: float, points: float) -> Any:
    """A document on paper of this size with margins left and right, in centimetres."""
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(width), Cm(height)
    section.left_margin = section.right_margin = Cm(margin)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(points)
    style.paragraph_format.space_after = Pt(4)
    return document


def add_table(
    document: Any,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float] | None = None,
    *,
    ruled: bool = True,
) -> None:
    """A table under its headings, if it has any; widths in centimetres, one a column."""
    if not rows:
        return
    table = document.add_table(rows=1 if heads else 0, cols=len(heads) or len(rows[0]))
    if ruled:
        table.style = "Table Grid"
    for cell, head in zip(table.rows[0].cells if heads else (), heads, strict=True):
        cell.text = head
    for row in rows:
        cells = table.add_row().cells
        for cell, text in zip(cells, row, strict=True):
            cell.text = text
    if widths:
        set_widths(table, widths)


def set_widths(table: Any, widths: Sequence[float]) -> None:
    """Hold the columns of a table to widths in centimetres."""
    table.autofit = False
    for line in table.rows:
        for cell, width in zip(line.cells, widths, strict=True):
            cell.width = Cm(width)
