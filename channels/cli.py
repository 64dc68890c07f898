"""The command line `letan`: serve, ask, ingest, index, eval, bench.

Heavy modules are imported inside the commands, so that `letan --help` answers at once.
"""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

app = typer.Typer(
    help="Lễ Tân – quầy lễ tân của phường, xã.", no_args_is_help=True, pretty_exceptions_enable=False
)
index_app = typer.Typer(help="Chỉ mục tìm kiếm (dựng lại được bất cứ lúc nào).", no_args_is_help=True)
app.add_typer(index_app, name="index")
out = Console()
err = Console(stderr=True)

Json = Annotated[bool, typer.Option("--json", help="In JSON cho chương trình khác đọc.")]


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=err
    )


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Địa chỉ lắng nghe.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Cổng.")] = 8000,
) -> None:
    """Mở trang hỏi đáp và API."""
    import uvicorn

    from assistant.desk import build_desk
    from channels.web import create_app

    err.print("Đang chuẩn bị dữ liệu…")
    desk = build_desk()
    office = desk.library.store.office(desk.office_id)
    held = len(desk.library.store.find_live_versions(desk.office_id))
    err.print(f"[bold]Lễ Tân[/bold] của {office.name} ({held} thủ tục): http://{host}:{port}")
    uvicorn.run(create_app(desk), host=host, port=port, log_level="warning", access_log=False)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="Câu hỏi; bỏ trống để hỏi liên tiếp.")] = None,
    as_json: Json = False,
) -> None:
    """Hỏi một câu, hoặc trò chuyện khi không ghi câu hỏi."""
    from assistant.desk import build_desk

    desk = build_desk()

    def say(message: str, conversation: str | None) -> str:
        answer = desk.receptionist.reply(message, conversation, "api")
        if as_json:
            typer.echo(json.dumps(answer.to_json(), ensure_ascii=False))
        else:
            out.print(answer.text, highlight=False, markup=False)
        return answer.conversation_id

    if question is not None:
        if not question.strip():
            err.print("Câu hỏi trống.")
            raise typer.Exit(2)
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
        if message.strip():
            conversation = say(message, conversation)


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Tệp JSON/JSONL (có thể .gz) của cổng quốc gia.")],
    as_json: Json = False,
) -> None:
    """Nhập thủ tục từ tệp xuất của Cổng Dịch vụ công quốc gia."""
    from assistant.desk import open_library
    from ingest.importing import import_file
    from knowledge.settings import KnowledgeSettings, LetanSettings

    missing = [path for path in paths if not path.is_file()]
    if missing:
        err.print(f"Không có tệp: {', '.join(map(str, missing))}")
        raise typer.Exit(2)
    library = open_library(LetanSettings(), KnowledgeSettings())
    reports: list[tuple[Path, Any]] = []
    with _progress() as progress:
        for path in paths:
            task = progress.add_task(f"Đọc {path.name}", total=None)

            def moved(done: int, total: int | None = None, task: Any = task) -> None:
                progress.update(task, completed=done, total=total)

            reports.append((path, import_file(path, library.store, on_progress=moved)))
        task = progress.add_task("Cập nhật chỉ mục", total=None)
        index = library.index.update(lambda done, total: progress.update(task, completed=done, total=total))
    if as_json:
        body = [{"file": str(path), **report.to_json()} for path, report in reports]
        typer.echo(json.dumps({"files": body, "index": _report(index)}, ensure_ascii=False))
        return
    for path, report in reports:
        _show_import(path, report)
    out.print(f"Chỉ mục: {index.procedures} thủ tục, {index.passages} đoạn, thêm {index.added}, bỏ {index.removed}.")


def _show_import(path: Path, report: Any) -> None:
    table = Table(title=path.name)
    for heading in ("Mới", "Thay đổi", "Không đổi", "Chờ duyệt", "Từ chối", "Giây"):
        table.add_column(heading, justify="right")
    table.add_row(
        str(report.new), str(report.changed), str(report.unchanged),
        str(report.held_for_review), str(len(report.rejected)), f"{report.seconds:.1f}",
    )  # fmt: skip
    out.print(table)
    for rejection in report.rejected[:20]:
        out.print(f"  dòng {rejection.line}, mã {rejection.code or '?'}: {rejection.reason}", markup=False)
    if len(report.rejected) > 20:
        out.print(f"  … và {len(report.rejected) - 20} bản ghi khác (xem đủ bằng --json)")


@index_app.command("rebuild")
def index_rebuild(as_json: Json = False) -> None:
    """Dựng lại chỉ mục vào chỗ mới, kiểm tra, rồi mới chuyển sang."""
    from assistant.desk import open_library
    from knowledge.index import IndexCheckFailed
    from knowledge.settings import KnowledgeSettings, LetanSettings

    library = open_library(LetanSettings(), KnowledgeSettings())
    with _progress() as progress:
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
        out.print(f"Chỉ mục {report.collection}: {report.procedures} thủ tục, {report.passages} đoạn, {report.seconds:.1f} giây.")


def _report(report: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return {**asdict(report), "seconds": round(report.seconds, 2)}


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    main()
