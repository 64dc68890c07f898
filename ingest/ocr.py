"""Recognises the text of a page picture with Tesseract, tables column by column, and keeps it.

What was recognised is kept by the picture's own hash, so that an interrupted file goes on
where it stopped and the same page is never recognised twice.
"""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytesseract
from PIL import Image

from ingest.layout import Frame, Frames, blocks_of
from ingest.pages import Block, Box, Page, Unreadable, Word
from ingest.ruling import Grid, Mask, Picture, grids_in, ink_of, is_table, quietened, without_rules
from ingest.turning import may_lie, quarter_turns, straightened, turned

# Part of the cache key: raising it makes every page be recognised anew.
METHOD = 6
LANGUAGE = "vie"
# Letters at 200 dpi are 20 to 30 pixels high, which is what the model was trained on.
DPI = 200
SECONDS_PER_PAGE = 120
NICE = 5
DIGITS = "eng"
CODE = re.compile(r"\d\.\d{6}")
_CODELIKE = re.compile(r"^\W{0,2}[\dIl|][.,]\d{2,}\S{1,7}$")
_CODE_IN_TEXT = re.compile(
    r"^(?P<before>\W{0,2})(?P<code>[\dIl|OSBZ][.,][\dIl|OSBZ]{5,7})(?P<after>\W{0,3})$"
)
# The two models do not agree: the reading for digits is taken, and a person looks at it.
UNSURE_CODE = 0.75
_WANTED = r"tessedit_char_whitelist=0123456789."
# Mean confidence of a page; turned on its head it stays below half, a poor scan above.
READS_WELL = 0.6
# Of a word's box; letters cover a tenth of theirs and more, specks nothing.
LEAST_STROKES = 0.015
# Pixels of stroke below which a column of cells is empty; a full stop has nine.
FEWEST_STROKES = 8


class OcrUnavailable(Unreadable):
    """Tesseract or its Vietnamese data is not installed."""


def check_available() -> None:
    """Raise OcrUnavailable, with what to install, unless Tesseract reads Vietnamese here."""
    if not shutil.which("tesseract"):
        raise OcrUnavailable(
            "trang chỉ có ảnh mà máy chưa cài Tesseract: sudo apt install tesseract-ocr "
            "tesseract-ocr-vie, rồi nhập lại (xem: letan doctor)"
        )
    if LANGUAGE not in pytesseract.get_languages(config=""):
        raise OcrUnavailable(
            "Tesseract chưa có dữ liệu tiếng Việt: sudo apt install tesseract-ocr-vie, rồi nhập lại"
        )


def recognise(picture: Picture, number: int, cache: Path | None) -> Page:
    """The page of a grey picture of about 200 dpi; from the cache when it was read before."""
    key = hashlib.sha256(f"{METHOD}:{picture.shape}".encode() + picture.tobytes()).hexdigest()
    kept = cache / key[:2] / f"{key}.json" if cache else None
    if kept is not None and (page := _kept(kept, number)) is not None:
        return page
    page = Page(number=number, how="ocr", blocks=tuple(_upright(picture, number)))
    if kept is not None:
        _keep(kept, page)
    return page


