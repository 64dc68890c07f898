"""What every reader gives: blocks in reading order, each with its page, its box and how sure."""

from typing import Literal

from knowledge.procedures import Value

Box = tuple[float, float, float, float]
"""Left, top, right, bottom as fractions of the page."""

Kind = Literal[
    "pdf", "docx", "doc", "xlsx", "xls", "ods", "pptx", "ppt", "csv", "html", "markdown", "text",
    "image", "mail", "portal", "unknown",
]  # fmt: skip


class Word(Value):
    """One word of a page with its place; ``confidence`` is 1 for text that was typed.

    ``size`` is the size of its letters as a fraction of the page, 0 where nobody knows.
    """

    text: str
    box: Box
    confidence: float = 1.0
    size: float = 0.0


class Row(Value):
    """A table row; ``page`` is where it begins."""

    cells: tuple[str, ...]
    page: int | None = None
    box: Box | None = None
    confidence: float = 1.0


class Block(Value):
    """A line or paragraph (``text``), or a table (``rows``).

    ``is_heading`` where the file itself calls it one (Word's headings, a web page's h1).
    ``size`` is the size of a line's letters as a fraction of the page, 0 where nobody knows;
    ``is_guessed`` when its lines were joined where the next might have begun a paper of its own.
    """

    text: str = ""
    is_heading: bool = False
    rows: tuple[Row, ...] = ()
    page: int | None = None
    box: Box | None = None
    confidence: float = 1.0
    size: float = 0.0
    is_guessed: bool = False

    @property
    def is_table(self) -> bool:
        return bool(self.rows)


class Page(Value):
    """A page and how it was read: "text", "ocr" or "blank"."""

    number: int
    how: Literal["text", "ocr", "blank"]
    blocks: tuple[Block, ...] = ()


class Reading(Value):
    """A file as it was read; ``problems`` are Vietnamese sentences for staff."""

    kind: Kind
    pages: tuple[Page, ...]
    problems: tuple[str, ...] = ()

    @property
    def how(self) -> str:
        """How it was read, in Vietnamese."""
        recognised = sum(page.how == "ocr" for page in self.pages)
        read = sum(page.how != "blank" for page in self.pages)
        if not recognised:
            return "đọc chữ trong tệp"
        if recognised == read:
            return "nhận dạng chữ từ ảnh"
        return f"nhận dạng chữ {recognised}/{read} trang, còn lại đọc chữ trong tệp"


class Unreadable(ValueError):
    """A file that is refused; the message says why and what to do, in Vietnamese."""


def too_long(pages: int, most: int) -> str:
    """What is said of a file with too many pages."""
    return f"tệp có {pages} trang, nhiều hơn giới hạn {most} trang; hãy tách thành nhiều tệp"
