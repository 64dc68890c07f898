"""Reads a PDF page by page: typed text where there is any, recognised text where there is not."""

import ctypes
import math
import os
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from ingest.layout import blocks_of
from ingest.ocr import DPI, frames_of, recognise
from ingest.pages import Box, Page, Reading, Unreadable, Word, too_long
from ingest.ruling import Grid, Mask, Picture, grids_in, ink_of, is_table

# Enough to see the rules of a table, and whether ink lies outside the text.
LOOK_DPI = 100
# Share of the ink that must lie under typed words for a page to count as text. A scan with a
# signature's stamp has under a tenth, a leaflet full of pictures a third and many words.
LEAST_COVERED = 0.55
MANY_CHARACTERS = 600
COVERED_WITH_MANY = 0.12
BLANK_INK = 0.0004
# Of a letter's height: some programs write no blanks, and words are known by their gaps alone;
# where blanks are written, only a wide gap is one. A fifth of Vietnamese text is blanks.
# Where the library saw no blank either, letters stand apart by a fraction of that anyway.
GAP_WITHOUT_BLANKS, GAP_WITH_BLANKS, GAP_WHERE_GUESSED = 0.15, 0.6, 0.2
GAP_GUESSED_WITHOUT_BLANKS = 0.06
FEWEST_BLANKS = 0.05
# Of a letter's size.
LEAST_HEIGHT = 0.4
# What the library gives for a hyphen at the end of a line.
HYPHENS = (2, 0xFFFE)
# Pages larger than this are drawn smaller: a poster at 200 dpi would fill the memory.
MOST_PIXELS = 16_000_000

# Letters whose direction is asked, and how few say nothing about a page.
LETTERS_ASKED, FEWEST_LETTERS = 200, 20

Progress = Callable[[int, int], None]


def read_pdf(
    path: Path,
    *,
    most_pages: int,
    workers: int,
    cache: Path | None,
    on_page: Progress | None = None,
) -> Reading:
    """Every page in order. Raises Unreadable for a broken or locked file or one too long."""
    try:
        document = pdfium.PdfDocument(path)
        count = len(document)
        document.close()
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise Unreadable("tệp PDF có mật khẩu; hãy bỏ mật khẩu rồi gửi lại") from error
        raise Unreadable("tệp PDF hỏng, không mở được; hãy tải lại hoặc quét lại") from error
    if count == 0:
        raise Unreadable("tệp PDF không có trang nào")
    if count > most_pages:
        raise Unreadable(too_long(count, most_pages))
    pages: dict[int, Page] = {}
    problems: list[str] = []
    for number, page, problem in _read(path, count, workers, cache):
        pages[number] = page
        if problem:
            problems.append(f"trang {number}: {problem}")
        if on_page:
            on_page(len(pages), count)
    ordered = tuple(pages[number] for number in sorted(pages))
    if not any(page.blocks for page in ordered):
        raise Unreadable(problems[0] if problems else "tệp không có chữ nào đọc được")
    return Reading(kind="pdf", pages=ordered, problems=tuple(sorted(problems)))


Read = tuple[int, Page, str]


def _read(path: Path, count: int, workers: int, cache: Path | None) -> Iterator[Read]:
    if workers < 2 or count < 3:
        try:
            for number in range(1, count + 1):
                yield read_page(path, number, cache)
        finally:
            _open.cache_clear()  # closes the file: Windows lets nobody move an open one
        return
    # Long text files go in parcels, so that handing over does not cost more than reading.
    parcel = 1 if count <= 40 else 4
    starts = range(1, count + 1, parcel)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        jobs = [
            pool.submit(_read_parcel, path, list(range(s, min(s + parcel, count + 1))), cache)
            for s in starts
        ]
        for job in as_completed(jobs):
            yield from job.result()


def _read_parcel(path: Path, numbers: list[int], cache: Path | None) -> list[Read]:
    return [read_page(path, number, cache) for number in numbers]


