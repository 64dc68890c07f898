"""Reads Excel lists: every sheet is a table, values as they are shown, formulas as their result."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import xlrd
from lxml import etree

from ingest.old_office import read_converted
from ingest.pages import Block, Page, Reading, Row, Unreadable
from ingest.read_web import decoded
from ingest.sniffing import separator_in

MOST_ROWS = 50_000
MOST_COLUMNS = 60
_NO_RESULT = re.compile(rb"</f>\s*(?:<v>\s*</v>|<v\s*/>)?\s*</c>")
_BROKEN = "tệp Excel hỏng, không mở được; hãy mở bằng Excel và lưu lại"


def read_xlsx(path: Path) -> Reading:
    """Sheets of an .xlsx file; linked workbooks are not opened. Raises Unreadable."""
    try:
        book = openpyxl.load_workbook(
            io.BytesIO(path.read_bytes()), read_only=True, data_only=True, keep_links=False
        )
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        sheets = [(sheet.title, sheet.iter_rows(values_only=True)) for sheet in shown]
        hidden = [sheet.title for sheet in book.worksheets if sheet not in shown]
        reading = _reading("xlsx", sheets, hidden)
        if count := _without_result(path):
            problem = (f"{count} ô công thức chưa có kết quả nên đọc là ô trống; hãy mở bằng "
                       "Excel, lưu lại rồi nhập lại")  # fmt: skip
            return reading.model_copy(update={"problems": (*reading.problems, problem)})
        return reading
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, etree.XMLSyntaxError,
            TypeError, AttributeError) as error:  # fmt: skip
        raise Unreadable(_BROKEN) from error


def _without_result(path: Path) -> int:
    """Formulas nobody has calculated: a program wrote them, and Excel has not opened the file."""
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        return sum(len(_NO_RESULT.findall(archive.read(name))) for name in sheets)


def read_xls(path: Path) -> Reading:
    """Sheets of an Excel 97–2003 file. Raises Unreadable."""
    try:
        book = xlrd.open_workbook(str(path), on_demand=True)
        sheets = [
            (sheet.name, map(sheet.row_values, range(sheet.nrows)))
            for sheet in book.sheets()
            if not sheet.visibility
        ]
        hidden = [sheet.name for sheet in book.sheets() if sheet.visibility]
        return _reading("xls", sheets, hidden)
    except (xlrd.XLRDError, AssertionError, IndexError, ValueError, OSError) as error:
        raise Unreadable(_BROKEN) from error


def read_ods(path: Path) -> Reading:
    """Sheets of LibreOffice, through it. Raises Unreadable."""
    return read_converted(path, "ods", "xlsx", read_xlsx)


def read_csv(path: Path) -> Reading:
    """A table saved as text, whatever separates its cells. Raises Unreadable."""
    text = decoded(path.read_bytes()).lstrip("\ufeff")
    try:
        lines = list(csv.reader(io.StringIO(text), delimiter=separator_in(text + "\n") or ","))
    except csv.Error as error:
        raise Unreadable("tệp CSV hỏng; hãy mở bằng Excel và lưu lại") from error
    return _reading("csv", [(path.stem, lines)])


def _reading(
    kind: Any,
    sheets: Iterable[tuple[str, Iterable[Iterable[Any]]]],
    hidden: Sequence[str] = (),
) -> Reading:
    pages: list[Page] = []
    # what an office hides is mostly last year's, or the choices of another sheet's cells
    problems = [f"trang tính {title!r} đang ẩn nên không đọc; cần thì bỏ ẩn, lưu rồi nhập lại"
                for title in hidden]  # fmt: skip
    for number, (title, lines) in enumerate(sheets, 1):
        rows: list[Row] = []
        for line in lines:
            cells = tuple(_shown(value) for value in list(line)[:MOST_COLUMNS])
            if any(cells):
                rows.append(Row(cells=cells, page=number))
            if len(rows) >= MOST_ROWS:
                problems.append(f"trang tính {title!r}: chỉ đọc {MOST_ROWS} dòng đầu")
                break
        if rows:
            width = max(len(row.cells) for row in rows)
            even = tuple(
                row.model_copy(update={"cells": row.cells + ("",) * (width - len(row.cells))})
                for row in rows
            )
            pages.append(Page(number=number, how="text", blocks=(Block(rows=even, page=number),)))
    if not pages:
        raise Unreadable("; ".join(["tệp Excel không có dòng nào", *problems]))
    return Reading(kind=kind, pages=tuple(pages), problems=tuple(problems))


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
