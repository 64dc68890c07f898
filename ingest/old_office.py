"""Has LibreOffice turn files of old or other programs into those that are read here."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from ingest.bounds import end_family
from ingest.pages import Reading, Unreadable

OFFICE_SECONDS = 120
FILTERS = {
    "docx": "docx:MS Word 2007 XML",
    "pptx": "pptx:Impress MS PowerPoint 2007 XML",
    "xlsx": "xlsx:Calc MS Excel 2007 XML",
}
PARTS = {"docx": "libreoffice-writer", "pptx": "libreoffice-impress", "xlsx": "libreoffice-calc"}
NO_OFFICE = (
    "tệp đời cũ hoặc của LibreOffice (.{kind}) cần LibreOffice để đọc: sudo apt install {part}, "
    "rồi nhập lại; hoặc mở tệp và lưu thành .{target}"
)


def read_converted(
    path: Path, kind: str, target: str, reader: Callable[[Path], Reading]
) -> Reading:
    """What ``reader`` reads of a file once LibreOffice, in a profile of its own, has turned it
    into a ``target`` ("docx", "pptx", "xlsx").

    Macros do not run and links are not followed. Raises Unreadable without LibreOffice, for
    a file it cannot convert, or when it takes longer than ``OFFICE_SECONDS``.
    """
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        raise Unreadable(NO_OFFICE.format(kind=kind, part=PARTS[target], target=target))
    with tempfile.TemporaryDirectory(prefix="letan-doc-") as folder:
        here = Path(folder)
        source = here / f"in.{kind}"
        shutil.copyfile(path, source)
        command = [
            office, f"-env:UserInstallation={(here / 'profile').as_uri()}", "--headless",
            "--norestore", "--nologo", "--nolockcheck", "--convert-to", FILTERS[target],
            "--outdir", str(here / "out"), str(source),
        ]  # fmt: skip
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            process.wait(timeout=OFFICE_SECONDS)
        except subprocess.TimeoutExpired as error:
            end_family(process.pid)
            process.wait()
            raise Unreadable(
                f"LibreOffice đọc quá {OFFICE_SECONDS} giây; hãy lưu thành .{target}"
            ) from error
        converted = here / "out" / f"in.{target}"
        if not converted.exists():
            raise Unreadable(
                f"LibreOffice không mở được tệp này (hỏng, có mật khẩu, hoặc máy thiếu "
                f"{PARTS[target]}); hãy mở tệp và lưu thành .{target}"
            )
        return reader(converted).model_copy(update={"kind": kind})
