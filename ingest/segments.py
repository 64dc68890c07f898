"""Cuts a document into its procedures and each procedure into its labelled parts."""

import re
from collections.abc import Sequence

from ingest.decisions import CODE
from ingest.found import CONTENT, Found, Piece, Segments, name_in
from ingest.labels import label_of
from ingest.line_cutting import LineCutter
from ingest.pages import Block, Reading, Row
from ingest.same_procedure import put_together
from ingest.table_kinds import (
    Headed,
    boxes_in,
    counted,
    goes_on,
    headed,
    inner_table,
    is_key_value,
    row_piece,
    split_row,
    with_points,
)  # fmt: skip
from ingest.table_parts import parts_of


def segments_of(reading: Reading) -> Segments:
    """Procedures, lists and other text of a file, in order."""
    blocks = [part for page in reading.pages for block in page.blocks for part in parts_of(block)]
    scanned = any(page.how == "ocr" for page in reading.pages)
    return _Cutter(blocks, scanned).cut()


class _Cutter(LineCutter):
    def cut(self) -> Segments:
        for place, block in enumerate(self._blocks):
            if block.is_table:
                self._table(block)
            else:
                self._line(place, block)
        self._close()
        self._done.procedures = put_together(self._done.procedures)
        return self._done

    def _table(self, block: Block) -> None:
        if boxes := boxes_in(block):
            for box in boxes:
                self._line(-1, box)
            self._section = None
            return
        table = headed(with_points(block.rows))
        rows = [table.head, *table.body]
        inner = inner_table(table.head)
        if inner is not None and self._current is not None:
            for row in table.body:
                self._current.add(inner, row_piece(row, table.head.cells))
            return
        sections = set(table.sections)
        if "name" in sections and CONTENT & sections and table.body:
            self._wide(table)
            return
        if self._current is not None and table.body and len(CONTENT & sections) >= 2:
            # a table of the parts of one procedure, side by side
            for row in table.body:
                _fill(self._current, table, row)
            return
        rows = [*table.above, *rows]
        if is_key_value(rows, self._scanned):
            self._key_value(rows)
        elif any(CODE.search(cell) for row in rows for cell in row.cells) and (
            self._current is None
            or self._section is None
            or not self._current.is_whole
            or "name" in sections
        ):
            self._list(rows, table.head)
        elif self._current is not None and self._section is not None:
            for row in rows:
                self._current.add(self._section, row_piece(row, ()))
        else:
            self._done.rest += [row_piece(row, ()) for row in rows]

    def _list(self, rows: Sequence[Row], head: Row) -> None:
        """A code a row, with its name."""
        self._close()
        for row in rows:
            if CODE.search(" ".join(row.cells)):
                self._done.listed.append(row_piece(row, head.cells))
            else:
                self._done.rest.append(row_piece(row, ()))

    def _wide(self, table: Headed) -> None:
        """One procedure a row, one part a column."""
        self._close()
        self._done.rest += [row_piece(row, ()) for row in table.above]
        for row in table.body:
            filled = [cell for cell in row.cells if cell.strip()]
            if not filled:
                continue
            if self._current is not None and goes_on(table, row):
                # a paper a row: the procedure's other cells are merged down
                _fill(self._current, table, row)
                continue
            if len(filled) == 1 and not CODE.search(filled[0]):
                # a row across the table is the heading of a group
                self._sector = Piece(
                    re.sub(r"^(?:[IVX]+|\d+)[.)]\s*|^lĩnh vực:?\s*", "", filled[0], flags=re.I),
                    row.page, row.box, row.confidence,
                )  # fmt: skip
                continue
            self._title = ""
            self._start(None, "", row_piece(row, ()))
            assert self._current is not None
            _fill(self._current, table, row)
        self._close()

    def _key_value(self, rows: Sequence[Row]) -> None:
        """A part a row: its label on the left, its text on the right."""
        for row in rows:
            key, value = split_row(row, self._scanned)
            place = (row.page, row.box, row.confidence)
            if key is None:
                for line in filter(str.strip, value.split("\n")):
                    self._content(Piece(line, *place))
                continue
            lines = [line for line in value.split("\n") if line.strip()]
            if key in ("name", "code"):
                # a name over several lines of its cell is one name
                lines = [" ".join(lines)]
            elif key == "other":
                self._section = "other"
                continue
            self._label(key, lines[0] if lines else "", Piece(" ".join(row.cells), *place))
            for line in lines[1:]:
                # a cell may hold parts of its own ("a) Thành phần … b) Số lượng …")
                inner = label_of(line, scanned=self._scanned)
                if inner and inner[0] in ("papers", "count", "time", "fee") and key in (
                    "papers", "channel"
                ):  # fmt: skip
                    self._label(*inner, Piece(line, *place))
                else:
                    self._content(Piece(line, *place))


def _fill(found: Found, table: Headed, row: Row) -> None:
    """Give a procedure what its row says in each column."""
    for place, (section, lead, cell) in enumerate(
        zip(table.sections, table.lead, row.cells, strict=False)
    ):
        code = CODE.search(cell)
        if section in ("code", "name", "other", "") and code:
            found.code = found.code or code[1]
        if section == "name":
            found.name = f"{found.name} {name_in(cell)}".strip()
        elif section == "papers" and "\n" not in cell.strip() and (counts := counted(table, row)):
            heads = tuple(table.head.cells[at] for at in (place, *counts))
            cells = tuple(row.cells[at] for at in (place, *counts))
            if cell.strip():
                found.add(section, Piece(cell, row.page, row.box, row.confidence, cells, heads))
        elif section and section not in ("other", "code") and cell.strip():
            for line in f"{lead}{cell}".split("\n"):
                found.add(section, Piece(line, row.page, row.box, row.confidence))