def read_page(path: Path, number: int, cache: Path | None) -> Read:
    """One page, and what was wrong with it ("" when nothing was)."""
    try:
        page = _open(path)[number - 1]
        _set_upright(page)
        words = words_of(page)
        look = picture_of(page, LOOK_DPI)
        ink = ink_of(look)
        share = float(ink.mean())
        if share < BLANK_INK and not words:
            return number, Page(number=number, how="blank"), ""
        grids = grids_in(ink)
        if is_typed(words, ink, grids):
            height, width = look.shape
            frames = [
                frames_of(grid, width, height)
                for grid in grids
                if is_table(grid, height, goes_on=number > 1)
            ]
            blocks = blocks_of(words, frames, number)
            return number, Page(number=number, how="text", blocks=tuple(blocks)), ""
        return number, recognise(picture_of(page, DPI), number, cache), ""
    except (Unreadable, pdfium.PdfiumError, MemoryError, ValueError) as error:
        return number, Page(number=number, how="blank"), str(error) or "không đọc được"


def _set_upright(page: Any) -> None:
    """Turn a page whose typed text is shown lying or on its head; most of the text decides."""
    text_page = page.get_textpage()
    count = text_page.count_chars()
    letters = [index for index in range(0, count, max(count // LETTERS_ASKED, 1))
               if raw.FPDFText_GetUnicode(text_page.raw, index) > 32]  # fmt: skip
    if len(letters) < FEWEST_LETTERS:
        return
    turns = Counter(
        round(math.degrees(raw.FPDFText_GetCharAngle(text_page.raw, index)) / 90) * 90 % 360
        for index in letters
    )
    turn, most = turns.most_common(1)[0]
    if most > 0.8 * len(letters) and (-turn) % 360 != page.get_rotation():
        page.set_rotation((-turn) % 360)


def is_typed(words: list[Word], ink: Mask, grids: list[Grid]) -> bool:
    """Whether the typed words account for what one sees on the page.

    A stamp of 149 characters over a scanned page does not: nearly all ink lies elsewhere.
    """
    characters = sum(len(word.text) for word in words)
    if not characters:
        return False
    seen = ink.copy()
    height, width = seen.shape
    for grid in grids:
        _clear_rules(seen, grid)
    total = int(seen.sum())
    if not total:
        return True
    for word in words:
        left, top, right, bottom = word.box
        seen[
            max(int(top * height) - 2, 0) : int(bottom * height) + 2,
            max(int(left * width) - 2, 0) : int(right * width) + 2,
        ] = False
    covered = 1 - int(seen.sum()) / total
    enough = COVERED_WITH_MANY if characters >= MANY_CHARACTERS else LEAST_COVERED
    return covered >= enough and _is_language(words)


def _clear_rules(ink: Mask, grid: Grid) -> None:
    for cell in grid.cells:
        top, bottom = max(int(cell.top) - 2, 0), int(cell.bottom) + 3
        left, right = max(int(cell.left) - 2, 0), int(cell.right) + 3
        ink[top : top + 5, left:right] = False
        ink[bottom - 5 : bottom, left:right] = False
        ink[top:bottom, left : left + 5] = False
        ink[top:bottom, right - 5 : right] = False


def _is_language(words: list[Word]) -> bool:
    """Whether typed words are words; fonts without a table give strings of private signs."""
    text = "".join(word.text for word in words)
    odd = sum(
        "\ue000" <= character <= "\uf8ff" or character == "\ufffd" or ord(character) < 32
        for character in text
    )
    return odd < 0.1 * len(text)


def picture_of(page: Any, dpi: int) -> Picture:
    """The page in grey; never more than ``MOST_PIXELS``."""
    width, height = page.get_size()
    scale = dpi / 72
    if width * height * scale * scale > MOST_PIXELS:
        scale = (MOST_PIXELS / (width * height)) ** 0.5
    drawn = page.render(scale=scale, grayscale=True).to_numpy()
    return np.ascontiguousarray(drawn[:, :, 0] if drawn.ndim == 3 else drawn)


def words_of(page: Any) -> list[Word]:
    """The typed words of a page with their boxes; what lies outside the page is left out."""
    text_page = page.get_textpage()
    left, bottom, right, top = page.get_mediabox()
    width, height = right - left, top - bottom
    turned = page.get_rotation()
    rect = raw.FS_RECTF()
    words: list[Word] = []
    letters: list[str] = []
    box = [0.0, 0.0, 0.0, 0.0]

    wide, high = (height, width) if turned in (90, 270) else (width, height)
    size = 0.0

    def close() -> None:
        if letters:
            text = "".join(letters).strip("\u00a0")
            place = (box[0] / wide, box[1] / high, box[2] / wide, box[3] / high)
            on_page = place[2] > 0 and place[0] < 1 and place[3] > 0 and place[1] < 1
            if text and on_page:
                words.append(Word(text=text, box=place, size=size / high))
            letters.clear()

    def shown() -> Box:
        """Where the letter stands on the page as it is shown, in points from its top left."""
        x0, y0, x1, y1 = _turned(
            (
                (rect.left - left) / width,
                1 - (rect.top - bottom) / height,
                (rect.right - left) / width,
                1 - (rect.bottom - bottom) / height,
            ),
            turned,
        )
        return x0 * wide, y0 * high, x1 * wide, y1 * high

    count = text_page.count_chars()
    codes = [raw.FPDFText_GetUnicode(text_page.raw, index) for index in range(count)]
    made_up = [raw.FPDFText_IsGenerated(text_page.raw, index) == 1 for index in range(count)]
    blanks = sum(code in (32, 160) and not m for code, m in zip(codes, made_up, strict=True))
    has_blanks = blanks >= FEWEST_BLANKS * count
    gap = GAP_WITH_BLANKS if has_blanks else GAP_WITHOUT_BLANKS
    guessed_gap = GAP_WHERE_GUESSED if has_blanks else GAP_GUESSED_WITHOUT_BLANKS
    maybe_gap = False
    for index, code in enumerate(codes):
        if made_up[index] and code in (10, 13, 32):
            # The library puts blanks and line ends where the font changes in a word ("Ch ứng");
            # the places of the letters decide.
            maybe_gap = True
            continue
        if code in (0, 9, 10, 13, 32, 160) or not raw.FPDFText_GetLooseCharBox(
            text_page.raw, index, ctypes.byref(rect)
        ):
            close()
            maybe_gap = False
            continue
        x0, y0, x1, y1 = shown()
        if chr(code).isalpha() and y1 - y0 < LEAST_HEIGHT * _letter_size(text_page, index):
            # a letter put together from others has the box of its tone alone
            y0, y1 = (box[1], box[3]) if letters else (y0, y0 + _letter_size(text_page, index))
        if letters and unicodedata.combining(chr(code)):
            letters.append(chr(code))  # a tone kept apart from its letter stands anywhere above it
            box[2] = max(box[2], x1)
            continue
        if letters and (
            abs((y0 + y1) / 2 - (box[1] + box[3]) / 2) > (box[3] - box[1]) * 0.6
            or x0 - box[2] > (y1 - y0) * (guessed_gap if maybe_gap else gap)
        ):
            close()
        maybe_gap = False
        if not letters:
            size = _letter_size(text_page, index)
            box[:] = [x0, y0, x1, y1]
        else:
            box[:] = [min(box[0], x0), min(box[1], y0), max(box[2], x1), max(box[3], y1)]
        letters.append("-" if code in HYPHENS else chr(code))
    close()
    return words


def _letter_size(text_page: Any, index: int) -> float:
    """In points as shown: many programs write a size of 1 and scale it."""
    matrix = raw.FS_MATRIX()
    size = float(raw.FPDFText_GetFontSize(text_page.raw, index))
    if raw.FPDFText_GetMatrix(text_page.raw, index, ctypes.byref(matrix)):
        size *= math.hypot(matrix.c, matrix.d)
    return size


def _turned(box: Box, degrees: int) -> Box:
    x0, y0, x1, y1 = box
    match degrees:
        case 90:
            return (1 - y1, x0, 1 - y0, x1)
        case 180:
            return (1 - x1, 1 - y1, 1 - x0, 1 - y0)
        case 270:
            return (y0, 1 - x1, y1, 1 - x0)
    return box


@lru_cache(maxsize=1)
def _open(path: Path) -> Any:
    return pdfium.PdfDocument(path)


def cores() -> int:
    """How many pages may be read at once here."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
