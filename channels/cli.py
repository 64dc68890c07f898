"""The command line `letan`: serve, ask, ingest, index, eval, bench.

Heavy modules are imported inside the commands, so that `letan --help` answers at once.
"""

import codecs
import io
import json
import os
import sys
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console

from channels import cli_channels, cli_eval, cli_kiosk, cli_office, cli_reported, cli_talk
from channels.cli_bench import bench
from channels.cli_doctor import doctor
from channels.cli_groups import evaluate_groups
from channels.cli_hearing import evaluate_hearing
from channels.cli_ingest import ingest
from channels.cli_offices import office_app
from channels.cli_progress import progress_bar
from channels.cli_records import export, import_records
from channels.cli_staff import user_app
from channels.cli_streams import bench_streams
from channels.cli_voice import voice_app

app = typer.Typer(
    help="Lễ Tân – quầy lễ tân của phường, xã.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
index_app = typer.Typer(
    help="Chỉ mục tìm kiếm (dựng lại được bất cứ lúc nào).", no_args_is_help=True
)
app.add_typer(index_app, name="index")
eval_app = typer.Typer(help="Đánh giá: câu trả lời tốt đến đâu.", invoke_without_command=True)
cli_eval.add_to(eval_app)
app.add_typer(eval_app, name="eval")
bench_app = typer.Typer(invoke_without_command=True)
bench_app.callback()(bench)
app.add_typer(bench_app, name="bench")
cli_kiosk.add_to_bench(bench_app)
bench_app.command("streams")(bench_streams)
cli_channels.register(app)
cli_office.register(app)
cli_talk.add_to(eval_app)
cli_reported.add_to(eval_app)
eval_app.command("groups")(evaluate_groups)
eval_app.command("hearing")(evaluate_hearing)
app.add_typer(user_app, name="user")
app.add_typer(office_app, name="office")
app.add_typer(voice_app, name="voice")
app.command("export")(export)
app.command("import-records")(import_records)
out = Console()
err = Console(stderr=True)

OURS = frozenset({"assistant", "knowledge", "ingest", "channels", "evals"})

Json = Annotated[bool, typer.Option("--json", help="In JSON cho chương trình khác đọc.")]


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Địa chỉ lắng nghe.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Cổng.")] = 8000,
    workers: Annotated[
        int, typer.Option(help="Số tiến trình cùng trả lời (mỗi lõi một tiến trình).", min=1)
    ] = 1,
) -> None:
    """Mở trang hỏi đáp và API."""
    from channels import serving

    def told(offices: list[serving.Served]) -> None:
        _, name, held = offices[0]
        err.print(f"[bold]Lễ Tân[/bold] của {name} ({held} thủ tục): http://{host}:{port}")
        for office_id, name, _ in offices[1:]:
            err.print(f"  {name}: http://{host}:{port}/o/{office_id}/")

    err.print("Đang chuẩn bị dữ liệu…")
    serving.run(host, port, workers, told)


@app.command()
def ask(
    question: Annotated[
        str | None, typer.Argument(help="Câu hỏi; bỏ trống để hỏi liên tiếp.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Hỏi một câu, hoặc trò chuyện khi không ghi câu hỏi."""
    from assistant.desk import build_desk
    from assistant.privacy_text import visible

    if question is not None and not visible(question).strip():
        err.print("Câu hỏi trống.")
        raise typer.Exit(2)
    desk = build_desk()

    def say(message: str, conversation: str | None) -> str:
        answer = desk.receptionist.reply(message, conversation, "api")
        if as_json:
            typer.echo(json.dumps(answer.to_json(), ensure_ascii=False))
        else:
            out.print(answer.text, highlight=False, markup=False, soft_wrap=True)
        return answer.conversation_id

    if question is not None:
        say(question, None)
        return
    conversation: str | None = None
    if sys.stdin.isatty():
        err.print("Gõ câu hỏi rồi Enter; Ctrl-D để kết thúc.")
    while True:
        try:
            message = input("› " if sys.stdin.isatty() else "")
        except (EOFError, KeyboardInterrupt):
            return
        if visible(message).strip():
            conversation = say(message, conversation)


app.command()(ingest)
app.command()(doctor)


@index_app.command("rebuild")
def index_rebuild(as_json: Json = False) -> None:
    """Dựng lại chỉ mục vào chỗ mới, kiểm tra, rồi mới chuyển sang."""
    from assistant.desk import open_library
    from knowledge.index import IndexCheckFailed
    from knowledge.settings import KnowledgeSettings, LetanSettings

    library = open_library(LetanSettings(), KnowledgeSettings())
    with progress_bar() as progress:
        task = progress.add_task("Dựng chỉ mục", total=None)
        try:
            report = library.index.rebuild(
                lambda done, total: progress.update(task, completed=done, total=total)
            )
        except IndexCheckFailed as problem:
            err.print(f"Chỉ mục mới không đạt kiểm tra, vẫn dùng chỉ mục cũ: {problem}")
            raise typer.Exit(1) from problem
    if as_json:
        typer.echo(json.dumps(_report(report)))
    else:
        out.print(
            f"Chỉ mục {report.collection}: {report.procedures} thủ tục, "
            f"{report.passages} đoạn, {report.seconds:.1f} giây."
        )


def _report(report: Any) -> dict[str, Any]:
    return {**asdict(report), "seconds": round(report.seconds, 2)}


def speak_vietnamese() -> None:
    """Let what is printed reach a file, a pipe or an old console in one piece.

    Windows gives a pipe or a file an encoding that lacks most Vietnamese letters; a console of
    one is shown a mark in place of a letter rather than a traceback.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and codecs.lookup(stream.encoding).name != "utf-8":
            if stream.isatty():
                stream.reconfigure(errors="replace")
            else:
                stream.reconfigure(encoding="utf-8")


def main() -> None:
    """Entry point of the console script.

    Our own errors are sentences for whoever runs the command; any other is a fault of ours
    and keeps its traceback.
    """
    # One answer, one core: several threads answer at once, and a library that starts threads of
    # its own for each product of matrices doubles the work (43 instead of 21 ms CPU an answer).
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    speak_vietnamese()
    try:
        app()
    except Exception as problem:
        if type(problem).__module__.split(".")[0] not in OURS:
            raise
        err.print(f"Lỗi: {problem}", markup=False, highlight=False, soft_wrap=True)
        raise SystemExit(1) from problem


if __name__ == "__main__":
    main()
