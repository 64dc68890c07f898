"""Tables of Word files, as the measured layouts use them."""

from collections.abc import Sequence
from typing import Any

from docx.shared import Cm


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
