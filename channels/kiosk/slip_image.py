"""The slip as a picture in black and white, for a thermal printer that knows no Vietnamese letters.

80 mm paper has 72 mm to print on: 576 dots. What a picture shows, every ESC/POS printer prints.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import segno
from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).parent.parent / "static" / "fonts"
WIDTH = 576
MARGIN = 12
# The web's font files are cut in two: what is not Latin-1 here is in the Vietnamese part.
VIETNAMESE = (
    (0x102, 0x103), (0x110, 0x111), (0x128, 0x129), (0x168, 0x169), (0x1A0, 0x1A1),
    (0x1AF, 0x1B0), (0x1EA0, 0x1EF9), (0x20AB, 0x20AB),
)  # fmt: skip
QR_DOTS = 6
QR_QUIET = 3
SMALL, TEXT, TITLE, LABEL = 24, 28, 36, 128
GAP = 10
# 60 cm: more than any list of papers takes.
LONGEST = 4_800


@dataclass(frozen=True, slots=True)
class Slip:
    """What one slip says, line by line; ``address`` is behind the QR code."""

    office: str
    title: str
    label: str
    counters: tuple[str, ...]
    way: str
    taken_at: str
    procedure: str | None
    papers: tuple["SlipPaper", ...]
    address: str


@dataclass(frozen=True, slots=True)
class SlipPaper:
    """A paper to have ready at the counter."""

    name: str
    is_missing: bool


def slip_image(slip: Slip) -> Image.Image:
    """The slip, one bit a dot, 576 dots wide and as long as it needs to be."""
    paper = _Paper()
    paper.lines(slip.office, TEXT)
    paper.lines(slip.title, TITLE, bold=True)
    paper.lines(slip.label, LABEL, bold=True)
    for counter in slip.counters:
        paper.lines(counter, TITLE, bold=True)
    paper.lines(slip.way, TEXT)
    paper.lines(slip.taken_at, SMALL)
    if slip.procedure:
        paper.rule()
        paper.lines(slip.procedure, TEXT, bold=True)
    if slip.papers:
        paper.lines("Giấy tờ cầm sẵn trên tay:", TEXT, bold=True, centred=False)
    for one in slip.papers:
        text = f"{one.name} (còn thiếu)" if one.is_missing else one.name
        paper.lines(f"• {text}", TEXT, bold=one.is_missing, centred=False)
    paper.rule()
    paper.code(slip.address)
    paper.lines("Quét mã để theo dõi số trên điện thoại", SMALL)
    return paper.cut()


class _Paper:
    """A strip that grows downward."""

    def __init__(self) -> None:
        self._strip = Image.new("1", (WIDTH, LONGEST), 1)
        self._pen = ImageDraw.Draw(self._strip)
        self._y = MARGIN

    def lines(self, text: str, size: int, *, bold: bool = False, centred: bool = True) -> None:
        for line in _wrapped(text, size, bold):
            x = (WIDTH - _length(line, size, bold)) / 2 if centred else float(MARGIN)
            for part, font in _runs(line, size, bold):
                self._pen.text((x, self._y + size), part, font=font, fill=0, anchor="ls")
                x += font.getlength(part)
            # the marks of a capital with two of them stand above the line, g and y below it
            self._y += round(size * 1.3)
        self._y += GAP if text else 0

    def rule(self) -> None:
        self._pen.line((MARGIN, self._y, WIDTH - MARGIN, self._y), fill=0, width=2)
        self._y += GAP * 2

    def code(self, address: str) -> None:
        made = segno.make(address, error="m")
        side = int(made.symbol_size(QR_DOTS, QR_QUIET)[0])
        left = (WIDTH - side) // 2
        rows = made.matrix_iter(QR_DOTS, QR_QUIET)
        for y, row in enumerate(rows, self._y):
            for x, dark in enumerate(row, left):
                if dark:
                    self._strip.putpixel((x, y), 0)
        self._y += side + GAP

    def cut(self) -> Image.Image:
        return self._strip.crop((0, 0, WIDTH, min(self._strip.height, self._y + MARGIN)))


def _wrapped(text: str, size: int, bold: bool) -> list[str]:
    lines: list[str] = []
    for word in unicodedata.normalize("NFC", text).split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _length(longer, size, bold) <= WIDTH - 2 * MARGIN:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _length(text: str, size: int, bold: bool) -> float:
    return sum(font.getlength(part) for part, font in _runs(text, size, bold))


def _runs(text: str, size: int, bold: bool) -> Iterator[tuple[str, ImageFont.FreeTypeFont]]:
    """Stretches of letters that are in the same font file."""
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or _is_vietnamese(text[at]) != _is_vietnamese(text[start]):
            yield text[start:at], _font(_is_vietnamese(text[start]), size, bold)
            start = at


def _is_vietnamese(letter: str) -> bool:
    return any(first <= ord(letter) <= last for first, last in VIETNAMESE)


@lru_cache(maxsize=32)
def _font(is_vietnamese: bool, size: int, bold: bool) -> ImageFont.FreeTypeFont:
    part, weight = "vietnamese" if is_vietnamese else "latin", 600 if bold else 400
    # the layout engine is the plain one everywhere, so that the same text is the same picture
    return ImageFont.truetype(
        FONTS / f"be-vietnam-pro-{part}-{weight}-normal.woff2",
        size,
        layout_engine=ImageFont.Layout.BASIC,
    )
