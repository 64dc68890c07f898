"""Cuts lines of text into procedures and their labelled parts."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.decisions import CODE
from ingest.folding import folded
from ingest.found import CONTENT, Found, Piece, Segments, name_in
from ingest.labels import Heading, column_of, heading_of, label_of, unbulleted
from ingest.own_words import asked_in, unanswered
from ingest.pages import Block
from ingest.portal_rows import channel_of

# "Nộp trực tuyến qua Cổng Dịch vụ công quốc gia" is one; a sentence is not.
LONGEST_WAY = 80
_WAY = re.compile(r"(?:nộp |hình thức |qua )*(?:trực tiếp|trực tuyến|(?:dịch vụ )?bưu chính)"
                  r"(?:\s(?!:)[^:;.]*)?:?", re.IGNORECASE)  # fmt: skip
_MORE_FEES = re.compile(r"[;.]\s*(?:lệ )?phí\s*:\s*\d", re.IGNORECASE)
_CODE_LINE = re.compile(
    r"\W*(?:ma(?: so)?(?: ho so)?(?: thu tuc(?: hanh chinh)?| tthc)?|tthc)?\W*"
    rf"{CODE.pattern}\W*"
)
_GOES_ON = re.compile(r"\(?tiếp(?: theo)?\)?\W*$", re.IGNORECASE)
_NUMBERED = re.compile(r"^\s*(?:\(?[\dIVX]{1,4}(?:\.\d{1,3})*[.)]|Thủ tục\b|THỦ TỤC\b)\s*\S")


class LineCutter:
    """Takes a file line by line; what stands in tables is left to the one that knows them."""

    def __init__(self, blocks: Sequence[Block], scanned: bool) -> None:
        self._blocks = blocks
        self._scanned = scanned
        self._done = Segments()
        self._current: Found | None = None
        self._section: str | None = None
        self._way = ""
        self._title = ""
        self._titled = False
        self._resumed = False
        self._sector: Piece | None = None

    def _line(self, place: int, block: Block) -> None:
        text = unanswered(block.text)
        piece = Piece(text, block.page, block.box, block.confidence, is_guessed=block.is_guessed)
        label = self._heading(text)
        if label is None and (head := self._head(place, block)):
            self._start(*head, piece)
            return
        if label is None and self._is_way(text):
            self._way = unbulleted(text).strip(" :.")
            self._section = "channel"
        elif label is None and block.is_heading:
            self._title = name_in(text)
            self._section = None
        # "THỦ TỤC HÀNH CHÍNH" alone is a title of the document, not the label of a name.
        if label is None or (label.section == "name" and ":" not in text):
            self._content(piece)
            return
        self._label(label.section, label.rest, piece)

    def _heading(self, text: str) -> Heading | None:
        """The heading a line is; in an office's own words only below a procedure's name, and
        only for a part that was not there before."""
        label = heading_of(text, scanned=self._scanned)
        if _CODE_LINE.fullmatch(folded(text)):
            return Heading("code", text)
        if label is None or not label.is_exact:
            if self._current is None:
                return None
            if question := asked_in(text):
                return Heading(*question, is_exact=False)
            if label is not None and (
                label.section == self._section or self._current.parts.get(label.section)
            ):
                return None  # "1. Các tài liệu kèm theo" is the first line of the list
        return label

    def _is_way(self, text: str) -> bool:
        """Whether a line names a way of handing in, whose time and fee follow below it."""
        return (
            (self._section == "channel" or bool(self._way))
            and len(text) < LONGEST_WAY
            and channel_of(text) is not None
            and bool(_WAY.fullmatch(unbulleted(text).strip()))
        )

    def _label(self, section: str, rest: str, piece: Piece) -> None:
        if section == "fee" and _MORE_FEES.search(rest):
            rest = f"Phí: {rest}"  # one of several in the portal's form, not the part's label
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
                    or (self._current.name and not self._titled)
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
            held = self._resumed and self._current.parts.get(section)
            if held and not _GOES_ON.search(piece.text):
                # the same part again: the procedure is printed twice, not continued
                again, self._resumed = self._current, False
                self._close()
                self._current = Found(code=again.code, name=again.name, head=again.head)
            self._section = section
            self._current.parts.setdefault(section, [])
            if section not in ("time", "fee", "channel"):
                self._way = ""
            if rest:
                self._current.add(section, self._by_way(rest_piece))

    def _by_way(self, piece: Piece) -> Piece:
        """A time or fee below the name of a way of handing in is that way's."""
        if not self._way or self._section not in ("time", "fee"):
            return piece
        return replace(piece, text=f"{self._way}: {piece.text}")

    def _repeats(self, section: str) -> bool:
        held = self._current.parts.get(section) if self._current else None
        return bool(held) and self._section == section and section == "steps"

    def _named(self, rest: str, piece: Piece) -> None:
        code = CODE.search(rest)
        name = name_in(rest)
        if (
            self._current is not None
            and (not self._current.name or self._titled)
            and not self._current.parts.keys() & CONTENT
        ):
            self._current.name, self._titled = name, False
            self._current.code = self._current.code or (code[1] if code else None)
        elif code is None and self._current and name and folded(name) == folded(self._current.name):
            self._resumed = True
        else:
            self._start(code[1] if code else None, name, piece)
        self._section = None

    def _head(self, place: int, block: Block) -> tuple[str | None, str] | None:
        """A line that names a procedure because its parts follow right below."""
        text = block.text.strip()
        if len(text) > 800 or self._section == "name":
            return None
        code = CODE.search(text)
        if code is None and self._stands_above_its_code(place):
            return None, name_in(text)
        if code is None and not _NUMBERED.match(text):
            return None
        following = []
        for later in self._blocks[place + 1 : place + 4]:
            if later.is_table:
                found = [column_of(cell) for cell in later.rows[0].cells]
                following += [section for section in found if section]
                break
            label = heading_of(later.text, scanned=self._scanned)
            asked = asked_in(later.text)
            following.append(label.section if label else asked[0] if asked else "")
        wanted = CONTENT | {"code", "level", "decision", "sector", "count", "agency"}
        first = following[0] if following else ""
        if code and wanted & set(following):
            return code[1], name_in(text)
        # "1. Tên" right above "1.1. Trình tự thực hiện" or "a) Trình tự thực hiện".
        if not code and first in ("code", "steps", "level") and not text.endswith((":", ";")):
            return None, name_in(text)
        return None

    def _stands_above_its_code(self, place: int) -> bool:
        """Whether a line is a name because the next says a code, and no line after it a name."""
        later = [b for b in self._blocks[place + 1 : place + 4] if not b.is_table]
        if not later or later[0] is not self._blocks[place + 1] or not _says_code(later[0].text):
            return False
        below = [label_of(block.text, scanned=self._scanned) for block in later]
        text = self._blocks[place].text.strip()
        return (
            all(label is None or label[0] != "name" for label in below[1:])
            and not text.endswith((".", ";", ":", ","))
            and not text.startswith(("-", "+", "•", "*"))
        )

    def _content(self, piece: Piece) -> None:
        if self._section == "name" and self._current is not None:
            code = CODE.search(piece.text)
            before = "" if self._titled else self._current.name
            self._current.name, self._titled = f"{before} {name_in(piece.text)}".strip(), False
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
            self._current.add(self._section, self._by_way(piece))

    def _start(self, code: str | None, name: str, piece: Piece) -> None:
        if code and self._current is not None and self._current.code == code:
            # its name stands above every slide and every page of it
            self._current.name = self._current.name or name
            self._section, self._way, self._resumed = None, "", True
            return
        self._close()
        self._resumed = False
        # a page of the web calls the name a heading, and its tabs stand between it and the code
        self._titled = not name and bool(self._title)
        self._current = Found(code=code, name=self._title if self._titled else name, head=piece)
        self._title = ""
        if self._sector is not None:
            self._current.parts["sector"] = [self._sector]
        self._section, self._way = None, ""

    def _close(self) -> None:
        if self._current is None:
            return
        is_empty = not (
            self._current.code or self._current.name or any(self._current.parts.values())
        )
        if self._current.is_whole and not is_empty:  # a heading above a table of procedures is none
            self._done.procedures.append(self._current)
        else:
            if self._current.code and self._current.head:
                self._done.listed.append(_listed(self._current))
            elif self._current.head:
                self._done.rest.append(self._current.head)
            self._done.rest += [p for pieces in self._current.parts.values() for p in pieces]
        self._current, self._section = None, None


def _says_code(text: str) -> bool:
    """Whether a line is the code of a procedure and nothing else, with or without its label."""
    label = label_of(text)
    return bool(_CODE_LINE.fullmatch(folded(text))) or (
        label is not None and label[0] == "code" and CODE.search(label[1]) is not None
    )


def _listed(found: Found) -> Piece:
    head = found.head or Piece("")
    cells = (found.code or "", found.name)
    return Piece(" | ".join(cells), head.page, head.box, head.confidence, cells)
