"""A page of an uploaded PDF or picture as PNG, made in a process of its own.

PDFium is not safe between threads and a broken file may crash it; the process that draws has a
bound on its memory and time, and its death is only a page without a picture.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from ingest.bounds import bound_memory

ROOT = Path(__file__).parent.parent.parent
# Wide enough to read 11-point letters on a desktop, small enough for a phone's connection.
WIDTH = 1100
MOST_MEMORY_BYTES = 3 * 1024**3
SECONDS = 60
CACHE = "cache/pages"
DRAWN = frozenset({"pdf", "image"})


@dataclass(frozen=True, slots=True)
class PageImage:
    """A drawn page and its size in pixels."""

    path: Path
    width: int
    height: int


def find_page_image(path: Path, kind: str, number: int, home: Path) -> PageImage | None:
    """Page ``number`` (from 1) drawn, from the cache where it was drawn before; None when the
    kind has no pages or it cannot be drawn."""
    if kind not in DRAWN or number < 1:
        return None
    target = home / CACHE / f"{path.parent.name}-{number}-{WIDTH}.png"
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{target.name}.{os.getpid()}.part")
        command = [sys.executable, "-m", "channels.staff.page_image", str(path.resolve()), kind,
                   str(number), str(part.resolve())]  # fmt: skip
        search = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        try:
            subprocess.run(
                command, check=True, timeout=SECONDS, capture_output=True,
                env=os.environ | {"PYTHONPATH": search},
            )  # fmt: skip
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            part.unlink(missing_ok=True)
            return None
        part.replace(target)
    with Image.open(target) as drawn:
        return PageImage(target, drawn.width, drawn.height)


def draw(path: Path, kind: str, number: int, target: Path) -> None:
    """Draw a page within this process; raises what the libraries raise."""
    if kind == "pdf":
        import pypdfium2 as pdfium

        page = pdfium.PdfDocument(path)[number - 1]
        picture = page.render(scale=WIDTH / page.get_width()).to_pil()
    else:
        opened = Image.open(path)
        opened.seek(number - 1)
        picture = ImageOps.exif_transpose(opened).convert("RGB")
        picture.thumbnail((WIDTH, WIDTH * 4))
    picture.convert("L").quantize(16).save(target, format="PNG", optimize=True)


if __name__ == "__main__":
    bound_memory(MOST_MEMORY_BYTES)
    draw(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
