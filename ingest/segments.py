"""Cuts a document into its procedures and each procedure into its labelled parts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.decisions import CODE
from ingest.labels import column_of, label_of, unbulleted
from ingest.pages import Block, Box, Reading, Row
from ingest.portal_text import UPPER

# Parts that make a text a procedure; a code and a name alone are a list.
CONTENT = frozenset({"steps", "channel", "papers", "time", "fee", "result", "conditions", "who"})
_NUMBERED = re.compile(r"^\s*(?:\(?[\dIVX]{1,4}(?:\.\d{1,3})*[.)]|Thủ tục\b|THỦ TỤC\b)\s*\S")
_HEAD_WORDS = re.compile(
    r"^(?:tên )?(?:thủ tục(?: hành chính)?|tthc)\s*(?:số\s*)?\d*\s*[:.]?\s*", re.I
)


@dataclass(frozen=True)
class Piece:
    """A line of a part, or a table row with its cells, and where it stands."""

    text: str
    page: int | None = None
    box: Box | None = None
    confidence: float = 1.0
    cells: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()


@dataclass
class Found:
    """A procedure as it stands in the document: labelled parts of pieces, in order."""

    code: str | None = None
    name: str = ""
    head: Piece | None = None
    parts: dict[str, list[Piece]] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether it says enough to be more than a line of a list."""
        return len(CONTENT & self.parts.keys()) >= 2 or bool(
            {"papers", "time", "fee"} & self.parts.keys()
        )

    def add(self, section: str, piece: Piece) -> None:
        self.parts.setdefault(section, []).append(piece)


@dataclass
class Segments:
    """The procedures of a document, the rows of its lists, and everything else."""

    procedures: list[Found] = field(default_factory=list)
    listed: list[Piece] = field(default_factory=list)
    rest: list[Piece] = field(default_factory=list)


def segments_of(reading: Reading) -> Segments:
    """Procedures, lists and other text of a file, in order."""
    blocks = [block for page in reading.pages for block in page.blocks]
    scanned = any(page.how == "ocr" for page in reading.pages)
    return _Cutter(blocks, scanned).cut()


