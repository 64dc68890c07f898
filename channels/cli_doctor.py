"""`letan doctor`: what is missing on this machine, and what to do about it.

``CHECKS`` is a list of functions; whoever adds a part adds its check.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console

from channels import doctor_channels
from channels.doctor_check import Check
from channels.token_silence import silence_tokens

Json = Annotated[bool, typer.Option("--json", help="In JSON cho chương trình khác đọc.")]
out = Console()
# Scans of a busy office take some hundred megabytes a year; a full disk stops every writer.
LEAST_FREE_BYTES = 1024**3


def tesseract() -> Check:
    """Tesseract with Vietnamese, for scans and pictures."""
    import pytesseract

    to_do = "sudo apt install tesseract-ocr tesseract-ocr-vie"
    if not shutil.which("tesseract"):
        return Check("Nhận dạng chữ (Tesseract)", False, "chưa cài", to_do, needed=False)
    if "vie" not in pytesseract.get_languages(config=""):
        return Check(
            "Nhận dạng chữ (Tesseract)", False, "thiếu dữ liệu tiếng Việt",
            "sudo apt install tesseract-ocr-vie", needed=False,
        )  # fmt: skip
    version = str(pytesseract.get_tesseract_version()).split("\n")[0]
    return Check("Nhận dạng chữ (Tesseract)", True, f"{version}, có tiếng Việt", needed=False)


def libreoffice() -> Check:
    """LibreOffice, for .doc and .rtf, .ppt and files of its own."""
    place = shutil.which("soffice") or shutil.which("libreoffice")
    return Check(
        "Tệp Word đời cũ (LibreOffice)", place is not None, place or "chưa cài",
        "" if place else "sudo apt install libreoffice-writer libreoffice-impress", needed=False,
    )  # fmt: skip


def disk() -> Check:
    """Free space where the state lives."""
    from knowledge.settings import LetanSettings

    home = LetanSettings().home.resolve()
    while not home.exists():
        home = home.parent
    free = shutil.disk_usage(home).free
    found = f"còn {free / 1024**3:.1f} GB ở {home}"
    to_do = "" if free >= LEAST_FREE_BYTES else "dọn ổ đĩa, cần ít nhất 1 GB"
    return Check("Ổ đĩa", free >= LEAST_FREE_BYTES, found, to_do)


def database() -> Check:
    """The database answers and has the newest tables."""
    from knowledge.database import DatabaseUnavailable, NewerDatabase, connect, migrate
    from knowledge.settings import KnowledgeSettings, LetanSettings
    from knowledge.store import KnowledgeStore

    url = KnowledgeSettings().database_at(LetanSettings().home)
    try:
        engine = connect(url)
        migrate(engine)
        held = len(KnowledgeStore(engine).find_live_versions())
    except (DatabaseUnavailable, NewerDatabase, ValueError, OSError) as problem:
        to_do = "xem KNOWLEDGE_DATABASE_URL và quyền ghi của LETAN_HOME"
        return Check("Cơ sở dữ liệu", False, str(problem), to_do)
    return Check("Cơ sở dữ liệu", True, f"{engine.dialect.name}, {held} thủ tục đang dùng")


def index() -> Check:
    """The search index holds exactly what is published."""
    from assistant.desk import open_library
    from knowledge.settings import KnowledgeSettings, LetanSettings

    try:
        in_step = open_library(LetanSettings(), KnowledgeSettings()).index.is_in_step()
    except Exception as problem:  # any vendor's error: the doctor reports, it does not fall ill
        return Check("Chỉ mục tìm kiếm", False, str(problem), "letan index rebuild")
    found = "khớp với cơ sở dữ liệu" if in_step else "chưa khớp với cơ sở dữ liệu"
    return Check("Chỉ mục tìm kiếm", in_step, found, "" if in_step else "letan index rebuild")


def versions() -> Check:
    """Nothing published has expired without a successor."""
    from ingest.review import expiring
    from knowledge.database import DatabaseUnavailable, NewerDatabase, connect, migrate
    from knowledge.settings import KnowledgeSettings, LetanSettings
    from knowledge.store import KnowledgeStore

    name = "Thủ tục hết hiệu lực"
    try:
        engine = connect(KnowledgeSettings().database_at(LetanSettings().home))
        migrate(engine)
        ended = expiring(KnowledgeStore(engine), within_days=0)
    except (DatabaseUnavailable, NewerDatabase, ValueError, OSError):  # said by its own check
        return Check(name, False, "không đọc được cơ sở dữ liệu", needed=False)
    return Check(
        name, not ended,
        ", ".join(info.code for info in ended[:10]) or "không có",
        "letan ingest --review" if ended else "", needed=False,
    )  # fmt: skip


CHECKS: list[Callable[[], Check]] = [
    tesseract,
    libreoffice,
    disk,
    database,
    index,
    versions,
    doctor_channels.telegram,
    doctor_channels.zalo_bot,
    doctor_channels.zalo_oa,
]


def run_checks(checks: Sequence[Callable[[], Check]] = CHECKS) -> list[Check]:
    """The findings of all checks, in order."""
    return [check() for check in checks]


def doctor(as_json: Json = False) -> None:
    """Kiểm tra máy: còn thiếu gì và cách bổ sung."""
    silence_tokens()
    found = run_checks()
    if as_json:
        typer.echo(json.dumps([asdict(check) for check in found], ensure_ascii=False))
    else:
        for check in found:
            mark = "[green]✓[/green]" if check.ok else "[red]✗[/red]"
            out.print(f"{mark} {check.name}: {check.found}", highlight=False)
            if check.to_do:
                out.print(f"    → {check.to_do}", highlight=False, markup=False)
    if any(not check.ok and check.needed for check in found):
        raise typer.Exit(1)
