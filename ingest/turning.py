"""Which way up a page stands: turned by a quarter, on its head, or at a slant."""

import numpy as np
import pytesseract
from PIL import Image

from ingest.ruling import Picture, ink_of

MOST_SKEW_DEGREES = 3.0
# Lines of text make rows differ in ink far more than columns; where they do not, the page may lie.
UPRIGHT = 1.3
# What Tesseract gives for orientation: below, it has guessed.
LEAST_SURE = 1.0
SECONDS = 30


def may_lie(picture: Picture) -> bool:
    """Whether lines of text may run from top to bottom; a cheap look, with false alarms."""
    small = Image.fromarray(picture)
    small.thumbnail((1100, 1100))
    ink = ink_of(np.asarray(small)).astype(np.float64)
    if not ink.any():
        return False
    return _steps(ink.mean(axis=1)) < UPRIGHT * _steps(ink.mean(axis=0))


def _steps(shares: np.typing.NDArray[np.float64]) -> float:
    return float((np.diff(shares) ** 2).mean())


def quarter_turns(picture: Picture) -> int:
    """By how many quarters to turn the page clockwise so that it stands; 0 when not sure."""
    if "osd" not in pytesseract.get_languages(config=""):
        return 0
    try:
        said = pytesseract.image_to_osd(
            Image.fromarray(picture), config="--dpi 200", timeout=SECONDS,
            output_type=pytesseract.Output.DICT,
        )  # fmt: skip
    except (pytesseract.TesseractError, RuntimeError):
        return 0  # too few letters to tell
    sure = float(said["orientation_conf"]) >= LEAST_SURE
    return int(said["rotate"]) // 90 % 4 if sure else 0


def turned(picture: Picture, turns: int) -> Picture:
    """The picture turned clockwise by quarters."""
    return np.ascontiguousarray(np.rot90(picture, -turns)) if turns else picture


def straightened(picture: Picture) -> Picture:
    """The picture turned upright when a scanner took it in at a slant."""
    angle = skew_of(picture)
    if abs(angle) < 0.15:
        return picture
    paper = int(np.percentile(picture, 90))
    turned = Image.fromarray(picture).rotate(angle, Image.Resampling.BICUBIC, fillcolor=paper)
    return np.asarray(turned)


def skew_of(picture: Picture) -> float:
    """Degrees to turn the page by: where lines of text lie flat, rows differ most in ink."""
    small = Image.fromarray(picture)
    small.thumbnail((800, 1100))
    ink = Image.fromarray(np.where(ink_of(np.asarray(small)), 255, 0).astype(np.uint8))
    if not np.asarray(ink).any():
        return 0.0

    def sharpness(angle: float) -> float:
        rows = np.asarray(ink.rotate(angle)).sum(axis=1, dtype=np.float64)
        return float(((rows[1:] - rows[:-1]) ** 2).sum())

    flat = sharpness(0.0)
    coarse = max(np.arange(-MOST_SKEW_DEGREES, MOST_SKEW_DEGREES + 0.1, 0.5), key=sharpness)
    fine = max(np.arange(coarse - 0.4, coarse + 0.41, 0.1), key=sharpness)
    return float(fine) if sharpness(fine) > flat * 1.05 else 0.0
