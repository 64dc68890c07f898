"""The lobby's voice: `letan voice fetch`, `letan voice render`."""

import os
import shlex
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

voice_app = typer.Typer(help="Giọng đọc của màn hình ở sảnh.", no_args_is_help=True)
out = Console()
err = Console(stderr=True)


@voice_app.command("fetch")
def fetch(
    into: Annotated[Path | None, typer.Option(help="Thư mục; bỏ trống: LETAN_HOME/voices.")] = None,
    source: Annotated[
        str, typer.Option("--from", help="Địa chỉ khác chứa cùng hai tệp (máy trong mạng nội bộ).")
    ] = "",
) -> None:
    """Tải giọng Piper tiếng Việt (63 MB), kiểm mã băm, in dòng cần ghi vào .env."""
    from assistant.speaking.fetching import FILES, HOME, VoiceNotFetched, fetch_voice
    from knowledge.settings import LetanSettings

    folder = into or LetanSettings().home / "voices"
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err) as progress:
        task = progress.add_task("Tải giọng đọc", total=sum(file.bytes for file in FILES))
        try:
            model = fetch_voice(
                folder, source or HOME, FILES, lambda count: progress.advance(task, count)
            )
        except (VoiceNotFetched, OSError) as problem:
            progress.stop()
            err.print(f"Chưa tải được: {problem}", markup=False, soft_wrap=True)
            err.print(
                "Máy không có internet: tải hai tệp ở máy khác, chép vào một thư mục rồi ghi "
                f"--from với địa chỉ http của thư mục đó, hoặc chép thẳng vào {folder} và chạy lại "
                "lệnh này để kiểm mã băm. Chưa có giọng thì màn hình dùng giọng của trình duyệt.",
                markup=False, soft_wrap=True,
            )  # fmt: skip
            raise typer.Exit(1) from problem
    command = f"piper --model {shlex.quote(os.fspath(model.resolve()))} --output_file -"
    out.print(
        'Đã có giọng, đúng mã băm. Cài Piper (pip install "piper-tts") rồi ghi vào .env:',
        markup=False, soft_wrap=True,
    )  # fmt: skip
    out.print(f'ASSISTANT_VOICE_COMMAND="{command}"', markup=False, highlight=False, soft_wrap=True)


@voice_app.command("render")
def render() -> None:
    """Đọc sẵn các câu cố định của màn hình bằng giọng đã cấu hình, để không ai phải chờ.

    `letan serve` cũng tự làm việc này ở nền khi khởi động.
    """
    from assistant.desk import build_desk
    from assistant.speaking.settings import VoiceSettings
    from assistant.speaking.voice import Voice
    from channels.kiosk.sentences import Rehearsal, fixed_sentences
    from knowledge.settings import LetanSettings

    voice = Voice(VoiceSettings(), LetanSettings().home / "cache" / "voice")
    languages = [language for language in ("vi", "en") if voice.has(language)]
    if not languages:
        err.print("Chưa có giọng: ghi ASSISTANT_VOICE_COMMAND (xem docs/kiosk.md).", markup=False)
        raise typer.Exit(2)
    desk = build_desk()
    wanted = sum(len(set(fixed_sentences(desk, language))) for language in languages)
    with Progress(TextColumn("{task.description}"), BarColumn(), console=err) as progress:
        task = progress.add_task("Đọc sẵn", total=wanted)
        ready = Rehearsal(desk, voice)(lambda sentence: progress.advance(task))
    if ready < wanted:
        err.print(f"Đọc được {ready} trên {wanted} câu; giọng đọc đang lỗi.", markup=False)
        raise typer.Exit(1)
    out.print(f"Đã đọc sẵn {ready} câu.", markup=False)