class _Cutter:
    def __init__(self, blocks: Sequence[Block], scanned: bool) -> None:
        self._blocks = blocks
        self._scanned = scanned
        self._done = Segments()
        self._current: Found | None = None
        self._section: str | None = None
        self._sector: Piece | None = None

    def cut(self) -> Segments:
        for place, block in enumerate(self._blocks):
            if block.is_table:
                self._table(block)
            else:
                self._line(place, block)
        self._close()
        return self._done

    # -- lines -----------------------------------------------------------------------------

    def _line(self, place: int, block: Block) -> None:
        piece = Piece(block.text, block.page, block.box, block.confidence)
        label = label_of(block.text, scanned=self._scanned)
        if label is None and (head := self._head(place, block)):
            self._start(*head, piece)
            return
        # "THỦ TỤC HÀNH CHÍNH" alone is a title of the document, not the label of a name.
        if label is None or (label[0] == "name" and ":" not in block.text):
            self._content(piece)
            return
        self._label(*label, piece)

    def _label(self, section: str, rest: str, piece: Piece) -> None:
        rest_piece = Piece(rest, piece.page, piece.box, piece.confidence)
        if section == "code":
            code = CODE.search(rest)
            if self._current is None or self._current.code or self._current.parts.keys() & CONTENT:
                self._start(code[1] if code else None, "", piece)
            elif code:
                self._current.code = code[1]
            self._section = None
        elif section == "name":
            if not rest:
                self._section = "name"
                if (
                    self._current is None
                    or self._current.name
                    or (self._current.parts.keys() & CONTENT)
                ):
                    self._start(None, "", piece)
                    self._section = "name"
                return
            self._named(rest, piece)
        elif section == "sector" and (
            self._current is None or self._current.parts.keys() & CONTENT
        ):
            # The heading of a group: it holds for every procedure below it.
            self._sector = rest_piece
            self._section = None if self._current is None else self._section
        elif self._current is None and section in CONTENT | {"legal_basis", "agency"}:
            # A part without a procedure above it: the name was not recognised.
            self._start(None, "", piece)
            self._label(section, rest, piece)
        elif self._current is not None:
            if section in ("steps", "papers") and self._repeats(section):
                self._content(piece)
                return
            self._section = section
            self._current.parts.setdefault(section, [])
            if rest:
                self._current.add(section, rest_piece)

    def _repeats(self, section: str) -> bool:
        held = self._current.parts.get(section) if self._current else None
        return bool(held) and self._section == section and section == "steps"

    def _named(self, rest: str, piece: Piece) -> None:
        code = CODE.search(rest)
        name = name_in(rest)
        if (
            self._current is not None
            and not self._current.name
            and not self._current.parts.keys() & CONTENT
        ):
            self._current.name = name
            self._current.code = self._current.code or (code[1] if code else None)
        else:
            self._start(code[1] if code else None, name, piece)
        self._section = None

    def _head(self, place: int, block: Block) -> tuple[str | None, str] | None:
        """A line that names a procedure because its parts follow right below."""
        text = block.text.strip()
        if len(text) > 500 or self._section == "name":
            return None
        code = CODE.search(text)
        if code is None and not _NUMBERED.match(text):
            return None
        following = []
        for later in self._blocks[place + 1 : place + 4]:
            if later.is_table:
                found = [column_of(cell) for cell in later.rows[0].cells]
                following += [section for section in found if section]
                break
            label = label_of(later.text, scanned=self._scanned)
            following.append(label[0] if label else "")
        wanted = {"code", "steps", "level", "decision", "sector", "channel", "papers"}
        first = following[0] if following else ""
        if code and wanted & set(following):
            return code[1], name_in(text)
        # "1. Tên" right above "1.1. Trình tự thực hiện" or "a) Trình tự thực hiện".
        if not code and first in ("code", "steps", "level") and not text.endswith((":", ";")):
            return None, name_in(text)
        return None

    def _content(self, piece: Piece) -> None:
        if self._section == "name" and self._current is not None:
            code = CODE.search(piece.text)
            self._current.name = f"{self._current.name} {name_in(piece.text)}".strip()
            self._current.code = self._current.code or (code[1] if code else None)
            self._section = None
        elif self._current is None or self._section is None:
            code = CODE.search(piece.text)
            if (
                self._current is not None
                and code
                and not self._current.code
                and (len(piece.text) < 60 and not self._current.parts)
            ):
                self._current.code = code[1]
            else:
                self._done.rest.append(piece)
        elif re.match(r"^(?:PHẦN|Phần) [IVX]+|^PHỤ LỤC|^Phụ lục [IVX\d]+$", piece.text):
            self._close()
            self._done.rest.append(piece)
        else:
            self._current.add(self._section, piece)

    def _start(self, code: str | None, name: str, piece: Piece) -> None:
        self._close()
        self._current = Found(code=code, name=name, head=piece)
        if self._sector is not None:
            self._current.parts["sector"] = [self._sector]
        self._section = None

    def _close(self) -> None:
        if self._current is None:
            return
        if self._current.is_whole:
            self._done.procedures.append(self._current)
        else:
            if self._current.code and self._current.head:
                self._done.listed.append(_listed(self._current))
            elif self._current.head:
                self._done.rest.append(self._current.head)
            self._done.rest += [p for pieces in self._current.parts.values() for p in pieces]
        self._current, self._section = None, None

    # -- tables ----------------------------------------------------------------------------

    def _table(self, block: Block) -> None:
        rows = _with_points(block.rows)
        heads = tuple(column_of(cell) or "" for cell in rows[0].cells)
        inner = _inner_table(rows[0])
        if inner is not None and self._current is not None:
            for row in rows[1:]:
                self._current.add(inner, _row_piece(row, rows[0].cells))
            return
        if "name" in heads and len(CONTENT & set(heads)) >= 1 and len(rows) > 1:
            self._wide(rows, heads)
        elif _is_key_value(rows, self._scanned):
            self._key_value(rows)
        elif any(CODE.search(cell) for row in rows for cell in row.cells) and (
            self._current is None
            or self._section is None
            or not self._current.is_whole
            or "name" in heads
        ):
            self._close()
            self._done.listed += [
                _row_piece(row, rows[0].cells) for row in rows if CODE.search(" ".join(row.cells))
            ]
            self._done.rest += [
                _row_piece(row, ()) for row in rows if not CODE.search(" ".join(row.cells))
            ]
        elif self._current is not None and self._section is not None:
            for row in rows:
                self._current.add(self._section, _row_piece(row, ()))
        else:
            self._done.rest += [_row_piece(row, ()) for row in rows]

    def _wide(self, rows: Sequence[Row], heads: Sequence[str]) -> None:
        """One procedure a row, one part a column."""
        self._close()
        for row in rows[1:]:
            if not any(cell.strip() for cell in row.cells):
                continue
            filled = [cell for cell in row.cells if cell.strip()]
            if len(filled) == 1 and not CODE.search(filled[0]):
                # a row across the table is the heading of a group
                self._sector = Piece(
                    re.sub(r"^(?:[IVX]+|\d+)[.)]\s*|^lĩnh vực:?\s*", "", filled[0], flags=re.I),
                    row.page, row.box, row.confidence,
                )  # fmt: skip
                continue
            self._start(None, "", _row_piece(row, ()))
            found = self._current
            assert found is not None
            for section, cell in zip(heads, row.cells, strict=False):
                code = CODE.search(cell)
                if section in ("code", "name", "other", "") and code:
                    found.code = found.code or code[1]
                if section == "name":
                    found.name = name_in(cell)
                elif section and section not in ("other", "code") and cell.strip():
                    for line in cell.split("\n"):
                        found.add(section, Piece(line, row.page, row.box, row.confidence))
        self._close()

    def _key_value(self, rows: Sequence[Row]) -> None:
        """A part a row: its label on the left, its text on the right."""
        for row in rows:
            key, value = _split_row(row, self._scanned)
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


