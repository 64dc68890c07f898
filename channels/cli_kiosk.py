"""Figures of the lobby: `letan bench queue`, `letan bench hearing`."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

out = Console()
err = Console(stderr=True)
Json = Annotated[bool, typer.Option("--json", help="In JSON cho chương trình khác đọc.")]


def add_to_bench(bench_app: typer.Typer) -> None:
    """Put the commands of this area under `letan bench`."""
    bench_app.command("queue")(bench_queue)
    bench_app.command("hearing")(bench_hearing)


def bench_queue(
    numbers: Annotated[int, typer.Option(help="Số lượt lấy số.", min=20)] = 1000,
    clients: Annotated[int, typer.Option(help="Số khách cùng lúc.", min=1)] = 20,
    as_json: Json = False,
) -> None:
    """Đo hàng đợi: lấy số cùng lúc, và bao lâu thì bảng hiện số vừa gọi."""
    import os
    from tempfile import TemporaryDirectory

    from evals.queueing import bench_queue as measure

    with TemporaryDirectory(prefix="letan-bench-", ignore_cleanup_errors=True) as folder:
        report = measure(
            Path(folder),
            os.environ,
            numbers=numbers,
            clients=clients,
            step=lambda what: err.print(f"{what}…"),
        ).to_json()
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False))
    else:
        for name, value in report.items():
            out.print(f"{name}: {value}", markup=False, highlight=False)
    raise typer.Exit(0 if report["distinct"] == numbers and not report["errors"] else 1)


def bench_hearing(
    clips: Annotated[
        Path, typer.Option(help="Thư mục, hoặc gói .whl, .zip có tệp WAV người thật nói.")
    ],
    rounds: Annotated[int, typer.Option(help="Mỗi tệp nói mấy lần.", min=1)] = 2,
    as_json: Json = False,
) -> None:
    """Đo từ lúc nói xong tới lúc có câu trả lời, qua máy chủ thật, theo thời gian thật."""
    import os
    from tempfile import TemporaryDirectory

    from evals.answer_time import measure_answers
    from evals.hearing import FIRST_ANSWER_MS
    from evals.sounds import NoSound, recordings

    with TemporaryDirectory(prefix="letan-bench-", ignore_cleanup_errors=True) as folder:
        try:
            report = measure_answers(
                {**os.environ, "LETAN_HOME": folder},
                recordings(clips),
                rounds=rounds,
                step=lambda what: err.print(f"{what}…"),
            ).to_json()
        except NoSound as problem:
            err.print(str(problem), markup=False)
            raise typer.Exit(2) from problem
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False))
    else:
        for name, value in report.items():
            out.print(f"{name}: {value}", markup=False, highlight=False)
    raise typer.Exit(0 if report["p50_ms"] <= FIRST_ANSWER_MS and not report["cut_off"] else 1)
