"""Reads photographs and scanned pictures of pages."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter, ImageOps, ImageSequence, UnidentifiedImageError

from ingest.ocr import check_available, recognise
from ingest.pages import Page, Reading, Unreadable, too_long
from ingest.ruling import Picture

# Pixels of the shorter side of an A4 page at 200 dpi.
PAGE_WIDTH = 1654
MOST_PIXELS = 80_000_000
LEAST_SIDE = 200
TOO_LARGE = "ảnh quá lớn (hơn 80 triệu điểm ảnh); hãy quét lại ở 200–300 dpi hoặc thu nhỏ ảnh"


def read_image(
    path: Path,
    *,
    most_pages: int,
    workers: int,
    cache: Path | None,
    on_page: Callable[[int, int], None] | None = None,
) -> Reading:
    """The text of a picture, every frame of a TIFF being a page. Raises Unreadable."""
    check_available()
    try:
        with Image.open(path) as image:
            count = getattr(image, "n_frames", 1)
            if count > most_pages:
                raise Unreadable(too_long(count, most_pages))
            if image.width * image.height > MOST_PIXELS:
                raise Unreadable(TOO_LARGE)
            if min(image.size) < LEAST_SIDE:
                raise Unreadable("ảnh quá nhỏ, không đọc được chữ")
            pictures = [even(frame) for frame in ImageSequence.Iterator(image)]
    except Image.DecompressionBombError as error:
        raise Unreadable(TOO_LARGE) from error
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise Unreadable("tệp ảnh hỏng, không mở được; hãy chụp hoặc quét lại") from error
    pages: list[Page] = []
    with ThreadPoolExecutor(max(workers, 1)) as pool:
        for page in pool.map(
            lambda pair: recognise(pair[1], pair[0], cache), enumerate(pictures, 1)
        ):
            pages.append(page)
            if on_page:
                on_page(len(pages), count)
    if not any(page.blocks for page in pages):
        raise Unreadable("ảnh không có chữ nào đọc được")
    return Reading(kind="image", pages=tuple(pages))


def even(image: Image.Image) -> Picture:
    """A photograph as a grey page of 200 dpi, upright and evenly lit."""
    grey = ImageOps.exif_transpose(image).convert("L")
    scale = PAGE_WIDTH / min(grey.size)
    if scale < 0.9 or scale > 1.1:
        size = (int(grey.width * scale), int(grey.height * scale))
        grey = grey.resize(size, Image.Resampling.LANCZOS)
    small = grey.resize((max(grey.width // 16, 1), max(grey.height // 16, 1)))
    paper = small.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.GaussianBlur(4))
    light = np.asarray(paper.resize(grey.size), dtype=np.float32)
    flat = np.asarray(grey, dtype=np.float32) * 255 / np.maximum(light, 60)
    return np.clip(flat, 0, 255).astype(np.uint8)