def _kept(path: Path, number: int) -> Page | None:
    try:
        page = Page.model_validate_json(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    if page.number == number:
        return page
    blocks = tuple(
        block.model_copy(
            update={
                "page": number,
                "rows": tuple(row.model_copy(update={"page": number}) for row in block.rows),
            }
        )
        for block in page.blocks
    )
    return page.model_copy(update={"number": number, "blocks": blocks})


def _keep(path: Path, page: Page) -> None:
    """Written beside and moved into place: a page is in the cache whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
        file.write(page.model_dump_json())
    Path(file.name).replace(path)


def _upright(picture: Picture, number: int) -> list[Block]:
    """The blocks of a page whichever way it was laid on the scanner or photographed."""
    if may_lie(picture):
        picture = turned(picture, quarter_turns(picture))
    blocks = _recognised(picture, number)
    if _sureness(blocks) >= READS_WELL:
        return blocks
    # Text on its head is recognised as letters all the same, surely as none.
    turns = quarter_turns(picture)
    return _recognised(turned(picture, turns), number) if turns else blocks


def _sureness(blocks: Sequence[Block]) -> float:
    total = sum(len(block.text) + len(block.rows) for block in blocks)
    sure = sum(block.confidence * (len(block.text) + len(block.rows)) for block in blocks)
    return sure / total if total else 0.0


def _recognised(picture: Picture, number: int) -> list[Block]:
    upright = straightened(picture)
    ink = ink_of(upright)
    grids = [grid for grid in grids_in(ink) if _is_table(grid, upright.shape)]
    cleaned = quietened(without_rules(upright, ink, grids))
    paper = int(np.percentile(cleaned, 90))
    rest = cleaned.copy()
    words: list[Word] = []
    for grid in grids:
        rest[int(grid.top) : int(grid.bottom) + 1, int(grid.left) : int(grid.right) + 1] = paper
        words += _table_words(cleaned, grid, upright.shape)
    outside = _words(rest, (0, 0), upright.shape, mode=3)
    words += _codes_alone(outside, rest, upright.shape)
    return blocks_of(words, [_frames(grid, upright.shape) for grid in grids], number)


def _is_table(grid: Grid, shape: tuple[int, ...]) -> bool:
    """A ruled table, not a frame around a picture or a letterhead's line."""
    wide = (grid.right - grid.left) / shape[1]
    return wide > 0.25 and is_table(grid, shape[0])


def _table_words(cleaned: Picture, grid: Grid, shape: tuple[int, ...]) -> list[Word]:
    """The words of a table, read strip by strip: cells one below the other with equal edges."""
    strips: dict[tuple[float, float], list[tuple[float, float]]] = {}
    for cell in grid.cells:
        strips.setdefault((cell.left, cell.right), []).append((cell.top, cell.bottom))
    words: list[Word] = []
    for (left, right), spans in strips.items():
        for top, bottom in _together(sorted(spans)):
            y, x = int(top) + 2, int(left) + 3
            part = cleaned[y : int(bottom) - 1, x : int(right) - 2]
            if part.size == 0 or int(_solid(part).sum()) < FEWEST_STROKES:
                continue
            found = _words(part, (x, y), shape, mode=6)
            words += _codes_again(found, part, (x, y), shape)
    return words


def _together(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    joined: list[tuple[float, float]] = []
    for top, bottom in spans:
        if joined and top - joined[-1][1] < 6:
            joined[-1] = (joined[-1][0], max(joined[-1][1], bottom))
        else:
            joined.append((top, bottom))
    return joined


def _codes_again(
    words: Sequence[Word], part: Picture, offset: tuple[int, int], shape: tuple[int, ...]
) -> list[Word]:
    """Codes of a strip as the model for digits reads them, where the two do not agree.

    The Vietnamese model takes thin digits for letters and signs ("1.0049-+6"); the English one,
    which every Tesseract brings, does not. A code that only it saw stays a little less sure.
    """
    if not any(_CODELIKE.match(word.text) for word in words) or not _reads_digits():
        return list(words)
    digits = _words(part, offset, shape, mode=6, language=DIGITS, options=f"-c {_WANTED}")
    codes = [word for word in digits if CODE.fullmatch(word.text.strip("."))]
    read: list[Word] = []
    for word in words:
        again = next((code for code in codes if _overlap(word.box, code.box)), None)
        if again is None or not _CODELIKE.match(word.text):
            read.append(word)
            continue
        text = again.text.strip(".")
        agreed = CODE.search(word.text)
        sure = word.confidence if agreed and agreed[0] == text else UNSURE_CODE
        read.append(word.model_copy(update={"text": text, "confidence": sure}))
    return read


def _codes_alone(words: Sequence[Word], page: Picture, shape: tuple[int, ...]) -> list[Word]:
    """Codes in running text as the model for digits reads the cut-out of each."""
    read: list[Word] = []
    for word in words:
        found = _CODE_IN_TEXT.match(word.text)
        if found and _reads_digits():
            left, top = int(word.box[0] * shape[1]), int(word.box[1] * shape[0])
            right, bottom = int(word.box[2] * shape[1]) + 1, int(word.box[3] * shape[0]) + 1
            around = (bottom - top) // 2
            x, y = max(left - around, 0), max(top - around, 0)
            part = page[y : bottom + around, x : right + around]
            digits = _words(part, (x, y), shape, mode=7, language=DIGITS, options=f"-c {_WANTED}")
            again = CODE.search("".join(one.text for one in digits))
            if again and again[0] != found["code"]:
                text = f"{found['before']}{again[0]}{found['after']}"
                word = word.model_copy(update={"text": text, "confidence": UNSURE_CODE})
        read.append(word)
    return read


@cache
def _reads_digits() -> bool:
    return DIGITS in pytesseract.get_languages(config="")


def _overlap(one: Box, two: Box) -> bool:
    across = min(one[2], two[2]) - max(one[0], two[0])
    down = min(one[3], two[3]) - max(one[1], two[1])
    return across > 0.5 * (one[2] - one[0]) and down > 0.4 * min(one[3] - one[1], two[3] - two[1])


def _words(
    picture: Picture,
    offset: tuple[int, int],
    shape: tuple[int, ...],
    *,
    mode: int,
    language: str = LANGUAGE,
    options: str = "",
) -> list[Word]:
    height, width = shape[:2]
    found = []
    solid = _solid(picture)
    for text, x, y, w, h, confidence in _data(picture, f"--psm {mode} {options}", language):
        left, top = x + offset[0], y + offset[1]
        box: Box = (left / width, top / height, (left + w) / width, (top + h) / height)
        # taller is a drawing, not a word; and a word without strokes is the paper's grain
        if h / height < 0.08 and solid[y : y + h, x : x + w].mean() >= LEAST_STROKES:
            found.append(Word(text=text, box=box, confidence=round(confidence / 100, 3)))
    return found


def _solid(picture: Picture) -> Mask:
    """Ink two pixels wide and high: strokes, not specks."""
    ink = ink_of(picture)
    solid = np.zeros_like(ink)
    solid[1:, 1:] = ink[1:, 1:] & ink[:-1, 1:] & ink[1:, :-1] & ink[:-1, :-1]
    return solid


def _data(
    picture: Picture, options: str, language: str
) -> list[tuple[str, int, int, int, int, float]]:
    # Pages are read in parallel already; Tesseract's own threads would only wait for each other.
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    try:
        data = pytesseract.image_to_data(
            Image.fromarray(picture),
            lang=language,
            config=f"{options} --dpi {DPI}",
            nice=NICE,
            timeout=SECONDS_PER_PAGE,
            output_type=pytesseract.Output.DICT,
        )
    except pytesseract.TesseractNotFoundError:
        check_available()
        raise
    except RuntimeError as error:
        raise Unreadable(f"nhận dạng chữ quá {SECONDS_PER_PAGE} giây một trang") from error
    return [
        (text.strip(), data["left"][i], data["top"][i], data["width"][i], data["height"][i],
         float(data["conf"][i]))
        for i, text in enumerate(data["text"])
        if text.strip() and float(data["conf"][i]) >= 0
    ]  # fmt: skip


def _frames(grid: Grid, shape: tuple[int, ...]) -> Frames:
    return frames_of(grid, shape[1], shape[0])


def frames_of(grid: Grid, width: float, height: float) -> Frames:
    """A grid in pixels as fractions of its page."""
    return Frames(
        cells=tuple(
            Frame(
                c.row,
                c.column,
                (c.left / width, c.top / height, c.right / width, c.bottom / height),
            )
            for c in grid.cells
        ),
        box=(grid.left / width, grid.top / height, grid.right / width, grid.bottom / height),
        rows=grid.rows,
        columns=grid.columns,
    )