def _inner_table(head: Row) -> str | None:
    """The part a table inside a procedure belongs to, by its own column headings."""
    heads = [" ".join(cell.lower().split()) for cell in head.cells]
    said = " | ".join(heads)
    sections = [column_of(cell) for cell in head.cells]
    if (
        "channel" in sections
        and ("time" in sections or "fee" in sections)
        and ("name" not in sections)
    ):
        return "methods"
    if re.search(r"giấy tờ|thành phần hồ sơ|tên hồ sơ|tên tài liệu", said) and re.search(
        r"số lượng|bản chính|bản sao|mẫu đơn", said
    ):
        return "papers"
    if re.search(r"số ký hiệu|số hiệu", said) and re.search(r"trích yếu|tên văn bản", said):
        return "legal_basis"
    return None


def _is_key_value(rows: Sequence[Row], scanned: bool) -> bool:
    if not rows or len(rows[0].cells) > 4 or _is_list(rows):
        return False
    keys = [_split_row(row, scanned)[0] for row in rows]
    known = [key for key in keys if key]
    return len(known) >= 2 and len(known) * 3 >= len(rows)


def _with_points(rows: Sequence[Row]) -> list[Row]:
    """Codes of a column of codes as they are written: a scan loses the point ("1013225"), and
    a sheet that took them for numbers the zeros at the end ("1.00177")."""
    places = [place for place, cell in enumerate(rows[0].cells) if column_of(cell) == "code"]
    return [_row_with_points(row, places) for row in rows] if places else list(rows)


def _row_with_points(row: Row, places: Sequence[int]) -> Row:
    cells = list(row.cells)
    for place in places:
        text = " ".join(cells[place].split()) if place < len(cells) else ""
        if match := re.fullmatch(r"(\d)[.,:]? ?(\d{6})", text):
            cells[place] = f"{match[1]}.{match[2]}"
        elif row.confidence == 1 and re.fullmatch(r"\d\.\d{3,5}", text):
            cells[place] = text.ljust(8, "0")
    return row.model_copy(update={"cells": tuple(cells)})


def _is_list(rows: Sequence[Row]) -> bool:
    """A code in most rows: a list, though its names begin like labels ("Thủ tục đăng ký …")."""
    coded = sum(any(CODE.search(cell) for cell in row.cells) for row in rows)
    return coded >= 2 and coded * 2 > len(rows)


def _split_row(row: Row, scanned: bool) -> tuple[str | None, str]:
    """Label and text of a row whose first wordy cell is a label."""
    for place, cell in enumerate(row.cells[:-1]):
        text = " ".join(cell.split())
        if not text or re.fullmatch(r"[\W\d]*|[IVX]+\.?", text):
            continue
        if scanned and place == 0 and len(text) <= 2:
            continue  # a number of the row, misread
        label = label_of(text, scanned=scanned)
        if label is None and (section := column_of(text)) and len(text) < 60:
            label = (section, "")
        rest = "\n".join(filter(None, row.cells[place + 1 :]))
        if label is None and len(text) < 40 and CODE.fullmatch(rest.strip()):
            label = ("code", "")  # whatever its label was read as, this is the code
        if label is None:
            break
        return label[0], "\n".join(filter(None, [label[1], rest]))
    return None, "\n".join(filter(None, row.cells))


def _row_piece(row: Row, heads: Sequence[str]) -> Piece:
    text = " | ".join(" ".join(cell.split()) for cell in row.cells if cell.strip())
    return Piece(text, row.page, row.box, row.confidence, row.cells, tuple(heads))


def _listed(found: Found) -> Piece:
    head = found.head or Piece("")
    cells = (found.code or "", found.name)
    return Piece(" | ".join(cells), head.page, head.box, head.confidence, cells)


def name_in(text: str) -> str:
    """A procedure's name without its number, the words "Thủ tục:" and its code."""
    bare = re.sub(r"\s*[-–]?\s*\(?\s*(?:mã(?: số| thủ tục| TTHC)*\s*:?\s*)?\d\.\d{6}\s*\)?", " ",
                  text, flags=re.IGNORECASE)  # fmt: skip
    bare = unbulleted(" ".join(bare.split()))
    if re.match(r"^(?:tên )?(?:thủ tục(?: hành chính)?|tthc)\s*(?:số\s*)?\d*\s*:", bare, re.I):
        bare = _HEAD_WORDS.sub("", bare)
    # "1. Thủ tục Đăng ký …": the capital shows where the name begins.
    bare = re.sub(rf"^(?:Thủ tục|THỦ TỤC)\s+(?=[{UPPER}])", "", bare)
    return bare.strip(' .;:–-“”"')
