"""Reads one file in a process of its own, so that no file can hurt the one that asked.

``read`` starts ``python -m ingest.reading`` and gives what it read; a file that takes too long,
crashes a library or eats the memory ends with that process and a clear line.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from ingest.bounds import ENDED, bound_memory, end_family, end_own_family
from ingest.cleaning import cleaned
from ingest.pages import Kind, Reading, Unreadable
from ingest.settings import IngestSettings
from ingest.sniffing import kind_of

# Raised whenever reading or drafting has become better: unchanged files are then read anew.
READER = 9
MOST_MEMORY_BYTES = 6 * 1024**3
ROOT = Path(__file__).parent.parent

Progress = Callable[[int, int], None]


def read(
    path: Path, settings: IngestSettings, cache: Path | None, on_page: Progress | None = None
) -> Reading:
    """The cleaned content of a file of any kind but portal records; raises Unreadable."""
    limit = settings.max_megabytes * 1024 * 1024
    if path.stat().st_size > limit:
        raise Unreadable(f"tệp lớn hơn giới hạn {settings.max_megabytes} MB")
    # A folder, because Windows lets nobody else write a temporary file that is open here.
    with tempfile.TemporaryDirectory(prefix="letan-read-", ignore_cleanup_errors=True) as folder:
        answer = Path(folder) / "answer.json"
        command = [
            sys.executable, "-m", "ingest.reading", str(path.resolve()), str(answer),
            str(cache.resolve()) if cache else "", settings.model_dump_json(),
        ]  # fmt: skip
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
            env=os.environ | {"PYTHONPATH": _search_path(), "PYTHONIOENCODING": "utf-8"},
        )
        timer = threading.Timer(settings.seconds_per_file, end_family, [process.pid])
        timer.start()
        said: list[str] = []
        # Leaving the block closes the pipes; the process sees it and ends, if it has not yet.
        with process:
            try:
                complaints = threading.Thread(target=_drain, args=[process, said])
                complaints.start()
                for line in process.stdout or ():
                    if on_page and (numbers := line.split())[:1] == ["page"]:
                        on_page(int(numbers[1]), int(numbers[2]))
                process.wait()
                complaints.join()
            except BaseException:
                end_family(process.pid)
                raise
            finally:
                timer.cancel()
        content = answer.read_text("utf-8") if answer.exists() else ""
    if process.returncode != 0 or not content:
        if process.returncode in ENDED:
            raise Unreadable(
                f"đọc quá {settings.seconds_per_file} giây hoặc hết bộ nhớ; hãy chia nhỏ"
            )
        last = said[-1].strip() if said else f"mã {process.returncode}"
        raise Unreadable(f"tệp làm hỏng trình đọc ({last[:120]}); hãy lưu lại tệp rồi thử lại")
    result = json.loads(content)
    if "refused" in result:
        raise Unreadable(result["refused"])
    return Reading.model_validate(result)


def _search_path() -> str:
    held = os.environ.get("PYTHONPATH")
    return f"{ROOT}{os.pathsep}{held}" if held else str(ROOT)


def _drain(process: subprocess.Popen[str], said: list[str]) -> None:
    for line in process.stderr or ():
        said.append(line)
        del said[:-5]


def read_here(
    path: Path,
    kind: Kind,
    settings: IngestSettings,
    cache: Path | None,
    on_page: Progress | None = None,
) -> Reading:
    """The same within this process; raises Unreadable."""
    # Each reader brings libraries of its own, and only the one that is needed is loaded.
    match kind:
        case "pdf" | "image":
            from ingest.read_image import read_image
            from ingest.read_pdf import cores, read_pdf

            reader = read_pdf if kind == "pdf" else read_image
            reading = reader(
                path,
                most_pages=settings.max_pages,
                workers=settings.workers or cores(),
                cache=cache,
                on_page=on_page,
            )
        case "docx" | "doc":
            from ingest.read_word import read_doc, read_docx

            reading = read_docx(path) if kind == "docx" else read_doc(path)
        case "xlsx" | "xls" | "ods":
            from ingest.read_sheet import read_ods, read_xls, read_xlsx

            reading = {"xlsx": read_xlsx, "xls": read_xls, "ods": read_ods}[kind](path)
        case "pptx" | "ppt":
            from ingest.read_slides import read_ppt, read_pptx

            slides = read_pptx if kind == "pptx" else read_ppt
            reading = slides(path, most_pages=settings.max_pages)
        case "csv":
            from ingest.read_sheet import read_csv

            reading = read_csv(path)
        case "html":
            from ingest.read_web import read_html

            reading = read_html(path)
        case "mail":
            from ingest.read_mail import read_mail

            reading = read_mail(path)
        case "markdown" | "text":
            from ingest.read_web import read_text

            reading = read_text(path, markdown=kind == "markdown")
        case _:
            raise Unreadable(
                "không phải loại tệp đọc được (PDF, Word, Excel, PowerPoint, web, thư, ảnh, "
                "Markdown); tệp nén thì hãy giải nén rồi nhập thư mục"
            )
    return cleaned(reading)


def _main(path: str, answer: str, cache: str, settings: str) -> None:
    bound_memory(MOST_MEMORY_BYTES)
    _end_with_parent()

    def say(done: int, total: int) -> None:
        print(f"page {done} {total}", flush=True)  # noqa: T201  (the parent reads it)

    limits = IngestSettings.model_validate_json(settings)
    try:
        source = Path(path)
        reading = read_here(source, kind_of(source), limits, Path(cache) if cache else None, say)
        content = reading.model_dump_json()
    except Unreadable as refusal:
        content = json.dumps({"refused": str(refusal)})
    except MemoryError:
        content = json.dumps({"refused": "tệp cần quá nhiều bộ nhớ; hãy chia nhỏ"})
    Path(answer).write_text(content, "utf-8")


def _end_with_parent() -> None:
    """The parent keeps our standard input open; when it is gone, so are we and our children."""

    def wait() -> None:
        sys.stdin.read()
        end_own_family()

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    _main(*sys.argv[1:])
